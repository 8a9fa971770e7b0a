"""A decision that puts an earlier one right: why, and what becomes of each thing the earlier one created."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.decide_flag import Details, decide
from labs.actions.end_waits import end_waits
from labs.actions.take_back_created import take_back_created
from labs.actions.take_flag import ReviewRefused, take_flag
from labs.actions.undo_decision import ask_rules_again
from labs.models import Created, Flag, FlagDecision
from labs.selectors.created import is_gone, standing_decision, why_it_stays
from patients.models import User


@transaction.atomic
def correct_decision(
    *,
    flag_id: int,
    version: int,
    decision: str,
    reason: str,
    kept: Collection[int] = (),
    taken_back: Collection[int] = (),
    by: User,
    now: datetime,
    note: str = "",
    **details: Unpack[Details],
) -> Flag:
    """Decide again in place of the last decision; both stay in the history.

    `kept`, `taken_back`: numbers of `Created` rows; each that can still be taken back must be in one of the two. The
    rest as in `resolve_flag`. Raises `ReviewRefused` with the reason; nothing is changed then.
    """
    flag = take_flag(flag_id=flag_id, version=version, by=by)
    if not reason.strip():
        raise ReviewRefused(_("Say why the earlier decision is put right: others will read it."))
    wrong = standing_decision(flag)
    if wrong is None:
        raise ReviewRefused(_("There is no decision to put right."))
    leaving = _leaving(wrong, frozenset(kept), frozenset(taken_back))
    taken = take_back_created(leaving, patient=flag.patient, because=reason.strip(), by=by, now=now)
    ask_rules_again(taken, flag, now=now)
    flag.refresh_from_db()
    decide(flag, decision, note=note, details=details, by=by, now=now, corrects=wrong, reason=reason.strip())
    end_waits(patient_ids=[flag.patient_id], by=by, now=now)
    flag.refresh_from_db()
    return flag


def _leaving(wrong: FlagDecision, kept: frozenset[int], taken_back: frozenset[int]) -> list[Created]:
    """What is taken back. Raises where something is not said, said twice, or no longer possible."""
    rows = {row.pk: row for row in wrong.created.all()}
    if (kept | taken_back) - rows.keys() or kept & taken_back:
        raise ReviewRefused(_("Say once, of each thing the earlier decision created, whether it is kept."))
    leaving = []
    for number, row in rows.items():
        stays = why_it_stays(row)
        if number in taken_back and stays:
            raise ReviewRefused(stays)
        if is_gone(row):
            continue
        if number not in kept | taken_back and not stays:
            raise ReviewRefused(_("Say whether this is kept or taken back: %(what)s.") % {"what": row})
        if number in taken_back:
            leaving.append(row)
    return leaving
