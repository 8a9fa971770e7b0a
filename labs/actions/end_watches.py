"""Opening signals again whose watch is over: the day has come that a physician watched them until."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from labs.actions.flag_steps import ask_anew, keep_step, step_of
from labs.models import Decision, Flag, FlagEvent, Review
from labs.models.flag_states import ON_SCREEN
from labs.selectors.answer_times import AnswerTimes
from labs.selectors.owners import answering_for
from patients.actions.audit import record
from patients.models import User


def end_watches(*, by: User, now: datetime) -> int:
    """Open what was watched until today or earlier, on the clock of the patient's site; how many."""
    over = Flag.objects.filter(
        review=Review.RESOLVED,
        decision=Decision.WATCH,
        signal__in=ON_SCREEN,
        watch_until__lte=now.date() + timedelta(days=1),
    )
    return sum(_end(number, by=by, now=now) for number in over.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def _end(number: int, *, by: User, now: datetime) -> bool:
    flag = Flag.objects.select_for_update(of=("self",), no_key=True).select_related("patient__site").get(pk=number)
    today = now.astimezone(flag.patient.site.zone).date()
    if flag.decision != Decision.WATCH or flag.watch_until is None or flag.watch_until > today:
        return False
    flag.review, flag.decision, flag.decision_note, flag.watch_until = Review.OPEN, "", "", None
    patients = [flag.patient_id]
    ask_anew(flag, answering_for(patients, now=now), AnswerTimes(patients), now=now)
    flag.version += 1
    flag.save()
    keep_step(step_of(flag, FlagEvent.Kind.WATCH_ENDED, by=by, now=now))
    record(by=by, verb="flag.watch_ended", target=flag, patient=flag.patient, detail={"owner": flag.owner_id})
    return True
