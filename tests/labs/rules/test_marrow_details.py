"""What a finding of blasts in marrow shows and asks for: interval, cells, flow, a repeat, the time of relapse."""

from __future__ import annotations

import pytest

from labs.rules.base import Finding
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate

AML = "disease AML | remission 2025-06-01 | 2026-04-05 blasts_marrow "
CHILD = "remission 2025-06-01 | born 2018-03-01 | therapy_ended 2025-12-05 | 2026-04-05 blasts_marrow "


def finding(given: str, rule: str = "AML-MARROW") -> Finding:
    cohort = cohort_of(given, analyte="blasts_marrow", disease=min(BY_CODE[rule].diseases))
    [found] = evaluate(cohort, [BY_CODE[rule]]).findings
    return found


def shown(found: Finding, what: str) -> list[tuple[str, bool]]:
    return [(one.found, one.met) for one in found.comparisons if one.what.startswith(what)]


def test_e30_the_interval_of_the_cells_counted() -> None:
    found = finding(AML + "6 % cells:200")
    assert shown(found, "95 % interval of 6 % in 200 cells") == [("3.5 to 10.2 %", False)]
    assert not any("number of cells" in missing for missing in found.missing)
    assert any("repeat marrow" in missing for missing in found.missing)
    assert found.explanation.endswith("at least 5 %.")


def test_an_interval_above_the_bar_says_so() -> None:
    assert shown(finding(AML + "9 % cells:2000"), "95 % interval") == [("7.8 to 10.3 %", True)]


def test_without_the_number_of_cells_it_is_asked_for() -> None:
    found = finding(AML + "6 %")
    assert not shown(found, "95 % interval")
    assert any("at 200 cells the 95 % interval is 3.5 to 10.2 %" in missing for missing in found.missing)


@pytest.mark.parametrize(("share", "asked"), [("3", True), ("7", True), ("7.1", False), ("30", False)])
def test_a_repeat_is_asked_for_from_3_to_7_percent(share: str, asked: bool) -> None:
    found = finding(AML + f"{share} % cells:200")
    assert any("repeat marrow" in missing for missing in found.missing) is asked


def test_no_interval_where_counting_does_not_decide() -> None:
    assert not shown(finding(AML + "10 % cells:200"), "95 % interval")


@pytest.mark.parametrize("rule", ["ALL-MARROW", "ALL-MARROW-M3"])
def test_a_child_off_therapy_is_asked_for_flow_cytometry(rule: str) -> None:
    assert any("hematogones" in missing for missing in finding(CHILD + "6 %", rule).missing)
    with_flow = finding(CHILD + "6 % | 2026-04-06 mrd_flow <0.01 %", rule)
    assert not any("hematogones" in missing for missing in with_flow.missing)


@pytest.mark.parametrize("rule", ["ALL-MARROW", "ALL-MARROW-M3"])
def test_flow_of_blood_says_nothing_of_the_marrow(rule: str) -> None:
    found = finding(CHILD + "6 % | 2026-04-05 mrd_flow 2 % @A/flow/blood", rule)
    assert found.level.name == "INFO"
    assert finding(CHILD + "6 % | 2026-04-05 mrd_flow 2 % @A/flow/bone_marrow", rule).level.name == "REVIEW"


def test_hematogones_told_by_a_clinician_are_shown() -> None:
    found = finding(CHILD + "6 % | 2026-04-06 hematogones yes", "ALL-MARROW")
    assert shown(found, "flow cytometry") == [("regenerating precursors (hematogones)", True)]


@pytest.mark.parametrize("rule", ["ALL-MARROW", "ALL-MARROW-M3"])
def test_the_time_of_a_relapse_is_shown(rule: str) -> None:
    facts = "diagnosed 2021-01-10 | therapy_ended 2023-03-10 | 2023-08-01 blasts_marrow 60 %"
    [(label, _)] = shown(finding(facts, rule), "time of relapse")
    assert label.startswith("early (BFM); early (COG); ≈30.7 months after diagnosis")


@pytest.mark.parametrize("rule", ["ALL-MARROW", "ALL-MARROW-M3"])
def test_in_all_the_interval_is_held_against_the_bar_of_five_percent_too(rule: str) -> None:
    found = finding("remission 2025-06-01 | 2026-04-05 blasts_marrow 9 % cells:2000", rule)
    assert [one.needed for one in found.comparisons if one.what.startswith("95 %")] == ["at least 5 % throughout"]
    assert shown(found, "95 % interval") == [("7.8 to 10.3 %", True)]
