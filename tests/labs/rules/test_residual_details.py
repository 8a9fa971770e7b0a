"""Target and limit of detection in the rules on residual disease: what the finding asks for, and how it reads."""

from __future__ import annotations

import pytest

from labs.rules.base import Finding
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate

IN = "remission 2026-01-01 | "
TARGET = "the target, which is not recorded"
LIMIT = "the limit of detection of the earlier negative result"
each_rule = pytest.mark.parametrize("rule", ["AML-MRD", "ALL-MRD"])


def finding(rule: str, given: str) -> Finding:
    cohort = cohort_of(IN + given, analyte="mrd_molecular", disease=min(BY_CODE[rule].diseases))
    [found] = evaluate(cohort, [BY_CODE[rule]]).findings
    return found


def asks(found: Finding, words: str) -> bool:
    return any(missing.startswith(words) for missing in found.missing)


@each_rule
def test_what_is_not_recorded_is_asked_for(rule: str) -> None:
    found = finding(rule, "2026-03-05 mrd_molecular 0 % | 2026-05-01 0.05 %")
    assert asks(found, TARGET)
    assert asks(found, LIMIT)


@each_rule
def test_a_recorded_target_is_not_asked_for_and_is_part_of_the_series(rule: str) -> None:
    found = finding(rule, "2026-03-05 mrd_molecular 0 % target:NPM1 | 2026-05-01 0.05 % target:NPM1")
    assert not asks(found, TARGET)
    assert "NPM1" in found.series


@each_rule
def test_a_negative_result_reads_as_below_its_limit(rule: str) -> None:
    found = finding(rule, "2026-03-05 mrd_molecular 0 % limit:0.01 | 2026-05-01 0.05 %")
    assert not asks(found, LIMIT)
    assert found.reference["value"] == "0.01 %"
    [compared] = [one for one in found.comparisons if one.what.startswith("conversion")]
    assert compared.needed == "at least the sensitivity of the earlier negative result, 0.01 %"


@each_rule
def test_two_targets_of_one_day_are_two_series(rule: str) -> None:
    given = " | ".join(
        f"{day} mrd_molecular {value} % target:{target}"
        for day, npm1, flt3 in (("2026-03-05", "0", "2"), ("2026-05-01", "0.05", "2"))
        for target, value in (("NPM1", npm1), ("FLT3-ITD", flt3))
    )
    assert finding(rule, given).series.startswith("NPM1")
