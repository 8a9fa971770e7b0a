"""Correcting a finding: a new version with a reason; the former one stays on record."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.finding_sums import bring_sums_in_line, check_axes, images_of, write_version
from labs.actions.finding_values import (
    MISTAKEN,
    check_day,
    check_may_state,
    check_usual,
    checked_method,
    checked_place,
    checked_value,
    known_kind,
    refuse_twice,
)
from labs.actions.record_course import ask_again
from labs.models import ClinicalFinding, FindingStatus
from patients.models import User
from patients.problems import problem


@transaction.atomic
def correct_finding(
    *,
    finding: ClinicalFinding,
    observed_on: date,
    reason: str,
    site: str = "",
    method: str = "",
    coded: str = "",
    value: Decimal | None = None,
    unit: str = "",
    note: str = "",
    confirmed: bool = False,
    by: User,
    now: datetime,
) -> ClinicalFinding:
    """The corrected version. All of the finding is stated anew, but for its kind. Raises a refusal by field."""
    kind = known_kind(finding.kind)
    check_may_state(by, finding.patient, kind)
    lock_patients([finding.patient_id])
    check_changeable(finding)
    check_day(finding.patient, observed_on, now=now)
    found = checked_value(kind, coded=coded, value=value, unit=unit)
    stated = {
        "observed_on": observed_on,
        "site_label": checked_place(kind, site),
        "method": checked_method(kind, method),
        "note": note.strip(),
        **found._asdict(),
    }
    if all(getattr(finding, name) == new for name, new in stated.items()):
        raise problem("", _("Nothing differs from what is recorded."), _("Change what was wrong, or leave it."))
    refuse_twice(ClinicalFinding(patient=finding.patient, kind=kind.code, **stated), but=finding)
    new = write_version(finding, status=FindingStatus.CORRECTED, reason=checked_reason(reason), by=by, **stated)
    check_axes(new)
    if not confirmed:
        check_usual(new)
    bring_sums_in_line(patient=new.patient, touched=images_of(finding, new), by=by)
    ask_again(patient=new.patient, now=now)
    return new


def check_changeable(finding: ClinicalFinding) -> None:
    """Raise unless this is the current version of a finding that a person stated."""
    finding.refresh_from_db(fields=["is_current", "status"])
    if not finding.is_current:
        raise problem("", _("A newer version of this finding is there."), _("Open the newest one and change that."))
    if finding.status == MISTAKEN:
        raise problem("", _("This finding was taken back."), _("Record it anew when it is true after all."))
    if finding.computed:
        raise problem(
            "", _("This sum was worked out from the diameters."), _("Correct the diameters; the sum follows by itself.")
        )


def checked_reason(reason: str) -> str:
    """Why the finding is changed."""
    if not reason.strip():
        raise problem("reason", _("It is not said why."), _("Say what was wrong, for example: wrong side."))
    return reason.strip()
