"""One result's way in: matched, compared, stored, superseded, kept aside; and the same again changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from labs.actions.receive_report import Received, receive_report, receive_reports
from labs.intake.incoming import LOINC, MRN, IncomingReport, IncomingResult, IncomingSubject
from labs.intake.numbers import read_number
from labs.models import Evaluation, Quarantine, Report, Result
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient
from tests.factories import (
    make_diagnosis,
    make_nurse,
    make_patient,
    make_scheduled_test,
    make_service_account,
    make_site,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
DAY = date(2025, 6, 1)


@pytest.fixture
def patient() -> Patient:
    return make_patient(mrn="007", site=make_site(time_zone="Europe/Paris"))


def incoming(value: str = "1.5", **fields: Any) -> IncomingResult:
    comparator, number = read_number(value)
    known: dict[str, Any] = {
        "accession": "A1",
        "code": "33358-3",
        "code_system": LOINC,
        "display": "",
        "value_text": value,
        "comparator": comparator,
        "value": number,
        "coded": "",
        "unit": "g/dL",
        "unit_system": "",
        "status": "final",
        "collected_at": None,
        "collected_on": DAY,
        "time_known": False,
        "zone_known": False,
        "specimen": "serum",
        "method": "SPEP",
        "laboratory": "Lab",
        "reference_low": None,
        "reference_high": None,
        "reference_text": "",
        "note": "",
        "where": "row 2",
    }
    return IncomingResult(**known | fields)


def as_report(*results: IncomingResult, mrn: str = "007", **subject: Any) -> IncomingReport:
    return IncomingReport(
        subject=IncomingSubject(identifiers=((MRN, mrn),), **subject),
        accession=results[0].accession if results else "A1",
        status=results[0].status if results else "final",
        laboratory="Lab",
        issued_at=None,
        results=results,
        source_format="csv",
        where="row 2",
    )


def receive(*results: IncomingResult, **about: Any) -> Received:
    return receive_report(report=as_report(*results, **about), by=system_account(), now=NOW)


def current() -> list[str]:
    return sorted(result.value_printed for result in Result.objects.filter(is_current=True))


def kinds(received: Received) -> list[str]:
    return [happened.kind for happened in received.results]


class TestStoring:
    def test_a_result_is_stored_in_its_words_and_comparable(self, patient: Patient) -> None:
        low, high = Decimal(0), Decimal(15)
        received = receive(incoming("<15", unit="g/L", reference_low=low, reference_high=high, note="phoned"))
        result = Result.objects.select_related("report").get()
        assert kinds(received) == ["stored"]
        assert (result.patient_id, result.report.accession, result.laboratory) == (patient.pk, "A1", "Lab")
        assert (result.analyte, result.code, result.value_printed, result.unit_printed) == (
            "serum_m",
            "33358-3",
            "<15",
            "g/L",
        )
        assert (result.comparator, result.value, result.amount) == ("<", Decimal("1.5"), 1_500_000)
        assert (result.reference_low, result.reference_high) == (Decimal(0), Decimal("1.5"))
        assert (result.collected_on, result.collected_at, result.time_known) == (DAY, None, False)
        assert (result.specimen, result.method, result.method_family) == ("serum", "SPEP", "spep")
        assert (result.note, result.version, result.is_current, result.received_at) == ("phoned", 1, True, NOW)

    def test_a_coded_result_has_no_amount(self, patient: Patient) -> None:
        receive(incoming("positive", code="49275-1", unit=""))
        result = Result.objects.get()
        assert (result.analyte, result.value, result.amount) == ("ife_serum", None, None)
        assert result.coded.startswith("positive")

    def test_a_local_time_is_on_the_clock_of_the_site(self, patient: Patient) -> None:
        local = datetime(2025, 6, 1, 8, 30)
        receive(incoming(collected_at=local, time_known=True))
        assert Result.objects.get().collected_at == datetime(2025, 6, 1, 6, 30, tzinfo=UTC)

    def test_the_day_is_the_one_at_the_site(self, patient: Patient) -> None:
        at = datetime(2025, 5, 31, 23, 30, tzinfo=UTC)
        receive(incoming(collected_at=at, collected_on=at.date(), time_known=True, zone_known=True))
        assert Result.objects.get().collected_on == date(2025, 6, 1)

    def test_a_long_text_is_kept_whole_in_the_note(self, patient: Patient) -> None:
        text = "positive " + "x" * 500
        receive(incoming(text, code="49275-1", unit="", status="corrected"))
        assert text in Result.objects.get().note

    def test_results_of_one_accession_share_a_report(self, patient: Patient) -> None:
        receive(incoming(), incoming("12", code="718-7", specimen=""))
        assert Report.objects.count() == 1
        assert Result.objects.count() == 2

    def test_a_test_vigil_does_not_use_is_told_and_not_stored(self, patient: Patient) -> None:
        received = receive(incoming("6.3", code="2093-3", unit="mmol/L"))
        assert kinds(received) == ["not_taken"]
        assert not Result.objects.exists()
        assert not Quarantine.objects.exists()

    def test_the_number_of_statements_does_not_grow(self, patient: Patient, django_assert_max_num_queries: Any) -> None:
        by = system_account()
        many = [as_report(incoming(str(number), accession=f"A{number}")) for number in range(1, 9)]
        with django_assert_max_num_queries(55):
            receive_reports(reports=many, by=by, now=NOW)
        more = [as_report(incoming(str(number % 9), accession=f"B{number}")) for number in range(200)]
        with django_assert_max_num_queries(55):
            receive_reports(reports=more, by=by, now=NOW)


class TestAfterwards:
    def test_the_rules_are_asked_in_the_same_transaction(self, patient: Patient) -> None:
        make_diagnosis(patient)
        received = receive(incoming())
        evaluation = Evaluation.objects.get(patient=patient)
        assert evaluation.evaluated_at == NOW
        assert not evaluation.pending
        assert received.evaluated is not None
        assert received.evaluated.patients == 1

    def test_later_evaluation_is_marked(self, patient: Patient) -> None:
        receive_reports(reports=[as_report(incoming())], by=system_account(), now=NOW, evaluate=False)
        assert Evaluation.objects.get(patient=patient).pending

    def test_the_scheduled_test_is_closed(self, patient: Patient) -> None:
        test = make_scheduled_test(patient, "spep", due_on=DAY)
        receive(incoming())
        test.refresh_from_db()
        assert test.closed_by == Report.objects.get()

    def test_it_is_audited_once_a_patient(self, patient: Patient) -> None:
        receive(incoming(), incoming("12", code="718-7", specimen=""))
        row = AuditEvent.objects.get(verb="results.receive")
        assert (row.patient_id, row.detail) == (patient.pk, {"stored": 2})


class TestReplay:
    def test_the_same_again_changes_nothing(self, patient: Patient) -> None:
        messages = [incoming(), incoming("2", status="corrected"), incoming("bad unit", unit="furlong")]
        for message in messages:
            receive(message)
        before = (
            list(Result.objects.order_by("pk").values()),
            list(Quarantine.objects.values()),
            AuditEvent.objects.count(),
        )
        for message in messages:
            received = receive(message)
            assert kinds(received) in (["known"], ["aside"])
            assert not received.patient_ids
        assert before == (
            list(Result.objects.order_by("pk").values()),
            list(Quarantine.objects.values()),
            AuditEvent.objects.count(),
        )

    def test_the_same_twice_in_one_message_counts_once(self, patient: Patient) -> None:
        assert kinds(receive(incoming(), incoming())) == ["stored", "known"]
        assert Result.objects.count() == 1


class TestVersions:
    @pytest.mark.parametrize("status", ["corrected", "amended"])
    def test_a_correction_supersedes_and_the_former_version_stays(self, patient: Patient, status: str) -> None:
        receive(incoming("1.5"))
        assert kinds(receive(incoming("2.5", status=status))) == ["replaced"]
        former, present = Result.objects.order_by("pk")
        assert (former.is_current, former.version, former.value_printed) == (False, 1, "1.5")
        assert (present.is_current, present.version, present.supersedes) == (True, 2, former)

    @pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
    def test_a_result_taken_back_counts_no_more(self, patient: Patient, status: str) -> None:
        receive(incoming("1.5"))
        receive(incoming("", status=status))
        present = Result.objects.get(is_current=True)
        assert (present.status, present.value, present.supersedes) == (status, None, Result.objects.earliest("pk"))

    def test_versions_within_one_message_follow_each_other(self, patient: Patient) -> None:
        received = receive(
            incoming("1", status="preliminary"),
            incoming("1.2"),
            incoming("1.3", status="corrected"),
            incoming("1.4", status="corrected"),
        )
        assert kinds(received) == ["stored", "replaced", "replaced", "replaced"]
        assert [result.version for result in Result.objects.order_by("pk")] == [1, 2, 3, 4]
        assert current() == ["1.4"]

    def test_the_final_result_supersedes_the_preliminary_one(self, patient: Patient) -> None:
        receive(incoming("1.5", status="preliminary"))
        receive(incoming("1.6"))
        assert current() == ["1.6"]

    def test_a_preliminary_result_that_comes_late_does_not_count(self, patient: Patient) -> None:
        receive(incoming("1.6"))
        assert kinds(receive(incoming("1.5", status="preliminary"))) == ["late"]
        assert current() == ["1.6"]

    @pytest.mark.parametrize("status", ["corrected", "amended", "entered-in-error"])
    def test_an_original_that_comes_after_its_correction_does_not_count(self, patient: Patient, status: str) -> None:
        receive(incoming("2.5", status=status))
        received = receive(incoming("1.5"))
        assert kinds(received) == ["late"]
        assert received.results[0].remedy
        assert current() == ["2.5"]
        assert Result.objects.get(value_printed="1.5").warnings

    def test_what_was_cancelled_may_still_be_done(self, patient: Patient) -> None:
        receive(incoming("", status="cancelled"))
        receive(incoming("1.5"))
        assert current() == ["1.5"]

    def test_a_contradiction_keeps_both_and_marks_them(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        received = receive(incoming("2.5"))
        assert kinds(received) == ["beside"]
        assert current() == ["1.5", "2.5"]
        assert all(result.warnings for result in Result.objects.all())

    def test_another_day_under_the_same_accession_is_no_contradiction(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        assert kinds(receive(incoming("2.5", collected_on=DAY + timedelta(days=7)))) == ["stored"]
        assert current() == ["1.5", "2.5"]

    def test_another_method_under_the_same_accession_is_no_contradiction(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        receive(incoming("1.7", method="capillary zone electrophoresis"))
        assert current() == ["1.5", "1.7"]
        assert not any(result.warnings for result in Result.objects.all())

    def test_a_correction_of_the_day_replaces(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        receive(incoming("1.5", collected_on=DAY + timedelta(days=7), status="corrected"))
        assert [result.collected_on for result in Result.objects.filter(is_current=True)] == [DAY + timedelta(days=7)]

    def test_the_same_value_in_other_words_replaces_without_contradiction(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        assert kinds(receive(incoming("15", unit="g/L"))) == ["replaced"]
        assert current() == ["15"]

    def test_another_accession_is_another_result(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        receive(incoming("1.7", accession="A2"))
        assert current() == ["1.5", "1.7"]

    def test_a_correction_that_cannot_be_read_takes_the_old_value_back(self, patient: Patient) -> None:
        receive(incoming("1.5"))
        received = receive(incoming("2", unit="furlong", status="corrected"))
        assert kinds(received) == ["aside"]
        assert Quarantine.objects.get().state == "open"
        present = Result.objects.get(is_current=True)
        assert (present.value, present.value_printed, present.status) == (None, "2", "corrected")

    def test_a_report_taken_back_as_a_whole_takes_back_all_it_brought(self, patient: Patient) -> None:
        receive(incoming("1.5"), incoming("12", code="718-7", specimen=""))
        empty = replace(as_report(), status="entered-in-error")
        receive_report(report=empty, by=system_account(), now=NOW)
        assert {result.status for result in Result.objects.filter(is_current=True)} == {"entered-in-error"}


class TestKeptAside:
    def test_an_unknown_unit_waits_with_reason_and_remedy(self, patient: Patient) -> None:
        received = receive(incoming(unit="furlong"))
        item = Quarantine.objects.get()
        assert kinds(received) == ["aside"]
        assert (item.patient, item.analyte, item.collected_on) == (patient, "serum_m", DAY)
        assert (item.reason, item.where) == ("unit_unknown", "row 2")
        assert item.explanation
        assert item.remedy
        assert item.raw["unit"] == "furlong"
        assert not Result.objects.exists()

    def test_one_bad_result_does_not_hold_up_the_others(self, patient: Patient) -> None:
        assert kinds(receive(incoming(unit="furlong"), incoming("12", code="718-7", specimen=""))) == [
            "aside",
            "stored",
        ]

    def test_no_day_of_collection(self, patient: Patient) -> None:
        receive(incoming(collected_on=None))
        assert Quarantine.objects.get().reason == "collection_time_unknown"

    def test_collected_before_birth(self, patient: Patient) -> None:
        receive(incoming(collected_on=date(1950, 1, 1)))
        assert Quarantine.objects.get().reason == "collected_before_birth"

    def test_what_comes_in_usable_later_is_settled(self, patient: Patient) -> None:
        receive(incoming(unit="furlong"))
        received = receive(incoming("1.5", status="corrected"))
        item = Quarantine.objects.get()
        assert received.settled == 1
        assert (item.state, item.closed_by, item.closed_at) == ("mended", system_account(), NOW)

    def test_another_final_value_settles_nothing(self, patient: Patient) -> None:
        receive(incoming(unit="furlong"))
        receive(incoming("1.5"))
        assert Quarantine.objects.get().state == "open"

    def test_what_people_dismissed_stays_dismissed(self, patient: Patient) -> None:
        receive(incoming(unit="furlong"))
        Quarantine.objects.update(state="dismissed", closed_at=NOW, closed_by=system_account())
        receive(incoming(unit="furlong"))
        assert Quarantine.objects.get().state == "dismissed"


class TestMatching:
    def test_an_unknown_number_waits_without_patient(self, patient: Patient) -> None:
        received = receive(incoming(), mrn="unheard of")
        item = Quarantine.objects.get()
        assert kinds(received) == ["aside"]
        assert (item.patient, item.reason) == (None, "unknown_number")
        assert not Result.objects.exists()

    def test_it_comes_in_once_the_patient_is_registered(self, patient: Patient) -> None:
        receive(incoming(), mrn="008")
        make_patient(mrn="008")
        assert kinds(receive(incoming(), mrn="008")) == ["stored"]
        assert Quarantine.objects.get().state == "mended"

    @pytest.mark.parametrize(
        "about",
        [
            {"family_name": "Miller"},
            {"given_name": "Irma"},
            {"birth_date": date(1958, 3, 15)},
            {"birth_date_text": "1959"},
            {"sex": "male"},
        ],
    )
    def test_another_person_under_the_number_gets_nothing(self, patient: Patient, about: dict[str, Any]) -> None:
        receive(incoming(), **about)
        assert Quarantine.objects.get().reason == "another_person"
        assert not Result.objects.exists()

    @pytest.mark.parametrize(
        "about",
        [
            {"family_name": "OKAFOR", "given_name": "Inès Ada"},
            {"family_name": "O'Kafor"},
            {"birth_date": date(1958, 3, 14), "sex": "unknown"},
            {"birth_date_text": "1958-03"},
        ],
    )
    def test_spelling_and_second_names_make_no_other_person(self, patient: Patient, about: dict[str, Any]) -> None:
        assert kinds(receive(incoming(), **about)) == ["stored"]

    def test_numbers_of_two_patients_match_nobody(self, patient: Patient) -> None:
        make_patient(mrn="008")
        report = as_report(incoming())
        both = replace(report, subject=replace(report.subject, identifiers=((MRN, "007"), (MRN, "008"))))
        receive_report(report=both, by=system_account(), now=NOW)
        assert Quarantine.objects.get().reason == "numbers_of_several_patients"

    def test_the_system_of_a_number_counts(self, patient: Patient) -> None:
        report = as_report(incoming())
        other = replace(report, subject=replace(report.subject, identifiers=(("http://elsewhere", "007"),)))
        receive_report(report=other, by=system_account(), now=NOW)
        assert Quarantine.objects.get().patient is None


class TestAccess:
    def test_an_interface_reaches_the_patients_of_its_sites_only(self, patient: Patient) -> None:
        elsewhere, here = make_service_account(make_site()), make_service_account(patient.site)
        receive_report(report=as_report(incoming()), by=elsewhere, now=NOW)
        assert not Result.objects.exists()
        receive_report(report=as_report(incoming()), by=here, now=NOW)
        assert Result.objects.exists()

    def test_a_nurse_does_not_import(self, patient: Patient) -> None:
        with pytest.raises(AccessRefused):
            receive_report(report=as_report(incoming()), by=make_nurse(patient.site), now=NOW)


@pytest.mark.parametrize("number", ["008", "unheard-of"])
def test_what_is_entered_for_one_patient_cannot_be_about_another(patient: Patient, number: str) -> None:
    make_patient(mrn="008", site=patient.site)
    nurse, mixed = make_nurse(patient.site), [as_report(incoming()), as_report(incoming(), mrn=number)]
    with pytest.raises(ValidationError, match="not about the patient"):
        receive_reports(reports=mixed, by=nurse, now=NOW, entered_for=patient)
    assert not Result.objects.exists()
    assert not Quarantine.objects.exists()


def test_a_sender_who_may_not_see_the_patient_hides_an_item_from_nobody(patient: Patient) -> None:
    unreadable = as_report(incoming(unit="furlongs"))
    receive_report(report=unreadable, by=system_account(), now=NOW)
    receive_report(report=unreadable, by=make_service_account(make_site()), now=NOW)
    assert (Quarantine.objects.get().patient, Quarantine.objects.get().reason) == (patient, "unit_unknown")
