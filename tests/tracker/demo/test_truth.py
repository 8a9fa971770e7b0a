"""The course behind the values: relapsing patients rise, the others do not, and the truth says when."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from statistics import median

from labs.intake.incoming import IncomingResult
from labs.vocabulary.comparable import Comparable, make_comparable
from tracker.demo.cohort import Story, stories
from tracker.demo.options import CohortOptions
from tracker.demo.outcome import COLUMNS, NONE, REGROWTH, RELAPSE, Outcome, row_of

OPTIONS = CohortOptions(as_of=date(2026, 3, 1), patients=240, seed=3)
CODES = {
    "serum_m": ("33358-3",),
    "flow": ("mrd_flow",),
    "molecular": ("mrd_molecular",),
    "blasts": ("11150-0",),
    "marrow": ("11118-7",),
    "cns": ("26465-5",),
    "urine_m": ("42482-0",),
}


@lru_cache(maxsize=1)
def cohort() -> list[tuple[Story, Outcome]]:
    return list(stories(OPTIONS))


def amount(result: IncomingResult) -> Decimal | None:
    found = make_comparable(
        code=result.code,
        code_system=result.code_system,
        value_text=result.value_text,
        unit=result.unit,
        specimen=result.specimen,
    )
    return found.value if isinstance(found, Comparable) else None


def series(story: Story, codes: tuple[str, ...], first: date, last: date) -> list[Decimal]:
    """Usable values in the order of collection."""
    values = [
        (result.collected_on, value)
        for report in story.reports
        for result in report.results
        if result.code in codes and result.status in ("final", "corrected")
        if result.collected_on and first <= result.collected_on <= last
        if (value := amount(result)) is not None
    ]
    return [value for _, value in sorted(values)]


def test_markers_rise_between_onset_and_relapse() -> None:
    seen = 0
    for story, outcome in cohort():
        codes = CODES.get(outcome.pattern)
        if outcome.outcome != RELAPSE or codes is None or outcome.onset_on is None or outcome.relapse_on is None:
            continue
        before = series(story, codes, outcome.followed_from, outcome.onset_on)
        after = series(story, codes, outcome.relapse_on - timedelta(days=20), outcome.relapse_on + timedelta(days=6))
        if before and after:
            seen += 1
            assert median(after) > 1.5 * float(median(before)), outcome
    assert seen >= 25


def test_markers_of_patients_in_remission_stay_where_they_are() -> None:
    seen = 0
    for story, outcome in cohort():
        if outcome.outcome != NONE or outcome.disease != "MM":
            continue
        values = series(story, CODES["serum_m"], outcome.followed_from, outcome.followed_until)
        if len(values) >= 8:
            seen += 1
            assert median(values[-4:]) - median(values[:4]) < Decimal("0.5")
    assert seen >= 20


def test_the_days_of_the_truth_are_in_order() -> None:
    for _, outcome in cohort():
        days = [
            day for day in (outcome.followed_from, outcome.onset_on, outcome.criterion_on, outcome.relapse_on) if day
        ]
        assert days == sorted(days)
        if outcome.outcome == RELAPSE:
            assert outcome.relapse_on == outcome.followed_until
        if outcome.outcome == NONE:
            assert outcome.onset_on is outcome.criterion_on is outcome.relapse_on is None
        if outcome.outcome == REGROWTH:
            assert outcome.relapse_on is None


def test_nothing_in_the_truth_lies_after_the_day_of_the_cohort() -> None:
    for _, outcome in cohort():
        assert all(day <= OPTIONS.as_of for day in (outcome.onset_on, outcome.criterion_on, outcome.relapse_on) if day)


def test_some_relapses_begin_in_the_last_weeks_and_some_tests_are_overdue() -> None:
    fresh = [o for _, o in cohort() if o.criterion_on and o.criterion_on > OPTIONS.as_of - timedelta(days=45)]
    lost = [o for _, o in cohort() if o.followed_until < OPTIONS.as_of - timedelta(days=100) and o.outcome == NONE]
    assert len(fresh) >= 10
    assert len(lost) >= 5


def test_haemoglobin_falls_with_a_relapse_and_rises_after_a_transfusion() -> None:
    falls = []
    for story, outcome in cohort():
        if outcome.outcome == RELAPSE and outcome.onset_on and outcome.relapse_on and outcome.disease == "MM":
            start = outcome.followed_from + timedelta(days=60)
            before = series(story, ("718-7",), start, outcome.onset_on)
            after = series(story, ("718-7",), outcome.relapse_on - timedelta(days=20), outcome.relapse_on)
            if before and after:
                falls.append(median(before) - median(after))
    assert len(falls) >= 10
    assert median(falls) > Decimal("1.0")


def test_the_truth_depends_on_the_seed_only() -> None:
    again = [outcome for _, outcome in stories(replace(OPTIONS, patients=20))]
    assert again == [outcome for _, outcome in cohort()[:20]]


def test_a_row_of_the_truth_has_a_field_a_column() -> None:
    _, outcome = cohort()[0]
    assert len(row_of(outcome)) == len(COLUMNS)
    assert COLUMNS[0] == "mrn"
