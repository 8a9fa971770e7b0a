"""Recording a diagnosis that came apart from its patient."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.core.exceptions import ValidationError
from django.db import transaction

from labs.actions.register_incoming import Person, claim_of, refusal_of, remedy_for
from labs.intake.incoming import IncomingCondition
from labs.vocabulary.diseases import EDITIONS
from patients.actions.record_diagnosis import DiagnosisFacts, record_diagnosis
from patients.models import Diagnosis, Patient, User
from patients.selectors.matching import NoMatch, match_claims


def record_condition(*, condition: IncomingCondition, by: User, now: datetime) -> tuple[Person, int | None]:
    """Record a diagnosis that came apart from its patient. What is known already of the disease is not overwritten."""
    match = match_claims([claim := claim_of(condition.subject)], by=by)[claim]
    if isinstance(match, NoMatch):
        return Person(condition, "refused", match.reason, match.message, remedy_for(match)), None
    patient = Patient.objects.select_related("site").get(pk=match.id)
    known = Diagnosis.objects.filter(patient=patient, disease=condition.disease).first()
    facts = _facts_of_condition(condition, known)
    if known and not facts:
        return Person(condition, "known"), None
    try:
        with transaction.atomic():
            record_diagnosis(patient=patient, disease=condition.disease, by=by, now=now, **facts)
    except ValidationError as error:
        refusal = refusal_of(error)
        return Person(condition, "refused", refusal.reason, refusal.message, refusal.remedy), None
    return Person(condition, "changed" if known else "registered"), patient.pk


def _facts_of_condition(condition: IncomingCondition, known: Diagnosis | None) -> DiagnosisFacts:
    facts: dict[str, object] = {"diagnosed_on": condition.onset_on}
    if condition.clinical_status == "remission":
        facts["remission_on"] = condition.abated_on
    if known is not None:
        facts = {name: value for name, value in facts.items() if getattr(known, name) is None}
    if condition.code_system in EDITIONS and (known is None or known.icd10 != condition.code):
        facts["icd10"] = condition.code
    stated = {name: value for name, value in facts.items() if value}
    return cast(DiagnosisFacts, stated)
