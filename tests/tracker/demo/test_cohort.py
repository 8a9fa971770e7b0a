"""The invented cohort: the same for the same seed, in any block, and like the real thing where it matters."""

import subprocess
import sys
from collections import Counter
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

import pytest

from labs.intake.incoming import IncomingResult
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.symptoms import SYMPTOMS
from patients.models import EventKind, Phase
from tracker.demo.cohort import Story, blocks, stories, tell
from tracker.demo.names import name_of
from tracker.demo.options import CohortOptions, Density
from tracker.demo.outcome import NONE, REGROWTH, RELAPSE, Outcome

ROOT = Path(__file__).resolve().parents[3]
OPTIONS = CohortOptions(as_of=date(2026, 3, 1), patients=80, seed=7)


@lru_cache(maxsize=1)
def cohort() -> list[tuple[Story, Outcome]]:
    return list(stories(replace(OPTIONS, patients=160)))


def results_of(story: Story) -> list[IncomingResult]:
    return [result for report in story.reports for result in report.results]


def test_the_same_seed_tells_the_same_stories() -> None:
    options = replace(OPTIONS, patients=12)
    assert list(stories(options)) == list(stories(options))


def test_another_seed_tells_other_stories() -> None:
    options = replace(OPTIONS, patients=3)
    assert list(stories(options)) != list(stories(replace(options, seed=8)))


@pytest.mark.parametrize("size", [1, 5, 12, 100])
def test_the_size_of_the_blocks_changes_nothing(size: int) -> None:
    options = replace(OPTIONS, patients=12)
    assert [story for block in blocks(options, size) for story in block] == list(stories(options))


def test_a_larger_cohort_begins_with_the_smaller_one() -> None:
    assert list(stories(replace(OPTIONS, patients=9)))[:4] == list(stories(replace(OPTIONS, patients=4)))


def test_first_goes_on_where_another_cohort_ended() -> None:
    whole = list(stories(replace(OPTIONS, patients=6)))
    assert list(stories(replace(OPTIONS, patients=2, first=4))) == whole[4:]


def test_one_patient_told_alone_is_the_same() -> None:
    assert tell(OPTIONS, 5) == list(stories(replace(OPTIONS, patients=6)))[5]


@pytest.mark.parametrize("wrong", [{"patients": -1}, {"seed": -1}, {"first": -1}, {"years": 0.5}, {"years": 40}])
def test_impossible_wishes_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        CohortOptions(as_of=date(2026, 3, 1), **wrong)  # type: ignore[arg-type]


def test_both_sites_and_all_diseases_and_courses_are_there() -> None:
    first = cohort()[:80]
    assert Counter(story.patient.site for story, _ in first).keys() == {"northern", "harbour"}
    diseases = Counter(outcome.disease for _, outcome in first)
    assert diseases["MM"] > diseases["AML"] > 10
    assert diseases["ALL"] > 10
    outcomes = Counter(outcome.outcome for _, outcome in first)
    assert outcomes[RELAPSE] >= 12
    assert outcomes[REGROWTH] >= 12
    assert outcomes[NONE] >= 30


def test_names_are_unique_in_a_cohort_of_ordinary_size() -> None:
    assert len({name_of(index) for index in range(500)}) == 500


def test_medical_record_numbers_and_accessions_are_unique() -> None:
    assert len({story.mrn for story, _ in cohort()}) == len(cohort())
    for story, _ in cohort()[:20]:
        days: dict[str, set[date | None]] = {}
        for result in results_of(story):
            days.setdefault(result.accession, set()).add(result.collected_on)
        assert all(len(collected) == 1 for collected in days.values())


def test_nothing_was_collected_after_the_day_of_the_cohort() -> None:
    for story, outcome in cohort():
        assert all(result.collected_on and result.collected_on <= OPTIONS.as_of for result in results_of(story))
        assert outcome.followed_until <= OPTIONS.as_of
        assert outcome.followed_from <= outcome.followed_until


def test_the_facts_are_in_order() -> None:
    for story, _ in cohort():
        diagnosis = story.patient.diagnosis
        birth = story.patient.subject.birth_date
        assert diagnosis is not None
        assert birth is not None
        assert birth < (diagnosis.diagnosed_on or birth) < (diagnosis.remission_on or birth) <= OPTIONS.as_of
        for line in story.therapy.lines:
            assert line.ended is None or line.started <= line.ended
        for event in story.therapy.events:
            assert event.ended is None or (event.started <= event.ended and not event.ongoing)


