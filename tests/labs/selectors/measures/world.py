"""Small random worlds of follow-up, as plain rows for the oracle and as rows of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from labs.models import Channel, ContactAttempt, FollowUpSettings, Plan, Report, ScheduledTest, SkipReason
from patients.models import Diagnosis, Patient, Site
from tests.factories import make_diagnosis, make_nurse, make_patient, make_plan, make_protocol, make_report, make_site
from tests.oracles.measures import ContactRow, PatientRow, PlanRow, SiteRow, TestRow

NOW = datetime(2025, 6, 15, 13, tzinfo=UTC)
"""The 15th in Paris, the 16th already in Auckland."""
TODAY = date(2025, 6, 15)
SITES = (
    SiteRow("paris", "Europe/Paris", lost_after=60, result_within=5),
    SiteRow("auckland", "Pacific/Auckland", lost_after=180, result_within=7),
)
KINDS = ("cbc", "flc", "visit")
PROTOCOLS = {"MM": ("mm-a", "mm-b"), "AML": ("aml-a",)}
PAST = st.integers(-420, 40)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


@dataclass(frozen=True)
class World:
    """Plain rows."""

    patients: Sequence[PatientRow]
    tests: Sequence[TestRow]
    contacts: Sequence[ContactRow]


@st.composite
def plans(draw: st.DrawFn, disease: str) -> tuple[PlanRow, ...]:
    found = []
    for protocol in draw(st.lists(st.sampled_from(PROTOCOLS[disease]), unique=True)):
        started = draw(st.integers(-420, 0))
        ended = draw(st.none() | st.integers(started, 10))
        found.append(PlanRow(protocol, day(started), None if ended is None else day(ended)))
    return tuple(found)


@st.composite
def scheduled(draw: st.DrawFn, number: int, patient: PatientRow) -> TestRow:
    opens = draw(PAST)
    due = opens + draw(st.integers(0, 30))
    closes = due + draw(st.integers(0, 30))
    lapses = draw(st.none() | st.integers(due + 1, due + 60))
    held = draw(st.none() | st.tuples(st.integers(opens - 20, closes), st.integers(0, 90)))
    skipped = draw(st.just("") | st.sampled_from(SkipReason.values))
    collected = draw(st.none() | st.integers(opens - 5, max(opens - 5, min(due + 60, 0))))
    return TestRow(
        number=number,
        patient=patient,
        plan=draw(st.sampled_from((None, *patient.plans))),
        kind=draw(st.sampled_from(KINDS)),
        opens_on=day(opens),
        due_on=day(due),
        closes_on=day(closes),
        lapses_on=None if lapses is None else day(lapses),
        collected_on=None if collected is None else day(collected),
        has_report=collected is not None and not skipped and draw(st.booleans()),
        skipped=skipped,
        held_from=None if held is None else day(held[0]),
        held_until=None if held is None else day(held[0] + held[1]),
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    patients, tests, contacts = [], [], []
    for number in range(draw(st.integers(0, 3))):
        disease = draw(st.sampled_from(tuple(PROTOCOLS)))
        dead = draw(st.none() | PAST)
        patient = PatientRow(
            number, draw(st.sampled_from(SITES)), disease, None if dead is None else day(dead), draw(plans(disease))
        )
        own = [draw(scheduled(number * 100 + index, patient)) for index in range(draw(st.integers(0, 6)))]
        patients.append(patient)
        tests += own
        for _ in range(draw(st.integers(0, 4)) if own else 0):
            about = draw(st.lists(st.sampled_from([test.number for test in own]), max_size=3, unique=True))
            at = NOW - timedelta(minutes=draw(st.integers(0, 200 * 24 * 60)))
            contacts.append(ContactRow(patient, at, draw(st.sampled_from(Channel.values)), tuple(about)))
    return World(patients, tests, contacts)


def store(world: World) -> dict[int, Patient]:
    """Put a world into the database; its patients by number."""
    nurse = make_nurse()
    sites = {row: make_site(code=row.name, time_zone=row.zone) for row in SITES}
    FollowUpSettings.objects.create(site=sites[SITES[0]], lost_after_days=60, result_within_days=5)
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
