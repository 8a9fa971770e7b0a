"""Whether a decision can still be undone, by whom, and why not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _

from labs.models import Flag, FlagDecision, FlagEvent
from labs.models.decision import UNDO_MINUTES
from labs.selectors.created import why_it_stays
from patients.models import User

Kind = FlagEvent.Kind
BUILT_ON: Final = frozenset(Kind) - {
    Kind.ACKNOWLEDGED,
    Kind.ORDERED,
    Kind.RESOLVED,
    Kind.OPINION_ASKED,
    Kind.UNDONE,
    Kind.CORRECTED,
    Kind.ASSIGNED,
    Kind.ESCALATED,
    Kind.UNANSWERED,
    Kind.MUTED,
    Kind.UNMUTED,
}
"""Steps after which a decision is no longer the last word: new evidence, a test that came, an opinion that was given.
Later decisions are asked for by themselves; a change of owner or a mute builds on nothing."""


def undo_until(decision: FlagDecision) -> datetime:
    """From this instant on it can no longer be undone."""
    return decision.at + timedelta(minutes=UNDO_MINUTES)


def may_undo(decision: FlagDecision, flag: Flag, user: User) -> bool:
    """Whether it is this person's to undo: who made it, or who owns the signal."""
    return user.pk in {decision.by_id, flag.owner_id}


def why_not_undo(decision: FlagDecision, flag: Flag, *, now: datetime) -> str:
    """Why it cannot be undone, in words with what to do instead; "" where it can."""
    instead = _("Make a correcting decision instead.")
    if decision.last_event_id is None or now >= undo_until(decision):
        return _("The hour in which a decision can be undone is over.") + " " + instead
    if decision.corrects_id is not None:
        return _("This decision put an earlier one right.") + " " + instead
    last = decision.last_event_id
    since = max((one for one in flag.events.all() if one.pk > last and one.kind in BUILT_ON), key=_number, default=None)
    if since is not None:
        return _("Since then: %(step)s.") % {"step": since.get_kind_display()} + " " + instead
    why = next(filter(None, map(why_it_stays, decision.created.all())), "")
    return f"{why} {instead}" if why else ""


def _number(step: FlagEvent) -> int:
    return step.pk
