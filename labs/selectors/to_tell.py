"""What people are still to be told, derived from the signals themselves: nothing is lost when a job is.

A signal asks its owner at the steps `last_asking` names. Who was told of a step is in `NotifiedFlag`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from labs.models import Flag, FlagDecision, FlagEvent, Level, NotificationKind, NotifiedFlag, Review, SecondOpinion
from labs.models.flag_states import ON_SCREEN
from labs.models.notification import NotificationWay
from labs.selectors.near_misses import WAITING
from patients.models.withdrawal import STANDING

Kind = FlagEvent.Kind

LOOK_BACK: Final = timedelta(days=14)
"""For how long a worker that stood still catches up with what is not an urgent signal (as `taken_back.TOLD_FOR`)."""

ASKS_ALWAYS: Final = frozenset({Kind.RAISED, Kind.ESCALATED, Kind.UNANSWERED, Kind.WATCH_ENDED, Kind.TEST_CAME})
ASKS_UNLESS_OWN: Final = frozenset({Kind.REOPENED, Kind.UNDONE, Kind.CORRECTED, Kind.UNMUTED})
"""Steps that a person can take: an owner who took them need not be told."""
MAY_ASK: Final = ASKS_ALWAYS | ASKS_UNLESS_OWN | {Kind.ASSIGNED, Kind.CHANGED, Kind.CONFIRMED, Kind.NOT_CONFIRMED}

EVIDENCE_CHANGED: Final = frozenset({Kind.CHANGED, Kind.CONFIRMED, Kind.NOT_CONFIRMED})
TAKEN_OFF: Final = frozenset({Kind.WITHDRAWN, Kind.CRITERIA})

TELLS_OWNER: Final = frozenset({NotificationKind.URGENT, NotificationKind.TAKEN_BACK, NotificationKind.OPINION_GIVEN})
"""Messages from which an owner learns that the signal waits."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A signal that asks for an answer by the step `event`, and who was not told of it yet: its owner, the webhook."""

    flag: Flag
    event: int
    owner: bool
    webhook: bool


@dataclass(frozen=True, slots=True)
class Corrected:
    """The evidence of a decision that stands was corrected by the step `event`."""

    decision: FlagDecision
    event: FlagEvent


def urgent_to_tell() -> list[Asking]:
    """Urgent signals that wait, with who does not know of their last asking yet; muted ones ask nobody."""
    told = NotifiedFlag.objects.filter(flag=OuterRef("pk")).order_by()
    owner = told.filter(notification__recipient=OuterRef("owner"), notification__kind__in=TELLS_OWNER)
    hook = told.filter(
        notification__recipient=None,
        notification__way=NotificationWay.WEBHOOK,
        notification__kind=NotificationKind.URGENT,
    )
    last = FlagEvent.objects.filter(flag=OuterRef("pk"), kind__in=MAY_ASK).order_by()
    flags = urgent_waiting().annotate(
        last_step=Subquery(last.values("flag").annotate(last=Max("pk")).values("last")),
        owner_told=Coalesce(Subquery(owner.values("flag").annotate(last=Max("event")).values("last")), 0),
        hook_told=Coalesce(Subquery(hook.values("flag").annotate(last=Max("event")).values("last")), 0),
        hook=Coalesce(F("patient__site__notification_settings__webhook_url"), Value("")),
    )
    wanted = flags.filter(Q(owner_told__lt=F("last_step")) | (~Q(hook="") & Q(hook_told__lt=F("last_step"))))
    rows = list(
        wanted.select_related("patient__site__notification_settings", "owner")
        .order_by("patient_id", "pk")
        .defer("finding")
    )
    steps = _steps_of(rows)
    return [asking for flag in rows if (asking := _asking(flag, last_asking(steps[flag.pk])))]


def urgent_waiting() -> QuerySet[Flag]:
    """Urgent signals that want an answer now."""
    return Flag.objects.filter(WAITING, level=Level.URGENT, muted_by=None)


def last_asking(steps: Sequence[FlagEvent]) -> int:
    """The number of the last step, of all steps of one signal in their order, by which it asks its owner; 0: none."""
    found, before = 0, None
    for step in steps:
        if _waits(step) and _asks(step, before):
            found = step.pk
        before = step
    return found


