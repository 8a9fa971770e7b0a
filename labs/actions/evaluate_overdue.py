"""Time passes without a result: the patients whose planned tests became overdue, or are no longer, are asked about."""

from __future__ import annotations

from datetime import datetime

from labs.actions.evaluate import Evaluated, evaluate_patients
from labs.models import Flag
from labs.models.flag_states import ON_SCREEN
from labs.rules.surveillance.overdue import RULE
from labs.selectors.overdue_as_rows import overdue_patients
from patients.models import User


def evaluate_overdue(*, by: User, now: datetime) -> Evaluated:
    """Ask the rules about everybody who has an overdue test or a flag that says so. Asking twice changes nothing."""
    standing = Flag.objects.filter(rule=RULE.code, signal__in=ON_SCREEN).values_list("patient_id", flat=True)
    return evaluate_patients(patient_ids=overdue_patients(now.date()) | set(standing), by=by, now=now)
