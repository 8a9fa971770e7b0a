"""Findings under two choices of rules: which are the same, and what is counted."""

from __future__ import annotations

from datetime import date

from labs.rules.replay.compared import Difference, Standing, compare, summary

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def standing(rule: str = "AML-BLOOD", patient: int = 1, onset: date = MAY, **fields: object) -> Standing:
    """A finding of one day."""
    days = {"opened_on": onset, "last_on": onset}
    return Standing(
        patient=patient,
        rule=rule,
        criteria_version="ELN-2022",
        onset_on=onset,
        **{"level": "URGENT", "state": "provisional", **days, **fields},  # type: ignore[arg-type]
    )


def kinds(found: list[Difference]) -> list[str]:
    return [one.kind for one in found]


def test_the_same_finding_is_no_difference() -> None:
    assert kinds(compare([standing()], [standing()])) == ["same"]


def test_another_reading_of_the_criterion_is_the_same_episode() -> None:
    before, after = standing("AML-BLOOD"), standing("AML-BLOOD-2017", state="confirmed")
    assert kinds(compare([before], [after])) == ["moved"]
    assert kinds(compare([before], [standing("AML-BLOOD-2017")])) == ["same"]


def test_another_rule_of_the_same_patient_is_another_episode() -> None:
    assert sorted(kinds(compare([standing("AML-BLOOD")], [standing("AML-MARROW")]))) == ["added", "lost"]


def test_another_patient_is_another_episode() -> None:
    assert sorted(kinds(compare([standing(patient=1)], [standing(patient=2)]))) == ["added", "lost"]


def test_an_onset_level_or_state_that_changes_has_moved() -> None:
    long = {"opened_on": MAY, "last_on": JULY}
    assert kinds(compare([standing(**long)], [standing(onset=JUNE, **long)])) == ["moved"]
    assert kinds(compare([standing()], [standing(level="REVIEW")])) == ["moved"]
    assert kinds(compare([standing()], [standing(state="confirmed")])) == ["moved"]


def test_episodes_apart_are_told_apart_unless_they_rest_on_a_result_in_common() -> None:
    assert sorted(kinds(compare([standing(onset=MAY)], [standing(onset=JULY)]))) == ["added", "lost"]
    one, other = standing(onset=MAY, results=frozenset({7})), standing(onset=JULY, results=frozenset({7, 8}))
    assert kinds(compare([one], [other])) == ["moved"]


def test_episodes_that_share_one_day_are_one() -> None:
    early, late = {"opened_on": MAY, "last_on": JUNE}, {"opened_on": JUNE, "last_on": JULY}
    assert kinds(compare([standing(onset=MAY, **early)], [standing(onset=JUNE, **late)])) == ["moved"]
    assert kinds(compare([standing(onset=JUNE, **late)], [standing(onset=MAY, **early)])) == ["moved"]


def test_each_finding_is_matched_once_the_same_onset_first() -> None:
    long = {"opened_on": MAY, "last_on": JULY}
    before = [standing(onset=MAY, **long), standing(onset=JUNE, **long)]
    after = [standing(onset=JUNE, **long)]
    found = compare(before, after)
    assert sorted(kinds(found)) == ["lost", "same"]
    assert next(one for one in found if one.kind == "lost").any.onset_on == MAY


def test_the_counts_are_of_flags_and_of_patients_and_in_100_patient_years() -> None:
    after = [standing(patient=1, onset=MAY), standing(patient=1, onset=JULY), standing(patient=2)]
    lines = summary(compare([], after), patient_days=36525)
    total, blood = lines
    assert (total["criterion"], blood["criterion"]) == ("", "blood_relapse")
    assert (total["before"], total["after"], total["rules"]) == (0, 3, ["AML-BLOOD"])
    assert total["added"]["flags"] == 3
    assert total["added"]["patients"] == 2
    assert total["added"]["per_100_patient_years"][0] == 3.0
    assert total["lost"] == {
        "flags": 0,
        "patients": 0,
        "per_100_patient_years": [0.0, 0.0, total["lost"]["per_100_patient_years"][2]],
    }


def test_without_any_time_there_is_no_rate() -> None:
    (total, _) = summary(compare([standing()], []), patient_days=0)
    assert total["lost"]["per_100_patient_years"] is None
    assert summary([], patient_days=0)[0]["added"]["flags"] == 0


def test_a_rate_is_told_to_the_hundredth_with_its_interval() -> None:
    (line, *_) = summary(compare([], [standing()]), 300_000)
    rate = line["added"]["per_100_patient_years"]
    assert rate == [0.12, 0.0, 0.68]


def test_what_moved_is_told_with_both_sides() -> None:
    before, after = standing(), standing(state="confirmed")
    (found,) = compare([before], [after])
    assert (found.before, found.after) == (before, after)


def test_episodes_are_matched_in_the_order_of_their_days_whatever_order_they_come_in() -> None:
    long = standing(onset=MAY, last_on=JULY)
    later = standing(onset=JUNE, last_on=JULY)
    found = compare([later, long], [standing(onset=date(2026, 6, 20), last_on=JULY)])
    assert {one.kind: one.before for one in found} == {"moved": long, "lost": later}
