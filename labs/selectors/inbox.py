"""What waits for a physician: one card a patient, the most pressing signal first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from labs.models import Flag, Level, Result, Review, ScheduledTest
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, status_of
from labs.selectors.near_misses import waiting_for, with_passing_on
from labs.selectors.rows import MARKED
from labs.selectors.urgency import NO_LIMIT, urgency
from patients.models import Diagnosis, Patient, TreatmentLine, User
from patients.selectors.keyset import Key, Page, page_of, read_instant
from patients.selectors.patients import current_line, diagnoses_of

PAGE_SIZE = 20
ORDER = (Key("top", descending=True), Key("due", read=read_instant), Key("patient_id", read=int))
SPARK_SINCE = timedelta(days=3 * 365)
SPARK_POINTS = 12
MINE, SITE = "mine", "site"
USABLE = ("final", "amended", "corrected")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a physician asked to see. `scope` MINE: signals they own; SITE: all they may see."""

    scope: str = MINE
    disease: str = ""
    raised_since: datetime | None = None
    with_info: bool = False


@dataclass(slots=True)
class Card:
    """One patient's waiting signals, with what a physician needs to judge how soon to look."""

    patient: Patient
    flags: list[Flag]
    today: date
    overdue: list[ScheduledTest] = field(default_factory=list)
    spark: list[Result] = field(default_factory=list)

    @property
    def headline(self) -> Flag:
        """The most pressing signal."""
        return self.flags[0]

    @property
    def others(self) -> list[Flag]:
        """The patient's further signals."""
        return self.flags[1:]

    @property
    def to_acknowledge(self) -> list[Flag]:
        """Signals nobody has taken on yet."""
        return [flag for flag in self.flags if flag.review == Review.OPEN]

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The disease of the headline, else the first."""
        known = list(self.patient.diagnoses.all())
        return next((one for one in known if one.pk == self.headline.diagnosis_id), known[0] if known else None)

    @property
    def line(self) -> TreatmentLine | None:
        """The therapy that runs today."""
        return current_line(self.diagnosis, today=self.today) if self.diagnosis else None


def waiting_flags(*, user: User, wanted: Wanted) -> QuerySet[Flag]:
    """Signals that ask for an answer and that this person may see."""
    flags = waiting_for(user)
    if wanted.scope == MINE:
        flags = flags.filter(owner=user)
    if wanted.disease:
        flags = flags.filter(diagnosis__disease=wanted.disease)
    if wanted.raised_since:
        flags = flags.filter(raised_at__gte=wanted.raised_since)
    if not wanted.with_info:
        flags = flags.exclude(level=Level.INFO)
    return flags


def inbox(
    *, user: User, wanted: Wanted, today: date, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[Card]:
    """A page of cards: by level, then by the time an answer is due."""
    waiting = waiting_flags(user=user, wanted=wanted)
    grouped = waiting.values("patient_id").annotate(top=Max("level"), due=Min(Coalesce("answer_by", Value(NO_LIMIT))))
    page = page_of(grouped, ORDER, size=size, after=after, before=before)
    cards = _cards([row["patient_id"] for row in page.rows], waiting, today=today)
    return Page(cards, next_cursor=page.next_cursor, previous_cursor=page.previous_cursor)


def inbox_counts(*, user: User, wanted: Wanted) -> dict[str, int]:
    """How many patients wait, by the level of their most pressing signal."""
    tops = waiting_flags(user=user, wanted=wanted).values("patient_id").annotate(top=Max("level"))
    return tops.aggregate(
        urgent=Count("patient_id", filter=Q(top=Level.URGENT)),
        review=Count("patient_id", filter=Q(top=Level.REVIEW)),
        info=Count("patient_id", filter=Q(top=Level.INFO)),
    )


def marker_of(flag: Flag) -> str:
    """The analyte a signal is about: that of its newest own evidence; "" without evidence."""
    evidence = flag.finding.get("evidence") or []
    own = [item for item in evidence if item.get("role") not in {"reference", "context", "symptom"}] or evidence
    newest: Mapping[str, Any] = max(own, key=lambda item: item.get("collected_on", ""), default={})
    return str(newest.get("analyte", ""))


def _cards(patient_ids: list[int], waiting: QuerySet[Flag], *, today: date) -> list[Card]:
    if not patient_ids:
        return []
    patients = (
        Patient.objects.select_related("site")
        .prefetch_related("identifiers", diagnoses_of(), "diagnoses__lines")
        .in_bulk(patient_ids)
    )
    flags: dict[int, list[Flag]] = defaultdict(list)
    for flag in with_passing_on(waiting.filter(patient_id__in=patient_ids)).select_related("owner", "reviewed_by"):
        flags[flag.patient_id].append(flag)
    overdue: dict[int, list[ScheduledTest]] = defaultdict(list)
    for test in _overdue(patient_ids, today):
        overdue[test.patient_id].append(test)
    cards = [
        Card(patients[number], sorted(flags[number], key=urgency), today, overdue[number])
        for number in patient_ids
        if flags[number]
    ]
    _add_sparks(cards, today=today)
    return cards


def _overdue(patient_ids: Collection[int], today: date) -> list[ScheduledTest]:
    late = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient_id__in=patient_ids, late_from__lt=today)
    tests = late.order_by("patient_id", "late_from", "id")
    return [test for test in tests if status_of(test, today) == Status.OVERDUE]


def _add_sparks(cards: list[Card], *, today: date) -> None:
    """Give each card the latest values of its headline's marker, oldest first."""
    markers = {card.patient.pk: marker_of(card.headline) for card in cards}
    rows = Result.objects.filter(
        ~MARKED,
        patient_id__in=markers,
        analyte__in=set(markers.values()),
        is_current=True,
        status__in=USABLE,
        value__isnull=False,
        collected_on__gte=today - SPARK_SINCE,
    ).order_by("patient_id", "collected_on", "collected_at", "id")
    found: dict[int, list[Result]] = defaultdict(list)
    for row in rows.only("patient_id", "analyte", "value", "comparator", "collected_on"):
        if row.analyte == markers[row.patient_id]:
            found[row.patient_id].append(row)
    for card in cards:
        card.spark = found[card.patient.pk][-SPARK_POINTS:]
