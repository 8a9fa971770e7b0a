"""Serum M-protein of 374 real trial patients: rule and oracle agree patient by patient, and day by day."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from labs.rules.cohort import Cohort
from labs.rules.registry import BY_CODE, evaluate
from tests.oracles import myeloma
from tests.oracles.generated import cohort_of
from tests.oracles.plain import PlainPatient, PlainResult
from tests.oracles.test_rules_against_oracles import said

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "ifm-dfci"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the trial data are not at {FOLDER}")
RULE = BY_CODE["MM-PD-SERUM-M"]


@pytest.fixture(scope="module")
def trial() -> dict[str, PlainPatient]:
    """Patients by number; g/L become g/dL exactly."""
    results: dict[str, list[PlainResult]] = defaultdict(list)
    with (FOLDER / "results.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            assert (row["code"], row["unit"], row["status"]) == ("33358-3", "g/L", "final")
            comparator = row["value"][0] if row["value"][0] in "<>" else ""
            value = Decimal(row["value"].lstrip("<>")) / 10
            day = date.fromisoformat(row["collected_at"][:10])
            results[row["mrn"]].append(
                PlainResult("serum_m", day, value, comparator, row["laboratory"], None, row["accession"])
            )
    return {
        mrn: PlainPatient(measurable=frozenset({"serum_m"}), results=tuple(own)) for mrn, own in sorted(results.items())
    }


@pytest.fixture(scope="module")
def cohort(trial: dict[str, PlainPatient]) -> Cohort:
    return cohort_of(*trial.values())


def test_every_patient_has_the_progressions_of_the_oracle(trial: dict[str, PlainPatient], cohort: Cohort) -> None:
    evaluation = evaluate(cohort, [RULE])
    assert evaluation.failures == []
    assert len(trial) == 374
    per_patient = defaultdict(list)
    for finding in evaluation.findings:
        per_patient[finding.patient_key].append(finding)
    confirmed = 0
    for key, (mrn, patient) in enumerate(trial.items()):
        told = myeloma.serum(patient)
        assert said(per_patient[key]) == sorted(told, key=repr), mrn
        confirmed += sum(f.state == "confirmed" for f in told)
    assert confirmed > 100


def test_every_day_of_every_patient_gives_what_the_oracle_gave_that_day(trial: dict[str, PlainPatient]) -> None:
    """The record is cut after each assessment, as if that day were today: all prefixes of all patients in one cohort."""
    prefixes = [
        replace(patient, results=tuple(r for r in patient.results if r.day <= day))
        for patient in trial.values()
        for day in sorted({r.day for r in patient.results})
    ]
    found = defaultdict(list)
    for finding in evaluate(cohort_of(*prefixes), [RULE]).findings:
        found[finding.patient_key].append(finding)
    assert len(prefixes) > 10_000
    for key, prefix in enumerate(prefixes):
        assert said(found[key]) == sorted(myeloma.serum(prefix), key=repr)


def test_a_lone_zero_between_high_values_is_no_progression(trial: dict[str, PlainPatient], cohort: Cohort) -> None:
    """The data hold zeros that stand alone; against the naive minimum they would call progression in many patients."""
    confirmed = {f.patient_key for f in evaluate(cohort, [RULE]).findings if f.signal == "confirmed"}
    naive = set()
    for key, patient in enumerate(trial.values()):
        row = [r.value for rows in myeloma.series(patient, "serum_m").values() for r in rows]
        hits = [bool(row[:i]) and myeloma.pd_serum(v, min(row[:i])) for i, v in enumerate(row)]
        if any(a and b for a, b in pairwise(hits)):
            naive.add(key)
    assert confirmed < naive


def test_days_with_contradicting_values_are_marked(trial: dict[str, PlainPatient], cohort: Cohort) -> None:
    values = defaultdict(set)
    for mrn, patient in trial.items():
        for result in patient.results:
            values[mrn, result.day].add((result.comparator, result.value))
    contradicting = sum(len(own) > 1 for own in values.values())
    assert contradicting > 0
    assert int(cohort.assessments.contradictory.sum()) == contradicting
