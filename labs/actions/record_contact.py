"""Recording that somebody tried to reach a patient about waiting tests, and when they are to be contacted again.

Nobody falls out of the list by it: a test that was called about comes back on a day, and where the patient will not
come nothing is hidden until a person decides what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from labs.models import Channel, ContactAttempt, ContactOutcome, ScheduledTest
from labs.selectors.due import OPEN, Status, status_of
from labs.selectors.site_calendar import settings_of, working_days_of
from labs.vocabulary.test_kinds import label_of
from patients import access
from patients.actions import audit
from patients.models import Patient, User

AGREED_DAYS = 14
"""Days until who will come, and is not booked, is called again [project default]."""
UNANSWERED_WORKING_DAYS = 2
"""Working days until a call nobody answered is tried again [project default]."""
LONGEST_AHEAD = timedelta(days=366)
UNDECIDED = frozenset({ContactOutcome.DECLINED, ContactOutcome.MOVED})
"""The patient will not come: a person decides what follows, and the test stays where it is until then."""
WAITS = frozenset({Status.PLANNED, Status.DUE, Status.OVERDUE, Status.BOOKED, Status.HELD})
SNOOZED = frozenset({Status.DUE, Status.OVERDUE})
"""A call about a booked test, or one not yet to be done, puts nothing off."""


class ContactRefused(ValueError):
    """The contact cannot be recorded so; the message says why and what can be done."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """Until when one test was put off; None when it was not."""

    test: int
    until: date | None


@dataclass(frozen=True, slots=True)
class Contacted:
    """What was recorded, until when its tests are put off (None: not at all), and how they stood before."""

    attempt: ContactAttempt
    again_on: date | None
    before: tuple[Snooze, ...]


@transaction.atomic
def record_contact(
    *,
    patient: Patient,
    tests: Sequence[int],
    outcome: ContactOutcome | str,
    by: User,
    now: datetime,
    channel: Channel | str = Channel.PHONE,
    note: str = "",
    again_on: date | None = None,
) -> Contacted:
    """Keep one attempt to reach a patient about waiting tests (by their numbers), and put those off that may be.

    Without `again_on` the outcome decides: two working days after no answer, two weeks after "will come", the site's
    gap between messages after one was sent. Raises `ContactRefused`.
    """
    access.check_can_book(by, patient)
    if outcome not in ContactOutcome.values or channel not in Channel.values:
        raise ContactRefused(_("Choose how the patient was addressed and what came of it from the lists."))
    outcome = ContactOutcome(outcome)
    today = now.astimezone(patient.site.zone).date()
    _check_day(outcome, again_on, today)
    rows = _lock(patient, tests, today)
    until = again_on or _next_day(outcome, patient, today)
    put_off = [row for row in rows if status_of(row, today) in SNOOZED]
    before = tuple(Snooze(row.pk, row.snoozed_until) for row in put_off)
    ScheduledTest.objects.filter(pk__in=[row.pk for row in put_off]).update(snoozed_until=until)
    attempt = ContactAttempt.objects.create(
        patient=patient,
        at=now,
        by=by,
        channel=channel,
        outcome=outcome,
        again_on=until if put_off else None,
        tests=[row.pk for row in rows],
        note=note,
    )
    detail = {
        "channel": attempt.channel,
        "outcome": attempt.outcome,
        "again_on": attempt.again_on.isoformat() if attempt.again_on else None,
        "tests": attempt.tests,
    }
    audit.record(by=by, verb="record_contact", target=attempt, patient=patient, detail=detail)
    return Contacted(attempt, attempt.again_on, before)


@transaction.atomic
def restore_snoozes(*, snoozes: Sequence[Snooze], made_until: date | None, by: User, now: datetime) -> int:
    """Put tests off as they were before a contact that put them off until a day; how many changed.

    The attempt itself stays on record. Tests that were closed, booked or put off anew meanwhile stay as they are.
    """
    were = {snooze.test: snooze.until for snooze in snoozes}
    waiting = ScheduledTest.objects.filter(OPEN, pk__in=were, snoozed_until=made_until).select_related("patient__site")
    rows = list(waiting.order_by("id").select_for_update(of=("self",), no_key=True))
    for row in rows:
        access.check_can_book(by, row.patient)
        row.snoozed_until = were[row.pk]
    ScheduledTest.objects.bulk_update(rows, ["snoozed_until"])
    for row in rows:
        audit.record(
            by=by,
            verb="restore_snooze",
            target=row,
            patient=row.patient,
            detail={"until": str(row.snoozed_until or "")},
        )
    return len(rows)


def _lock(patient: Patient, tests: Sequence[int], today: date) -> list[ScheduledTest]:
    waiting = ScheduledTest.objects.filter(OPEN, patient=patient, pk__in=tests).order_by("id")
    rows = [row for row in waiting.select_for_update(no_key=True) if status_of(row, today) in WAITS]
    if not tests or len(rows) != len(set(tests)):
        left = sorted(label_of(row.kind) for row in rows)
        raise ContactRefused(
            _("A test this is about was done or skipped meanwhile. Still waiting: %(tests)s.")
            % {"tests": ", ".join(left) or _("none")}
        )
    return rows


def _check_day(outcome: ContactOutcome, again_on: date | None, today: date) -> None:
    if again_on is None:
        if outcome == ContactOutcome.CALL_AGAIN:
            raise ContactRefused(_("Give the day on which the patient is to be called again."))
        return
    if outcome in UNDECIDED:
        raise ContactRefused(
            _("“%(outcome)s” puts nothing off: decide whether the test is skipped, or tell the physician.")
            % {"outcome": outcome.label}
        )
    if again_on <= today:
        raise ContactRefused(
            _("The day to contact again must lie ahead (today is %(today)s).")
            % {"today": formats.date_format(today, "DATE_FORMAT")}
        )
    if again_on > today + LONGEST_AHEAD:
        raise ContactRefused(_("The day to contact again is more than a year ahead. Check the year."))


def _next_day(outcome: ContactOutcome, patient: Patient, today: date) -> date | None:
    """When to try again by itself; None for what is decided by a person, or mended first (a wrong number)."""
    if outcome == ContactOutcome.AGREED:
        return today + timedelta(days=AGREED_DAYS)
    if outcome in {ContactOutcome.NO_ANSWER, ContactOutcome.MESSAGE_LEFT}:
        return working_days_of(patient.site_id, since=today).after(today, UNANSWERED_WORKING_DAYS)
    if outcome == ContactOutcome.SENT:
        return today + timedelta(days=settings_of(patient.site_id).message_gap_days)
    return None
