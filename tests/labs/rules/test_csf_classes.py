"""The classes of the central nervous system, each as the finding names it."""

from __future__ import annotations

import pytest

from labs.rules.base import Finding
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate

TAP = "remission 2026-01-01 | 2026-05-04 csf_blasts 12 %"
BLOOD = " | 2026-05-04 wbc 6.0 | 2026-05-04 rbc 4.0"


def finding(given: str) -> Finding:
    [found] = evaluate(cohort_of(given, analyte="csf_blasts", disease="ALL"), [BY_CODE["ALL-CNS"]]).findings
    return found


def shown(found: Finding, what: str) -> list[str]:
    return [one.found for one in found.comparisons if one.what.startswith(what)]


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (TAP + " | 2026-05-04 csf_wbc 4 | 2026-05-04 csf_rbc 2", "CNS2a"),
        (TAP + " | 2026-05-04 csf_wbc 4 | 2026-05-04 csf_rbc 10", "CNS2b"),
        (TAP + " | 2026-05-04 csf_wbc 4", "CNS2a or CNS2b"),
        (TAP + " | 2026-05-04 csf_wbc 12 | 2026-05-04 csf_rbc 4000" + BLOOD, "CNS2c"),
        (TAP + " | 2026-05-04 csf_wbc 12 | 2026-05-04 csf_rbc 600", "CNS2c or CNS3b"),
        (TAP, "CNS2 or CNS3"),
        (TAP + " | 2026-05-04 csf_wbc 7 | 2026-05-04 csf_rbc 2", "CNS3a"),
        (TAP + " | 2026-05-04 csf_wbc 12 | 2026-05-04 csf_rbc 600" + BLOOD, "CNS3b"),
        (TAP + " | 2026-05-04 csf_wbc 4 | 2026-05-11 cns_signs present @//facial_palsy", "CNS3c"),
    ],
)
def test_the_class_is_named(given: str, named: str) -> None:
    found = finding(given + " | 2027-01-01 csf_wbc 1") if "signs" not in given else finding(given)
    assert shown(found, "class") == [named] * len(shown(found, "class"))
    assert found.explanation == f"Blasts in CSF 12 % on 4 May 2026, class {named}."


def test_signs_alone_are_told_as_signs() -> None:
    found = finding("remission 2026-01-01 | 2026-05-04 cns_signs present @//facial_palsy")
    assert found.explanation == "Signs of the nervous system on 4 May 2026; the CSF was not looked at that day."
    assert [one.value for one in found.evidence] == ["present"]
    assert any("look for blasts" in missing for missing in found.missing)


@pytest.mark.parametrize(
    ("share", "label"), [("4.9", "isolated relapse"), ("<5", "isolated relapse"), ("5", "combined relapse")]
)
def test_it_tells_an_isolated_from_a_combined_relapse(share: str, label: str) -> None:
    found = finding(TAP + f" | 2026-04-06 blasts_marrow {share} %")
    [one] = [one for one in found.comparisons if "relapse" in one.what and "time" not in one.what]
    assert one.what.startswith(label)
    assert one.met


def test_without_a_marrow_within_28_days_one_is_asked_for() -> None:
    assert any("isolated from a combined" in missing for missing in finding(TAP).missing)
    late = finding(TAP + " | 2026-06-02 blasts_marrow 2 %")
    assert any("isolated from a combined" in missing for missing in late.missing)


def test_the_time_of_an_isolated_relapse_has_its_own_bar() -> None:
    days = "diagnosed 2024-10-01 | therapy_ended 2026-01-01 | " + TAP
    assert shown(finding(days + " | 2026-05-04 blasts_marrow 2 %"), "time")[0].startswith("early (BFM); late (COG)")
    assert shown(finding(days + " | 2026-05-04 blasts_marrow 20 %"), "time")[0].startswith("early (BFM); early (COG)")
    assert shown(finding(days), "time")[0].startswith("early (BFM); ≈")


@pytest.mark.parametrize(
    ("counted", "told"),
    [
        (" | 2026-05-04 csf_rbc 600", "not known to 600 /µL, blood not known"),
        (" | 2026-05-04 csf_rbc 600 | 2026-05-04 csf_wbc 12", "12 /µL to 600 /µL, blood not known"),
        (" | 2026-05-04 csf_rbc 600 | 2026-05-04 wbc 6.0", "not known to 600 /µL, blood 6 ×10³/µL to not known"),
        (" | 2026-05-04 csf_rbc 600 | 2026-05-04 rbc 4.0", "not known to 600 /µL, blood not known to 4.00 ×10⁶/µL"),
    ],
)
def test_of_the_cells_of_csf_and_blood_those_that_were_counted_are_told(counted: str, told: str) -> None:
    assert shown(finding(TAP + counted), "white to red cells") == [told]
