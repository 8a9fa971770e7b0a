"""Markers over time, and the lines they are held against."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from labs.models import ResultStatus
from labs.selectors.bars import bars, usable_now
from labs.selectors.trend import measured_results, trends_of
from patients.models import Diagnosis
from tests.factories import make_diagnosis, make_line, make_report, make_result, make_series

pytestmark = pytest.mark.django_db
RISING = {date(2025, 1, 5): "0.3", date(2025, 2, 5): "0.3", date(2025, 3, 5): "0.5"}


@pytest.fixture
def diagnosis():
    return make_diagnosis()


def trend(diagnosis, analyte: str = "serum_m"):
    return trends_of(measured_results(patient=diagnosis.patient, analytes=[analyte]))[analyte]


def held(diagnosis, *rules: str, analyte: str = "serum_m"):
    diagnosis = Diagnosis.objects.prefetch_related("lines").get(pk=diagnosis.pk)
    results = usable_now(measured_results(patient=diagnosis.patient, analytes=[analyte]))
    return bars(patient=diagnosis.patient, diagnosis=diagnosis, results=results, events=[], rules=rules)


class TestTrend:
    @pytest.mark.parametrize(
        "status", [ResultStatus.CANCELLED, ResultStatus.ENTERED_IN_ERROR, ResultStatus.PRELIMINARY]
    )
    def test_values_that_do_not_count_are_left_out(self, diagnosis, status):
        make_result(diagnosis.patient, "serum_m", "0.3", status=status)
        assert measured_results(patient=diagnosis.patient, analytes=["serum_m"]) == []

    def test_values_are_in_order_of_time(self, diagnosis):
        make_series(diagnosis.patient, "serum_m", dict(reversed(RISING.items())))
        assert [str(point.value.normalize()) for point in trend(diagnosis).points] == ["0.3", "0.3", "0.5"]

    def test_a_replaced_version_is_marked_and_contradicts_nothing(self, diagnosis):
        report = make_report(diagnosis.patient, collected_on=date(2025, 6, 1))
        make_result(analyte="serum_m", value="1.9", report=report, is_current=False)
        make_result(analyte="serum_m", value="0.4", report=report)
        assert [(p.replaced, p.contradictory) for p in trend(diagnosis).points] == [(True, False), (False, False)]

    def test_differing_values_of_a_day_contradict(self, diagnosis):
        make_result(diagnosis.patient, "serum_m", "0.4")
        make_result(diagnosis.patient, "serum_m", "0.9")
        assert all(point.contradictory for point in trend(diagnosis).points)

    def test_a_change_of_method_or_laboratory_is_a_change_of_assay(self, diagnosis):
        for day, method, laboratory in [(1, "spep", "A"), (2, "spep", "A"), (3, "cz", "A"), (4, "cz", "B")]:
            fields = {"method_family": method, "laboratory": laboratory}
            make_result(diagnosis.patient, "serum_m", "0.3", collected_on=date(2025, 1, day), **fields)
        assert trend(diagnosis).assay_changes == [date(2025, 1, 3), date(2025, 1, 4)]

    def test_two_assays_on_one_day_are_no_change_while_one_of_them_goes_on(self, diagnosis):
        for day, laboratory in [(1, "A"), (2, "A"), (2, "B"), (3, "A")]:
            make_result(diagnosis.patient, "serum_m", "0.3", collected_on=date(2025, 1, day), laboratory=laboratory)
        assert trend(diagnosis).assay_changes == []

    def test_the_reference_range_is_the_one_printed_last(self, diagnosis):
        for day, high in [(1, "10"), (2, "12")]:
            fields = {"reference_high": Decimal(high), "collected_on": date(2025, 1, day)}
            make_result(diagnosis.patient, "serum_m", "0.3", **fields)
        make_result(diagnosis.patient, "serum_m", "0.3", collected_on=date(2025, 1, 3))
        assert trend(diagnosis).reference_high == 12


class TestBars:
    def test_progression_is_measured_from_the_lowest_confirmed_value(self, diagnosis):
        make_series(diagnosis.patient, "serum_m", RISING)
        found = held(diagnosis, "MM-PD-SERUM-M")["MM-PD-SERUM-M"]
        assert (found.reference, found.confirmed, found.falls) == (Decimal("0.3"), True, False)
        assert found.meets_from == Decimal("0.8")

    def test_from_a_high_level_a_quarter_is_more_than_the_absolute_rise(self, diagnosis):
        make_series(diagnosis.patient, "serum_m", dict.fromkeys(RISING, "4.0"))
        assert held(diagnosis, "MM-PD-SERUM-M")["MM-PD-SERUM-M"].meets_from == Decimal("5.0")

    def test_a_lowest_value_seen_once_says_so(self, diagnosis):
        make_series(diagnosis.patient, "serum_m", dict(list(RISING.items())[:2]))
        assert not held(diagnosis, "MM-PD-SERUM-M")["MM-PD-SERUM-M"].confirmed

    def test_a_new_line_of_therapy_starts_anew(self, diagnosis):
        make_series(diagnosis.patient, "serum_m", RISING)
        make_line(diagnosis, number=2, started_on=date(2025, 3, 1))
        assert held(diagnosis, "MM-PD-SERUM-M") == {}

    def test_without_values_there_are_no_lines(self, diagnosis):
        assert held(diagnosis, "MM-PD-SERUM-M") == {}

    def test_rules_of_other_diseases_and_unknown_ones_draw_nothing(self):
        leukaemia = make_diagnosis(disease="AML")
        make_series(leukaemia.patient, "serum_m", RISING)
        assert held(leukaemia, "MM-PD-SERUM-M", "NO-SUCH-RULE") == {}

    def test_it_asks_the_database_nothing(self, diagnosis, django_assert_num_queries):
        make_series(diagnosis.patient, "serum_m", RISING)
        results = measured_results(patient=diagnosis.patient, analytes=["serum_m"])
        diagnosis = Diagnosis.objects.select_related("patient").prefetch_related("lines").get(pk=diagnosis.pk)
        with django_assert_num_queries(0):
            bars(patient=diagnosis.patient, diagnosis=diagnosis, results=results, events=[], rules=["MM-PD-SERUM-M"])
