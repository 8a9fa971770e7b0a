"""What waits for a physician: one card a patient, the most pressing signal first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import (
    BooleanField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    Max,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Coalesce

from labs.models import Flag, Level, Signal
from labs.models.flag_states import ON_SCREEN
from labs.selectors.inbox_cards import Card, add_overdue, add_sparks
from labs.selectors.inbox_cards import marker_of as marker_of
from labs.selectors.near_misses import UNANSWERED, WAITING, with_passing_on
from labs.selectors.news import is_new, moved_since, with_news, with_seen
from labs.selectors.urgency import NO_LIMIT, urgency
from patients.access import visible_to
from patients.models import User
from patients.selectors.keyset import Key, Page, beyond, page_of, read_instant
from patients.selectors.patients import diagnoses_of

PAGE_SIZE = 20
ORDER = (Key("top", descending=True), Key("due", read=read_instant), Key("patient_id", read=int))
MINE, SITE = "mine", "site"
MUTED = "muted"
STATES: Final = (*(state.value for state in Signal if state in ON_SCREEN), MUTED)
"""What a card may be asked to hold: a signal in that state; muted signals make a list of their own."""

IS_MUTED = UNANSWERED & Q(muted_by__isnull=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a physician asked to see.

    `scope` (MINE: signals they own; SITE: all they may see), `disease` and `with_info` say which signals make the list:
    its levels, order and counts are theirs. The others choose among the patients: the level of the most pressing
    signal, a signal raised since, one in a `state`, one with something they have not seen.
    """

    scope: str = MINE
    disease: str = ""
    raised_since: datetime | None = None
    with_info: bool = False
    level: str = ""
    state: str = ""
    only_new: bool = False

    @property
    def listed(self) -> Q:
        """The condition of a signal that makes the list."""
        return IS_MUTED if self.state == MUTED else WAITING


@dataclass(frozen=True, slots=True)
class Counts:
    """How many patients the list holds, by the level of their most pressing signal; in how many something is new to
    this person, in how many something moved after an instant; and how many signals are muted."""

    urgent: int = 0
    review: int = 0
    info: int = 0
    new: int = 0
    moved: int = 0
    muted: int = 0


