"""Taking a line of therapy back that was never given."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import check_can_record
from patients.actions.audit import record
from patients.actions.withdraw import stated, withdraw
from patients.models import Diagnosis, TreatmentLine, User
from patients.problems import problem


@transaction.atomic
def withdraw_line(*, line: TreatmentLine, reason: str, by: User, now: datetime) -> TreatmentLine:
    """The line no longer counts; it stays on record. Of two people who take it back the second is told."""
    patient = line.diagnosis.patient
    check_can_record(by, patient)
    because = stated(reason)
    Diagnosis.objects.select_for_update(of=("self",)).get(pk=line.diagnosis_id)
    row = TreatmentLine.every.select_related("diagnosis__patient__site", "withdrawn_by").get(pk=line.pk)
    if not row.stands:
        raise problem(
            "",
            _("%(who)s has taken this back already.") % {"who": row.withdrawn_by},
            _("Nothing is left to do: look at the page again."),
        )
    withdraw(row, because=because, by=by, now=now)
    detail = {"number": row.number, "regimen": row.regimen, "reason": because}
    record(by=by, verb="treatment.withdraw_line", target=row, patient=patient, detail=detail)
    return row
