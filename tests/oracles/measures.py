"""The measures of follow-up once more, in plain Python over plain rows, written from their words and not from the SQL."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median_low
from zoneinfo import ZoneInfo

LEAVES = {"done_elsewhere", "not_indicated", "transferred", "died", "duplicate", "plan_ended", "order_undone"}
BY_HAND = {"visit", "mri", "ct_pet", "chimerism", "late_effects"}


@dataclass(frozen=True)
class SiteRow:
    name: str
    zone: str
    lost_after: int
    result_within: int


@dataclass(frozen=True)
class PlanRow:
    protocol: str
    started_on: date
    ended_on: date | None


@dataclass(frozen=True)
class PatientRow:
    number: int
    site: SiteRow
    disease: str
    deceased_on: date | None
    plans: tuple[PlanRow, ...]


@dataclass(frozen=True)
class TestRow:
    __test__ = False

    number: int
    patient: PatientRow
    plan: PlanRow | None
    kind: str
    opens_on: date
    due_on: date
    closes_on: date
    lapses_on: date | None
    collected_on: date | None
    has_report: bool
    skipped: str
    held_from: date | None
    held_until: date | None


@dataclass(frozen=True)
class ContactRow:
    patient: PatientRow
    at: datetime
    channel: str
    tests: tuple[int, ...]


def today_at(site: SiteRow, now: datetime) -> date:
    return now.astimezone(ZoneInfo(site.zone)).date()


def done_on(test: TestRow) -> date | None:
    if test.skipped:
        return None
    return test.collected_on if test.has_report or test.kind in BY_HAND else None


def in_time_until(test: TestRow) -> date:
    last = test.closes_on
    if test.held_from is not None and test.held_until is not None and not test.held_from > test.closes_on:
        after_pause = test.held_until + (test.closes_on - test.due_on)
        if after_pause > last:
            last = after_pause
    if test.lapses_on is not None and last >= test.lapses_on:
        last = test.lapses_on - timedelta(days=1)
    return last


def required(test: TestRow) -> bool:
    if test.skipped in LEAVES:
        return False
    if done_on(test) is not None:
        return True
    if test.held_from is not None and test.held_until is not None and test.lapses_on is not None:
        paused_in_time = test.held_from <= test.closes_on
        if paused_in_time and test.lapses_on - test.held_until <= timedelta(days=1):
            return False
    ends = [test.patient.deceased_on, test.plan.ended_on if test.plan else None]
    return not any(day is not None and day <= in_time_until(test) for day in ends)


def came_out(test: TestRow, now: datetime) -> str:
    if not required(test):
        return "not_required"
    if not in_time_until(test) < today_at(test.patient.site, now):
        return "open"
    done = done_on(test)
    if done is None:
        return "not_done"
    return "late" if done > in_time_until(test) else "on_time"


def tally(tests: Iterable[TestRow], now: datetime) -> Counter[tuple[str, str, str, date, str]]:
    """By site, protocol, kind, month and how it came out."""
    return Counter(
        (
            test.patient.site.name,
            test.plan.protocol if test.plan else "",
            test.kind,
            test.due_on.replace(day=1),
            came_out(test, now),
        )
        for test in tests
    )


def delays(tests: Iterable[TestRow], now: datetime) -> Counter[tuple[str, int]]:
    """By kind and days from the due day."""
    found: Counter[tuple[str, int]] = Counter()
    for test in tests:
        done = done_on(test)
        if came_out(test, now) in ("on_time", "late") and done is not None:
            found[test.kind, (done - test.due_on).days] += 1
    return found


def calls(
    contacts: Sequence[ContactRow], tests: Sequence[TestRow], now: datetime, within: int
) -> Counter[tuple[str, date, str, bool]]:
    """By site, month, channel and whether the patient came."""
    first: dict[TestRow, ContactRow] = {}
    for test in tests:
        about = [one for one in contacts if one.channel != "in_person" and test.number in one.tests]
        about = [one for one in about if one.patient == test.patient]
        if about:
            first[test] = min(about, key=lambda one: one.at)
    groups: dict[tuple[PatientRow, date], list[TestRow]] = defaultdict(list)
    for test, contact in first.items():
        on = contact.at.astimezone(ZoneInfo(test.patient.site.zone)).date()
        done = done_on(test)
        if test.skipped not in LEAVES and (done is None or done >= on):
            groups[test.patient, on].append(test)
    found: Counter[tuple[str, date, str, bool]] = Counter()
    for (patient, on), named in groups.items():
        last = on + timedelta(days=within)
        came = any((done := done_on(test)) is not None and done <= last for test in named)
        died = patient.deceased_on is not None and patient.deceased_on <= last
        if last < today_at(patient.site, now) and (came or not died):
            channel = min((first[test] for test in named), key=lambda one: one.at).channel
            found[patient.site.name, on.replace(day=1), channel, came] += 1
    return found


def is_followed(patient: PatientRow, day: date) -> bool:
    alive = patient.deceased_on is None or patient.deceased_on > day
    return alive and any(runs(plan, day) for plan in patient.plans)


def runs(plan: PlanRow, day: date) -> bool:
    return plan.started_on <= day and (plan.ended_on is None or plan.ended_on > day)


def is_lost(patient: PatientRow, tests: Iterable[TestRow], day: date) -> bool:
    """Late for longer than the site's days with a test of a running plan, nothing done since, nothing on hold."""
    own = [test for test in tests if test.patient == patient]
    if not is_followed(patient, day):
        return False
    if any(test.held_from is not None and test.held_from <= day <= (test.held_until or day) for test in own):
        return False
    days_done = [done for test in own if (done := done_on(test)) is not None and done <= day]
    for test in own:
        ended, done = in_time_until(test), done_on(test)
        late = (day - ended).days > patient.site.lost_after and (done is None or done > day)
        if late and required(test) and test.plan and runs(test.plan, day) and not any(one > ended for one in days_done):
            return True
    return False


def waiting_samples(tests: Iterable[TestRow], now: datetime) -> dict[tuple[str, str], tuple[int, int, int, int]]:
    """By site and kind: how many, how many for too long, their median and longest days."""
    ages: dict[tuple[str, str], list[int]] = defaultdict(list)
    allowed = {}
    for test in tests:
        site = test.patient.site
        if test.collected_on is None or test.has_report or test.skipped or test.kind in BY_HAND:
            continue
        age = (today_at(site, now) - test.collected_on).days
        if age >= 0:
            ages[site.name, test.kind].append(age)
            allowed[site.name, test.kind] = site.result_within
    return {
        key: (len(days), sum(age > allowed[key] for age in days), median_low(days), max(days))
        for key, days in ages.items()
    }
