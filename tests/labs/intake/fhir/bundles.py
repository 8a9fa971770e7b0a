"""Small FHIR messages for tests: every function returns plain JSON objects, to be changed at will."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from labs.intake.fhir.bundle import Outcome, read_bundle
from labs.intake.incoming import IncomingReport

TODAY = date(2026, 1, 7)
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

Resource = dict[str, Any]


def patient(**elements: Any) -> Resource:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "http://hospital.example/mrn", "value": "007"}],
        "name": [{"use": "official", "family": "Okafor", "given": ["Ines", "Ada"]}],
        "gender": "female",
        "birthDate": "1958-03-14",
    } | elements


def observation(name: str = "o1", code: str = "718-7", value: float | None = 12.1, **elements: Any) -> Resource:
    resource: Resource = {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2021-01-07T08:30:00+01:00",
    }
    if value is not None:
        resource["valueQuantity"] = {"value": value, "unit": "g/dL", "system": UCUM, "code": "g/dL"}
    return resource | elements


def report(*results: str, **elements: Any) -> Resource:
    return {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "identifier": [{"value": "ACC-1"}],
        "status": "final",
        "code": {"text": "Full blood count"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2021-01-06T09:00:00Z",
        "result": [{"reference": reference} for reference in results],
    } | elements


def bundle(*resources: Resource, type: str = "collection", urls: bool = False) -> Resource:  # noqa: A002 - FHIR's word
    entries = [
        {"fullUrl": f"https://lab.example/fhir/{resource['resourceType']}/{resource['id']}", "resource": resource}
        if urls
        else {"resource": resource}
        for resource in resources
    ]
    return {"resourceType": "Bundle", "type": type, "entry": entries}


def read(message: Resource | bytes) -> list[Outcome]:
    data = message if isinstance(message, bytes) else json.dumps(message).encode()
    return list(read_bundle(data, as_of=TODAY))


def rows_told_of(outcomes: list[Outcome]) -> list[int | None]:
    """The index of every entry that has an outcome, as often as it has one; components count once."""
    told: list[int | None] = []
    for outcome in outcomes:
        told.append(outcome.row)
        if isinstance(outcome, IncomingReport):
            told.extend({result.row for result in outcome.results} - {outcome.row})
    return told
