"""The four answers on top of a patient's page: state, open signals, next test, last contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, QuerySet, Subquery

from labs.models import Flag, Result, Review, ScheduledTest, SpuriousMark
from labs.models.flag_states import ON_SCREEN
from labs.selectors.due import DAY, ON_SOMEBODYS_LIST, OPEN, Status, status_of
from labs.selectors.urgency import urgency
from patients.models import Patient, SymptomReport
from patients.models.withdrawal import STANDING

OVER = frozenset({Status.MISSED, Status.EXCUSED})


@dataclass(frozen=True, slots=True)
class Contact:
    """The last time the unit heard of the patient: a sample or an asked symptom list."""

    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Answers about one patient today. `next_test` is the test to do next: an overdue one first."""

    flags: list[Flag]
    muted: int
    next_test: ScheduledTest | None
    overdue_count: int
    last_contact: Contact | None

    @property
    def by_level(self) -> Mapping[str, int]:
        """How many signals wait, by level."""
        counts: dict[str, int] = {}
        for flag in self.flags:
            counts[flag.level] = counts.get(flag.level, 0) + 1
        return counts


def overview(*, patient: Patient, today: date) -> Overview:
    """What is open for a patient on this day; signals that are muted are counted apart. Two queries."""
    flags = Flag.objects.filter(patient=patient, signal__in=ON_SCREEN).exclude(review=Review.RESOLVED)
    stated = [(test, status_of(test, today)) for test in _waiting_tests(patient)]
    tests = [(test, status) for test, status in stated if status not in OVER]
    return Overview(
        flags=sorted((flag for flag in flags if not flag.muted_by_id), key=urgency),
        muted=sum(flag.muted_by_id is not None for flag in flags),
        next_test=min(
            (test for test, _status in tests), key=lambda test: (_asked_for(test, today), test.pk), default=None
        ),
        overdue_count=sum(status == Status.OVERDUE for _test, status in tests),
        last_contact=_last_contact(patient),
    )


def with_last_contact(patients: QuerySet[Patient]) -> QuerySet[Patient]:
    """The patients with `last_sample_on`, `last_asked_on` and `spurious_count`, read along with them."""
    samples = Result.objects.filter(patient=OuterRef("pk")).order_by("-collected_on").values("collected_on")[:1]
    asked = SymptomReport.objects.filter(patient=OuterRef("pk")).order_by("-reported_on").values("reported_on")[:1]
    marks = SpuriousMark.objects.filter(STANDING, result__patient=OuterRef("pk"), result__is_current=True).order_by()
    counted = marks.values("result__patient").annotate(number=Count("pk")).values("number")
    return patients.annotate(
        last_sample_on=Subquery(samples), last_asked_on=Subquery(asked), spurious_count=Subquery(counted)
    )


def _asked_for(test: ScheduledTest, today: date) -> date:
    """The day a test is next to be done: when it is booked, or due, or when the pause is over that holds it."""
    if test.booked_for is None and test.held_until is not None and status_of(test, today) == Status.HELD:
        return max(test.due_on, test.held_until + DAY)
    return test.booked_for or test.due_on


def _waiting_tests(patient: Patient) -> QuerySet[ScheduledTest]:
    return ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient=patient, collected_on=None).order_by(
        "due_on", "id"
    )


def _last_contact(patient: Patient) -> Contact | None:
    """The newer of the last sample and the last symptom report, of a patient read by `with_last_contact`."""
    days = ((getattr(patient, "last_sample_on", None), "sample"), (getattr(patient, "last_asked_on", None), "symptoms"))
    contacts = [Contact(day, kind) for day, kind in days if day is not None]
    return max(contacts, key=lambda contact: contact.on, default=None)
