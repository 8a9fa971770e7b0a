"""Every measure in SQL says what plain Python says in its words, on random small worlds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from django.db import transaction
from hypothesis import given, settings

from labs.models import ScheduledTest, SkipReason
from labs.protocols.adherence import verdict
from labs.selectors.measures.first_calls import CAME_WITHIN, first_calls
from labs.selectors.measures.judged import LETS_OFF, STILL_REQUIRED, Asked, asked_test, sites_asked
from labs.selectors.measures.lost import lost_patients, lost_to_follow_up
from labs.selectors.measures.on_time import cells, on_time
from labs.selectors.measures.samples import samples_without_result
from patients.actions.system_account import system_account
from patients.models import Patient, Site
from tests.labs.selectors.measures.world import NOW, SITES, World, day, store, worlds
from tests.oracles import measures as oracle

pytestmark = pytest.mark.django_db
Check = Callable[[World, Asked, dict[int, Patient]], None]


def held(check: Check, world: World) -> None:
    with transaction.atomic():
        people = store(world)
        check(world, Asked(sites_asked(system_account()), NOW), people)
        transaction.set_rollback(True)


def names() -> dict[int, str]:
    return dict(Site.objects.values_list("pk", "code"))


@settings(max_examples=40)
@given(worlds())
def test_done_in_time_by_every_dimension(world: World) -> None:
    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        expected = oracle.tally(world.tests, NOW)
        found: Counter[tuple[str, str, str, date, str]] = Counter()
        for cell in cells(asked):
            for name in ("on_time", "late", "not_done", "not_required", "open"):
                found[cell.site, cell.protocol, cell.kind, cell.month, name] = getattr(cell.adherence, name)
        assert +found == expected
        summed, sites = on_time(asked), names()
        for place, name in enumerate(("site", "protocol", "kind", "month")):
            by_one = Counter(
                {
                    (sites.get(key, key) if name == "site" else key, how): count
                    for key, tally in summed.by[name].items()
                    for how, count in tally.counts.items()
                }
            )
            wanted: Counter[tuple[object, str]] = Counter()
            for key, count in expected.items():
                wanted[key[place], key[4]] += count
            assert by_one == wanted
        delays = Counter(
            {(kind, days): n for kind, tally in summed.by["kind"].items() for days, n in tally.delays.items()}
        )
        assert delays == oracle.delays(world.tests, NOW)

    held(check, world)


@settings(max_examples=40)
@given(worlds())
def test_python_judges_a_stored_test_as_the_database_does(world: World) -> None:
    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        found: Counter[str] = Counter()
        for test in ScheduledTest.objects.select_related("patient__site", "plan"):
            judged = asked_test(
                test, ended_on=test.plan.ended_on if test.plan else None, deceased_on=test.patient.deceased_on
            )
            found[verdict(judged, NOW.astimezone(test.patient.site.zone).date())] += 1
        assert found == on_time(asked).whole.counts

    held(check, world)


@settings(max_examples=60)
@given(worlds())
def test_who_came_after_the_first_call(world: World) -> None:
    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        sites = names()
        found: Counter[tuple[str, date, str, bool]] = Counter()
        for row in first_calls(asked):
            found[sites[row.site], row.month, row.channel, True] += row.came
            found[sites[row.site], row.month, row.channel, False] += row.calls - row.came
        assert +found == oracle.calls(world.contacts, world.tests, NOW, CAME_WITHIN)

    held(check, world)


@settings(max_examples=60)
@given(worlds())
def test_who_is_lost_on_which_day(world: World) -> None:
    days = [day(-300), day(-120), day(-20)]

    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        sites = names()
        found = {(sites[row.site], row.on): (row.followed, row.lost) for row in lost_to_follow_up(asked, days)}
        expected = {}
        for site in SITES:
            for on in (*days, None):
                then = on or oracle.today_at(site, NOW)
                followed = [one for one in world.patients if one.site == site and oracle.is_followed(one, then)]
                lost = [one for one in followed if oracle.is_lost(one, world.tests, then)]
                if followed:
                    expected[site.name, on] = (len(followed), len(lost))
        assert found == expected
        gone = {
            people[one.number].pk
            for one in world.patients
            if oracle.is_lost(one, world.tests, oracle.today_at(one.site, NOW))
        }
        assert {one.patient_id for one in lost_patients(asked)} == gone

    held(check, world)


@settings(max_examples=40)
@given(worlds())
def test_samples_that_wait(world: World) -> None:
    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        sites = names()
        found = {
            (sites[row.site], row.kind): (row.waiting, row.overlong, row.median, row.longest)
            for row in samples_without_result(asked)
        }
        assert found == oracle.waiting_samples(world.tests, NOW)

    held(check, world)


@settings(max_examples=20)
@given(worlds())
def test_a_range_a_disease_and_a_site_narrow_it(world: World) -> None:
    def check(world: World, asked: Asked, people: dict[int, Patient]) -> None:
        paris = sites_asked(system_account(), "paris")
        narrowed = Asked(paris, NOW, disease="MM", since=day(-200), until=day(-30))
        chosen = [
            test
            for test in world.tests
            if test.patient.site.name == "paris"
            and test.patient.disease == "MM"
            and day(-200) <= test.due_on <= day(-30)
        ]
        assert on_time(narrowed).whole.counts == Counter(oracle.came_out(test, NOW) for test in chosen)

    held(check, world)


def test_every_reason_to_skip_either_lets_off_or_does_not() -> None:
    assert set(SkipReason) == LETS_OFF | STILL_REQUIRED
    assert {reason.value for reason in LETS_OFF} == oracle.LEAVES
