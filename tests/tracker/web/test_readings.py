"""What a patient's pages say beside a value: range and whose it is, grade, change, formulas."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from tests.factories import make_criteria_change, make_diagnosis, make_nurse, make_patient, make_result, make_series

pytestmark = pytest.mark.django_db
DAYS = [date(2025, month, 5) for month in (1, 2, 3, 4)]


@pytest.fixture
def patient():
    return make_diagnosis(
        make_patient(birth_date=date(1960, 1, 1), sex="female"), remission_on=date(2024, 12, 1)
    ).patient


@pytest.fixture
def read(client, patient):
    client.force_login(make_nurse(patient.site))

    def page(name: str) -> str:
        return " ".join(client.get(reverse(name, args=[patient.pk])).content.decode().replace("\xa0", " ").split())

    return page


def series(patient, analyte: str, *values: str, **fields) -> None:
    make_series(patient, analyte, dict(zip(DAYS, values, strict=False)), **fields)


def test_the_grade_stands_with_its_version_under_the_value(patient, read):
    series(patient, "platelets", "60", reference_low=Decimal(150))
    assert '<span class="v-grade">CTCAE v5 grade 2</span>' in read("patient_results")
    assert "<li>CTCAE v5 grade 2</li>" in read("patient")


def test_the_edition_in_force_at_the_site_is_taken(patient, read):
    make_criteria_change(patient.site, disease="MM", grading="CTCAE-6", state="active")
    series(patient, "platelets", "20", reference_low=Decimal(150))
    assert "CTCAE v6 grade 3" in read("patient_results")
    assert "<li>CTCAE v6 grade 3</li>" in read("patient")


def test_a_normal_value_has_none(patient, read):
    series(patient, "platelets", "200")
    assert "grade" not in read("patient_results").split("Grades and classes")[0]


def test_the_range_says_whose_it_is(patient, read):
    series(patient, "platelets", "200", reference_low=Decimal(140), reference_high=Decimal(380))
    series(patient, "haemoglobin", "13")
    page = read("patient_results")
    assert '140–380 <span class="v-owner">laboratory</span>' in page
    assert '12–15.5 <span class="v-owner">typical for age and sex</span>' in page


def test_a_value_below_the_typical_range_says_so_in_words(patient, read):
    series(patient, "haemoglobin", "11")
    assert "below range" in read("patient_results")


def test_a_change_is_told_against_the_baseline_and_against_chance(patient, read):
    series(patient, "haemoglobin", "12.5", "12.4", "12.6", "10.6")
    page = read("patient_results")
    assert "<strong>−1.9 g/dL (−15.2 %) from own baseline 12.5 g/dL</strong>" in page
    assert "more than chance explains (−8.0 to +8.7 %)" in page
    assert "moderate anaemia (WHO 2024)" in page
    assert "−1.9 g/dL (−15.2 %) from own baseline 12.5 g/dL: more than chance explains" in read("patient")


def test_e42_a_change_of_42_percent_of_a_light_chain_is_within_chance(patient, read):
    series(patient, "flc_kappa", "12", "17")
    page = read("patient_results")
    assert "+5 mg/L (+41.7 %) since 5 Jan 2025 (12 mg/L)" in page
    assert "within chance (−53.8 to +116.4 %)" in page


def test_egfr_stands_beside_creatinine_with_its_formula(patient, read):
    series(patient, "creatinine", "0.9")
    page = read("patient_results")
    assert "eGFR, computed" in page
    assert "CKD-EPI 2021" in page
    assert "eGFR 70.9 mL/min/1.73 m² by CKD-EPI 2021" in read("patient")


def test_a_child_s_egfr_asks_for_the_height(client):
    child = make_patient(birth_date=date(2018, 1, 1), sex="male")
    client.force_login(make_nurse(child.site))
    make_result(child, "creatinine", "0.5", collected_on=DAYS[0])
    page = client.get(reverse("patient_results", args=[child.pk])).content.decode()
    assert "bedside Schwartz" in page
    assert "needs the height, which is not on record" in page


def test_a_globulin_gap_above_4_is_for_information(patient, read):
    series(patient, "total_protein", "8.5")
    series(patient, "albumin", "4.0")
    page = read("patient_results")
    assert "Globulin gap, computed" in page
    assert "above 4.0 g/dL: a reason to look for a paraprotein" in page
    assert "v-level--info" in page


def test_it_says_that_no_signal_rests_on_a_grade(patient, read):
    series(patient, "platelets", "200")
    assert "no signal rests on them" in read("patient_results")
