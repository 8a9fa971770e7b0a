"""Who is booked at a site on a day, by time: for a sheet of paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Q

from labs.models import ScheduledTest
from labs.models.scheduled_test import MAY_WAIT
from labs.selectors.due import Status, waiting_tests
from labs.vocabulary.test_kinds import label_of
from patients.models import MRN, ContactDetails, Patient, Site, User


@dataclass(slots=True)
class Booked:
    """One patient of the day. `at` is None for "any time"; `done` are tests that were done that day already."""

    patient: Patient
    at: time | None
    place: str
    tests: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @property
    def mrn(self) -> str:
        """The first record number."""
        return next((number.value for number in self.patient.identifiers.all() if number.system == MRN), "")

    @property
    def contact(self) -> ContactDetails | None:
        """How to reach them."""
        return getattr(self.patient, "contact_details", None)


def day_sheet(*, user: User, now: datetime, site: Site, on: date) -> list[Booked]:
    """The patients of a site booked for a day, by time; who comes at any time is last. Tests of one patient are one
    line. Three queries."""
    tests = waiting_tests(user=user, now=now).filter(MAY_WAIT, site=site, booked_for=on)
    tests = tests.filter(~Q(status__in=[Status.MISSED, Status.RESULTED])).select_related(
        "patient__site", "patient__contact_details"
    )
    lines: dict[int, Booked] = {}
    for test in tests.prefetch_related("patient__identifiers").order_by("booked_time", "patient", "id"):
        line = lines.setdefault(test.patient_id, Booked(test.patient, test.booked_time, test.booked_at_place))
        line.place = line.place or test.booked_at_place
        _list_of(line, test).append(label_of(test.kind))
    return sorted(lines.values(), key=lambda line: (line.at is None, line.at or time.min, str(line.patient)))


def _list_of(line: Booked, test: ScheduledTest) -> list[str]:
    return line.tests if test.collected_on is None else line.done
