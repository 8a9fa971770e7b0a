"""How far a patient is from each bar: what must not be said first, then both sides of the bar."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from labs.models import Quarantine
from labs.rules.base import Answer
from labs.selectors.cohort import cohort_of
from labs.selectors.distances import Standing, distances_in
from tests.factories import make_diagnosis, make_line, make_quarantine, make_result, make_series

pytestmark = pytest.mark.django_db
TODAY = date(2025, 6, 10)
DAYS = [date(2025, month, 5) for month in range(1, 7)]


@pytest.fixture
def myeloma():
    diagnosis = make_diagnosis()
    make_line(diagnosis, started_on=date(2024, 6, 1))
    return diagnosis


def distances(diagnosis):
    cohort = cohort_of([diagnosis.patient_id], diagnosis_id=diagnosis.pk, today=TODAY).cohort
    return {one.rule.code: one for one in distances_in(cohort)}


def rising(diagnosis, *values: str, **fields):
    make_series(diagnosis.patient, "serum_m", dict(zip(DAYS, values, strict=False)), **fields)


class TestCannotTell:
    def test_without_any_result_a_rule_says_what_it_needs_and_no_distance(self, myeloma):
        found = distances(myeloma)["MM-PD-SERUM-M"]
        assert (found.standing, found.short_by, found.percent) == (Standing.UNKNOWN, None, None)
        assert found.missing

    def test_one_value_alone_has_nothing_to_be_compared_with(self, myeloma):
        rising(myeloma, "0.3")
        found = distances(myeloma)["MM-PD-SERUM-M"]
        assert (found.standing, found.held) == (Standing.UNKNOWN, None)

    def test_a_newer_value_that_could_not_be_read_leaves_the_answer_open(self, myeloma):
        rising(myeloma, "0.3", "0.3", "0.4")
        make_quarantine(patient=myeloma.patient, analyte="serum_m", collected_on=TODAY, state=Quarantine.State.OPEN)
        assert distances(myeloma)["MM-PD-SERUM-M"].standing is Standing.UNKNOWN

    def test_a_value_that_may_lie_on_either_side_of_the_bar_is_on_neither(self, myeloma):
        rising(myeloma, "0.3", "0.3")
        make_result(myeloma.patient, "serum_m", "0.5", comparator=">", collected_on=DAYS[3])
        assert distances(myeloma)["MM-PD-SERUM-M"].standing is Standing.UNKNOWN

    def test_what_is_told_in_words_has_no_distance(self, myeloma):
        rising(myeloma, "0.3", "0.3", "0.4")
        found = distances(myeloma)["MM-DRUG-BAND"]
        assert found.short_by is None
        assert found.standing in (Standing.IN_WORDS, Standing.UNKNOWN)

    def test_rules_of_another_disease_do_not_apply(self, myeloma):
        assert not [code for code in distances(myeloma) if code.startswith(("AML-", "ALL-"))]

    def test_without_a_diagnosis_nothing_is_said_of_any_disease(self):
        assert distances_in(cohort_of([make_result().patient_id], today=TODAY).cohort) == []


class TestInNumbers:
    @pytest.mark.parametrize(
        ("latest", "standing", "short_by"),
        [
            ("0.79", Standing.SHORT, "0.01"),
            ("0.80", Standing.REACHED, "0"),
            ("0.90", Standing.REACHED, "-0.1"),
        ],
    )
    def test_a_rise_is_short_of_reaches_or_passes_its_bar(self, myeloma, latest, standing, short_by):
        rising(myeloma, "0.3", "0.3", latest)
        found = distances(myeloma)["MM-PD-SERUM-M"]
        assert (found.standing, found.short_by) == (standing, Decimal(short_by))
        assert (found.held.on, found.held.meets_from) == (DAYS[2], Decimal("0.8"))

    def test_percent_is_of_the_bar(self, myeloma):
        rising(myeloma, "0.3", "0.3", "0.6")
        assert distances(myeloma)["MM-PD-SERUM-M"].percent == Decimal(25)

    def test_below_the_limit_of_measurement_the_distance_is_the_least_it_can_be(self, myeloma):
        rising(myeloma, "0.3", "0.3")
        make_result(myeloma.patient, "serum_m", "0.2", comparator="<", collected_on=DAYS[3])
        found = distances(myeloma)["MM-PD-SERUM-M"]
        assert (found.at_least, found.standing) == (True, Standing.SHORT)
        assert found.short_by == found.held.meets_from - Decimal("0.2")

    def test_a_fall_is_measured_downwards(self, myeloma):
        make_series(myeloma.patient, "haemoglobin", dict(zip(DAYS, ["14", "14", "14", "13"], strict=False)))
        found = distances(myeloma)["MM-HB"]
        assert (found.held.falls, found.short_by) == (True, Decimal(1))

    def test_the_latest_day_counts_whatever_its_assay(self, myeloma):
        for day, value in zip(DAYS[:3], ["0.3", "0.3", "0.5"], strict=True):
            make_result(myeloma.patient, "serum_m", value, collected_on=day, laboratory="A", method_family="spep")
        for day, value in zip([date(2024, 7, 1), date(2024, 8, 1)], ["0.2", "0.2"], strict=True):
            make_result(myeloma.patient, "serum_m", value, collected_on=day, laboratory="Z", method_family="cz")
        assert distances(myeloma)["MM-PD-SERUM-M"].held.on == DAYS[2]


class TestOrder:
    def test_reached_comes_first_then_the_nearest_then_what_cannot_be_told(self, myeloma):
        rising(myeloma, "0.3", "0.3", "0.9")
        make_series(myeloma.patient, "haemoglobin", dict(zip(DAYS, ["14", "14", "14", "13"], strict=False)))
        found = list(distances(myeloma).values())
        places = [list(Standing).index(one.standing) for one in found]
        assert places == sorted(places)
        shares = [one.percent for one in found if one.standing is Standing.SHORT]
        assert shares == sorted(shares)
        assert found[-1].answer is Answer.NOT_EVALUABLE


def test_how_many_counts_are_low_is_no_amount_of_haemoglobin() -> None:
    diagnosis = make_diagnosis(disease="AML", remission_on=date(2024, 1, 10))
    for analyte, well, low in (("haemoglobin", "13", "9"), ("platelets", "210", "60"), ("neutrophils", "3", "0.8")):
        make_series(diagnosis.patient, analyte, dict(zip(DAYS, (well, well, well, well, low, low), strict=True)))
    found = distances(diagnosis)
    for code in ("CBC-CYTOPENIA", "AML-COUNTS"):
        held = found[code].held
        assert held is not None
        assert (held.in_numbers, held.unit, found[code].short_by) == (False, "{count}", None)
