"""Three misprints in circulation, both sides of each, in the units laboratories print; and no bar without a source.

One text prints hypercalcaemia as "11.5 mg/dL or 2.65 mmol/L" (11.5 mg/dL is 2.87 mmol/L); one prints the rise of dFLC
as "> 10 mg/L" (it is 10 mg/dL); one prints creatinine as "177 mmol/L" (it is umol/L).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from labs.rules.base import Level, Rule, State
from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.registry import BY_CODE, RULES, evaluate
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, Quarantined, make_comparable
from labs.vocabulary.quarantine import QuarantineReason
from tracker.docs.rules import sections
from tracker.env import ROOT

DAY = date(2026, 1, 5)
LOINC = {"calcium": "2000-8", "albumin": "1751-7", "creatinine": "14682-9", "flc_kappa": "36916-5", "flc_lambda": "33944-0"}  # fmt: skip
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def row(analyte: str, printed: str, unit: str, month: int = 0) -> Row:
    """A result as the laboratory prints it, made comparable on its way in."""
    found = make_comparable(code=LOINC[analyte], value_text=printed, unit=unit)
    assert isinstance(found, Comparable), found
    return Row("p", found.analyte, DAY + timedelta(days=30 * month), found.amount, found.comparator)


def level(code: str, *rows: Row, **facts: str) -> Level | None:
    """The level a rule raises; None for nothing."""
    evaluation = evaluate(Cohort.build([PatientFacts("p", disease="MM", **facts)], rows), [BY_CODE[code]])
    assert evaluation.failures == []
    standing = [finding for finding in evaluation.findings if finding.signal is not State.NOT_CONFIRMED]
    return max((finding.level for finding in standing), default=None)


@pytest.mark.parametrize(
    ("calcium", "unit", "expected"),
    [
        ("2.65", "mmol/L", None),  # the misprint: 10.6 mg/dL
        ("10.6", "mg/dL", None),
        ("2.74", "mmol/L", None),  # 10.98 mg/dL
        ("11", "mg/dL", None),
        ("11.01", "mg/dL", Level.REVIEW),
        ("2.75", "mmol/L", Level.REVIEW),  # 11.02 mg/dL
        ("2.869", "mmol/L", Level.REVIEW),  # 11.499 mg/dL
        ("11.5", "mg/dL", Level.REVIEW),
        ("11.51", "mg/dL", Level.URGENT),
        ("2.87", "mmol/L", Level.URGENT),  # 11.503 mg/dL
    ],
)
def test_hypercalcaemia_is_11_5_mg_dl_and_not_2_65_mmol_l(calcium: str, unit: str, expected: Level | None) -> None:
    assert level("MM-CALCIUM", row("calcium", calcium, unit), row("albumin", "40", "g/L")) is expected


@pytest.mark.parametrize(
    ("rise", "unit", "expected"),
    [
        ("20.01", "mg/L", None),  # a rise of 10.01 mg/L, which the misprint would call progression
        ("110", "mg/L", None),  # +100 exactly
        ("11", "mg/dL", None),
        ("110.01", "mg/L", Level.URGENT),
        ("11.001", "mg/dL", Level.URGENT),
        ("0.11001", "g/L", Level.URGENT),
    ],
)
def test_light_chains_must_rise_by_more_than_10_mg_dl_and_not_mg_l(
    rise: str, unit: str, expected: Level | None
) -> None:
    pairs = [("10", "mg/L")] * 2 + [(rise, unit)] * 2
    rows = [
        made
        for month, (kappa, kappa_unit) in enumerate(pairs)
        for made in (row("flc_kappa", kappa, kappa_unit, month), row("flc_lambda", "0.1", "mg/L", month))
    ]
    shift = [made._replace(amount=made.amount + 100_000) if made.analyte == "flc_kappa" else made for made in rows]
    assert level("MM-PD-FLC", *shift, light_chain="kappa", disease_type="light_chain_only") is expected


@pytest.mark.parametrize(
    ("now", "unit", "expected"),
    [
        ("264", "umol/L", Level.REVIEW),  # +176 umol/L: acute kidney injury by KDIGO, and no more
        ("265", "umol/L", Level.URGENT),  # +177 umol/L
        ("0.264", "mmol/L", Level.REVIEW),
        ("0.265", "mmol/L", Level.URGENT),
    ],
)
def test_creatinine_must_rise_by_177_umol_l(now: str, unit: str, expected: Level) -> None:
    earlier = row("creatinine", "88", "umol/L")
    later = row("creatinine", now, unit)._replace(collected_on=DAY + timedelta(days=5))
    assert level("MM-CREATININE", earlier, later) is expected


def test_creatinine_of_177_mmol_l_is_kept_aside() -> None:
    found = make_comparable(code=LOINC["creatinine"], value_text="177", unit="mmol/L")
    assert isinstance(found, Quarantined)
    assert found.reason is QuarantineReason.VALUE_IMPLAUSIBLE


def test_creatinine_of_177_umol_l_is_2_mg_dl() -> None:
    bar = next(bar for bar in BY_CODE["MM-CREATININE"].thresholds if bar.unit == "mg/dL" and bar.value == "2")
    factors = ANALYTES["creatinine"].factors
    assert 176 * factors["umol/L"] < Fraction(bar.value) < 177 * factors["umol/L"]


@each_rule
def test_no_threshold_stands_without_value_unit_source_and_day(rule: Rule) -> None:
    assert rule.thresholds
    for bar in rule.thresholds:
        assert Decimal(bar.value).is_finite()
        assert bar.unit
        assert bar.source.citation
        assert bar.source in rule.sources, f"{bar}: name {bar.source.key} among the sources of the rule"
        assert isinstance(bar.since, date)


@each_rule
def test_a_default_of_the_project_says_so_on_its_page(rule: Rule) -> None:
    defaults = [bar for bar in rule.thresholds if bar.source.default]
    if defaults or any(source.default for source in rule.sources):
        assert re.search(r"defaults?\s+of\s+this\s+project", dict(sections(rule.doc))["Source"], re.IGNORECASE)


@each_rule
def test_each_threshold_is_on_its_page_with_unit_source_and_whether_it_is_a_default(rule: Rule) -> None:
    page = (ROOT / "docs" / "reference" / "rules" / f"{rule.code}.md").read_text("utf-8")
    for bar in rule.thresholds:
        mark = "project default" if bar.source.default else ""
        assert f"| {bar.value} | `{bar.unit}` | {bar.source.key} | {bar.since} | {mark} |" in page, "run: make docs"
