"""Who may be the same person: asked before somebody is registered a second time."""

from __future__ import annotations

from datetime import date

from patients.access import patients_visible_to
from patients.models import Patient, User
from patients.selectors.matching import plain_name


def namesakes_of(*, user: User, family_name: str, given_name: str, birth_date: date) -> list[Patient]:
    """Patients this person may see with that birth date and, accents and hyphens aside, one of the two names."""
    family, given = plain_name(family_name), plain_name(given_name)
    born = patients_visible_to(user).filter(birth_date=birth_date).prefetch_related("identifiers").order_by("pk")
    return [
        patient
        for patient in born
        if plain_name(patient.family_name) in {family, given} or plain_name(patient.given_name) in {family, given}
    ]
