"""Every measure in SQL says what plain Python says in its words, on random worlds."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.models import ScheduledTest, SkipReason
from labs.protocols.adherence import Verdict, verdict
from labs.selectors.due import Status, status_of
from labs.selectors.measures.first_calls import CAME_WITHIN, first_calls
from labs.selectors.measures.judged import LETS_OFF, STILL_REQUIRED, Asked, asked_test, sites_asked
from labs.selectors.measures.lost import lost_patients, lost_to_follow_up
from labs.selectors.measures.on_time import cells, on_time
from labs.selectors.measures.samples import samples_without_result
from patients.actions.system_account import system_account
from patients.models import Patient, Site
from tests.labs.selectors.measures.world import NOW, SITES, World, day, store, world_of
from tests.oracles import measures as oracle

pytestmark = pytest.mark.django_db
AGREES = {
    Status.PLANNED: {Verdict.OPEN, Verdict.NOT_REQUIRED},
    Status.DUE: {Verdict.OPEN, Verdict.NOT_REQUIRED},
    Status.MISSED: {Verdict.NOT_DONE, Verdict.NOT_REQUIRED},
    Status.EXCUSED: {Verdict.NOT_REQUIRED},
    Status.RESULTED: {Verdict.ON_TIME, Verdict.LATE, Verdict.OPEN},
}
"""What the status of a test leaves open for a measure. Not required although planned: its plan ended or life did."""
DAYS = (day(-300), day(-40), day(-20), day(-10))


@settings(max_examples=8)
@given(st.integers(0, 2**32 - 1))
def test_every_measure_says_what_its_words_say(seed: int) -> None:
    world = world_of(seed)
    with transaction.atomic():
        people = store(world)
        asked = Asked(sites_asked(system_account()), NOW)
        sites = dict(Site.objects.values_list("pk", "code"))
        check_on_time_cells(world, asked)
        check_on_time_by_dimension(world, asked, sites)
        check_python_judges_alike(asked)
        check_first_calls(world, asked, sites)
        check_lost(world, asked, sites, people)
        check_samples(world, asked, sites)
        check_narrowing(world)
        transaction.set_rollback(True)


def check_on_time_cells(world: World, asked: Asked) -> None:
    found: Counter[tuple[str, str, str, date, str]] = Counter()
    for cell in cells(asked):
        for name in ("on_time", "late", "not_done", "not_required", "open"):
            found[cell.site, cell.protocol, cell.kind, cell.month, name] = getattr(cell.adherence, name)
    assert +found == oracle.tally(world.tests, NOW)


def check_on_time_by_dimension(world: World, asked: Asked, sites: dict[int, str]) -> None:
    summed, tallied = on_time(asked), oracle.tally(world.tests, NOW)
    for place, name in enumerate(("site", "protocol", "kind", "month")):
        expected: Counter[tuple[object, str]] = Counter()
        for key, count in tallied.items():
            expected[key[place], key[4]] += count
        found = {
            (sites.get(key, key) if name == "site" else key, how): count
            for key, tally in summed.by[name].items()
            for how, count in tally.counts.items()
        }
        assert found == expected, name
    delays = {(kind, days): n for kind, tally in summed.by["kind"].items() for days, n in tally.delays.items()}
    assert delays == oracle.delays(world.tests, NOW)


def check_python_judges_alike(asked: Asked) -> None:
    """`labs.protocols.adherence`, which patients' pages use, on the stored rows."""
    found: Counter[str] = Counter()
    for test in ScheduledTest.objects.select_related("patient__site", "plan"):
        ended_on = test.plan.ended_on if test.plan else None
        judged = asked_test(test, ended_on=ended_on, deceased_on=test.patient.deceased_on)
        today = NOW.astimezone(test.patient.site.zone).date()
        found[verdict(judged, today).value] += 1
        assert verdict(judged, today) in AGREES.get(status_of(test, today), set(Verdict))
    assert found == on_time(asked).whole.counts


def check_first_calls(world: World, asked: Asked, sites: dict[int, str]) -> None:
    found: Counter[tuple[str, date, str, bool]] = Counter()
    for row in first_calls(asked):
        found[sites[row.site], row.month, row.channel, True] += row.came
        found[sites[row.site], row.month, row.channel, False] += row.calls - row.came
    assert +found == oracle.calls(world.contacts, world.tests, NOW, CAME_WITHIN)


def check_lost(world: World, asked: Asked, sites: dict[int, str], people: dict[int, Patient]) -> None:
    expected, gone = {}, set()
    for site in SITES:
        for on in (*DAYS, None):
            then = on or oracle.today_at(site, NOW)
            followed = [one for one in world.patients if one.site == site and oracle.is_followed(one, then)]
            lost = [one for one in followed if oracle.is_lost(one, world.tests, then)]
            if followed:
                expected[site.name, on] = (len(followed), len(lost))
            if on is None:
                gone |= {people[one.number].pk for one in lost}
    found = {(sites[row.site], row.on): (row.followed, row.lost) for row in lost_to_follow_up(asked, DAYS)}
    assert found == expected
    assert {one.patient_id for one in lost_patients(asked)} == gone


def check_samples(world: World, asked: Asked, sites: dict[int, str]) -> None:
    found = {
        (sites[row.site], row.kind): (row.waiting, row.overlong, row.median, row.longest)
        for row in samples_without_result(asked)
    }
    assert found == oracle.waiting_samples(world.tests, NOW)


def check_narrowing(world: World) -> None:
    paris = sites_asked(system_account(), "paris")
    narrowed = Asked(paris, NOW, disease="MM", since=day(-40), until=day(-10))
    chosen = [
        test
        for test in world.tests
        if test.patient.site.name == "paris" and test.patient.disease == "MM" and day(-40) <= test.due_on <= day(-10)
    ]
    assert on_time(narrowed).whole.counts == Counter(oracle.came_out(test, NOW) for test in chosen)


def test_every_reason_to_skip_either_lets_off_or_does_not() -> None:
    assert set(SkipReason) == LETS_OFF | STILL_REQUIRED
    assert {reason.value for reason in LETS_OFF} == oracle.LEAVES
