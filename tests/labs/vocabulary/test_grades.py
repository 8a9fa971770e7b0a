"""CTCAE grades and WHO classes at both sides of every bar, version by version, and what keeps them away from rules."""

from __future__ import annotations

import ast
from decimal import Decimal
from pathlib import Path

import pytest

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.grades import CTCAE, LOWER, UPPER, anaemia, ctcae_grade

D = Decimal
RULES = Path(__file__).parents[3] / "labs" / "rules"

LOW = [
    # analyte, lower limit, then (value, grade in v5, grade in v6); None: that version has no table
    ("haemoglobin", "12.0", [("12.0", 0, 0), ("11.99", 1, 1), ("10.0", 1, 1), ("9.99", 2, 2), ("8.0", 2, 2), ("7.99", 3, 3)]),
    ("haemoglobin", "12.0", [("6.4", 3, 3), ("2", 3, 3)]),
    ("platelets", "150", [("150", 0, 0), ("149", 1, 1), ("75", 1, 1), ("74.9", 2, 2), ("50", 2, 2), ("49.9", 3, 3)]),
    ("platelets", "150", [("25", 3, 3), ("24.9", 4, 3), ("10", 4, 3), ("9.9", 4, 4)]),
    ("neutrophils", "1.8", [("1.8", 0, 0), ("1.79", 1, 0), ("1.5", 1, 0), ("1.49", 2, 1), ("1.0", 2, 1), ("0.99", 3, 2)]),
    ("neutrophils", "1.8", [("0.5", 3, 2), ("0.49", 4, 3), ("0.1", 4, 3), ("0.09", 4, 4)]),
    ("wbc", "4.0", [("4.0", 0, None), ("3.99", 1, None), ("2.99", 2, None), ("2.0", 2, None), ("1.99", 3, None), ("1.0", 3, None), ("0.99", 4, None)]),
    ("lymphocytes", "1.0", [("1.0", 0, None), ("0.99", 1, None), ("0.79", 2, None), ("0.49", 3, None), ("0.2", 3, None), ("0.19", 4, None)]),
]  # fmt: skip
HIGH = [
    ("creatinine", "1.3", [("1.3", 0, 0), ("1.31", 1, 1), ("1.95", 1, 1), ("1.951", 2, 2), ("3.9", 2, 2), ("3.91", 3, 3)]),
    ("creatinine", "1.3", [("7.8", 3, 3), ("7.81", 4, 4)]),
    ("calcium_corrected", "10.3", [("10.3", 0, None), ("10.31", 1, None), ("11.5", 1, None), ("11.51", 2, None)]),
    ("calcium_corrected", "10.3", [("12.5", 2, None), ("12.51", 3, None), ("13.5", 3, None), ("13.51", 4, None)]),
]  # fmt: skip
CASES = [
    (analyte, {side: D(limit)}, value, {"CTCAE-5": v5, "CTCAE-6": v6})
    for side, table in (("low", LOW), ("high", HIGH))
    for analyte, limit, values in table
    for value, v5, v6 in values
]


@pytest.mark.parametrize("version", ["CTCAE-5", "CTCAE-6"])
@pytest.mark.parametrize(("analyte", "limits", "value", "expected"), CASES)
def test_both_sides_of_every_bar(version, analyte, limits, value, expected) -> None:
    grade = ctcae_grade(analyte, D(value), version=version, **limits)
    if expected[version] is None:
        assert grade is None
    else:
        assert grade == (version, expected[version], expected[version], "")


def test_version_5_is_the_default() -> None:
    assert ctcae_grade("platelets", D(20), low=D(150)).text == "CTCAE v5 grade 4"
    assert ctcae_grade("platelets", D(20), low=D(150), version="CTCAE-6").text == "CTCAE v6 grade 3"


def test_haemoglobin_below_6_5_is_not_grade_4() -> None:
    assert {ctcae_grade("haemoglobin", D("6.4"), low=D(12), version=version).most for version in CTCAE} == {3}


def test_what_is_not_in_a_table_is_not_graded() -> None:
    assert ctcae_grade("serum_m", D("2.0")) is None


def test_a_normal_value_says_nothing() -> None:
    assert ctcae_grade("haemoglobin", D(14), low=D(12)).text == ""


