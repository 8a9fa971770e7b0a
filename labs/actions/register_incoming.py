"""Registering the people a message names, and recording what it says of their disease."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from labs.intake.incoming import IncomingCondition, IncomingDiagnosis, IncomingPatient, IncomingSubject
from patients.access import check_can_import, is_system
from patients.actions.correct_patient import correct_patient
from patients.actions.open_site import open_site
from patients.actions.record_diagnosis import DiagnosisFacts, record_diagnosis
from patients.actions.register_cohort import Member, register_cohort
from patients.actions.register_patient import register_patient
from patients.models import Diagnosis, Identifier, Patient, Sex, Site, User
from patients.problems import problems_of
from patients.selectors.matching import (
    UNKNOWN_NUMBER,
    Claim,
    Known,
    NoMatch,
    match_claims,
    namesakes,
    plain_name,
)

Namesakes = Mapping[tuple[str, str, date], int]
Diagnoses = Mapping[tuple[int, str], Diagnosis]


@dataclass(frozen=True, slots=True)
class Person:
    """What became of one person or diagnosis of a message. `kind`: registered, changed, known, refused."""

    incoming: IncomingPatient | IncomingCondition
    kind: str
    reason: str = ""
    message: str = ""
    remedy: str = ""


@dataclass(slots=True)
class Registered:
    """What became of all of them, in their order; the patients something changed about; the sites opened on the way."""

    people: list[Person] = field(default_factory=list)
    patient_ids: set[int] = field(default_factory=set)
    opened_sites: list[str] = field(default_factory=list)


class Refusal(Exception):
    """Why one person is not registered or changed."""

    def __init__(self, reason: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.reason, self.message, self.remedy = reason, message, remedy


@dataclass(slots=True)
class _Newcomers:
    """Who is to be registered in one go, and what they may not collide with."""

    members: list[tuple[IncomingPatient, Site]] = field(default_factory=list)
    claims: dict[tuple[str, str], Claim] = field(default_factory=dict)
    """Numbers of the newcomers so far."""
    in_use: frozenset[tuple[str, str]] = frozenset()
    """Numbers that belong to patients elsewhere."""


@transaction.atomic
def register_incoming(
    *, patients: Sequence[IncomingPatient], by: User, now: datetime, default_site: Site | None = None
) -> Registered:
    """Register who is new; compare who is known, and record what is new of their disease.

    A site code that is not known is opened as a site with the clock of UTC, for an administrator to complete.
    """
    check_can_import(by)
    _one_import_at_a_time()
    done = Registered()
    sites = _sites(patients, done, by)
    claims = [claim_of(patient.subject) for patient in patients]
    matches = match_claims(claims, by=by)
    new = _Newcomers(in_use=_numbers_in_use(claims, matches))
    known = _diagnoses_of(match.id for match in matches.values() if isinstance(match, Known))
    alike = namesakes(claim for claim in claims if isinstance(matches[claim], NoMatch))
    for claim, patient in zip(claims, patients, strict=True):
        match = matches[claim]
        try:
            if isinstance(match, Known):
                person = _compare(patient, match, sites, known, by=by, now=now)
                if person.kind == "changed":
                    done.patient_ids.add(match.id)
            else:
                person = _enlist(patient, claim, match, new, _site_for(patient, sites, default_site), alike)
        except Refusal as refusal:
            person = Person(patient, "refused", refusal.reason, refusal.message, refusal.remedy)
        done.people.append(person)
    done.patient_ids |= _register(new.members, by=by, now=now)
    return done


def _one_import_at_a_time() -> None:
    """Wait until no other import registers people: two that bring the same person must not both find them new."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('vigil.register_incoming'))")


def claim_of(subject: IncomingSubject) -> Claim:
    """What a message says of its patient."""
    return Claim(
        identifiers=subject.identifiers,
        family_name=subject.family_name,
        given_name=subject.given_name,
        birth_date=subject.birth_date,
        birth_date_text=subject.birth_date_text,
        sex=subject.sex,
    )


def _sites(patients: Sequence[IncomingPatient], done: Registered, by: User) -> dict[str, Site]:
    sites = {site.code: site for site in Site.objects.all()}
    for code in dict.fromkeys(patient.site for patient in patients):
        if code and code not in sites and is_system(by):
            sites[code] = open_site(code=code, name=code, time_zone="UTC", by=by)
            done.opened_sites.append(code)
    return sites


def _site_for(patient: IncomingPatient, sites: dict[str, Site], default: Site | None) -> Site:
    if patient.site in sites:
        return sites[patient.site]
    if patient.site:
        raise Refusal(
            "unknown_site", f"There is no site {patient.site}.", "Ask an administrator to open it, or correct the code."
        )
    if default is None:
        raise Refusal(
            "site_not_stated", "It is not said to which site the patient belongs.", "Name the site of the import."
        )
    return default


def _numbers_in_use(claims: Sequence[Claim], matches: dict[Claim, Known | NoMatch]) -> frozenset[tuple[str, str]]:
    """Numbers of unmatched people that exist all the same: with patients `by` may not see."""
    pairs = {pair for claim in claims if isinstance(matches[claim], NoMatch) for pair in claim.identifiers}
    found = Identifier.objects.filter(value__in={value for _, value in pairs}).values_list("system", "value")
    return frozenset(pair for pair in found if pair in pairs)


