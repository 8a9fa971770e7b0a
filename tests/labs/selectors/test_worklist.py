"""The worklist: every waiting test in exactly one part, counts that agree with the lists, pages in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labs.actions.rank_tests import rank_tests
from labs.models import Plan, ScheduledTest
from labs.selectors import worklist as reading
from labs.selectors.due import status_of
from labs.selectors.worklist import every_test, reach_of, worklist, worklist_counts
from labs.selectors.worklist_parts import ME, NOBODY, PARTS, Narrowing, Tab, tab_of
from patients.actions.system_account import system_account
from patients.models import Diagnosis, Patient, User
from tests.factories.people import make_care_team, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_protocol, make_scheduled_test

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = NOON.date()
DAY = timedelta(days=1)
NEAR = st.integers(-40, 40)
MAYBE_NEAR = st.none() | NEAR
STATES = st.fixed_dictionaries(
    {
        "due": NEAR,
        "before": st.integers(0, 20),
        "after": st.integers(0, 20),
        "lapses": st.none() | st.integers(1, 30),
        "late_before": st.integers(0, 30),
        "booked": MAYBE_NEAR,
        "collected": st.none() | st.none() | st.integers(-20, 0),
        "snoozed": MAYBE_NEAR,
        "held": st.none() | st.tuples(NEAR, st.integers(0, 30)),
        "skipped": st.sampled_from(["", "", "", "declined"]),
        "kind": st.sampled_from(["cbc", "mri"]),
        "risk": st.sampled_from(["high", "unknown", "standard", "favourable"]),
        "dead": st.sampled_from([False, False, False, True]),
        "ended": st.sampled_from([False, False, False, True]),
    }
)


def on(days: int | None) -> date | None:
    return None if days is None else TODAY + timedelta(days=days)


def build(state: dict[str, Any], nurse: User, **particulars: Any) -> ScheduledTest:
    """A test in this state, at the nurse's site."""
    patient = make_patient(site=nurse.sites.get(), deceased_on=TODAY - DAY if state["dead"] else None, **particulars)
    ended = {"ended_on": TODAY - DAY, "ended_because": "x"} if state["ended"] else {}
    plan = make_plan(make_diagnosis(patient, risk_group=state["risk"]), **ended)
    due = TODAY + timedelta(days=state["due"])
    closes, held = due + timedelta(days=state["after"]), state["held"]
    fields: dict[str, Any] = {}
    if held is not None:
        fields = {"held_from": on(held[0]), "held_until": on(held[0] + held[1])}
    if state["skipped"]:
        fields |= {"skipped_because": state["skipped"], "skipped_at": NOON, "skipped_by": nurse}
    return make_scheduled_test(
        patient,
        state["kind"],
        plan=plan,
        step="a",
        due_on=due,
        opens_on=due - timedelta(days=state["before"]),
        closes_on=closes,
        late_from=closes - timedelta(days=state["late_before"]),
        lapses_on=None if state["lapses"] is None else due + timedelta(days=state["lapses"]),
        booked_for=on(state["booked"]),
        collected_on=on(state["collected"]),
        snoozed_until=on(state["snoozed"]),
        **fields,
    )


def read_all(nurse: User, tab: Tab, *, size: int = 3, **how: Any) -> list[int]:
    """Every test of a part, page by page."""
    seen: list[int] = []
    after = ""
    for _ in range(200):
        page = worklist(user=nurse, now=NOON, tab=tab, size=size, after=after, **how)
        seen += [row.test.pk for row in page.rows]
        if page.next_cursor is None:
            return seen
        after = page.next_cursor
    raise AssertionError("the pages never end")


