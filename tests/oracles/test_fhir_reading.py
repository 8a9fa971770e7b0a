"""Our closed FHIR mapping against the independent `fhir.resources` (R4B) on real messages, value by value."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from labs.intake.fhir.bundle import read_bundle
from labs.intake.incoming import IncomingPatient, IncomingReport, IncomingResult

REAL = Path(__file__).parents[3] / "shared" / "data" / "fhir"
TODAY = date(2026, 1, 7)

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="../shared/data/fhir is not there")
oracle = pytest.importorskip("fhir.resources.R4B.bundle")


def with_patient(name: str) -> dict[str, Any]:
    """A real message; the two examples of the specification leave out their patient, who is added here."""
    message: dict[str, Any] = json.loads((REAL / f"{name}.json").read_text())
    if name != "synthea-cammy":
        who = {"resourceType": "Patient", "id": "pat2", "identifier": [{"value": "23453"}], "birthDate": "1950-01-01"}
        message["entry"].append({"fullUrl": "https://example.com/base/Patient/pat2", "resource": who})
    return message


def expected(resource: Any) -> list[tuple[Any, ...]]:
    """(code, value as text, unit) of an Observation and its components, as the oracle reads them."""
    found = []
    for holder in [resource, *(resource.component or [])]:
        if holder.valueQuantity is not None:
            quantity = holder.valueQuantity
            unit = quantity.code if quantity.system == "http://unitsofmeasure.org" else quantity.unit or ""
            found.append((holder.code.coding[0].code, str(quantity.value), unit))
        elif holder.valueCodeableConcept is not None:
            concept = holder.valueCodeableConcept
            found.append((holder.code.coding[0].code, concept.text or concept.coding[0].display, ""))
        elif getattr(holder, "valueString", None) is not None:
            found.append((holder.code.coding[0].code, holder.valueString, ""))
    return found


def printed(result: IncomingResult) -> tuple[Any, ...]:
    return (result.code, result.value_text if result.value is None else str(float(result.value)), result.unit)


@pytest.mark.parametrize("name", ["synthea-cammy", "Bundle-ghp", "Bundle-lipids"])
def test_every_value_is_the_one_an_independent_reader_finds(name: str) -> None:
    message = with_patient(name)
    outcomes = list(read_bundle(json.dumps(message).encode(), as_of=TODAY))
    ours: dict[int | None, list[tuple[Any, ...]]] = {}
    for outcome in outcomes:
        if isinstance(outcome, IncomingReport):
            for result in outcome.results:
                ours.setdefault(result.row, []).append(printed(result))
    theirs = {}
    for index, entry in enumerate(oracle.Bundle.model_validate(message).entry):
        if entry.resource.get_resource_type() == "Observation" and expected(entry.resource):
            theirs[index] = [
                (code, str(float(value)) if value.replace(".", "", 1).isdecimal() else value, unit)
                for code, value, unit in expected(entry.resource)
            ]
    assert theirs
    assert ours == theirs


def test_times_and_statuses_are_those_an_independent_reader_finds() -> None:
    message = with_patient("synthea-cammy")
    resources = [entry.resource for entry in oracle.Bundle.model_validate(message).entry]
    results = [
        result
        for outcome in read_bundle(json.dumps(message).encode(), as_of=TODAY)
        if isinstance(outcome, IncomingReport)
        for result in outcome.results
    ]
    assert results
    for result in results:
        assert result.row is not None
        assert result.collected_at == resources[result.row].effectiveDateTime
        assert result.status == resources[result.row].status


def test_the_person_is_the_one_an_independent_reader_finds() -> None:
    message = with_patient("synthea-cammy")
    theirs = next(
        entry.resource
        for entry in oracle.Bundle.model_validate(message).entry
        if entry.resource.get_resource_type() == "Patient"
    )
    ours = next(
        outcome
        for outcome in read_bundle(json.dumps(message).encode(), as_of=TODAY)
        if isinstance(outcome, IncomingPatient)
    )
    assert (ours.subject.family_name, ours.subject.birth_date) == (theirs.name[0].family, theirs.birthDate)
    assert {value for _, value in ours.subject.identifiers} <= {item.value for item in theirs.identifier}
