"""Saying that a result is spurious, and taking that back; the rules are asked again in the same transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.evaluate import evaluate_patients, lock_patients
from labs.actions.take_back import take_back
from labs.models import Result, SpuriousMark
from labs.vocabulary.statuses import is_usable
from patients.access import check_can_judge
from patients.actions.audit import record
from patients.actions.system_account import system_account
from patients.actions.withdraw import stated
from patients.models import User
from patients.models.withdrawal import STANDING
from patients.problems import problem


@transaction.atomic
def mark_result(*, result: Result, reason: str, by: User, now: datetime) -> SpuriousMark:
    """The mark. Rules leave the result out from now on; signals that rest on it alone are withdrawn."""
    check_can_judge(by, result.patient)
    because = stated(reason)
    lock_patients([result.patient_id])
    held = Result.objects.select_related("patient__site").get(pk=result.pk)
    _check(held)
    mark = SpuriousMark.objects.create(result=held, reason=because, marked_by=by, marked_at=now)
    told = {"result": held.pk, "analyte": held.analyte, "reason": because}
    record(by=by, verb="result.mark_spurious", target=mark, patient=held.patient, detail=told)
    _ask_again(held, f"A result was marked as spurious: {because}", now=now)
    return mark


@transaction.atomic
def unmark_result(*, mark: SpuriousMark, reason: str, by: User, now: datetime) -> SpuriousMark:
    """The mark taken back: the result counts again."""
    check_can_judge(by, mark.result.patient)
    because = stated(reason)
    lock_patients([mark.result.patient_id])
    held = SpuriousMark.objects.select_related("result__patient__site").get(pk=mark.pk)
    take_back(held, because=because, by=by, now=now)
    told = {"result": held.result_id, "analyte": held.result.analyte, "reason": because}
    record(by=by, verb="result.unmark_spurious", target=held, patient=held.result.patient, detail=told)
    _ask_again(held.result, f"A result is no longer marked as spurious: {because}", now=now)
    return held


def _check(result: Result) -> None:
    """Raise when rules do not read the result anyhow, or somebody was first."""
    if not result.is_current:
        raise problem(
            "",
            _("A newer version of this result has come meanwhile."),
            _("Look at the newer version, and mark that one if it is spurious."),
        )
    if not is_usable(result.status) or (result.amount is None and not result.coded):
        raise problem("", _("No rule reads this result: its value cannot be used."), _("There is nothing to mark."))
    mark = SpuriousMark.objects.filter(STANDING, result=result).select_related("marked_by").first()
    if mark is not None:
        raise problem(
            "",
            _("%(who)s has marked this result already.") % {"who": mark.marked_by},
            _("Take that mark back if it is wrong."),
        )


def _ask_again(result: Result, because: str, *, now: datetime) -> None:
    evaluate_patients(patient_ids=[result.patient_id], by=system_account(), now=now, because=because)
