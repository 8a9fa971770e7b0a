"""Taking a finding back: a last version that says so, with the reason; rules no longer read it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from labs.actions.correct_finding import check_changeable, checked_reason
from labs.actions.evaluate import lock_patients
from labs.actions.finding_sums import bring_sums_in_line, images_of, write_version
from labs.actions.finding_values import MISTAKEN, check_may_state, known_kind
from labs.actions.record_course import ask_again
from labs.models import ClinicalFinding
from patients.models import User


@transaction.atomic
def withdraw_finding(*, finding: ClinicalFinding, reason: str, by: User, now: datetime) -> ClinicalFinding:
    """The version that takes the finding back. Signals that rested on it alone are withdrawn. Raises a refusal."""
    check_may_state(by, finding.patient, known_kind(finding.kind))
    lock_patients([finding.patient_id])
    check_changeable(finding)
    new = write_version(finding, status=MISTAKEN, reason=checked_reason(reason), by=by)
    bring_sums_in_line(patient=new.patient, touched=images_of(new), by=by)
    ask_again(patient=new.patient, now=now)
    return new
