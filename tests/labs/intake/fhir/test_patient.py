"""Patients and their diagnoses."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from labs.intake.incoming import MRN, IncomingCondition, IncomingPatient, Reason, Refused, Skipped
from tests.labs.intake.fhir.bundles import bundle, patient, read


def person(**elements: Any) -> IncomingPatient:
    (found,) = read(bundle(patient(**elements)))
    assert isinstance(found, IncomingPatient), found
    return found


def refused_person(**elements: Any) -> Refused:
    (found,) = read(bundle(patient(**elements)))
    assert isinstance(found, Refused), found
    return found


def test_a_person_is_kept_as_sent() -> None:
    found = person().subject
    assert found.identifiers == (("http://hospital.example/mrn", "007"),)
    assert (found.family_name, found.given_name) == ("Okafor", "Ines Ada")
    assert (found.birth_date, found.sex) == (date(1958, 3, 14), "female")
    assert found.source_ids == ("Patient/p1",)


def test_the_medical_record_number_goes_first_and_personal_documents_are_not_taken() -> None:
    def typed(kind: str, value: str) -> dict[str, Any]:
        return {"type": {"coding": [{"code": kind}]}, "system": f"http://{kind}", "value": value}

    found = person(
        identifier=[
            {"value": "no system"},
            typed("SS", "999-99-9999"),
            typed("DL", "S99"),
            typed("PPN", "X1"),
            {"system": "http://old", "value": "1", "use": "old"},
            typed("MR", "007"),
            {"system": "http://empty"},
        ]
    )
    assert found.subject.identifiers == (("http://MR", "007"), (MRN, "no system"))


@pytest.mark.parametrize(
    "identifiers", [[], None, [{"value": ""}], [{"type": {"coding": [{"code": "SS"}]}, "value": "1"}]]
)
def test_a_person_without_usable_identifier_is_refused(identifiers: Any) -> None:
    assert refused_person(identifier=identifiers).reason == Reason.NO_IDENTIFIER


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([{"use": "usual", "family": "B"}, {"use": "official", "family": "A"}], ("A", "")),
        ([{"use": "maiden", "family": "C"}, {"family": "B", "given": ["X"]}], ("B", "X")),
        ([{"text": "Ines Okafor"}], ("Ines Okafor", "")),
        ([{"family": "Mu\u0308ller"}], ("Müller", "")),
        ([], ("", "")),
    ],
)
def test_the_official_name_is_taken_else_the_next_best(names: list[Any], expected: tuple[str, str]) -> None:
    found = person(name=names).subject
    assert (found.family_name, found.given_name) == expected


@pytest.mark.parametrize("text", ["1958", "1958-03"])
def test_a_partial_birth_date_stays_partial(text: str) -> None:
    found = person(birthDate=text).subject
    assert (found.birth_date, found.birth_date_text) == (None, text)


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"birthDate": "14/03/1958"}, Reason.BAD_DATE),
        ({"birthDate": "2058-01-01"}, Reason.FUTURE_DATE),
        ({"gender": "f"}, Reason.BAD_VALUE),
        ({"name": "Okafor"}, Reason.BROKEN_ENTRY),
        ({"name": [{"family": "x" * 121}]}, Reason.TOO_LONG),
        ({"identifier": [{"value": "x" * 121}]}, Reason.BAD_VALUE),
        ({"deceasedBoolean": "no"}, Reason.BROKEN_ENTRY),
    ],
)
def test_a_person_with_a_fault_is_refused(elements: dict[str, Any], reason: Reason) -> None:
    assert refused_person(**elements).reason == reason


def test_death_is_kept() -> None:
    assert person(deceasedBoolean=False).deceased is False
    assert person(deceasedBoolean=True).deceased is True
    died = person(deceasedDateTime="2025-05-01T10:00:00Z")
    assert (died.deceased, died.deceased_on) == (True, date(2025, 5, 1))


def condition(code: str, system: str = "http://hl7.org/fhir/sid/icd-10-cm", **elements: Any) -> Any:
    resource = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://other", "code": "x"}, {"system": system, "code": code}]},
        "onsetDateTime": "2020-01-02",
    } | elements
    return read(bundle(patient(), resource))[1]


@pytest.mark.parametrize(
    ("code", "disease", "status"),
    [
        ("C90.00", "MM", "active"),
        ("C90.01", "MM", "remission"),
        ("C90.02", "MM", "relapse"),
        ("C92.01", "AML", "remission"),
        ("C92.41", "AML", "remission"),
        ("C92.A1", "AML", "remission"),
        ("C93.01", "AML", "remission"),
        ("C94.21", "AML", "remission"),
        ("C91.01", "ALL", "remission"),
        ("C91.A1", "ALL", "remission"),
        ("C90.0", "MM", ""),
    ],
)
def test_followed_diseases_are_known_by_icd_10(code: str, disease: str, status: str) -> None:
    found = condition(code)
    assert isinstance(found, IncomingCondition)
    assert (found.disease, found.clinical_status, found.onset_on) == (disease, status, date(2020, 1, 2))
    assert (found.code, found.subject.family_name) == (code, "Okafor")


@pytest.mark.parametrize(
    "code", ["C90.10", "C90.30", "C91.10", "C91.40", "C92.10", "C93.10", "J32.9", "C900", "C90.0x"]
)
def test_other_diseases_are_skipped(code: str) -> None:
    found = condition(code)
    assert isinstance(found, Skipped)
    assert found.reason == Reason.NOT_A_FOLLOWED_DISEASE


def test_snomed_codes_are_known() -> None:
    found = condition("94704006", "http://snomed.info/sct")
    assert isinstance(found, IncomingCondition)
    assert (found.disease, found.clinical_status) == ("MM", "remission")


def test_what_the_sender_says_of_the_course_goes_before_the_code() -> None:
    found = condition("C90.01", clinicalStatus={"coding": [{"code": "relapse"}]})
    assert isinstance(found, IncomingCondition)
    assert found.clinical_status == "relapse"


def test_a_status_fhir_does_not_know_is_refused() -> None:
    found = condition("C90.01", clinicalStatus={"coding": [{"code": "fine"}]})
    assert isinstance(found, Refused)
    assert found.reason == Reason.BAD_STATUS


@pytest.mark.parametrize("status", ["refuted", "entered-in-error", "provisional"])
def test_a_diagnosis_not_confirmed_is_skipped(status: str) -> None:
    found = condition("C90.01", verificationStatus={"coding": [{"code": status}]})
    assert isinstance(found, Skipped)
    assert found.reason == Reason.NOT_A_CONFIRMED_CONDITION
