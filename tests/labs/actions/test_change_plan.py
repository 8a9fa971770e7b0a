"""Ending, reopening and replacing plans; tests that follow what was done; tests that a person adds or moves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from labs.actions.add_test import add_test, move_test
from labs.actions.close_tests import Closed, close_for
from labs.actions.end_plan import end_plan, reopen_plan
from labs.actions.extend_horizon import extend_horizon
from labs.actions.pause_plan import pause_plan
from labs.actions.plan_refusals import PlanRefused
from labs.actions.replace_plan import change_keeping, change_protocol, restart_plan
from labs.actions.start_plan import start_plan
from labs.models import Plan, Protocol, Result, ScheduledTest
from labs.selectors.due import Status, status_of
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, User
from tests.factories.people import make_nurse, make_site
from tests.factories.persons import make_diagnosis
from tests.factories.plans import make_protocol
from tests.factories.results import make_report, make_result

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)
TODAY = date(2025, 6, 15)
COUNT = ("haemoglobin", "wbc", "platelets")
MONTHLY = [
    {"step": "counts", "kind": "cbc", "every": "1 month"},
    {"step": "visits", "kind": "visit", "every": "3 months"},
]


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def protocol(*steps: dict[str, str], **fields) -> Protocol:
    return make_protocol(definition={"anchor": "remission", "steps": list(steps or MONTHLY)}, **fields)


def started(keeps: str = "calendar", on: date = date(2025, 5, 1), **fields) -> Plan:
    return start_plan(
        diagnosis=make_diagnosis(remission_on=on),
        protocol=fields.pop("protocol", None) or protocol(),
        by=system_account(),
        now=fields.pop("now", at(on)),
        keeps=keeps,
    )


def nurse(plan: Plan) -> User:
    return make_nurse(plan.patient.site)


def blood_count(plan: Plan, day: date) -> list[Result]:
    report = make_report(plan.patient, collected_on=day)
    results = [make_result(plan.patient, analyte, "5", report=report, collected_on=day) for analyte in COUNT]
    close(plan)
    return results


def close(plan: Plan, now: datetime = NOW) -> Closed:
    return close_for(patient_ids=[plan.patient_id], by=system_account(), now=now)


def dues(plan: Plan, kind: str = "cbc") -> list[date]:
    return list(plan.tests.filter(kind=kind).order_by("due_on").values_list("due_on", flat=True))


def rows(plan: Plan) -> list[dict[str, object]]:
    return list(plan.tests.order_by("pk").values())


class TestDatesThatFollow:
    def test_a_late_result_moves_the_tests_after_it_and_says_so(self):
        plan = started("actual")
        blood_count(plan, date(2025, 6, 10))
        assert dues(plan)[:3] == [date(2025, 6, 1), date(2025, 7, 10), date(2025, 8, 10)]
        told = AuditEvent.objects.filter(verb="shift_test", patient=plan.patient).order_by("id")
        assert told[0].detail == {"kind": "cbc", "was_due": "2025-07-01", "due_on": "2025-07-10"}
        assert dues(plan, "visit")[0] == date(2025, 8, 1)

    def test_a_calendar_stays_as_it_is(self):
        plan = started()
        before = dues(plan)
        blood_count(plan, date(2025, 6, 10))
        assert dues(plan) == before

    def test_moving_twice_is_moving_once_and_scheduling_adds_nothing(self):
        plan = started("actual")
        blood_count(plan, date(2025, 6, 10))
        extend_horizon(by=system_account(), now=at(date(2025, 5, 1)))
        before = rows(plan)
        assert close(plan) == Closed()
        assert extend_horizon(by=system_account(), now=at(date(2025, 5, 1))) == 0
        assert rows(plan) == before

    def test_a_result_taken_back_moves_them_back(self):
        plan = started("actual")
        before = rows(plan)
        results = blood_count(plan, date(2025, 6, 10))
        Result.objects.filter(pk__in=[result.pk for result in results]).update(is_current=False)
        assert close(plan) == Closed(reopened=1)
        assert rows(plan) == before

    def test_a_corrected_day_moves_them_again(self):
        plan = started("actual")
        results = blood_count(plan, date(2025, 6, 10))
        Result.objects.filter(pk__in=[result.pk for result in results]).update(collected_on=date(2025, 6, 5))
        close(plan)
        assert dues(plan)[1] == date(2025, 7, 5)

    def test_what_is_booked_skipped_or_done_is_not_moved(self):
        plan = started("actual")
        july, august = plan.tests.filter(kind="cbc").order_by("due_on")[1:3]
        ScheduledTest.objects.filter(pk=july.pk).update(booked_for=date(2025, 7, 1))
        by = system_account()
        ScheduledTest.objects.filter(pk=august.pk).update(skipped_because="declined", skipped_at=NOW, skipped_by=by)
        blood_count(plan, date(2025, 6, 10))
        assert dues(plan)[:4] == [date(2025, 6, 1), date(2025, 7, 1), date(2025, 8, 1), date(2025, 9, 1)]

    def test_results_in_any_order_lead_to_the_same(self):
        days = [date(2025, 6, 10), date(2025, 7, 12), date(2025, 8, 8)]
        one, other = started("actual"), started("actual")
        for day in days:
            blood_count(one, day)
        for day in reversed(days):
            blood_count(other, day)
        told = [
            list(plan.tests.order_by("kind", "sequence").values_list("due_on", "collected_on", "late_from"))
            for plan in (one, other)
        ]
        assert told[0][3:] == told[1][3:]
        assert [row[1] for row in told[0]] == [row[1] for row in told[1]]

    def test_who_always_comes_early_never_runs_out_of_tests(self):
        plan = started("actual", on=date(2024, 1, 15))
        day = date(2024, 2, 8)
        for _ in range(16):
            blood_count(plan, day)
            extend_horizon(by=system_account(), now=at(day))
            day = plan.tests.filter(kind="cbc", closed_by=None).earliest("due_on").opens_on
        last = plan.tests.filter(kind="cbc").latest("due_on").due_on
        assert last > day + timedelta(days=365)


class TestEnd:
    def test_what_was_open_leaves_the_lists_and_what_was_done_or_missed_stays(self):
        plan = started(on=date(2025, 2, 1))
        blood_count(plan, date(2025, 4, 1))
        booked = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        ScheduledTest.objects.filter(pk=booked.pk).update(booked_for=date(2025, 7, 2))
        ended = end_plan(plan=plan, reason="relapse", by=nurse(plan), now=NOW)
        assert (ended.booked, ended.sampled) == ([booked], [])
        plan.refresh_from_db()
        assert (plan.ended_on, plan.ended_because) == (TODAY, "relapse")
        found = [status_of(test, TODAY) for test in plan.tests.filter(kind="cbc").order_by("due_on")[:5]]
        assert found == [Status.MISSED, Status.RESULTED, Status.MISSED, Status.SKIPPED, Status.SKIPPED]
        assert set(plan.tests.exclude(skipped_because="").values_list("skipped_because", flat=True)) == {"plan_ended"}
        assert AuditEvent.objects.filter(verb="end_plan", target_id=plan.pk).count() == 1

    def test_a_sample_on_its_way_is_named_and_closes_its_test(self):
        plan = started()
        ScheduledTest.objects.filter(plan=plan, kind="cbc", due_on=date(2025, 6, 1)).update(
            collected_on=date(2025, 6, 2)
        )
        ended = end_plan(plan=plan, reason="finished", by=nurse(plan), now=NOW)
        assert [test.due_on for test in ended.sampled] == [date(2025, 6, 1)]
        blood_count(plan, date(2025, 6, 2))
        assert plan.tests.exclude(closed_by=None).count() == 1

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"reason": "whim"}, "reason"),
            ({"ended_on": date(2025, 6, 16)}, "ended_on"),
            ({"ended_on": date(2025, 4, 30)}, "ended_on"),
        ],
    )
    def test_what_cannot_be_right_is_refused_with_the_field(self, fields, where):
        plan = started()
        with pytest.raises(ValidationError) as refused:
            end_plan(plan=plan, by=nurse(plan), now=NOW, **{"reason": "finished"} | fields)
        assert list(refused.value.message_dict) == [where]

    def test_it_ends_once_and_by_those_who_see_the_patient(self):
        plan = started()
        with pytest.raises(AccessRefused):
            end_plan(plan=plan, reason="finished", by=make_nurse(make_site()), now=NOW)
        end_plan(plan=plan, reason="finished", by=nurse(plan), now=NOW, ended_on=date(2025, 5, 1))
        with pytest.raises(PlanRefused, match="ended on"):
            end_plan(plan=plan, reason="finished", by=nurse(plan), now=NOW)

    def test_taking_the_end_back_brings_the_tests_back(self):
        plan = started()
        close(plan)
        before = rows(plan)
        end_plan(plan=plan, reason="finished", by=nurse(plan), now=at(date(2025, 5, 1)))
        reopen_plan(plan=plan, by=nurse(plan), now=at(date(2025, 5, 1)))
        assert rows(plan) == before
        with pytest.raises(PlanRefused, match="goes on"):
            reopen_plan(plan=plan, by=nurse(plan), now=NOW)


class TestReplace:
    def test_another_protocol_takes_the_bookings_along(self):
        plan = started()
        booked = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        visit = plan.tests.get(kind="visit", due_on=date(2025, 8, 1))
        ScheduledTest.objects.filter(pk__in=[booked.pk, visit.pk]).update(
            booked_for=date(2025, 7, 2), booked_time="10:30", booked_at_place="Day ward"
        )
        made = change_protocol(
            plan=plan, protocol=protocol({"step": "c", "kind": "cbc", "every": "2 months"}), by=nurse(plan), now=NOW
        )
        plan.refresh_from_db()
        assert (plan.ended_because, made.plan.replaces, made.plan.anchor_on) == (
            "changed_protocol",
            plan,
            plan.anchor_on,
        )
        (carried,) = made.carried
        assert (carried.plan, carried.due_on, carried.booked_at_place) == (made.plan, date(2025, 7, 1), "Day ward")
        assert str(carried.booked_time)[:5] == "10:30"
        assert [test.kind for test in made.left] == ["visit"]

    def test_a_pause_goes_along_too(self):
        plan = started()
        pause_plan(plan=plan, starts_on=TODAY, until_on=date(2025, 8, 1), reason="travel", by=nurse(plan), now=NOW)
        made = change_keeping(plan=plan, keeps="actual", by=nurse(plan), now=NOW)
        july = made.plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        assert status_of(july, date(2025, 7, 1)) == Status.HELD

    def test_dates_that_follow_otherwise_make_a_new_plan_on_the_same_protocol(self):
        plan = started()
        blood_count(plan, date(2025, 6, 1))
        made = change_keeping(plan=plan, keeps="actual", by=nurse(plan), now=NOW).plan
        assert (made.keeps, made.protocol, made.anchor_on) == ("actual", plan.protocol, plan.anchor_on)
        assert dues(made)[:2] == [date(2025, 6, 1), date(2025, 7, 1)]
        assert status_of(made.tests.get(kind="cbc", due_on=date(2025, 6, 1)), TODAY) == Status.RESULTED
        with pytest.raises(ValidationError, match="Nothing would change"):
            change_keeping(plan=made, keeps="actual", by=nurse(made), now=NOW)

    def test_a_new_remission_counts_anew_also_after_the_plan_had_ended(self):
        plan = started()
        end_plan(plan=plan, reason="relapse", by=nurse(plan), now=at(date(2025, 5, 20)))
        made = restart_plan(plan=plan, anchor_on=date(2025, 6, 10), by=nurse(plan), now=NOW).plan
        assert (made.replaces, made.anchor_on, dues(made)[0]) == (plan, date(2025, 6, 10), date(2025, 7, 10))
        plan.refresh_from_db()
        assert plan.ended_because == "relapse"
        with pytest.raises(PlanRefused, match="followed by"):
            restart_plan(plan=plan, anchor_on=date(2025, 6, 11), by=nurse(plan), now=NOW)
        with pytest.raises(PlanRefused, match="taken its place"):
            reopen_plan(plan=plan, by=nurse(plan), now=NOW)

    def test_a_running_plan_restarts_and_ends_for_that_reason(self):
        plan = started()
        restart_plan(plan=plan, anchor_on=date(2025, 6, 10), by=nurse(plan), now=NOW)
        plan.refresh_from_db()
        assert plan.ended_because == "new_remission"

    def test_nothing_is_half_done_when_the_new_plan_is_refused(self):
        plan = started()
        with pytest.raises(PlanRefused, match="today is"):
            restart_plan(plan=plan, anchor_on=date(2025, 6, 16), by=nurse(plan), now=NOW)
        with pytest.raises(ValidationError, match="counts from"):
            restart_plan(plan=plan, anchor_on=plan.anchor_on, by=nurse(plan), now=NOW)
        with pytest.raises(ValidationError, match="on this protocol already"):
            change_protocol(plan=plan, protocol=plan.protocol, by=nurse(plan), now=NOW)
        with pytest.raises(PlanRefused, match="retired"):
            change_protocol(plan=plan, protocol=protocol(retired_at=NOW), by=nurse(plan), now=NOW)
        plan.refresh_from_db()
        assert plan.ended_on is None
        assert not plan.tests.exclude(skipped_because="").exists()


class TestAdd:
    def add(self, plan: Plan, **fields) -> ScheduledTest:
        asked = {"kind": "marrow", "due_on": date(2025, 6, 20), "reason": "rising M-protein", "now": NOW} | fields
        return add_test(patient=plan.patient, by=nurse(plan), **asked)

    def test_an_extra_test_is_closed_by_a_result_like_others(self):
        plan = started()
        test = self.add(plan)
        assert (test.plan, test.origin, test.opens_on, test.closes_on, test.note) == (
            None,
            "extra",
            TODAY,
            date(2025, 6, 27),
            "rising M-protein",
        )
        make_result(plan.patient, "plasma_cells_marrow", "4", collected_on=date(2025, 6, 19))
        assert close(plan) == Closed(closed=1)
        assert AuditEvent.objects.get(verb="add_test").detail["reason"] == "rising M-protein"

    @pytest.mark.parametrize(("days", "closes"), [(-1, 0), (0, 0), (1, 1)])
    def test_a_repeat_is_not_closed_by_the_finding_it_repeats(self, days, closes):
        plan = started()
        self.add(plan, origin="repeat")
        make_result(plan.patient, "plasma_cells_marrow", "4", collected_on=TODAY + timedelta(days=days))
        asked = frozenset({plan.patient_id}) if closes else frozenset()
        assert close(plan) == Closed(closed=closes, ordered=asked)

    @pytest.mark.parametrize("due_on", [date(2025, 6, 24), date(2025, 7, 8)])
    def test_one_that_waits_within_a_week_is_pointed_out(self, due_on):
        plan = started()
        blood_count(plan, date(2025, 6, 1))
        with pytest.raises(ValidationError, match="waits already") as told:
            self.add(plan, kind="cbc", due_on=due_on)
        assert list(told.value.message_dict) == ["anyway"]
        assert self.add(plan, kind="cbc", due_on=due_on, anyway=True).pk

    @pytest.mark.parametrize("due_on", [date(2025, 6, 23), date(2025, 7, 9)])
    def test_one_that_waits_more_than_a_week_away_is_not(self, due_on):
        plan = started()
        blood_count(plan, date(2025, 6, 1))
        assert self.add(plan, kind="cbc", due_on=due_on).pk

    def test_an_overdue_one_is_pointed_out_today(self):
        plan = started()
        with pytest.raises(ValidationError, match="waits already"):
            self.add(plan, kind="cbc", due_on=TODAY)

    @pytest.mark.parametrize(
        ("fields", "where"),
        [
            ({"kind": "tea_leaves"}, "kind"),
            ({"due_on": date(2025, 6, 14)}, "due_on"),
            ({"due_on": date(2026, 7, 21)}, "due_on"),
            ({"window_days": 61}, "window_days"),
            ({"window_days": -1}, "window_days"),
            ({"origin": "planned"}, "origin"),
            ({"reason": " "}, "reason"),
        ],
    )
    def test_what_cannot_be_right_is_refused_with_the_field(self, fields, where):
        plan = started()
        with pytest.raises(ValidationError) as refused:
            self.add(plan, **fields)
        assert list(refused.value.message_dict) == [where]
        assert not ScheduledTest.objects.filter(plan=None).exists()

    def test_nobody_asks_for_a_test_of_the_dead_or_of_patients_they_do_not_see(self):
        plan = started()
        with pytest.raises(AccessRefused):
            add_test(patient=plan.patient, kind="cbc", due_on=TODAY, reason="x", by=make_nurse(make_site()), now=NOW)
        plan.patient.deceased_on = TODAY
        with pytest.raises(PlanRefused, match="died"):
            self.add(plan)

    def test_one_report_closes_the_planned_and_the_extra_test_and_each_names_the_other(self):
        plan = started()
        extra = self.add(plan, kind="cbc", due_on=TODAY, anyway=True)
        planned = plan.tests.get(kind="cbc", due_on=date(2025, 6, 1))
        blood_count(plan, TODAY)
        told = {event.target_id: event.detail["also"] for event in AuditEvent.objects.filter(verb="close_test")}
        assert told == {extra.pk: [planned.pk], planned.pk: [extra.pk]}


class TestMove:
    def test_its_window_goes_along_and_the_one_before_waits_until_it_opens(self):
        plan = started()
        june, july = plan.tests.filter(kind="cbc").order_by("due_on")[:2]
        moved = move_test(test=july, due_on=date(2025, 7, 15), reason="holiday", by=nurse(plan), now=NOW)
        june.refresh_from_db()
        assert (moved.opens_on, moved.closes_on, moved.pinned) == (date(2025, 7, 8), date(2025, 7, 22), True)
        assert june.lapses_on == moved.opens_on
        assert status_of(june, date(2025, 7, 7)) == Status.OVERDUE
        detail = AuditEvent.objects.get(verb="move_test").detail
        assert (detail["was_due"], detail["due_on"], detail["reason"]) == ("2025-07-01", "2025-07-15", "holiday")

    @pytest.mark.parametrize(
        ("due_on", "words"),
        [
            (date(2025, 6, 14), "is past"),
            (date(2025, 8, 1), "next one is due"),
            (date(2026, 8, 1), "year ahead"),
            (date(2025, 7, 31), ""),
            (date(2025, 6, 15), ""),
        ],
    )
    def test_it_stays_between_its_neighbours(self, due_on, words):
        plan = started()
        july = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        if not words:
            assert move_test(test=july, due_on=due_on, reason="holiday", by=nurse(plan), now=NOW).due_on == due_on
            return
        with pytest.raises(ValidationError, match=words):
            move_test(test=july, due_on=due_on, reason="holiday", by=nurse(plan), now=NOW)

    def test_it_does_not_go_before_the_day_the_last_one_was_done(self):
        plan = started()
        blood_count(plan, date(2025, 6, 18))
        july = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        with pytest.raises(ValidationError, match="before it stands"):
            move_test(test=july, due_on=date(2025, 6, 18), reason="early", by=nurse(plan), now=NOW)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [({"booked_for": date(2025, 7, 2)}, "booked for"), ({"collected_on": date(2025, 6, 15)}, "no longer waits")],
    )
    def test_what_is_booked_or_sampled_is_not_moved(self, fields, words):
        plan = started()
        july = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        ScheduledTest.objects.filter(pk=july.pk).update(**fields)
        with pytest.raises(PlanRefused, match=words):
            move_test(test=july, due_on=date(2025, 7, 5), reason="holiday", by=nurse(plan), now=NOW)

    def test_where_dates_follow_what_was_done_it_stays_and_the_next_count_from_it(self):
        plan = started("actual")
        july = plan.tests.get(kind="cbc", due_on=date(2025, 7, 1))
        move_test(test=july, due_on=date(2025, 7, 15), reason="holiday", by=nurse(plan), now=NOW)
        blood_count(plan, date(2025, 6, 10))
        assert dues(plan)[:4] == [date(2025, 6, 1), date(2025, 7, 15), date(2025, 8, 15), date(2025, 9, 15)]
        june = plan.tests.get(kind="cbc", due_on=date(2025, 6, 1))
        assert june.lapses_on == date(2025, 7, 8)

    def test_an_extra_test_has_no_neighbours(self):
        plan = started()
        extra = add_test(
            patient=plan.patient, kind="mri", due_on=TODAY, reason="pain", by=nurse(plan), now=NOW, window_days=3
        )
        moved = move_test(test=extra, due_on=date(2025, 6, 30), reason="no slot", by=nurse(plan), now=NOW)
        assert (moved.opens_on, moved.due_on, moved.closes_on) == (
            date(2025, 6, 30),
            date(2025, 6, 30),
            date(2025, 6, 30),
        )