def corrected_to_tell(*, now: datetime) -> list[Corrected]:
    """Decisions that stand and whose evidence the rules corrected since, where whoever decided was not told."""
    steps = FlagEvent.objects.filter(
        kind__in=EVIDENCE_CHANGED | TAKEN_OFF, at__gte=now - LOOK_BACK, flag__muted_by=None
    ).filter(Exists(FlagDecision.objects.filter(flag=OuterRef("flag"), undone_at=None, at__lt=OuterRef("at"))))
    flags = {step.flag_id: step for step in steps.order_by("pk")}  # the last of each signal
    decisions = FlagDecision.objects.filter(flag__in=flags, undone_at=None).order_by("pk")
    decided = {one.flag_id: one for one in decisions.select_related("by", "flag__patient__site__notification_settings")}
    rows = NotifiedFlag.objects.filter(flag__in=flags, notification__kind=NotificationKind.TAKEN_BACK).order_by()
    told = dict(rows.values_list("flag").annotate(last=Max("event")))
    untold = {number: step for number, step in flags.items() if told.get(number, 0) < step.pk and number in decided}
    history = _steps_of([decided[number].flag for number in untold], with_evidence=True)
    return [
        Corrected(decided[number], _reopening(step, history[number]) or step)
        for number, step in untold.items()
        if _is_correction(step, decided[number], history[number])
    ]


def opinions_to_tell(*, now: datetime) -> list[SecondOpinion]:
    """Second opinions that were asked for, and whoever is asked does not know yet."""
    return list(_opinions(NotificationKind.OPINION).filter(asked_at__gte=now - LOOK_BACK, answered_at=None))


def opinions_given_to_tell(*, now: datetime) -> list[SecondOpinion]:
    """Second opinions that were given, and whoever asked does not know yet."""
    return list(_opinions(NotificationKind.OPINION_GIVEN).filter(answered_at__gte=now - LOOK_BACK))


def last_steps(flags: Collection[int]) -> Mapping[int, int]:
    """The number of the last step of each of these signals."""
    steps = FlagEvent.objects.filter(flag__in=flags).order_by().values_list("flag").annotate(last=Max("pk"))
    return dict(steps)


def _opinions(kind: NotificationKind) -> QuerySet[SecondOpinion]:
    told = NotifiedFlag.objects.filter(opinion=OuterRef("pk"), notification__kind=kind)
    opinions = SecondOpinion.objects.filter(STANDING, ~Exists(told)).order_by("pk")
    return opinions.select_related("asked_by", "colleague", "flag__owner", "flag__patient__site__notification_settings")


def _steps_of(flags: Iterable[Flag], *, with_evidence: bool = False) -> Mapping[int, list[FlagEvent]]:
    steps = FlagEvent.objects.filter(flag__in=[flag.pk for flag in flags]).order_by("flag_id", "pk")
    found: dict[int, list[FlagEvent]] = defaultdict(list)
    for step in steps if with_evidence else steps.defer("finding", "note"):
        found[step.flag_id].append(step)
    return found


def _asking(flag: Any, event: int) -> Asking | None:
    owner = flag.owner_told < event
    webhook = bool(flag.hook) and flag.hook_told < event
    return Asking(flag, event, owner, webhook) if owner or webhook else None


def _waits(step: FlagEvent) -> bool:
    return step.level == Level.URGENT and step.signal in ON_SCREEN and step.review != Review.RESOLVED


def _asks(step: FlagEvent, before: FlagEvent | None) -> bool:
    if step.kind in ASKS_UNLESS_OWN and step.by_id == step.owner_id:
        return before is not None and before.kind in EVIDENCE_CHANGED and before.at == step.at  # reopened by the rules
    if step.kind in ASKS_ALWAYS | ASKS_UNLESS_OWN or before is None:
        return True
    return not _waits(before) or before.owner_id != step.owner_id


def _is_correction(step: FlagEvent, decision: FlagDecision, steps: Sequence[FlagEvent]) -> bool:
    """Whether a step of the rules takes from a decision what it rested on. New evidence alone does not; where it opened
    the signal again it does."""
    if step.at <= decision.at or step.by_id == decision.by_id:
        return False
    then = next((one for one in reversed(steps) if one.at <= decision.at and one.finding), None)
    if then is not None and then.level == Level.INFO:
        return False
    if step.kind in TAKEN_OFF or _reopening(step, steps):
        return True
    return then is not None and bool(_rests_on(then) - _rests_on(step))


def _reopening(step: FlagEvent, steps: Sequence[FlagEvent]) -> FlagEvent | None:
    """The step by which the rules opened the signal again for what changed in `step`."""
    return next((one for one in steps if one.kind == Kind.REOPENED and one.at == step.at and one.pk > step.pk), None)


def _rests_on(step: FlagEvent) -> frozenset[int]:
    """The numbers of the results a signal rested on at a step."""
    evidence = (step.finding or {}).get("evidence", ())
    return frozenset(item["result"] for item in evidence if item.get("result"))
