"""What a unit does about follow-up: days off, settings, calls and what came of them, bookings, pauses.

It depends on the number of a patient and on the dates of tests alone, so that the same cohort gets the same again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from labs.actions.book_test import book_test
from labs.actions.pause_plan import pause_plan
from labs.actions.record_done import record_done
from labs.models import (
    Channel,
    Closure,
    ContactAttempt,
    ContactOutcome,
    FollowUpSettings,
    PauseReason,
    Plan,
    ScheduledTest,
)
from labs.selectors.due import ON_SOMEBODYS_LIST, Status, status_of
from labs.selectors.site_calendar import working_days_of
from labs.vocabulary.test_kinds import DONE_BY_HAND
from patients.models import Diagnosis, Site, User
from tracker.demo.load.units import Unit

LOST_AFTER, DAY_CAPACITY, RESULT_WITHIN = 90, 12, 7
"""Days late, patients a day, days a result may take. Plans of the demo run for half a year: 90 days late, some patients
are lost."""
PAUSED = {12: PauseReason.TRAVEL, 29: PauseReason.ADMISSION}
"""Patients whose plan is paused, by number."""
CALLED_NOW, CALLED_BEFORE, BOOKED, BY_LETTER, SAMPLED = 3, 2, 4, 6, 7
"""One patient in so many who is late now was called lately; was called before; is booked; is written to, not called;
gave samples whose results have not come."""
ONE_BY_ONE_UP_TO = 400
"""Patients with a higher number are not booked and sampled: a large cohort is loaded to be measured."""
WORKING_WEEK = 5
OUTCOMES = (
    ContactOutcome.NO_ANSWER,
    ContactOutcome.CALL_AGAIN,
    ContactOutcome.AGREED,
    ContactOutcome.MESSAGE_LEFT,
    ContactOutcome.DECLINED,
)
AGAIN_AFTER = {
    ContactOutcome.NO_ANSWER: 2,
    ContactOutcome.MESSAGE_LEFT: 2,
    ContactOutcome.CALL_AGAIN: 3,
    ContactOutcome.AGREED: 14,
}
"""Days until a patient is contacted again."""


def set_up_sites(sites: Iterable[Site], *, by: User, now: datetime) -> None:
    """Days off of the years about now, and settings, where a site has none. Closed on 25, 26 December and 1 January."""
    for site in sites:
        if not Closure.objects.filter(site=site).exists():
            Closure.objects.bulk_create(_closures(site, by, now))
        FollowUpSettings.objects.get_or_create(
            site=site,
            defaults={
                "lost_after_days": LOST_AFTER,
                "day_capacity": DAY_CAPACITY,
                "result_within_days": RESULT_WITHIN,
                "letterhead": site.name,
            },
        )


def _closures(site: Site, by: User, now: datetime) -> list[Closure]:
    days = []
    for year in range(now.year - 1, now.year + 3):
        days.append(("Christmas", date(year, 12, 25), date(year, 12, 26)))
        days.append(("New Year", date(year, 1, 1), date(year, 1, 1)))
    return [
        Closure(site=site, name=name, first_on=first, last_on=last, recorded_by=by, recorded_at=now)
        for name, first, last in days
    ]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A test of the patient of this number that is due or late."""

    number: int
    test: ScheduledTest
    late: bool


def follow_up(diagnoses: Sequence[Diagnosis], units: Mapping[str, Unit], *, first: int, now: datetime) -> Counter[str]:
    """Call, book and pause as a unit would; how many of each. `first` is the index of the first patient."""
    numbers = {diagnosis.patient_id: number for number, diagnosis in enumerate(diagnoses, start=first + 1)}
    paused = _pause(numbers, units, now=now)
    waiting = _waiting(numbers, now)
    calls = _calls_that_brought_them(numbers, units, now) + _calls_about(waiting, units, now)
    ContactAttempt.objects.bulk_create(calls)
    sampled, booked = _sample(waiting, units, now=now), _book(waiting, units, now=now)
    return Counter(contacts=len(calls), booked=booked, samples=sampled, pauses=paused)


def _pause(numbers: Mapping[int, int], units: Mapping[str, Unit], *, now: datetime) -> int:
    """Pause the plans of a few, from some days ago for some weeks."""
    patients = [patient for patient, number in numbers.items() if number in PAUSED]
    plans = Plan.objects.filter(patient_id__in=patients, ended_on=None).select_related("patient__site").order_by("pk")
    for plan in plans:
        today = now.astimezone(plan.patient.site.zone).date()
        pause_plan(
            plan=plan,
            starts_on=today - timedelta(days=9),
            until_on=today + timedelta(days=19),
            reason=PAUSED[numbers[plan.patient_id]],
            by=units[plan.patient.site.code].nurse,
            now=now,
        )
    return len(plans)


def _waiting(numbers: Mapping[int, int], now: datetime) -> list[_Waiting]:
    tests = ScheduledTest.objects.filter(
        ON_SOMEBODYS_LIST, patient_id__in=numbers, opens_on__lte=now.date() + timedelta(days=1), closed_by=None
    )
    found = []
    for test in tests.select_related("patient__site").order_by("pk"):
        status = status_of(test, now.astimezone(test.patient.site.zone).date())
        if status in (Status.DUE, Status.OVERDUE):
            found.append(_Waiting(numbers[test.patient_id], test, late=status is Status.OVERDUE))
    return found