def inbox(
    *, user: User, wanted: Wanted, today: date, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[Card]:
    """A page of cards: by level, then by the time left to answer the signals of that level. Six queries, or one."""
    page = page_of(_on_the_list(user, wanted), ORDER, size=size, after=after, before=before)
    cards = _cards([row["patient_id"] for row in page.rows], user=user, wanted=wanted, today=today)
    return Page(cards, next_cursor=page.next_cursor, previous_cursor=page.previous_cursor)


def inbox_counts(*, user: User, wanted: Wanted, since: datetime | None = None) -> Counts:
    """What the list comes to under its filters; `moved` only where `since` is given. One query."""
    fits = _fits(wanted)
    grouped = _grouped(user, wanted, new=True, since=since)
    chosen = {
        "urgent": Q(top=Level.URGENT),
        "review": Q(top=Level.REVIEW),
        "info": Q(top=Level.INFO),
        "new": Q(has_new=True),
        **({"moved": Q(has_moved=True)} if since else {}),
    }
    patients = {name: Count("patient_id", filter=fits & one) for name, one in chosen.items()}
    return Counts(**grouped.aggregate(**patients, muted=Coalesce(Sum("muted_signals"), 0)))


def neighbour(*, user: User, wanted: Wanted, flag: Flag, backwards: bool = False) -> Flag | None:
    """The most pressing signal of the patient before or after that of `flag` on the list; None where it ends.

    A patient who left the list since (answered, or no longer new) is taken to stand where the signal stood.
    """
    patients = _on_the_list(user, wanted)
    standing = patients.filter(patient_id=flag.patient_id).values_list("top", "due")
    here = next(iter(standing), (flag.level, flag.answer_by or NO_LIMIT))
    place = [*here, flag.patient_id]
    names = [("-" if key.descending != backwards else "") + key.name for key in ORDER]
    found = patients.filter(beyond(ORDER, place, backwards=backwards)).order_by(*names).first()
    if found is None:
        return None
    flags = _signals(user, wanted).filter(wanted.listed, patient_id=found["patient_id"])
    return min(flags, key=urgency, default=None)


def _signals(user: User, wanted: Wanted) -> QuerySet[Flag]:
    """Signals without an answer, muted ones too, that this list is about and this person may see."""
    return Flag.objects.filter(UNANSWERED, _about(user, wanted), visible_to(user, "patient__"))


def _about(user: User, wanted: Wanted) -> Q:
    about = Q() if wanted.with_info else ~Q(level=Level.INFO)
    if wanted.scope == MINE:
        about &= Q(owner=user)
    if wanted.disease:
        about &= Q(diagnosis__disease=wanted.disease)
    return about


def _grouped(user: User, wanted: Wanted, *, new: bool, since: datetime | None = None) -> QuerySet[Any, Any]:
    """A row for each patient, those with muted signals alone too: there `top` is NULL."""
    flags, listed = _signals(user, wanted), wanted.listed
    of_each: dict[str, Any] = {
        "top": Max("level", filter=listed),
        "due": Coalesce(*(_soonest(listed & Q(level=level)) for level in (Level.URGENT, Level.REVIEW, Level.INFO))),
        "newest": Max("raised_at", filter=listed),
        "muted_signals": Count("pk", filter=IS_MUTED),
    }
    if wanted.state:
        of_each["in_state"] = Count("pk", filter=listed & _in_state(wanted.state))
    if new:
        flags = with_seen(flags, user).annotate(fresh=_true_if(is_new(user)))
        of_each["has_new"] = BoolOr("fresh", filter=listed)
    if since:
        flags = flags.annotate(later=_true_if(moved_since(user, since)))
        of_each["has_moved"] = BoolOr("later", filter=listed)
    return flags.values("patient_id").annotate(**of_each)


def _on_the_list(user: User, wanted: Wanted) -> QuerySet[Any, Any]:
    return _grouped(user, wanted, new=wanted.only_new).filter(_fits(wanted))


def _fits(wanted: Wanted) -> Q:
    """The condition of a grouped patient whom the filters choose."""
    fits = Q(top__isnull=False)
    if wanted.level:
        fits &= Q(top=wanted.level)
    if wanted.raised_since:
        fits &= Q(newest__gte=wanted.raised_since)
    if wanted.state:
        fits &= Q(in_state__gt=0)
    if wanted.only_new:
        fits &= Q(has_new=True)
    return fits


def _in_state(state: str) -> Q:
    return Q() if state == MUTED else Q(signal=state)


def _soonest(condition: Q) -> Min:
    return Min(Coalesce("answer_by", Value(NO_LIMIT), output_field=DateTimeField()), filter=condition)


def _true_if(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _cards(patient_ids: list[int], *, user: User, wanted: Wanted, today: date) -> list[Card]:
    """The cards of these patients in this order, with every signal of theirs that waits or is muted."""
    if not patient_ids:
        return []
    of_patients = Flag.objects.filter(UNANSWERED, patient_id__in=patient_ids)
    everything = of_patients if wanted.with_info else of_patients.exclude(level=Level.INFO)
    read = with_passing_on(with_news(everything, user)).annotate(listed=_true_if(wanted.listed & _about(user, wanted)))
    flags: dict[int, list[Flag]] = defaultdict(list)
    for flag in read.select_related("patient__site", "owner", "reviewed_by", "muted_by"):
        flags[flag.patient_id].append(flag)
    cards = [_card(flags[number], today) for number in patient_ids if any(flag.listed for flag in flags[number])]  # type: ignore[attr-defined]
    prefetch_related_objects([card.patient for card in cards], diagnoses_of(), "diagnoses__lines")
    add_overdue(cards, today=today)
    add_sparks(cards, today=today)
    return cards


def _card(flags: list[Flag], today: date) -> Card:
    ordered = sorted(flags, key=urgency)
    listed = [flag for flag in ordered if flag.listed]  # type: ignore[attr-defined]
    rest = [flag for flag in ordered if not flag.listed]  # type: ignore[attr-defined]
    return Card(
        patient=listed[0].patient,
        flags=listed,
        today=today,
        beside=[flag for flag in rest if flag.muted_by is None],
        muted=[flag for flag in rest if flag.muted_by is not None],
    )
