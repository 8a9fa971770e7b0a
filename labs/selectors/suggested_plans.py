"""Which protocol could be offered to patients who have no plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

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


def newest_protocols(site_id: int | None = None) -> dict[str, Protocol]:
    """The newest version in use of each protocol for all, by code; with a site, of its own ones, too."""
    offered = Protocol.objects.filter(Q(site=None) | Q(site=site_id), retired_at=None)
    return {protocol.code: protocol for protocol in offered.order_by("code", "version")}


def protocols_for(diagnosis: Diagnosis) -> list[Protocol]:
    """The protocols a patient could be put on: the suggested one first, then the site's own, then by title."""
    suggested = suggested_protocol(situations_of([diagnosis])[diagnosis.pk])
    fitting = [
        protocol
        for protocol in newest_protocols(diagnosis.patient.site_id).values()
        if protocol.disease == diagnosis.disease
    ]
    return sorted(fitting, key=lambda one: (one.code != suggested, one.site_id is None, one.title))
