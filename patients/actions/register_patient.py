"""Taking a person into follow-up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from patients.access import check_can_describe, check_can_register
from patients.actions.audit import record
from patients.models import Identifier, Patient, Sex, Site, User
from patients.problems import check_not_ahead, problem


@transaction.atomic
def register_patient(
    *,
    site: Site,
    family_name: str,
    given_name: str,
    birth_date: date,
    identifiers: Sequence[tuple[str, str]],
    sex: str = Sex.UNKNOWN,
    deceased_on: date | None = None,
    by: User,
    now: datetime,
) -> Patient:
    """The new patient. `identifiers` are (system, value) pairs, at least one; a number already in use is refused."""
    check_can_register(by, site)
    check_not_ahead("birth_date", birth_date, site=site, now=now)
    check_not_ahead("deceased_on", deceased_on, site=site, now=now)
    if not identifiers:
        raise problem("identifiers", _("A patient needs a number."), _("Give the medical record number."))
    patient = Patient(
        site=site,
        family_name=family_name.strip(),
        given_name=given_name.strip(),
        birth_date=birth_date,
        sex=sex,
        deceased_on=deceased_on,
    )
    patient.full_clean()
    patient.save()
    for system, value in dict.fromkeys(identifiers):
        _give_number(patient, system, value)
    record(by=by, verb="patient.register", target=patient, patient=patient, detail={"identifiers": list(identifiers)})
    return patient


@transaction.atomic
def add_identifier(*, patient: Patient, system: str, value: str, by: User) -> Identifier:
    """One more number the patient is known by; a number already in use is refused."""
    check_can_describe(by, patient)
    identifier = _give_number(patient, system, value)
    record(by=by, verb="patient.add_identifier", target=identifier, patient=patient, detail={"system": system})
    return identifier


def _give_number(patient: Patient, system: str, value: str) -> Identifier:
    value = value.strip()
    if not value:
        raise problem("identifiers", _("The patient's number is empty."), _("Give the number as printed."))
    try:
        with transaction.atomic():
            return Identifier.objects.create(patient=patient, system=system, value=value)
    except IntegrityError as error:
        raise problem(
            "identifiers",
            _("Number %(value)s already belongs to a patient.") % {"value": value},
            _("Search for this number and open that patient, or check the number."),
        ) from error