def expected(tests: Sequence[ScheduledTest]) -> dict[Tab, set[int]]:
    """Which test belongs where, by the dates alone."""
    found: dict[Tab, set[int]] = {tab: set() for tab in Tab}
    for test in tests:
        listed = test.patient.deceased_on is None and (test.plan is None or test.plan.ended_on is None)
        tab = tab_of(test, status_of(test, TODAY), TODAY)
        if listed and tab is not None:
            found[tab].add(test.pk)
    return found


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATES, min_size=1, max_size=12), nightly=st.booleans())
def test_every_waiting_test_is_in_exactly_one_part_and_the_counts_agree(states, nightly):
    nurse = make_nurse(make_site(time_zone="UTC"))
    tests = [build(state, nurse) for state in states]
    if nightly:
        rank_tests(by=system_account(), now=NOON)
    should = expected(tests)
    lists = {tab: read_all(nurse, tab) for tab in Tab}
    assert {tab: set(found) for tab, found in lists.items()} == should
    assert {tab: len(found) for tab, found in lists.items()} == {tab: len(found) for tab, found in should.items()}
    assert worklist_counts(user=nurse, now=NOON) == {tab: len(found) for tab, found in should.items()}
    for tab, found in lists.items():
        assert list(every_test(user=nurse, now=NOON, tab=tab).values_list("pk", flat=True)) == found


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATES, min_size=4, max_size=14))
def test_pages_backwards_show_what_pages_forwards_showed(states):
    nurse = make_nurse(make_site(time_zone="UTC"))
    for state in states:
        build(state, nurse)
    for tab in Tab:
        forwards = read_all(nurse, tab, size=2)
        page = worklist(user=nurse, now=NOON, tab=tab, size=2)
        pages = [page]
        while page.next_cursor:
            page = worklist(user=nurse, now=NOON, tab=tab, size=2, after=page.next_cursor)
            pages.append(page)
        backwards = [row.test.pk for row in page.rows]
        while page.previous_cursor:
            page = worklist(user=nurse, now=NOON, tab=tab, size=2, before=page.previous_cursor)
            backwards = [row.test.pk for row in page.rows] + backwards
        assert backwards == forwards


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(STATES, min_size=3, max_size=10), split=st.integers(1, 3))
def test_several_sites_and_patients_of_other_sites_are_sorted_into_one_list(states, split):
    mine, second, other = make_site(time_zone="UTC"), make_site(time_zone="Etc/UTC"), make_site(time_zone="UTC")
    nurse, tests = make_nurse(mine), []
    for number, state in enumerate(states):
        test = build(state, nurse)
        if number % 3:
            test.patient.site = second if number % 3 == 1 else other
            test.patient.save()
            if number % 3 == 2:
                make_care_team(test.patient, physician=None, nurse=nurse)
        tests.append(test)
    nurse.sites.add(second)
    make_scheduled_test(make_patient(site=other), due_on=TODAY - 30 * DAY)
    should = expected(tests)
    for tab in Tab:
        found = read_all(nurse, tab, size=split)
        assert set(found) == should[tab]
        assert found == list(every_test(user=nurse, now=NOON, tab=tab).values_list("pk", flat=True))
    assert worklist_counts(user=nurse, now=NOON) == {tab: len(found) for tab, found in should.items()}


def overdue(nurse: User, days: int = 20, **fields: Any) -> ScheduledTest:
    patient = make_patient(site=nurse.sites.first())
    return make_scheduled_test(patient, due_on=TODAY - timedelta(days=days), **fields)


def test_counts_stop_where_they_would_cost_too_much(monkeypatch):
    monkeypatch.setattr(reading, "COUNTED", 2)
    nurse = make_nurse(make_site(time_zone="UTC"))
    for _ in range(4):
        overdue(nurse)
    assert worklist_counts(user=nurse, now=NOON)[Tab.OVERDUE] == 3
    nurse.sites.add(make_site(time_zone="Europe/Paris"))
    assert worklist_counts(user=nurse, now=NOON)[Tab.OVERDUE] == 3


def test_each_site_has_its_own_day():
    east, west = make_site(time_zone="Pacific/Auckland"), make_site(time_zone="America/Los_Angeles")
    nurse = make_nurse(east)
    nurse.sites.add(west)
    late = {site: make_scheduled_test(make_patient(site=site), due_on=TODAY - 7 * DAY) for site in (east, west)}
    evening = datetime(2026, 6, 15, 13, tzinfo=UTC)  # the 16th in Auckland, the 15th in Los Angeles
    assert [row.test for row in worklist(user=nurse, now=evening, tab=Tab.OVERDUE).rows] == [late[east]]
    assert [row.test for row in worklist(user=nurse, now=evening, tab=Tab.WEEK).rows] == [late[west]]


def test_who_works_for_no_site_sees_whom_they_follow():
    site = make_site(time_zone="UTC")
    nurse, test = make_nurse(site), overdue(make_nurse(site))
    nurse.sites.clear()
    assert worklist(user=nurse, now=NOON, tab=Tab.OVERDUE).rows == []
    assert not any(worklist_counts(user=nurse, now=NOON).values())
    make_care_team(test.patient, physician=None, nurse=nurse)
    assert [row.test for row in worklist(user=nurse, now=NOON, tab=Tab.OVERDUE).rows] == [test]
    assert worklist_counts(user=nurse, now=NOON)[Tab.OVERDUE] == 1


