"""Observations: values of every type, times, codes and statuses, kept as they came."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from labs.intake.incoming import LOCAL_CODE, IncomingReport, IncomingResult, Reason, Refused, Skipped
from tests.labs.intake.fhir.bundles import UCUM, bundle, observation, patient, read


def outcome_of(resource: dict[str, Any]) -> IncomingReport | Skipped | Refused:
    _, outcome = read(bundle(patient(), resource))
    assert isinstance(outcome, IncomingReport | Skipped | Refused)
    assert outcome.row == 1
    return outcome


def results_of(resource: dict[str, Any]) -> tuple[IncomingResult, ...]:
    outcome = outcome_of(resource)
    assert isinstance(outcome, IncomingReport), outcome
    return outcome.results


def result_of(resource: dict[str, Any]) -> IncomingResult:
    (only,) = results_of(resource)
    return only


def refusal_of(resource: dict[str, Any]) -> Refused:
    outcome = outcome_of(resource)
    assert isinstance(outcome, Refused), outcome
    assert outcome.remedy
    return outcome


def test_a_quantity_is_kept_as_it_came() -> None:
    found = result_of(observation())
    assert (found.value_text, found.value, found.comparator) == ("12.1", Decimal("12.1"), "")
    assert (found.unit, found.unit_system) == ("g/dL", UCUM)
    assert (found.code, found.code_system, found.status) == ("718-7", "http://loinc.org", "final")
    assert found.collected_at == datetime.fromisoformat("2021-01-07T08:30:00+01:00")
    assert (found.collected_on, found.time_known, found.zone_known) == (date(2021, 1, 7), True, True)


@pytest.mark.parametrize("digits", ["0.70", "12.1", "7", "0.1000000000000000055511151231257827", "1e-4"])
def test_no_digit_of_a_number_is_lost(digits: str) -> None:
    message = json.dumps(bundle(patient(), observation(value=4242))).replace("4242", digits)
    report = read(message.encode())[1]
    assert isinstance(report, IncomingReport)
    assert report.results[0].value == Decimal(digits)
    assert Decimal(report.results[0].value_text) == Decimal(digits)


@pytest.mark.parametrize("comparator", ["<", "<=", ">=", ">"])
def test_a_censored_value_stays_censored(comparator: str) -> None:
    found = result_of(observation(valueQuantity={"value": 0.1, "comparator": comparator, "unit": "g/L"}))
    assert (found.comparator, found.value, found.value_text, found.unit) == (
        comparator,
        Decimal("0.1"),
        f"{comparator}0.1",
        "g/L",
    )


@pytest.mark.parametrize(
    ("value", "text", "coded"),
    [
        (
            {"valueCodeableConcept": {"coding": [{"system": "http://s", "code": "260385009", "display": "Negative"}]}},
            "Negative",
            "http://s|260385009",
        ),
        ({"valueCodeableConcept": {"text": "IgG kappa"}}, "IgG kappa", ""),
        ({"valueString": "see comment"}, "see comment", ""),
        ({"valueString": "<0.1"}, "<0.1", ""),
        ({"valueInteger": 3}, "3", ""),
        ({"valueBoolean": False}, "false", ""),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2.5, "unit": "%"}}}, "1 – 2.5 %", ""),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 40}}}, "1:40", ""),
        ({"valuePeriod": {"start": "2021", "end": "2022"}}, "2021 – 2022", ""),
        ({"valueTime": "08:30:00"}, "08:30:00", ""),
    ],
)
def test_values_of_other_types_are_kept_as_text(value: dict[str, Any], text: str, coded: str) -> None:
    found = result_of(observation(value=None, **value))
    assert (found.value_text, found.coded) == (text, coded)


def test_a_printed_number_in_a_string_is_read_as_a_number() -> None:
    found = result_of(observation(value=None, valueString="<0.1"))
    assert (found.comparator, found.value) == ("<", Decimal("0.1"))


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"status": "nonsense"}, Reason.BAD_STATUS),
        ({"status": None}, Reason.BAD_STATUS),
        ({"status": 5}, Reason.BROKEN_ENTRY),
        ({"code": {}}, Reason.MISSING_CODE),
        ({"code": None}, Reason.MISSING_CODE),
        ({"code": []}, Reason.BROKEN_ENTRY),
        ({"valueQuantity": {"value": "12"}}, Reason.BROKEN_ENTRY),
        ({"valueQuantity": {"value": True}}, Reason.BROKEN_ENTRY),
        ({"valueQuantity": {"value": 1, "comparator": "ad"}}, Reason.BAD_VALUE),
        ({"valueQuantity": {"value": 10**50}}, Reason.BAD_VALUE),
        ({"valueString": "twelve"}, Reason.BROKEN_ENTRY),
        ({"valueQuantity": None, "valueSampledData": {}}, Reason.BROKEN_ENTRY),
        ({"valueQuantity": {}}, Reason.MISSING_VALUE),
        ({"effectiveDateTime": "07/01/2021"}, Reason.AMBIGUOUS_DATE),
        ({"effectiveDateTime": "2021-02-30"}, Reason.BAD_DATE),
        ({"effectiveDateTime": "2036-01-01T00:00:00Z"}, Reason.FUTURE_DATE),
        ({"subject": {"reference": "Patient/nobody"}}, Reason.SUBJECT_NOT_FOUND),
        ({"subject": {"reference": "#inside"}}, Reason.SUBJECT_NOT_FOUND),
        ({"subject": {"reference": "Observation/o1"}}, Reason.SUBJECT_NOT_FOUND),
        ({"subject": {"display": "Ines"}}, Reason.SUBJECT_MISSING),
        ({"subject": None}, Reason.SUBJECT_MISSING),
        ({"subject": "Patient/p1"}, Reason.BROKEN_ENTRY),
    ],
)
def test_it_refuses_with_a_reason(elements: dict[str, Any], reason: Reason) -> None:
    assert refusal_of(observation() | elements).reason == reason


def test_a_curve_is_refused() -> None:
    assert refusal_of(observation(value=None, valueSampledData={"data": "1 2 3"})).reason == Reason.VALUE_NOT_READ


def test_a_missing_value_with_a_reason_is_skipped_and_the_reason_told() -> None:
    outcome = outcome_of(
        observation(value=None, dataAbsentReason={"coding": [{"code": "error", "display": "Haemolysed"}]})
    )
    assert isinstance(outcome, Skipped)
    assert outcome.reason == Reason.VALUE_ABSENT
    assert "Haemolysed" in outcome.message


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "registered", "corrected", "amended"])
def test_a_status_that_takes_a_value_back_is_passed_on_without_one(status: str) -> None:
    found = result_of(observation(value=None, status=status))
    assert (found.status, found.value_text, found.value) == (status, "", None)


def test_components_become_results_of_their_own() -> None:
    parts = [
        {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mg/L"},
        }
        for code, value in (("36916-5", 12), ("33944-0", 8))
    ]
    found = results_of(observation(value=None, component=parts))
    assert [(one.code, one.value_text) for one in found] == [("36916-5", "12"), ("33944-0", "8")]
    assert {one.row for one in found} == {1}


def test_the_loinc_code_goes_first_and_the_others_are_kept() -> None:
    concept = {"coding": [{"system": "http://lab", "code": "HB"}, {"system": "http://loinc.org", "code": "718-7"}]}
    found = result_of(observation(code="x") | {"code": concept})
    assert (found.code, found.more_codes) == ("718-7", (("http://lab", "HB"),))


def test_a_test_named_in_words_only_has_a_local_code() -> None:
    found = result_of(observation() | {"code": {"text": "Haemoglobin"}})
    assert (found.code, found.code_system) == ("Haemoglobin", LOCAL_CODE)


@pytest.mark.parametrize(
    ("elements", "at", "on"),
    [
        ({"effectiveDateTime": "2021-01-07"}, None, date(2021, 1, 7)),
        ({"effectiveDateTime": "2021-01"}, None, None),
        ({"effectiveDateTime": "2021"}, None, None),
        ({"effectiveDateTime": None}, None, None),
        ({"effectiveDateTime": None, "issued": "2021-01-09T00:00:00Z"}, None, None),
        (
            {
                "effectiveDateTime": None,
                "effectivePeriod": {"start": "2021-01-05T07:00:00Z", "end": "2021-01-06T07:00:00Z"},
            },
            datetime(2021, 1, 5, 7, tzinfo=UTC),
            date(2021, 1, 5),
        ),
        (
            {"effectiveDateTime": None, "effectiveInstant": "2021-01-05T07:00:00.5Z"},
            datetime(2021, 1, 5, 7, 0, 0, 500_000, tzinfo=UTC),
            date(2021, 1, 5),
        ),
    ],
)
def test_the_time_is_as_exact_as_it_was_sent_and_never_the_time_of_issue(
    elements: dict[str, Any], at: datetime | None, on: date | None
) -> None:
    found = result_of(observation(**elements))
    assert (found.collected_at, found.collected_on) == (at, on)


def test_a_missing_time_is_taken_from_the_specimen() -> None:
    tube = {
        "resourceType": "Specimen",
        "id": "s1",
        "accessionIdentifier": {"value": "TUBE-9"},
        "type": {"coding": [{"system": "http://snomed.info/sct", "code": "119364003", "display": "Serum sample"}]},
        "collection": {"collectedDateTime": "2021-01-05T07:00:00Z"},
    }
    resource = observation(effectiveDateTime=None, specimen={"reference": "Specimen/s1"})
    found = next(outcome for outcome in read(bundle(patient(), resource, tube)) if isinstance(outcome, IncomingReport))
    assert found.accession == "TUBE-9"
    assert found.results[0].collected_at == datetime(2021, 1, 5, 7, tzinfo=UTC)
    assert found.results[0].specimen == "Serum"


def test_a_range_in_another_unit_is_kept_as_text() -> None:
    def found(unit: str) -> IncomingResult:
        return result_of(
            observation(referenceRange=[{"low": {"value": 12, "unit": unit}, "high": {"value": 16, "unit": unit}}])
        )

    same, other = found("g/dL"), found("g/L")
    assert (same.reference_low, same.reference_high, same.reference_text) == (Decimal(12), Decimal(16), "")
    assert (other.reference_low, other.reference_high, other.reference_text) == (None, None, "12 g/L – 16 g/L")


def test_the_normal_range_is_chosen_among_several() -> None:
    ranges = [
        {"type": {"coding": [{"code": "critical"}]}, "low": {"value": 7, "unit": "g/dL"}},
        {"type": {"coding": [{"code": "normal"}]}, "low": {"value": 12, "unit": "g/dL"}},
    ]
    assert result_of(observation(referenceRange=ranges)).reference_low == Decimal(12)


def test_the_accession_is_the_identifier_else_the_senders_own_name() -> None:
    named, unnamed = outcome_of(observation(identifier=[{"value": "LAB-5"}])), outcome_of(observation())
    assert isinstance(named, IncomingReport)
    assert isinstance(unnamed, IncomingReport)
    assert (named.accession, unnamed.accession) == ("LAB-5", "Observation/o1")


def test_an_observation_without_any_name_is_named_by_its_content() -> None:
    def accession(value: float) -> str:
        outcome = outcome_of({key: part for key, part in observation(value=value).items() if key != "id"})
        assert isinstance(outcome, IncomingReport)
        return outcome.accession

    assert accession(1) == accession(1)
    assert accession(1) != accession(2)