def _enlist(
    patient: IncomingPatient, claim: Claim, match: NoMatch, new: _Newcomers, site: Site, alike: Namesakes
) -> Person:
    """Put a person on the list of those to register. Raises `Refusal`."""
    if match.reason != UNKNOWN_NUMBER:
        raise Refusal(match.reason, match.message, remedy_for(match))
    subject = patient.subject
    earlier = next((new.claims[pair] for pair in claim.identifiers if pair in new.claims), None)
    if earlier:
        if earlier != claim:
            raise Refusal("another_person", "The number came twice with different particulars.", "Send the right one.")
        return Person(patient, "known")
    if new.in_use.intersection(claim.identifiers):
        raise Refusal("number_in_use", "The number belongs to a patient of another site.", "Check the number.")
    if subject.birth_date is None or not subject.family_name:
        missing = "whole birth date" if subject.birth_date is None else "family name"
        raise Refusal("particulars_missing", f"The {missing} is not stated.", "Register the patient by hand.")
    double = alike.get((plain_name(subject.family_name), plain_name(subject.given_name), subject.birth_date))
    if double and not patient.site:
        raise Refusal(
            "possible_duplicate",
            "Somebody of the same name and birth date is known under other numbers.",
            "If it is the same person add this number to that patient, else register the patient by hand.",
        )
    new.members.append((patient, site))
    new.claims.update(dict.fromkeys(claim.identifiers, claim))
    if double:
        message = "Somebody of the same name and birth date is known under another number."
        return Person(patient, "registered", "possible_duplicate", message, "Check whether it is the same person.")
    return Person(patient, "registered")


def _register(members: Sequence[tuple[IncomingPatient, Site]], *, by: User, now: datetime) -> set[int]:
    listed = [_member(patient, site) for patient, site in members if patient.diagnosis]
    ids = {diagnosis.patient_id for diagnosis in register_cohort(members=listed, by=by)} if listed else set()
    for patient, site in members:
        if patient.diagnosis is None and (born := patient.subject.birth_date):
            made = register_patient(
                site=site,
                family_name=patient.subject.family_name,
                given_name=patient.subject.given_name,
                birth_date=born,
                sex=patient.subject.sex or Sex.UNKNOWN,
                identifiers=patient.subject.identifiers,
                deceased_on=patient.deceased_on,
                by=by,
                now=now,
            )
            ids.add(made.pk)
    return ids


def _member(patient: IncomingPatient, site: Site) -> Member:
    subject, known = patient.subject, patient.diagnosis
    assert known is not None
    assert subject.birth_date is not None
    person = Patient(
        site=site,
        family_name=subject.family_name,
        given_name=subject.given_name,
        birth_date=subject.birth_date,
        sex=subject.sex or Sex.UNKNOWN,
        deceased_on=patient.deceased_on,
    )
    return Member(patient=person, identifiers=subject.identifiers, disease=known.disease, facts=_facts(known))


def _diagnoses_of(patient_ids: Iterable[int]) -> Diagnoses:
    found = Diagnosis.objects.filter(patient_id__in=list(patient_ids))
    return {(diagnosis.patient_id, diagnosis.disease): diagnosis for diagnosis in found}


def _compare(
    patient: IncomingPatient, match: Known, sites: dict[str, Site], known: Diagnoses, *, by: User, now: datetime
) -> Person:
    """Record what is new of a known patient. Raises `Refusal`."""
    site = sites.get(patient.site)
    if site and site.pk != match.site_id:
        raise Refusal(
            "another_site", "The patient is followed at another site.", "Correct the site, or transfer the patient."
        )
    wanted = _new_facts(patient, match, known)
    died = patient.deceased_on and not Patient.objects.filter(pk=match.id, deceased_on__isnull=False).exists()
    if not wanted and not died:
        return Person(patient, "known")
    row = Patient.objects.select_related("site").get(pk=match.id)
    try:
        with transaction.atomic():
            if died:
                correct_patient(patient=row, deceased_on=patient.deceased_on, by=by, now=now)
            if wanted and patient.diagnosis:
                record_diagnosis(patient=row, disease=patient.diagnosis.disease, by=by, now=now, **wanted)
    except ValidationError as error:
        raise refusal_of(error) from error
    return Person(patient, "changed")


def _new_facts(patient: IncomingPatient, match: Known, known: Diagnoses) -> DiagnosisFacts:
    """Facts that are stated and differ from what is recorded; all that are stated when the diagnosis is new."""
    if patient.diagnosis is None:
        return {}
    stated = _facts(patient.diagnosis)
    recorded = known.get((match.id, patient.diagnosis.disease))
    if recorded is None:
        return stated or {"subtype": ""}
    new = {name: value for name, value in stated.items() if getattr(recorded, name) != value}
    return cast(DiagnosisFacts, new)


def _facts(known: IncomingDiagnosis) -> DiagnosisFacts:
    """What is stated; what is not stated changes nothing."""
    facts = {
        "diagnosed_on": known.diagnosed_on,
        "heavy_chain": known.heavy_chain,
        "light_chain": known.light_chain,
        "disease_type": known.disease_type,
        "measurable": list(known.measurable),
        "remission_on": known.remission_on,
        "response": known.response,
        "therapy_ended_on": known.therapy_ended_on,
        "risk_group": known.risk_group,
    }
    return cast(DiagnosisFacts, {name: value for name, value in facts.items() if value})


def remedy_for(match: NoMatch) -> str:
    if match.reason == UNKNOWN_NUMBER:
        return "Register the patient, or correct the number, and send it again."
    return "Find out who it is; correct the number or the patient's particulars and send it again."


def refusal_of(error: ValidationError) -> Refusal:
    first = problems_of(error)[0]
    return Refusal("particulars_refused", f"{first.where}: {first.what}" if first.where else first.what, first.mend)
