"""eGFR against published check values."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from labs.vocabulary.kidney import egfr_ckd_epi_2021, egfr_schwartz, filtration


@pytest.mark.parametrize(
    ("creatinine", "age", "sex", "least", "most"),
    [
        ("0.9", 55, "female", "75", "76"),
        ("1.2", 66, "male", "66.6", "66.8"),
        ("3.2", 66, "male", "20.5", "20.7"),
        ("1.8", 70, "male", "39.5", "40.5"),
        ("0.5", 40, "female", "121.4", "121.6"),  # below the knee: 142 * (0.5/0.7)**-0.241 * 0.9938**40 * 1.012
        ("0.6", 30, "male", "133.1", "133.3"),
    ],
)
def test_ckd_epi_gives_the_published_values(creatinine: str, age: int, sex: str, least: str, most: str) -> None:
    rate = egfr_ckd_epi_2021(Decimal(creatinine), age, sex)
    assert rate is not None
    assert Decimal(least) <= rate <= Decimal(most)


@pytest.mark.parametrize(("knee", "sex"), [("0.7", "female"), ("0.9", "male")])
def test_ckd_epi_is_continuous_at_the_knee(knee: str, sex: str) -> None:
    rates = [egfr_ckd_epi_2021(Decimal(knee) + Decimal(shift), 50, sex) for shift in ("-0.0001", "0", "0.0001")]
    assert None not in rates
    assert max(r for r in rates if r) - min(r for r in rates if r) <= Decimal("0.1")


@pytest.mark.parametrize(
    ("creatinine", "age", "sex"), [("1.0", 17, "female"), ("1.0", 50, ""), ("0", 50, "male"), ("-1", 50, "male")]
)
def test_ckd_epi_says_nothing_where_it_does_not_hold(creatinine: str, age: int, sex: str) -> None:
    assert egfr_ckd_epi_2021(Decimal(creatinine), age, sex) is None


def test_ckd_epi_holds_from_18_years_on() -> None:
    assert egfr_ckd_epi_2021(Decimal("1.0"), 18, "female") is not None


def test_schwartz() -> None:
    assert egfr_schwartz(Decimal("0.5"), Decimal(110)) == Decimal("90.9")
    assert egfr_schwartz(Decimal(0), Decimal(110)) is None
    assert egfr_schwartz(Decimal("0.5"), Decimal(0)) is None


def test_the_formula_follows_the_age() -> None:
    assert filtration(Decimal("1.2"), age=66, sex="male") == (Decimal("66.7"), "CKD-EPI 2021", "")
    assert filtration(Decimal("1.0"), age=18, sex="female").formula == "CKD-EPI 2021"
    child = filtration(Decimal("0.5"), age=17, sex="female", height=Decimal(110))
    assert child == (Decimal("90.9"), "bedside Schwartz", "")


def test_what_the_formula_needs_is_said() -> None:
    assert filtration(Decimal("0.5"), age=17, sex="female") == (None, "bedside Schwartz", "the height")
    assert filtration(Decimal("1.0"), age=50, sex="unknown") == (None, "CKD-EPI 2021", "the sex")
    assert filtration(Decimal("1.0"), age=None, sex="male") == (None, "", "the date of birth")


def test_the_rounding_is_its_own() -> None:
    with localcontext() as context:
        context.rounding = ROUND_DOWN
        assert egfr_schwartz(Decimal("0.5"), Decimal(110)) == Decimal("90.9")  # 90.86
        assert egfr_ckd_epi_2021(Decimal("1.2"), 66, "male") == Decimal("66.7")
