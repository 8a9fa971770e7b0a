"""The four answers on top of a patient's page: state, open signals, next test, last contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Value

from labs.models import Flag, Result, Review, ScheduledTest
from labs.models.flag_states import ON_SCREEN
from labs.selectors.due import ON_SOMEBODYS_LIST, OPEN, Status, status_of
from patients.models import Patient, SymptomReport


@dataclass(frozen=True, slots=True)
class Contact:
    """The last time the unit heard of the patient: a sample or an asked symptom list."""

    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Answers about one patient today. `next_test` is the test to do next: an overdue one first."""

    flags: list[Flag]
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
    """What is open for a patient on this day. Three queries."""
    flags = Flag.objects.filter(patient=patient, signal__in=ON_SCREEN).exclude(review=Review.RESOLVED)
    waiting = ScheduledTest.objects.filter(OPEN, ON_SOMEBODYS_LIST, patient=patient, collected_on=None)
    stated = [(test, status_of(test, today)) for test in waiting.order_by("due_on", "id")]
    tests = [(test, status) for test, status in stated if status != Status.MISSED]
    return Overview(
        flags=list(flags.order_by("-level", "answer_by", "id")),
        next_test=min(
            (test for test, _status in tests), key=lambda test: (test.booked_for or test.due_on, test.pk), default=None
        ),
        overdue_count=sum(status == Status.OVERDUE for _test, status in tests),
        last_contact=last_contact(patient=patient),
    )


def last_contact(*, patient: Patient) -> Contact | None:
    """The newer of the last sample and the last symptom report. One query."""
    samples = Result.objects.filter(patient=patient).order_by("-collected_on").annotate(what=Value("sample"))
    asked = SymptomReport.objects.filter(patient=patient).order_by("-reported_on").annotate(what=Value("symptoms"))
    both = samples.values_list("collected_on", "what")[:1].union(asked.values_list("reported_on", "what")[:1], all=True)
    return max((Contact(day, what) for day, what in both), key=lambda contact: contact.on, default=None)
