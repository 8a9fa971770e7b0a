"""A card of the inbox: one patient's signals, with what a physician needs to judge how soon to look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from labs.models import Flag, Result, Review, ScheduledTest
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, status_of
from labs.selectors.news import NEVER, news_of
from labs.selectors.rows import MARKED
from patients.models import Diagnosis, Patient, TreatmentLine
from patients.selectors.patients import current_line

SPARK_SINCE = timedelta(days=3 * 365)
SPARK_POINTS = 12
USABLE = ("final", "amended", "corrected")


@dataclass(slots=True)
class Card:
    """One patient's waiting signals.

    flags    those that make the list, the most pressing first
    beside   others of the patient that wait too: for a colleague, or of another disease
    muted    those that no answer is asked for until a day
    """

    patient: Patient
    flags: list[Flag]
    today: date
    beside: list[Flag] = field(default_factory=list)
    muted: list[Flag] = field(default_factory=list)
    overdue: list[ScheduledTest] = field(default_factory=list)
    spark: list[Result] = field(default_factory=list)

    @property
    def headline(self) -> Flag:
        """The most pressing signal."""
        return self.flags[0]

    @property
    def others(self) -> list[Flag]:
        """The patient's further signals."""
        return [*self.flags[1:], *self.beside]

    @property
    def answer_by(self) -> datetime | None:
        """Until when the first signal of the headline's level is to be answered: what the list is ordered by."""
        limits = [flag.answer_by for flag in self.flags if flag.level == self.headline.level and flag.answer_by]
        return min(limits, default=None)

    @property
    def is_new(self) -> bool:
        """Whether something of it is new to the person who reads the list."""
        return any(news_of(flag) for flag in self.flags)

    @property
    def new_since(self) -> datetime | None:
        """Since when what is new to them is: when they last looked; None where nothing is new, or they never did."""
        seen: list[datetime] = [flag.seen_at for flag in self.flags if news_of(flag)]  # type: ignore[attr-defined]
        return None if not seen or min(seen) == NEVER else min(seen)

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


def marker_of(flag: Flag) -> str:
    """The analyte a signal is about: that of its newest own evidence; "" without evidence."""
    return str(told_of(flag).get("analyte", ""))


def told_of(flag: Flag) -> Mapping[str, Any]:
    """The newest own evidence of a signal; {} without evidence."""
    evidence = flag.finding.get("evidence") or []
    own = [item for item in evidence if item.get("role") not in {"reference", "context", "symptom"}] or evidence
    newest: Mapping[str, Any] = max(own, key=lambda item: item.get("collected_on", ""), default={})
    return newest


def add_overdue(cards: Collection[Card], *, today: date) -> None:
    """Give each card the tests that are overdue. One query."""
    late = ScheduledTest.objects.filter(
        OPEN, ON_SOMEBODYS_LIST, patient_id__in=[card.patient.pk for card in cards], late_from__lt=today
    )
    found: dict[int, list[ScheduledTest]] = defaultdict(list)
    for test in late.order_by("patient_id", "late_from", "id"):
        if status_of(test, today) == Status.OVERDUE:
            found[test.patient_id].append(test)
    for card in cards:
        card.overdue = found[card.patient.pk]


def add_sparks(cards: Collection[Card], *, today: date) -> None:
    """Give each card the latest values of its headline's marker, oldest first. One query.

    Values of the days the finding was compared with are kept, however many came after them.
    """
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
        values, compared = found[card.patient.pk], compared_days(card.headline)
        card.spark = [row for row in values[:-SPARK_POINTS] if row.collected_on.isoformat() in compared]
        card.spark += values[-SPARK_POINTS:]


def compared_days(flag: Flag) -> list[str]:
    """The days (ISO) of the values a signal was compared with, as frozen in its finding."""
    return list((flag.finding.get("reference") or {}).get("collected_on") or [])
