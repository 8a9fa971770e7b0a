"""Which protocol could be offered to patients who have no plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from labs.models import Protocol
from labs.protocols.choosing import suggested_protocol
from labs.selectors.protocols import offered_protocols
from labs.selectors.situations import situations_of
from patients.models import Diagnosis, Patient


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A protocol for a diagnosis: None where none is loaded that fits; `anchor_on` None: its day is not recorded."""

    diagnosis: Diagnosis
    protocol: Protocol | None
    anchor_on: date | None


def suggestions_for(patients: Iterable[Patient]) -> dict[int, Suggestion]:
    """The suggestion for each patient with a diagnosis, by the patient's number. Reads prefetched diagnoses.

    Where the patient's site follows a protocol of its own in place of the one that fits, that one is suggested.
    """
    patients = list(patients)
    sites = {patient.pk: patient.site_id for patient in patients}
    diagnoses = {
        patient.pk: one for patient in patients if (one := next(iter(patient.diagnoses.all()), None)) is not None
    }
    situations = situations_of(diagnoses.values())
    offered = offered_protocols(set(sites.values()))
    found = {}
    for number, diagnosis in diagnoses.items():
        situation = situations[diagnosis.pk]
        protocol = offered.at(sites[number], suggested_protocol(situation) or "")
        anchor_on = situation.anchor_on(protocol.definition["anchor"]) if protocol else None
        found[number] = Suggestion(diagnosis, protocol, anchor_on)
    return found


def protocols_for(diagnosis: Diagnosis) -> list[Protocol]:
    """The protocols a patient could be put on: the suggested one first, then the site's own, then by title."""
    site_id = diagnosis.patient.site_id
    offered = offered_protocols([site_id])
    suggested = offered.at(site_id, suggested_protocol(situations_of([diagnosis])[diagnosis.pk]) or "")
    fitting = [protocol for protocol in offered.for_site(site_id) if protocol.disease == diagnosis.disease]
    return sorted(fitting, key=lambda one: (one != suggested, one.site_id is None, one.title))
