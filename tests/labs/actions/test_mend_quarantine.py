from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from labs.actions.mend_quarantine import AlreadyClosed, Mended, dismiss, mend
from labs.actions.receive_report import receive_report
from labs.intake.incoming import LOINC, MRN, IncomingReport, IncomingResult, IncomingSubject
from labs.models import Quarantine, Result
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Patient, User
from patients.problems import problems_of
from tests.factories import make_administrator, make_nurse, make_patient, make_quarantine, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 12, tzinfo=UTC)
DAY = date(2025, 6, 1)
HB = Mended(analyte="haemoglobin", text="11.2", unit="g/dL", collected_on=DAY)


@pytest.fixture
def patient() -> Patient:
    return make_patient(mrn="0012")


@pytest.fixture
def nurse(patient: Patient) -> User:
    return make_nurse(patient.site)


def arrive(**changes: Any) -> Quarantine:
    """Let a result come in that cannot be used, and take it out of the quarantine."""
    number = changes.pop("mrn", "0012")
    given: dict[str, Any] = {
        "accession": "L1", "code": "718-7", "code_system": LOINC, "display": "", "value_text": "11.2", "comparator": "",
        "value": None, "coded": "", "unit": "furlongs", "unit_system": "", "status": "final", "collected_at": None,
        "collected_on": DAY, "time_known": False, "zone_known": False, "specimen": "", "method": "",
        "laboratory": "Central", "reference_low": None, "reference_high": None, "reference_text": "", "note": "",
        "where": "row 2",
    }  # fmt: skip
    report = IncomingReport(
        subject=IncomingSubject(identifiers=((MRN, number),)), accession="L1", status="final", laboratory="Central",
        issued_at=None, results=(IncomingResult(**given | changes),), source_format="csv", where="row 2",
    )  # fmt: skip
    receive_report(report=report, by=system_account(), now=NOW)
    return Quarantine.objects.get(state="open")


def test_a_mended_result_is_taken_in_and_the_senders_words_stay(patient: Patient, nurse: User) -> None:
    item = arrive()
    mend(item=item, patient=patient, mended=HB, note="asked the laboratory", by=nurse, now=NOW)
    result = Result.objects.get()
    assert (result.unit_printed, result.report.accession, result.laboratory) == ("g/dL", "L1", "Central")
    item.refresh_from_db()
    assert (item.state, item.closed_by, item.note) == ("mended", nurse, "asked the laboratory")
    assert item.raw["unit"] == "furlongs"
    assert AuditEvent.objects.filter(verb="quarantine.mended", by=nurse, patient=patient).exists()


def test_a_result_of_nobody_is_given_to_the_patient_it_belongs_to(patient: Patient, nurse: User) -> None:
    item = arrive(mrn="12", unit="g/dL")
    assert item.patient is None
    mend(item=item, patient=patient, mended=HB, by=nurse, now=NOW)
    item.refresh_from_db()
    assert (Result.objects.get().patient, item.patient) == (patient, patient)


def test_what_still_cannot_be_used_is_refused_by_field_and_stays_open(patient: Patient, nurse: User) -> None:
    item = arrive()
    with pytest.raises(ValidationError) as error:
        mend(item=item, patient=patient, mended=Mended("haemoglobin", "112", "g/dL", DAY), by=nurse, now=NOW)
    assert [problem.where for problem in problems_of(error.value)] == ["value"]
    item.refresh_from_db()
    assert (item.state, Result.objects.count(), Quarantine.objects.count()) == ("open", 0, 1)


def test_an_item_of_one_patient_is_not_given_to_another(patient: Patient, nurse: User) -> None:
    other = make_patient(site=patient.site)
    with pytest.raises(ValidationError) as error:
        mend(item=arrive(), patient=other, mended=HB, by=nurse, now=NOW)
    assert [problem.where for problem in problems_of(error.value)] == ["patient"]


def test_the_senders_offset_is_kept_while_the_time_is_unchanged(patient: Patient, nurse: User) -> None:
    item = arrive(
        collected_at=datetime(2025, 6, 1, 8, 30, tzinfo=UTC), collected_on=DAY, time_known=True, zone_known=True
    )
    mended = Mended("haemoglobin", "11.2", "g/dL", DAY, collected_time=time(8, 30))
    mend(item=item, patient=patient, mended=mended, by=nurse, now=NOW)
    assert Result.objects.get().collected_at == datetime(2025, 6, 1, 8, 30, tzinfo=UTC)


def test_a_time_put_right_is_the_sites(patient: Patient, nurse: User) -> None:
    mended = Mended("haemoglobin", "11.2", "g/dL", DAY, collected_time=time(8, 30))
    mend(item=arrive(), patient=patient, mended=mended, by=nurse, now=NOW)
    assert Result.objects.get().collected_at == datetime(2025, 6, 1, 6, 30, tzinfo=UTC)


def test_dismissing_needs_a_reason_and_keeps_everything(patient: Patient, nurse: User) -> None:
    item = arrive()
    with pytest.raises(ValidationError):
        dismiss(item=item, note=" ", by=nurse, now=NOW)
    dismiss(item=item, note="A test message.", by=nurse, now=NOW)
    item.refresh_from_db()
    assert (item.state, item.note, item.raw["value"]) == ("dismissed", "A test message.", "11.2")


def test_the_same_message_again_does_not_open_what_was_dismissed(patient: Patient, nurse: User) -> None:
    dismiss(item=arrive(), note="A test message.", by=nurse, now=NOW)
    with pytest.raises(Quarantine.DoesNotExist):
        arrive()


def test_of_two_the_second_is_told_who_was_first(patient: Patient, nurse: User) -> None:
    item = arrive()
    dismiss(item=item, note="not ours", by=nurse, now=NOW)
    with pytest.raises(AlreadyClosed, match=str(nurse)):
        mend(item=item, patient=patient, mended=HB, by=nurse, now=NOW)


def test_a_foreign_nurse_finds_no_item_of_the_patient(patient: Patient) -> None:
    item = arrive()
    with pytest.raises(Quarantine.DoesNotExist):
        dismiss(item=item, note="x", by=make_nurse(make_site()), now=NOW)


def test_an_administrator_dismisses_but_does_not_mend(patient: Patient) -> None:
    administrator = make_administrator(patient.site)
    item = arrive()
    with pytest.raises(AccessRefused):
        mend(item=item, patient=patient, mended=HB, by=administrator, now=NOW)
    assert dismiss(item=item, note="not ours", by=administrator, now=NOW).state == "dismissed"


def test_a_result_for_another_site_is_not_mended_from_here(nurse: User) -> None:
    with pytest.raises(AccessRefused):
        mend(item=make_quarantine(), patient=make_patient(), mended=HB, by=nurse, now=NOW)