@pytest.mark.parametrize(("analyte", "value", "least", "most", "missing"), [
    ("haemoglobin", "11", 0, 1, LOWER), ("haemoglobin", "9", 2, 2, ""), ("creatinine", "2", 0, 4, UPPER),
    ("calcium_corrected", "11", 0, 1, UPPER), ("calcium_corrected", "12", 2, 2, ""),
])  # fmt: skip
def test_without_a_range_only_what_needs_none_is_graded(analyte, value, least, most, missing) -> None:
    assert ctcae_grade(analyte, D(value)) == ("CTCAE-5", least, most, missing)


@pytest.mark.parametrize(("analyte", "comparator", "value", "least", "most", "text"), [
    ("platelets", "<", "25", 4, 4, "CTCAE v5 grade 4"),
    ("platelets", "<=", "25", 3, 4, "CTCAE v5 grade 3 or more"),
    ("platelets", "<", "150", 1, 4, "CTCAE v5 grade 1 or more"),
    ("platelets", "<", "200", 0, 4, ""),
    ("platelets", ">", "20", 0, 4, ""),
    ("platelets", ">", "200", 0, 0, ""),
    ("creatinine", ">", "7.8", 4, 4, "CTCAE v5 grade 4"),
    ("creatinine", ">=", "7.8", 3, 4, "CTCAE v5 grade 3 or more"),
    ("creatinine", "<", "1.0", 0, 0, ""),
    ("creatinine", "<", "2", 0, 2, ""),
])  # fmt: skip
def test_a_bound_is_graded_by_what_it_can_stand_for(analyte, comparator, value, least, most, text) -> None:
    grade = ctcae_grade(analyte, D(value), comparator=comparator, low=D(150), high=D("1.3"))
    assert (grade.least, grade.most, grade.text) == (least, most, text)
    assert grade.missing == ""


def test_tables_name_analytes_and_rise_grade_by_grade() -> None:
    for version, tables in CTCAE.items():
        for code, scale in tables.items():
            assert code in ANALYTES, version
            grades = [bar.grade for bar in scale.bars]
            assert grades == sorted(set(grades)), code
            fixed = [bar.value for bar in scale.bars if not bar.of_limit]
            assert fixed == sorted(fixed, reverse=scale.falls), code


def test_no_rule_reads_grades() -> None:
    """They grade toxicity: a rule that read them would take toxicity for relapse."""
    for file in sorted(RULES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            module = node.module or "" if isinstance(node, ast.ImportFrom) else ""
            assert not any("grades" in name for name in [module, *names]), file


YEAR = 365.25


@pytest.mark.parametrize(("years", "sex", "value", "expected"), [
    (0.4, "male", "9", None),
    (1, "female", "10.5", ""), (1, "female", "10.4", "mild"), (1, "female", "9.9", "moderate"), (1, "male", "7.0", "moderate"),
    (1, "male", "6.9", "severe"), (3, "male", "11.0", ""), (3, "male", "10.9", "mild"), (3, "male", "9.9", "moderate"),
    (6, "", "11.5", ""), (6, "", "11.4", "mild"), (6, "", "10.9", "moderate"), (6, "", "7.9", "severe"),
    (13, "female", "12.0", ""), (13, "male", "11.9", "mild"), (13, "male", "8.0", "moderate"),
    (40, "female", "12.0", ""), (40, "female", "11.9", "mild"), (40, "male", "12.9", "mild"), (40, "male", "13.0", ""),
    (40, "male", "11.0", "mild"), (40, "male", "10.9", "moderate"), (40, "male", "7.9", "severe"),
    (40, "unknown", "13.0", ""), (40, "unknown", "12.5", None), (40, "unknown", "11.5", "mild"),
])  # fmt: skip
def test_anaemia_by_age_and_sex(years: float, sex: str, value: str, expected: str | None) -> None:
    assert anaemia(D(value), age_days=int(years * YEAR), sex=sex) == expected


def test_anaemia_is_not_told_without_an_age() -> None:
    assert anaemia(D(9), age_days=None, sex="male") is None


def test_the_birthday_belongs_to_the_older_band() -> None:
    assert [anaemia(D("10.4"), age_days=days, sex="male") for days in (181, 182)] == [None, "mild"]
    assert [anaemia(D("10.7"), age_days=days, sex="male") for days in (729, 730)] == ["", "mild"]