def test_the_codes_of_therapy_are_those_of_the_records() -> None:
    phases = {line.phase for story, _ in cohort() for line in story.therapy.lines}
    kinds = {event.kind for story, _ in cohort() for event in story.therapy.events}
    assert phases <= set(Phase.values)
    assert kinds <= set(EventKind.values)
    assert {"transfusion_red_cells", "g_csf", "ivig", "antibody", "transplant_autologous", "radiotherapy"} <= kinds


def test_the_symptoms_are_coded_and_belong_to_the_disease() -> None:
    told = [
        (codes, outcome.disease) for story, outcome in cohort() for codes in (told.symptoms for told in story.symptoms)
    ]
    assert any(codes for codes, _ in told)
    assert any(not codes for codes, _ in told), "asked, and none told"
    assert all(disease in SYMPTOMS[code].diseases for codes, disease in told for code in codes)


def test_nearly_every_result_can_be_compared_and_a_few_cannot() -> None:
    refused: Counter[str] = Counter()
    count = 0
    for story, _ in cohort():
        for result in results_of(story):
            if result.status == "cancelled":
                continue
            count += 1
            outcome = make_comparable(
                code=result.code,
                code_system=result.code_system,
                value_text=result.value_text,
                unit=result.unit,
                specimen=result.specimen,
                laboratory=result.laboratory,
            )
            if not isinstance(outcome, Comparable):
                refused[getattr(outcome, "reason", "not taken")] += 1
    assert 0 < refused.total() < count / 500
    assert {"unit_unknown", "unit_missing", "value_implausible", "code_unknown", "code_of_another_meaning"} <= set(
        refused
    )


def test_the_sites_write_in_their_own_units_and_mix_in_others() -> None:
    units: dict[str, Counter[str]] = {"northern": Counter(), "harbour": Counter()}
    for story, _ in cohort():
        units[story.patient.site].update(result.unit for result in results_of(story) if result.code == "718-7")
    assert units["northern"].most_common(1)[0][0] == "g/dL"
    assert units["harbour"].most_common(1)[0][0] == "g/L"
    assert units["northern"]["gm/dL"] > 0
    assert units["harbour"]["g/dL"] > 0


def test_values_below_the_limit_of_detection_are_printed_as_such() -> None:
    for site, limit in (("northern", "<0.1"), ("harbour", "<0.5")):
        texts = {
            result.value_text
            for story, _ in cohort()
            if story.patient.site == site
            for result in results_of(story)
            if result.code == "33358-3"
        }
        assert limit in texts


def test_one_laboratory_sends_offsets_and_the_other_local_times_and_days() -> None:
    for story, _ in cohort()[:10]:
        zones = {result.zone_known for result in results_of(story) if result.time_known}
        assert zones == {story.patient.site == "northern"}
    assert any(not result.time_known for story, _ in cohort() for result in results_of(story))


def test_all_kinds_of_disorder_occur() -> None:
    statuses = Counter(result.status for story, _ in cohort() for result in results_of(story))
    assert set(statuses) == {"final", "corrected", "preliminary", "cancelled", "entered-in-error"}
    assert any(len(set(map(id, story.reports))) < len(story.reports) for story, _ in cohort()), "no report came twice"
    arrivals = [[report.results[0].collected_on for report in story.reports if report.results] for story, _ in cohort()]
    assert any(days != sorted(days) for days in arrivals), "nothing came late"


def test_a_corrected_result_follows_a_wrong_one_under_its_accession() -> None:
    for story, _ in cohort():
        results = results_of(story)
        for result in (result for result in results if result.status == "corrected"):
            same = [other for other in results if (other.accession, other.code) == (result.accession, result.code)]
            assert same[0].status == "final"
            assert same[0].value != result.value


def test_the_story_holds_no_field_of_the_truth() -> None:
    told = {field.name for field in fields(Story)}
    hidden = {"onset_on", "criterion_on", "relapse_on", "pattern", "doubling_days", "outcome", "followed_until"}
    assert not told & hidden
    for story, outcome in cohort():
        if outcome.outcome == REGROWTH:
            assert outcome.onset_on is not None
            assert outcome.onset_on.isoformat() not in repr(replace(story, reports=(), symptoms=()))
            assert "onset" not in repr(story)
            assert "criterion" not in repr(story)


@pytest.mark.parametrize(
    ("density", "least", "most"), [(Density.LOW, 80, 260), (Density.MODEST, 300, 550), (Density.HIGH, 550, 1100)]
)
def test_density_decides_how_many_results_there_are(density: Density, least: int, most: int) -> None:
    options = replace(OPTIONS, patients=30, density=density)
    average = sum(len(results_of(story)) for story, _ in stories(options)) / 30
    assert least <= average <= most


def test_telling_stories_needs_no_django() -> None:
    """So that a cohort can be written on a machine without a database, in any process."""
    code = "import sys, tracker.demo.csv_files, tracker.demo.logins; sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == 0
