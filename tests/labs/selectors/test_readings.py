"""How values are read beside their numbers: whose range, which grade, against what they moved, what a formula gives."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from labs.rules.cohort import Rebaseline as Anew
from labs.selectors.computed import computed_rows
from labs.selectors.history import history
from labs.selectors.readings import Moved, Reading, moves, reading_of
from labs.selectors.said import Said
from labs.selectors.trend import measured_results
from labs.vocabulary.variation import VARIATIONS
from patients.models import Patient
from tests.factories import make_diagnosis, make_event, make_patient, make_result, make_series

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


def adult(**fields) -> Patient:
    return make_patient(birth_date=date(1960, 1, 1), sex="female", **fields)


def reading(analyte: str, value: str, patient: Patient | None = None, **fields) -> Reading:
    patient = patient or adult()
    return reading_of(make_result(patient, analyte, value, **fields), patient=patient)


class TestTheRange:
    def test_the_laboratory_s_own_goes_first(self):
        own = reading("haemoglobin", "11.8", reference_low=Decimal("11.5"), reference_high=Decimal(16))
        assert (own.range.origin, own.range.range.low, own.outside, own.grade.text) == (
            "laboratory",
            Decimal("11.5"),
            "",
            "",
        )

    def test_else_the_one_for_age_and_sex_on_the_day(self):
        typical = reading("haemoglobin", "11.8")
        assert (typical.range.origin, typical.range.range.low, typical.outside) == ("fallback", Decimal("12.0"), "low")
        assert typical.grade.text == "CTCAE v5 grade 1"

    def test_a_child_has_a_child_s(self):
        child = make_patient(birth_date=DAY - timedelta(days=4 * 365), sex="male")
        assert reading("haemoglobin", "11.8", child).outside == ""

    def test_without_a_sex_there_is_none_and_no_grade_is_made_up(self):
        unknown = make_patient(birth_date=date(1960, 1, 1), sex="unknown")
        found = reading("haemoglobin", "11.8", unknown)
        assert (found.range, found.outside, found.grade.text) == (None, "", "")
        assert found.grade.missing == "the lower limit of the range"

    @pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "preliminary"])
    def test_what_no_rule_may_read_has_no_grade(self, status):
        assert reading("platelets", "10", status=status).grade is None

    def test_the_site_s_version_of_ctcae_is_taken(self):
        patient = adult()
        result = make_result(patient, "platelets", "20")
        assert reading_of(result, patient=patient, version="CTCAE-6").grade.text == "CTCAE v6 grade 3"

    def test_the_class_of_anaemia(self):
        assert reading("haemoglobin", "10.9").anaemia == "moderate"
        assert reading("haemoglobin", "10.9", comparator="<").anaemia == ""


def moved(patient: Patient, code: str) -> Moved | None:
    results = measured_results(patient=patient, analytes=set(VARIATIONS))
    return moves(patient=patient, results=results, events=list(patient.treatment_events.all())).get(code)


class TestTheChange:
    def test_against_the_value_before_of_the_same_assay(self):
        patient = adult()
        make_series(patient, "creatinine", {date(2025, 1, 1): "1.0", date(2025, 2, 1): "1.2"}, laboratory="A")
        make_series(patient, "creatinine", {date(2025, 1, 20): "9.0"}, laboratory="B")
        found = moved(patient, "creatinine")
        assert (found.before, found.on, found.change.percent, found.change.beyond) == (1, date(2025, 1, 1), 20, True)

    def test_against_the_personal_baseline_where_there_is_one(self):
        diagnosis = make_diagnosis(adult(), remission_on=date(2024, 12, 1))
        days = {date(2025, 1, 1): "12.5", date(2025, 2, 1): "12.4", date(2025, 3, 1): "12.6", date(2025, 4, 1): "11.0"}
        make_series(diagnosis.patient, "haemoglobin", days)
        found = moved(diagnosis.patient, "haemoglobin")
        assert (found.before, found.on, found.change.percent) == (Decimal("12.5"), None, -12)
        assert found.change.beyond

    def test_a_baseline_stated_anew_starts_anew(self):
        diagnosis = make_diagnosis(adult(), remission_on=date(2024, 12, 1))
        days = {date(2025, 1, 1): "12.5", date(2025, 2, 1): "12.4", date(2025, 3, 1): "12.6", date(2025, 4, 1): "11.0"}
        make_series(diagnosis.patient, "haemoglobin", days)
        anew = Said(rebaselines={diagnosis.patient.pk: (Anew("haemoglobin", date(2025, 3, 15)),)})
        results = measured_results(patient=diagnosis.patient, analytes=["haemoglobin"])
        found = moves(patient=diagnosis.patient, results=results, events=[], said=anew)["haemoglobin"]
        assert (found.before, found.on) == (Decimal("12.6"), date(2025, 3, 1))

    def test_a_transfusion_makes_no_baseline(self):
        diagnosis = make_diagnosis(adult(), remission_on=date(2024, 12, 1))
        make_event(diagnosis.patient, "transfusion_red_cells", started_on=date(2025, 1, 1))
        days = {date(2025, 1, 2): "12.5", date(2025, 2, 1): "12.4", date(2025, 3, 1): "12.6", date(2025, 5, 1): "11.0"}
        make_series(diagnosis.patient, "haemoglobin", days)
        assert moved(diagnosis.patient, "haemoglobin").on == date(2025, 3, 1)

    def test_nothing_before_nothing_said(self):
        patient = adult()
        make_series(patient, "creatinine", {date(2025, 1, 1): "1.0"})
        assert moved(patient, "creatinine") is None

    def test_values_that_differ_on_the_day_are_not_compared(self):
        patient = adult()
        make_series(patient, "creatinine", {date(2025, 1, 1): "1.0", date(2025, 2, 1): "1.2"})
        make_series(patient, "creatinine", {date(2025, 2, 1): "1.9"})
        assert moved(patient, "creatinine") is None

    def test_a_bound_is_no_change(self):
        patient = adult()
        make_series(patient, "serum_m", {date(2025, 1, 1): "0.3", date(2025, 2, 1): "<0.1"})
        assert moved(patient, "serum_m") is None


def computed(patient: Patient, group: str):
    return computed_rows(history(patient=patient).panels, patient=patient).get(group, [])


class TestFormulas:
    def test_egfr_beside_creatinine(self):
        patient = make_patient(birth_date=DAY - timedelta(days=66 * 365 + 100), sex="male")
        make_result(patient, "creatinine", "1.2", collected_on=DAY)
        (row,) = computed(patient, "renal")
        assert (row.formula, row.unit, row.latest.value) == ("CKD-EPI 2021", "mL/min/{1.73_m2}", Decimal("66.7"))

    def test_a_child_s_needs_the_height(self):
        patient = make_patient(birth_date=date(2018, 1, 1), sex="male")
        make_result(patient, "creatinine", "0.5", collected_on=DAY)
        (row,) = computed(patient, "renal")
        assert (row.formula, row.latest, row.missing) == ("bedside Schwartz", None, "the height")

    def test_no_creatinine_no_row(self):
        patient = adult()
        make_result(patient, "egfr", "60", collected_on=DAY)
        assert computed(patient, "renal") == []

    @pytest.mark.parametrize(("protein", "gap", "beyond"), [("8.0", "4.0", False), ("8.1", "4.1", True)])
    def test_globulin_gap_above_4(self, protein, gap, beyond):
        patient = adult()
        make_result(patient, "total_protein", protein, collected_on=DAY)
        make_result(patient, "albumin", "4.0", collected_on=DAY)
        (row,) = computed(patient, "chemistry")
        assert (row.latest.value, row.latest.beyond) == (Decimal(gap), beyond)

    def test_proteins_of_different_days_make_no_gap(self):
        patient = adult()
        make_result(patient, "total_protein", "9.0", collected_on=DAY)
        make_result(patient, "albumin", "4.0", collected_on=DAY - timedelta(days=1))
        assert computed(patient, "chemistry") == []

    def test_a_bound_or_contradiction_makes_no_gap(self):
        patient = adult()
        make_result(patient, "total_protein", "9.0", collected_on=DAY)
        make_result(patient, "albumin", "4.0", collected_on=DAY)
        make_result(patient, "albumin", "3.0", collected_on=DAY)
        assert computed(patient, "chemistry") == []

    def test_calcium_corrected_for_albumin_with_its_grade(self):
        """E23: 10.4 with albumin 2.9 is 11.28."""
        patient = adult()
        make_result(patient, "calcium", "10.4", collected_on=DAY)
        make_result(patient, "albumin", "2.9", collected_on=DAY)
        (row,) = computed(patient, "calcium")
        assert (row.latest.value, row.latest.grade.text) == (Decimal("11.28"), "CTCAE v5 grade 1")
