"""Flags and evaluations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from labs.models import Evaluation, Flag, Level, OwnerAs, Review, SecondOpinion, Signal
from patients.actions.system_account import system_account
from patients.models import Patient
from tests.factories.persons import make_diagnosis


def make_flag(patient: Patient | None = None, rule: str = "MM-PD-SERUM-M", **fields: Any) -> Flag:
    """An open, confirmed, urgent flag; a reviewed one needs `reviewed_by`. Without `owner` it is Vigil's
    own account's, with one the responsible physician's."""
    if patient is None:
        fields.setdefault("diagnosis", make_diagnosis())
        patient = fields["diagnosis"].patient
    if "owner" not in fields:
        fields |= {"owner": system_account(), "owner_as": OwnerAs.NOBODY}
    defaults: dict[str, Any] = {
        "criteria_version": "IMWG-2016",
        "level": Level.URGENT,
        "signal": Signal.CONFIRMED,
        "review": Review.OPEN,
        "onset_on": date(2025, 5, 1),
        "detected_on": date(2025, 6, 1),
        "owner_as": OwnerAs.RESPONSIBLE,
        "raised_at": datetime(2025, 6, 1, 12, tzinfo=UTC),
        "answer_by": datetime(2025, 6, 1, 16, tzinfo=UTC),
        "explanation": "Serum M-protein 1.0 g/dL, 0.7 above the lowest confirmed value.",
        "finding": {"comparisons": [], "evidence": [], "confounders": [], "missing": []},
    }
    return Flag.objects.create(patient=patient, rule=rule, **defaults | fields)


def make_evaluation(patient: Patient, answers: dict[str, Any] | None = None, **fields: Any) -> Evaluation:
    """What the rules answered for a patient."""
    return Evaluation.objects.create(patient=patient, answers=answers or {}, **fields)


def make_opinion(flag: Flag, **fields: Any) -> SecondOpinion:
    """A question to an address outside that nobody answered."""
    if "colleague" not in fields:
        fields.setdefault("address", "haematology@elsewhere.example")
    defaults: dict[str, Any] = {
        "asked_by": system_account(),
        "asked_at": datetime(2025, 6, 1, 12, tzinfo=UTC),
        "question": "Is this a relapse?",
        "due_on": date(2025, 6, 8),
    }
    return SecondOpinion.objects.create(flag=flag, **defaults | fields)