def test_the_list_is_narrowed_in_every_way():
    nurse = make_nurse(make_site(time_zone="UTC"))
    protocol = make_protocol(code="unusual", disease="AML")
    plan = make_plan(
        make_diagnosis(make_patient(site=nurse.sites.get(), family_name="Unusual"), "AML", risk_group="adverse"),
        protocol=protocol,
    )
    wanted = make_scheduled_test(
        plan.patient, "marrow", plan=plan, step="m", due_on=TODAY - 20 * DAY, assigned_to=nurse
    )
    make_care_team(plan.patient, physician=None, nurse=nurse)
    other = overdue(nurse)
    ways = [
        Narrowing(disease="AML"),
        Narrowing(kind="marrow"),
        Narrowing(protocol="unusual"),
        Narrowing(risk=0),
        Narrowing(assigned=ME),
        Narrowing(mine=True),
        Narrowing(text="unusual"),
    ]
    for narrowing in ways:
        assert [row.test for row in worklist(user=nurse, now=NOON, tab=Tab.OVERDUE, narrowing=narrowing).rows] == [
            wanted
        ]
        assert worklist_counts(user=nurse, now=NOON, narrowing=narrowing)[Tab.OVERDUE] == 1
    nobodys = worklist(user=nurse, now=NOON, tab=Tab.OVERDUE, narrowing=Narrowing(assigned=NOBODY)).rows
    assert [row.test for row in nobodys] == [other]
    elsewhere = Narrowing(site=make_site().pk)
    assert worklist(user=nurse, now=NOON, tab=Tab.OVERDUE, narrowing=elsewhere).rows == []


def test_what_was_missed_or_ended_does_not_heap_up_where_the_list_is_read():
    nurse = make_nurse(make_site(time_zone="UTC"))
    open_one = overdue(nurse)
    gone = [
        overdue(nurse, 60, lapses_on=TODAY - 30 * DAY),
        overdue(nurse, 60, kind="mri", collected_on=TODAY - 50 * DAY),
    ]
    rank_tests(by=system_account(), now=NOON)
    dead, ended = overdue(nurse), make_plan(make_diagnosis(make_patient(site=nurse.sites.get())))
    Patient.objects.filter(pk=dead.patient_id).update(deceased_on=TODAY)
    gone += [dead, make_scheduled_test(ended.patient, plan=ended, step="x", due_on=TODAY - 20 * DAY)]
    Plan.objects.filter(pk=ended.pk).update(ended_on=TODAY, ended_because="x")
    waits = dict(ScheduledTest.objects.values_list("pk", "may_wait"))
    assert waits == {open_one.pk: True} | {test.pk: False for test in gone}


def test_the_index_alone_reaches_every_part():
    """Nothing a part shows lies outside the range of the index it is read from."""
    for part in PARTS.values():
        assert part.keys[-1].name == "id"
    assert reach_of(make_nurse(make_site())).elsewhere is False


def test_a_risk_that_was_corrected_moves_the_test():
    nurse = make_nurse(make_site(time_zone="UTC"))
    plans = [make_plan(make_diagnosis(make_patient(site=nurse.sites.get()), risk_group="standard")) for _ in range(2)]
    tests = [
        make_scheduled_test(plan.patient, plan=plan, step="a", due_on=TODAY - timedelta(days=days))
        for plan, days in zip(plans, (30, 20), strict=True)
    ]
    assert read_all(nurse, Tab.OVERDUE) == [test.pk for test in tests]
    Diagnosis.objects.filter(pk=plans[1].diagnosis_id).update(risk_group="high")
    assert read_all(nurse, Tab.OVERDUE) == [tests[1].pk, tests[0].pk]


def test_bookings_of_a_day_go_by_time_and_those_without_one_come_last():
    nurse = make_nurse(make_site(time_zone="UTC"))
    tests = [
        make_scheduled_test(make_patient(site=nurse.sites.get()), due_on=TODAY, booked_for=TODAY, booked_time=at)
        for at in (None, "14:00", "08:30")
    ]
    assert read_all(nurse, Tab.TODAY, size=1) == [tests[2].pk, tests[1].pk, tests[0].pk]
