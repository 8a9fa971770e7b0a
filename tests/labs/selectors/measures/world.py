"""Small random worlds of follow-up, as plain rows for the oracle and as rows of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from labs.models import Channel, ContactAttempt, FollowUpSettings, Plan, Report, ScheduledTest, SkipReason
from patients.models import Diagnosis, Patient, Site
from tests.factories import make_diagnosis, make_nurse, make_patient, make_plan, make_protocol, make_report, make_site
from tests.oracles.measures import ContactRow, PatientRow, PlanRow, SiteRow, TestRow

NOW = datetime(2025, 6, 15, 13, tzinfo=UTC)
"""The 15th in Paris, the 16th already in Auckland."""
TODAY = date(2025, 6, 15)
SITES = (
    SiteRow("paris", "Europe/Paris", lost_after=15, result_within=5),
    SiteRow("auckland", "Pacific/Auckland", lost_after=180, result_within=7),
)
KINDS = ("cbc", "flc", "visit")
PROTOCOLS = {"MM": ("mm-a", "mm-b"), "AML": ("aml-a",)}


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@dataclass(frozen=True)
class World:
    """Plain rows."""

    patients: Sequence[PatientRow]
    tests: Sequence[TestRow]
    contacts: Sequence[ContactRow]


def world_of(seed: int, *, patients: int = 40, tests: int = 9) -> World:
    """A world that a seed stands for. Dates lie close together, so that every limit is met somewhere."""
    chance = Random(seed)
    people, scheduled, contacts = [], [], []
    for number in range(patients):
        disease = chance.choice(tuple(PROTOCOLS))
        patient = PatientRow(
            number, chance.choice(SITES), disease, _maybe(chance, 0.1, -60, 10), _plans(chance, disease)
        )
        own = [_test(chance, number * 100 + index, patient) for index in range(chance.randint(0, tests))]
        people.append(patient)
        scheduled += own
        for _ in range(chance.randint(0, 3)):
            about = chance.sample([test.number for test in own], min(len(own), chance.randint(0, 3)))
            at = NOW - timedelta(minutes=chance.randint(0, 60 * 24 * 60))
            contacts.append(ContactRow(patient, at, chance.choice(Channel.values), tuple(about)))
    return World(people, scheduled, contacts)


def _maybe(chance: Random, how_often: float, first: int, last: int) -> date | None:
    return day(chance.randint(first, last)) if chance.random() < how_often else None


def _plans(chance: Random, disease: str) -> tuple[PlanRow, ...]:
    codes = chance.sample(PROTOCOLS[disease], chance.randint(0, len(PROTOCOLS[disease])))
    found = []
    for code in codes:
        started = chance.randint(-90, -5)
        found.append(PlanRow(code, day(started), _maybe(chance, 0.25, started, 5)))
    return tuple(found)


def _test(chance: Random, number: int, patient: PatientRow) -> TestRow:
    opens = chance.randint(-60, 10)
    due = opens + chance.randint(0, 6)
    closes = due + chance.randint(0, 6)
    hold = chance.randint(opens - 5, closes + 2) if chance.random() < 0.3 else None
    collected = _maybe(chance, 0.5, opens - 5, max(opens - 5, min(due + 20, 0)))
    skipped = chance.choice(SkipReason.values) if chance.random() < 0.15 else ""
    return TestRow(
        number=number,
        patient=patient,
        plan=chance.choice((None, *patient.plans, *patient.plans)),
        kind=chance.choice(KINDS),
        opens_on=day(opens),
        due_on=day(due),
        closes_on=day(closes),
        lapses_on=_maybe(chance, 0.6, due + 1, due + 20),
        collected_on=collected,
        has_report=collected is not None and not skipped and chance.random() < 0.7,
        skipped=skipped,
        held_from=None if hold is None else day(hold),
        held_until=None if hold is None else day(hold + chance.randint(0, 15)),
    )


def store(world: World) -> dict[int, Patient]:
    """Put a world into the database; its patients by number."""
    nurse = make_nurse()
    sites = {row: make_site(code=row.name, time_zone=row.zone) for row in SITES}
    FollowUpSettings.objects.create(site=sites[SITES[0]], lost_after_days=15, result_within_days=5)
    protocols = {
        code: make_protocol(code=code, disease=disease) for disease, codes in PROTOCOLS.items() for code in codes
    }
    people: dict[int, Patient] = {}
    stored_plans: dict[tuple[int, PlanRow], Plan] = {}
    for row in world.patients:
        diagnosis = _diagnosis(row, sites[row.site])
        people[row.number] = diagnosis.patient
        for plan in row.plans:
            ended = {"ended_on": plan.ended_on, "ended_because": "relapse"} if plan.ended_on else {}
            stored_plans[row.number, plan] = make_plan(
                diagnosis, protocol=protocols[plan.protocol], started_on=plan.started_on, **ended
            )
    reports = {number: make_report(patient) for number, patient in people.items()}
    keys = {}
    for test in world.tests:
        plan_of = None if test.plan is None else stored_plans[test.patient.number, test.plan]
        keys[test.number] = _scheduled(test, people[test.patient.number], plan_of, reports, nurse_id=nurse.pk)
    ScheduledTest.objects.bulk_create(keys.values())
    ContactAttempt.objects.bulk_create(
        ContactAttempt(
            patient=people[row.patient.number],
            at=row.at,
            by=nurse,
            channel=row.channel,
            outcome="agreed",
            tests=[keys[number].pk for number in row.tests],
        )
        for row in world.contacts
    )
    return people


def _diagnosis(row: PatientRow, site: Site) -> Diagnosis:
    return make_diagnosis(make_patient(site=site, deceased_on=row.deceased_on), disease=row.disease)


def _scheduled(
    row: TestRow, patient: Patient, plan: Plan | None, reports: dict[int, Report], *, nurse_id: int
) -> ScheduledTest:
    skip = {"skipped_because": row.skipped, "skipped_at": NOW, "skipped_by_id": nurse_id} if row.skipped else {}
    return ScheduledTest(
        patient=patient,
        plan=plan,
        kind=row.kind,
        step=f"step-{row.number}",
        opens_on=row.opens_on,
        due_on=row.due_on,
        closes_on=row.closes_on,
        lapses_on=row.lapses_on,
        late_from=row.closes_on,
        collected_on=row.collected_on,
        closed_by=reports[row.patient.number] if row.has_report else None,
        held_from=row.held_from,
        held_until=row.held_until,
        **skip,
    )
