"""Both readers of the database give the rules the same cohort, with everything a result carries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from labs.rules.cohort import NO_LIMIT, Cohort, to_date
from labs.selectors.cohort import cohort_between, cohort_of
from labs.selectors.result_columns import BETWEEN
from tests.factories import make_diagnosis, make_patient
from tests.factories.results import make_result

DAY = date(2026, 3, 5)


def told(cohort: Cohort) -> list[tuple[object, ...]]:
    """Every row in words, in an order that does not depend on the reader."""
    c = cohort.columns
    accessions = cohort.accessions or []
    return sorted(
        (
            str(cohort.patients[int(c.patient[at])].key), cohort.analytes[int(c.analyte[at])],
            to_date(int(c.day[at])), int(c.amount[at]), int(c.comparator[at]), cohort.groups[int(c.group[at])],
            int(c.instant[at]), accessions[at], int(c.result[at]), int(c.lower[at]), int(c.upper[at]),
            str(cohort.note_of(at)),
        )
        for at in range(c.patient.size)
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_coded_findings_ranges_and_details_come_the_same_by_both_readers() -> None:
    patient = make_patient()
    make_diagnosis(patient, disease="MM")
    make_result(patient, "ife_serum", None, collected_on=DAY, coded="positive: IgG-lambda", accession="A")
    make_result(patient, "serum_m", "0.4", collected_on=DAY, accession="C", reference_high=Decimal("0.0000019"))
    make_result(
        patient, "mrd_molecular", "0.05", collected_on=DAY, accession="B", specimen="bone_marrow",
        method_family="rq-pcr", target="NPM1", detection_limit=Decimal("0.001"), cells_counted=20_000,
        reference_high=Decimal(1),
    )  # fmt: skip
    make_result(patient, "ldh", "300", collected_on=DAY, accession="D", reference_low=Decimal(120))
    make_result(patient, "ife_urine", None, collected_on=DAY, accession="E")

    one = cohort_of([patient.pk]).cohort
    many = cohort_between(patient.pk, patient.pk).cohort

    assert told(one) == told(many)
    by_analyte = {one.analytes[int(one.columns.analyte[at])]: at for at in range(one.columns.patient.size)}
    assert set(by_analyte) == {"ife_serum", "serum_m", "mrd_molecular", "ldh"}, (
        "a result without a finding is no result"
    )
    fixation, residual, ldh = by_analyte["ife_serum"], by_analyte["mrd_molecular"], by_analyte["ldh"]
    assert one.columns.amount[fixation] == 2
    assert one.note_of(fixation).coded == "positive: IgG-lambda"
    assert one.groups[int(one.columns.group[residual])][1] == "rq-pcr NPM1"
    assert one.note_of(residual)[1:] == (1_000_000, 20_000, "NPM1")
    assert one.columns.upper[residual] == NO_LIMIT
    assert (one.columns.lower[ldh], one.columns.upper[ldh]) == (120_000_000, NO_LIMIT)
    assert one.columns.upper[by_analyte["serum_m"]] == 1


@pytest.mark.django_db
def test_a_result_in_the_report_of_another_patient_counts_with_its_accession() -> None:
    patient = make_patient()
    make_diagnosis(patient, disease="MM")
    result = make_result(make_patient(), "ldh", "100", collected_on=DAY, accession="Z")
    result.pk, result.patient, result.analyte = None, patient, "serum_m"
    result.save(force_insert=True)
    assert cohort_of([patient.pk]).cohort.accessions == ["Z"]


@pytest.mark.django_db
def test_a_laboratory_may_be_named_by_anything_even_by_what_parts_the_words_of_a_result() -> None:
    patient = make_patient()
    make_diagnosis(patient, disease="MM")
    make_result(patient, "serum_m", "0.4", collected_on=DAY, laboratory=f"{BETWEEN}North{BETWEEN}")
    assert list(cohort_of([patient.pk]).cohort.groups) == [("serum", "", f"{BETWEEN}North{BETWEEN}")]