def _calls_that_brought_them(
    numbers: Mapping[int, int], units: Mapping[str, Unit], now: datetime
) -> list[ContactAttempt]:
    """Calls before tests that were done late: most, and most of them not long before."""
    tests = ScheduledTest.objects.filter(patient_id__in=numbers, collected_on__isnull=False, skipped_because="")
    by_call: dict[tuple[int, date], list[ScheduledTest]] = defaultdict(list)
    for test in tests.select_related("patient__site").order_by("pk"):
        number, done_on = numbers[test.patient_id], test.collected_on
        assert done_on is not None
        days_before = 2 + (5 * number + 7 * done_on.month) % 24
        called_on = max(test.late_from + timedelta(days=1), done_on - timedelta(days=days_before))
        if called_on < done_on and number % 10 < 7:
            by_call[number, called_on].append(test)
    return [_attempt(number, named, units, on, ContactOutcome.AGREED, now) for (number, on), named in by_call.items()]


def _calls_about(waiting: Sequence[_Waiting], units: Mapping[str, Unit], now: datetime) -> list[ContactAttempt]:
    """Calls to those who are late: some weeks ago, and lately, with the day on which to contact them again."""
    attempts = []
    for number, late in _by_patient(one for one in waiting if one.late).items():
        today = now.astimezone(late[0].patient.site.zone).date()
        before = today - timedelta(days=20 + number % 20)
        known = [test for test in late if test.late_from < before]
        if known and number % CALLED_BEFORE == 0:
            attempts.append(_attempt(number, known, units, before, OUTCOMES[number % 4], now))
        if number % CALLED_NOW == 0 and not _is_booked(number):
            outcome = OUTCOMES[number // CALLED_NOW % len(OUTCOMES)]
            attempts.append(_attempt(number, late, units, today - timedelta(days=number % 3), outcome, now))
            _snooze(late, attempts[-1].again_on)
    return attempts


def _by_patient(waiting: Iterable[_Waiting]) -> dict[int, list[ScheduledTest]]:
    found: dict[int, list[ScheduledTest]] = defaultdict(list)
    for one in waiting:
        found[one.number].append(one.test)
    return found


def _is_booked(number: int) -> bool:
    return number % BOOKED == 1 and number <= ONE_BY_ONE_UP_TO and number not in PAUSED


def _attempt(
    number: int,
    tests: Sequence[ScheduledTest],
    units: Mapping[str, Unit],
    on: date,
    outcome: ContactOutcome,
    now: datetime,
) -> ContactAttempt:
    """One contact about these tests of a patient, in the morning of a day at the site."""
    patient, written = tests[0].patient, number % BY_LETTER == 0
    at = datetime.combine(on, time(9, 5 + number % 50), tzinfo=patient.site.zone)
    days = AGAIN_AFTER.get(outcome)
    return ContactAttempt(
        patient=patient,
        at=min(at, now),
        by=units[patient.site.code].nurse,
        channel=Channel.POST if written else Channel.PHONE,
        outcome=ContactOutcome.SENT if written else outcome,
        again_on=None if days is None else on + timedelta(days=days),
        tests=[test.pk for test in tests],
    )


def _snooze(tests: Collection[ScheduledTest], until: date | None) -> None:
    if until is not None:
        ScheduledTest.objects.filter(pk__in=[test.pk for test in tests]).update(snoozed_until=until)


def _sample(waiting: Sequence[_Waiting], units: Mapping[str, Unit], *, now: datetime) -> int:
    """Note samples as taken, one to two weeks ago or as long as the window is open; how many."""
    sampled = 0
    for one in waiting:
        test, number = one.test, one.number
        if number % SAMPLED or number > ONE_BY_ONE_UP_TO or _is_booked(number) or test.kind in DONE_BY_HAND:
            continue
        today = now.astimezone(test.patient.site.zone).date()
        taken_on = max(test.opens_on, today - timedelta(days=4 + number % 10))
        record_done(test=test, done_on=taken_on, by=units[test.patient.site.code].nurse, now=now)
        sampled += 1
    return sampled


def _book(waiting: Sequence[_Waiting], units: Mapping[str, Unit], *, now: datetime) -> int:
    """Book the waiting tests of some for one day of this week each, from today on, with a time; how many patients."""
    booked = 0
    for number, tests in _by_patient(waiting).items():
        if not _is_booked(number):
            continue
        site = tests[0].patient.site
        today = now.astimezone(site.zone).date()
        wanted = today + timedelta(days=number // BOOKED % WORKING_WEEK)
        day = working_days_of(site.pk).nearest(wanted, earliest=today)
        for test in tests:
            book_test(test=test, booked_for=day, by=units[site.code].nurse, now=now, place="Day unit")
        at = time(8 + number % 7, 30 * (number % 2))
        ScheduledTest.objects.filter(pk__in=[test.pk for test in tests], booked_for=day).update(booked_time=at)
        booked += 1
    return booked
