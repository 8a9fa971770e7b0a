"""What the shipped protocols ask for, against the clinical reference, line by line."""

from __future__ import annotations

from datetime import date

import pytest

from labs.protocols.reading import read_protocol, shipped
from labs.protocols.schedule import Step

STEPS = {path.stem: read_protocol(path.read_text()).steps for path in shipped()}
HALVED = [
    ("mm-maintenance", "mm-high-risk"),
    ("mm-light-chain-only", "mm-light-chain-high-risk"),
    ("mm-nonsecretory", "mm-nonsecretory-high-risk"),
]
LEAST = 28


def at_month(code: str, kind: str, month: int) -> str:
    """The interval in force for a kind some months after the anchor; "" when nothing asks for it."""
    for step in STEPS[code]:
        if step.kind == kind and step.every and step.from_month <= month < (step.until_month or 10_000):
            return str(step.every)
    return ""


@pytest.mark.parametrize(
    ("code", "kind", "month", "interval"),
    [
        ("mm-maintenance", "visit", 6, "3 months"),
        ("mm-maintenance", "cbc", 6, "1 month"),
        ("mm-maintenance", "spep_flc", 6, "3 months"),
        ("mm-observation", "spep_flc", 35, "3 months"),
        ("mm-observation", "spep_flc", 36, "6 months"),
        ("mm-observation", "visit", 400, "6 months"),
        ("mm-light-chain-only", "urine_24h", 6, "3 months"),
        ("mm-nonsecretory", "marrow", 6, "6 months"),
        ("mm-nonsecretory", "ct_pet", 6, "6 months"),
        ("mm-maintenance", "mrd", 6, "12 months"),
        ("aml-after-chemotherapy", "cbc_diff", 23, "1 month"),
        ("aml-after-chemotherapy", "cbc_diff", 24, "3 months"),
        ("aml-after-chemotherapy", "cbc_diff", 60, "12 months"),
        ("aml-molecular", "mrd_molecular", 23, "4 weeks"),
        ("aml-molecular", "mrd_molecular", 24, ""),
        ("aml-apl", "mrd_molecular", 23, "3 months"),
        ("aml-apl", "mrd_molecular", 24, ""),
        ("aml-after-allogeneic", "cbc_diff", 2, "1 week"),
        ("aml-after-allogeneic", "cbc_diff", 3, "1 month"),
        ("aml-maintenance", "cbc_diff", 1, "2 weeks"),
        ("aml-maintenance", "cbc_diff", 6, "4 weeks"),
        ("all-maintenance", "cbc_diff", 6, "4 weeks"),
        ("all-maintenance", "liver", 6, "4 weeks"),
        ("all-maintenance", "mrd", 6, "3 months"),
        ("all-maintenance", "lumbar_puncture", 6, "12 weeks"),
        ("all-off-therapy", "cbc_diff", 11, "2 months"),
        ("all-off-therapy", "cbc_diff", 12, "3 months"),
        ("all-off-therapy", "cbc_diff", 24, "6 months"),
        ("all-off-therapy", "late_effects", 23, ""),
        ("all-off-therapy", "late_effects", 24, "12 months"),
        ("all-ph-positive", "mrd_molecular", 6, "3 months"),
        ("all-ph-positive", "mrd_molecular", 48, "6 months"),
        ("all-ph-positive", "late_effects", 48, "12 months"),
    ],
)
def test_the_interval_in_a_month_is_that_of_the_reference(code, kind, month, interval):
    assert at_month(code, kind, month) == interval


def test_chimerism_is_asked_for_on_the_days_of_the_reference():
    (chimerism,) = [step for step in STEPS["aml-after-allogeneic"] if step.kind == "chimerism"]
    anchor = date(2025, 1, 1)
    assert [(day - anchor).days for day in chimerism.due_dates(anchor)] == [30, 60, 90, 180, 365]


@pytest.mark.parametrize(("usual", "high"), HALVED)
def test_high_risk_halves_each_interval_but_never_below_four_weeks(usual, high):
    found = {step.kind: step for step in STEPS[high] if step.every}
    for step in (one for one in STEPS[usual] if one.every):
        assert days_of(found[step.kind]) <= max(LEAST, days_of(step) / 2 + 1)
        assert days_of(found[step.kind]) >= LEAST


def days_of(step: Step) -> int:
    assert step.every is not None
    return step.every.days
