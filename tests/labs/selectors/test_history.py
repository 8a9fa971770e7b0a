"""Results as people read them: nothing that came is left out, and nothing unusable looks usable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from labs.models import ResultStatus
from labs.selectors.history import history, unusable
from tests.factories import make_patient, make_quarantine, make_report, make_result, make_series

pytestmark = pytest.mark.django_db
DAY = date(2025, 6, 1)


@pytest.fixture
def patient():
    return make_patient()


def cell(patient, analyte: str, day: date = DAY):
    for panel in history(patient=patient).panels:
        for row in panel.rows:
            if row.analyte.code == analyte:
                return row.cells[panel.days.index(day)]
    raise AssertionError(f"{analyte} is not shown")


def test_panels_have_their_own_days_newest_first(patient) -> None:
    make_series(patient, "haemoglobin", {DAY: "12", DAY - timedelta(days=30): "13"})
    make_result(patient, "serum_m", "0.3", collected_on=DAY - timedelta(days=30))
    shown = {panel.group: panel.days for panel in history(patient=patient).panels}
    assert shown == {
        "paraprotein": (DAY - timedelta(days=30),),
        "blood_count": (DAY, DAY - timedelta(days=30)),
    }


def test_markers_keep_the_order_of_the_vocabulary(patient) -> None:
    for analyte in ("platelets", "haemoglobin", "wbc"):
        make_result(patient, analyte, "5")
    (panel,) = history(patient=patient).panels
    assert [row.analyte.code for row in panel.rows] == ["haemoglobin", "wbc", "platelets"]


def test_differing_values_of_a_day_are_both_shown_as_contradicting(patient) -> None:
    make_result(patient, "haemoglobin", "12.0")
    make_result(patient, "haemoglobin", "9.1")
    found = cell(patient, "haemoglobin")
    assert [result.value_printed for result in found.present] == ["12.0", "9.1"]
    assert found.contradictory


@pytest.mark.parametrize("second", [{"value": "12.0"}, {"value": "9.1", "status": ResultStatus.CANCELLED}])
def test_equal_values_and_values_taken_back_contradict_nothing(patient, second) -> None:
    make_result(patient, "haemoglobin", "12.0")
    make_result(patient, "haemoglobin", **second)
    assert not cell(patient, "haemoglobin").contradictory


def test_below_a_limit_differs_from_the_limit(patient) -> None:
    make_result(patient, "serum_m", "0.1")
    make_result(patient, "serum_m", "0.1", comparator="<")
    assert cell(patient, "serum_m").contradictory


def test_coded_results_of_a_day_may_contradict_each_other(patient) -> None:
    make_result(patient, "ife_serum", None, coded="negative", value_printed="negative")
    make_result(patient, "ife_serum", None, coded="positive", value_printed="IgG kappa")
    assert cell(patient, "ife_serum").contradictory


def test_a_replaced_version_is_still_found(patient) -> None:
    report = make_report(patient, collected_on=DAY)
    old = make_result(patient, "serum_m", "1.9", report=report, is_current=False)
    new = make_result(
        patient, "serum_m", "0.4", report=report, status=ResultStatus.CORRECTED, version=2, supersedes=old
    )
    found = cell(patient, "serum_m")
    assert (found.present, found.replaced) == ((new,), (old,))
    assert not found.contradictory


def test_only_values_in_quarantine_that_still_wait_are_listed(patient) -> None:
    waiting = make_quarantine(patient=patient)
    make_quarantine()
    assert unusable(patient=patient) == [waiting]


def test_earlier_days_follow_page_by_page(patient) -> None:
    days = [DAY - timedelta(days=number) for number in range(5)]
    make_series(patient, "haemoglobin", dict.fromkeys(days, "12"))
    first = history(patient=patient, days=3)
    assert (first.days, first.earlier, first.newest_shown) == (tuple(days[:3]), days[2], True)
    second = history(patient=patient, before=first.earlier, days=3)
    assert (second.days, second.earlier, second.newest_shown) == (tuple(days[3:]), None, False)


def test_it_takes_one_query_whatever_the_rows(patient, django_assert_num_queries) -> None:
    make_series(patient, "haemoglobin", {DAY - timedelta(days=n): "12" for n in range(30)})
    with django_assert_num_queries(1):
        history(patient=patient)


def test_a_patient_without_results_has_an_empty_history(patient) -> None:
    assert history(patient=patient).panels == ()
