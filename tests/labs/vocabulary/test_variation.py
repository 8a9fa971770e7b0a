"""Reference change values against the numbers rules and pages rest on."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from labs.rules.blood_counts import haemoglobin_fall, platelets, red_cell_fall
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.variation import (
    ONE_SIDED,
    VARIATIONS,
    change_from,
    change_value,
    reference_change,
    total_variation,
)

TABLE = [
    ("haemoglobin", "2.7", "-8.0", "8.7"),
    ("rbc", "3.0", "-8.9", "9.7"),
    ("haematocrit", "2.9", "-8.6", "9.4"),
    ("platelets", "7.3", "-20.2", "25.3"),
    ("wbc", "11.1", "-29.0", "40.9"),
    ("neutrophils", "12.5", "-32.0", "47.0"),
    ("lymphocytes", "10.5", "-27.7", "38.3"),
    ("creatinine", "4.4", "-12.7", "14.6"),
    ("calcium", "1.8", "-5.4", "5.7"),
    ("albumin", "2.5", "-7.5", "8.1"),
    ("ldh", "5.2", "-14.9", "17.5"),
    ("igg", "2.6", "-7.7", "8.4"),
    ("b2m", "3.6", "-10.6", "11.8"),
]


@pytest.mark.parametrize(("analyte", "within", "down", "up"), TABLE)
def test_the_table_of_changes(analyte: str, within: str, down: str, up: str) -> None:
    change = reference_change(total_variation(Decimal(within)))
    assert change == (Decimal(down), Decimal(up)), analyte
    assert change_value(analyte) == change
    assert VARIATIONS[analyte].percent == Decimal(within)


@pytest.mark.parametrize(
    ("total", "down", "up"), [("8.1", "-20", "25"), ("28.4", "-54", "116"), ("35.8", "-62", "162")]
)
def test_changes_of_stable_gammopathy(total: str, down: str, up: str) -> None:
    change = reference_change(Decimal(total))
    assert (round(change.down), round(change.up)) == (int(down), int(up))


def test_the_thresholds_of_rules_are_these_changes() -> None:
    for rule, within in ((haemoglobin_fall, "2.7"), (red_cell_fall, "3.0"), (platelets, "7.3")):
        assert -reference_change(total_variation(Decimal(within))).down == Decimal(rule.CHANGE.value)


def test_a_laboratory_s_own_analytical_variation_is_taken() -> None:
    assert total_variation(Decimal(3), Decimal(4)) == 5


def test_one_sided_is_narrower() -> None:
    one, two = reference_change(Decimal(10), ONE_SIDED), reference_change(Decimal(10))
    assert two.down < one.down < 0 < one.up < two.up


@pytest.mark.parametrize(("analyte", "before", "value", "percent", "beyond"), [
    ("haemoglobin", "12.5", "11.5", "-8.0", False),
    ("haemoglobin", "12.5", "11.49", "-8.1", True),
    ("haemoglobin", "10", "10.87", "8.7", False),
    ("haemoglobin", "10", "10.871", "8.7", True),
    ("flc_kappa", "12", "17", "41.7", False),  # E42: 42 % is within what chance explains
    ("serum_m", "0.5", "0.8", "60.0", True),
    ("serum_m", "0", "0.3", None, None),
    ("mcv", "90", "80", None, None),
])  # fmt: skip
def test_a_change_against_chance(
    analyte: str, before: str, value: str, percent: str | None, beyond: bool | None
) -> None:
    change = change_from(analyte, Decimal(before), Decimal(value))
    if percent is None:
        assert change is None
    else:
        assert (str(change.percent), change.beyond) == (percent, beyond)
        assert change.chance == change_value(analyte)


def test_variation_is_of_analytes() -> None:
    assert set(VARIATIONS) <= set(ANALYTES)
    assert change_value("mcv") is None


def test_the_rounding_is_its_own() -> None:
    with localcontext() as context:
        context.rounding = ROUND_DOWN
        change = change_from("flc_kappa", Decimal(12), Decimal(17))
    assert change is not None
    assert change.percent == Decimal("41.7")  # 41.67
