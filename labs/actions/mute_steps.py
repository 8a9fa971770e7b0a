"""Keeping what flags are muted by in line with the mutes that stand, wherever either changes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from labs.actions.flag_steps import ask_anew, step_of
from labs.models import Flag, FlagEvent, Mute, Review
from labs.models.flag_states import ON_SCREEN
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.mutes import covering, muting
from labs.selectors.owners import answering_for
from patients.models import User


def keep_mutes(flags: Collection[Flag], *, by: User, now: datetime, because: str = "") -> list[FlagEvent]:
    """Mute what a standing mute covers at its level, ask anew about what none does; the steps, not yet written.

    A flag that asks for nothing today (resolved, withdrawn) is brought in line without a step: were it opened again, it
    would be muted. `because`: why what was muted no longer is, where a person ended it. Call it with the patients
    locked, and write the flags (`muted_by`, `answer_by`, `owner`, `owner_as`, `unanswered_by`) afterwards. One query;
    more only where something is asked anew.
    """
    if not flags:
        return []
    mutes = muting({flag.patient_id for flag in flags}, now=now)
    steps, freed = [], []
    for flag in flags:
        known = mutes.get((flag.patient_id, flag.rule), ())
        mute, before = covering(known, flag.level), flag.muted_by_id
        if mute is not None:
            flag.muted_by, flag.answer_by = mute, None
            if before is None and _asks(flag):
                steps.append(step_of(flag, FlagEvent.Kind.MUTED, by=by, now=now, note=said_of(mute), evidence=False))
        elif before is not None:
            flag.muted_by = None
            if _asks(flag):
                freed.append((flag, because or _why(stronger=bool(known))))
    return steps + _ask(freed, by=by, now=now)


def said_of(mute: Mute) -> str:
    """A mute in the history of a signal."""
    words = _("until %(day)s: %(reason)s") % {"day": mute.until_on.isoformat(), "reason": mute.get_reason_display()}
    return f"{words}; {mute.note}" if mute.note else words


def _why(*, stronger: bool) -> str:
    if stronger:
        return _("It is stronger than what was muted.")
    return _("The last day for which it was muted is over.")


def _asks(flag: Flag) -> bool:
    return flag.signal in ON_SCREEN and flag.review != Review.RESOLVED


def _ask(freed: list[tuple[Flag, str]], *, by: User, now: datetime) -> list[FlagEvent]:
    """Ask the first of the chain about each, with the whole time to answer."""
    if not freed:
        return []
    patients = {flag.patient_id for flag, _because in freed}
    answering, times = answering_for(patients, now=now), AnswerTimes(patients)
    steps = []
    for flag, because in freed:
        ask_anew(flag, answering, times, now=now)
        steps.append(step_of(flag, FlagEvent.Kind.UNMUTED, by=by, now=now, note=because, evidence=False))
    return steps
