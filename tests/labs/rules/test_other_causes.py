"""Inflammation and kidney function are shown beside a low count, on both sides of their bars and days."""

from __future__ import annotations

import pytest

from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate

LOW = "remission 2025-01-01 | 2026-03-01 neutrophils 0.8"


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ("2026-03-01 crp 10.1 mg/L", "inflammation: C-reactive protein 10.1 mg/L on 1 Mar 2026, above 10 mg/L"),
        ("2026-03-01 crp 10 mg/L", ""),
        ("2026-02-15 crp 84 mg/L", "inflammation: C-reactive protein 84 mg/L on 15 Feb 2026, above 10 mg/L"),
        ("2026-02-14 crp 84 mg/L", ""),
        ("2026-03-02 crp 84 mg/L", ""),
        ("2026-02-15 crp 84 mg/L | 2026-02-20 crp 3", ""),
        ("2026-03-01 crp >5 mg/L", ""),
        (
            "2026-03-01 egfr 59.9 mL/min/{1.73_m2}",
            "reduced kidney function: eGFR, CKD-EPI 2021 59.9 mL/min/1.73 m² on 1 Mar 2026, below 60 mL/min/1.73 m²",
        ),
        ("2026-03-01 egfr 60 mL/min/{1.73_m2}", ""),
        ("2025-12-01 egfr 30 mL/min/{1.73_m2}", "reduced kidney function: eGFR, CKD-EPI 2021 30 mL/min/1.73 m² on 1 Dec 2025, below 60 mL/min/1.73 m²"),
        ("2025-11-30 egfr 30 mL/min/{1.73_m2}", ""),
    ],
)  # fmt: skip
def test_it_is_told_when_beyond_its_bar_and_near_enough(result: str, told: str) -> None:
    cohort = cohort_of(f"{LOW} | {result}", analyte="neutrophils", disease="MM")
    (finding,) = evaluate(cohort, [BY_CODE["CBC-NEUTROPHILS"]]).findings
    assert [one.text for one in finding.confounders] == ([told] if told else [])


def test_it_is_of_the_same_patient_only() -> None:
    low = cohort_of(LOW, analyte="neutrophils", disease="MM")
    (finding,) = evaluate(low, [BY_CODE["CBC-NEUTROPHILS"]]).findings
    assert finding.confounders == ()
