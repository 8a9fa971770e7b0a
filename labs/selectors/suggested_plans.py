"""Which protocol could be offered to patients who have no plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from labs.models import Protocol
from labs.protocols.choosing import suggested_protocol
from labs.selectors.situations import situations_of
from patients.models import Diagnosis, Patient


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A protocol for a diagnosis: None where none is loaded that fits; `anchor_on` None: its day is not recorded."""

    diagnosis: Diagnosis
    protocol: Protocol | None
    anchor_on: date | None


def suggestions_for(patients: Iterable[Patient]) -> dict[int, Suggestion]:
    """The suggestion for each patient with a diagnosis, by the patient's number. Reads prefetched diagnoses."""
    diagnoses = {
        patient.pk: one for patient in patients if (one := next(iter(patient.diagnoses.all()), None)) is not None
    }
    situations = situations_of(diagnoses.values())
    newest = newest_protocols()
    found = {}
    for number, diagnosis in diagnoses.items():
        situation = situations[diagnosis.pk]
        protocol = newest.get(suggested_protocol(situation) or "")
        anchor_on = situation.anchor_on(protocol.definition["anchor"]) if protocol else None
        found[number] = Suggestion(diagnosis, protocol, anchor_on)
    return found


def newest_protocols() -> dict[str, Protocol]:
    """The newest version of each protocol, by code."""
    return {protocol.code: protocol for protocol in Protocol.objects.order_by("code", "version")}
