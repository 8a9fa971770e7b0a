"""Taking a flag for a step of its review, and taking the step: the table of states says which are possible."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from labs.actions.evaluate import lock_patients
from labs.actions.flag_steps import keep_step, step_of
from labs.models import Flag, FlagEvent, Review
from labs.models.flag_states import REVIEW_CHOICES, REVIEW_TRANSITIONS
from patients.access import check_can_review
from patients.actions.audit import record
from patients.models import User
from patients.problems import problems_of


class ReviewRefused(Exception):
    """The step is not possible; the message says why and what to do instead. Nothing was changed."""


def as_refusal(error: ValidationError) -> ReviewRefused:
    """What an action of the record refused, as the refusal of the decision that asked for it."""
    return ReviewRefused(" ".join(f"{one.what} {one.mend}" for one in problems_of(error)))


def take_flag(*, flag_id: int, version: int, by: User) -> Flag:
    """The flag, locked after its patient; refused when somebody (or new evidence) changed it since it was shown."""
    lock_patients(Flag.objects.filter(pk=flag_id).values_list("patient_id", flat=True))
    flag = Flag.objects.select_for_update(of=("self",)).select_related("patient__site").get(pk=flag_id)
    check_can_review(by, flag.patient)
    if flag.version != version:
        raise ReviewRefused(
            _("This signal changed since it was shown: it is now %(signal)s and %(review)s. Read it again first.")
            % {"signal": flag.get_signal_display(), "review": flag.get_review_display()}
        )
    return flag


def take_step(
    flag: Flag,
    verb: str,
    kind: FlagEvent.Kind,
    *,
    by: User,
    now: datetime,
    note: str = "",
    to: Review | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Bring a locked flag into its next state, with the row of its history and of the audit. `to`: where a verb that
    leads to several states goes."""
    flag.review = _target(Review(flag.review), verb, to)
    flag.reviewed_at, flag.reviewed_by = now, by
    flag.version += 1
    flag.save()
    keep_step(step_of(flag, kind, by=by, now=now, note=note))
    told = {"decision": flag.decision, "note": note} | (detail or {})
    record(by=by, verb=f"flag.{verb}", target=flag, patient=flag.patient, detail=told)


def clear_answer(flag: Flag) -> None:
    """Nothing is decided; not yet written."""
    flag.decision, flag.decision_note, flag.watch_until = "", "", None


def end_of(day: date, flag: Flag) -> datetime:
    """The end of a day on the clock of the patient's site."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=flag.patient.site.zone)


def today_of(flag: Flag, now: datetime) -> date:
    """The day at the patient's site."""
    return now.astimezone(flag.patient.site.zone).date()


def _target(state: Review, verb: str, to: Review | None) -> Review:
    one, several = REVIEW_TRANSITIONS[state].get(verb), REVIEW_CHOICES[state].get(verb, frozenset())
    target = one if to is None else next((choice for choice in several if choice == to), None)
    if target is None:
        raise ReviewRefused(_("A signal that is %(review)s cannot do this step.") % {"review": state.label})
    return target
