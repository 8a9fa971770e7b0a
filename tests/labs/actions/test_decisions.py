"""What decisions create, and how it is undone within the hour or put right later."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from labs.actions.answer_opinion import answer_opinion
from labs.actions.ask_opinion import Asked
from labs.actions.confirm_relapse import NewLine, Relapse
from labs.actions.correct_decision import correct_decision
from labs.actions.evaluate import evaluate_patients
from labs.actions.mark_result import mark_result
from labs.actions.order_tests import Repeat, WorkUp
from labs.actions.rebaseline import NewStart
from labs.actions.record_course import correct_course_event, end_line
from labs.actions.record_done import record_done
from labs.actions.review_flag import ReviewRefused, acknowledge_flag, reopen_flag, resolve_flag
from labs.actions.skip_test import skip_test
from labs.actions.undo_decision import undo_decision
from labs.models import Created, Decision, Flag, FlagDecision, Rebaseline, Review, ScheduledTest, SecondOpinion
from labs.selectors.confirmation_window import Window, confirmation_window
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, CourseEvent, TreatmentLine, User
from tests.factories import make_diagnosis, make_flag, make_line, make_patient, make_physician, make_series

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)
MARROW = WorkUp(["marrow", "mri", "ct_pet"], date(2026, 12, 4))


@pytest.fixture
def physician() -> User:
    return make_physician(make_patient().site)


@pytest.fixture
def flag(physician: User) -> Flag:
    """Progression by serum M-protein, found by the rules, of a physician of the site."""
    patient = make_patient(site=physician.sites.get())
    make_line(make_diagnosis(patient), started_on=date(2025, 1, 1))
    values = {date(2026, 1, 5): "0.3", date(2026, 4, 6): "0.3", date(2026, 10, 10): "0.9"}
    make_series(patient, "serum_m", values, method_family="spep", laboratory="North")
    evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW - HOUR)
    return Flag.objects.get(patient=patient, rule="MM-PD-SERUM-M")


def decide(flag: Flag, by: User, decision: str, now: datetime = NOW, **details: Any) -> Flag:
    flag.refresh_from_db()
    return resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=by, now=now, **details)


def undo(flag: Flag, by: User, now: datetime = NOW + timedelta(minutes=5)) -> Flag:
    flag.refresh_from_db()
    return undo_decision(flag_id=flag.pk, version=flag.version, by=by, now=now)


def correct(flag: Flag, by: User, decision: str, reason: str = "a slip", **details: Any) -> Flag:
    flag.refresh_from_db()
    return correct_decision(
        flag_id=flag.pk, version=flag.version, decision=decision, reason=reason, by=by, now=NOW + 2 * HOUR, **details
    )


def created(flag: Flag) -> list[Created]:
    return list(Created.objects.filter(decision__flag=flag))


class TestRepeat:
    def test_it_waits_inside_the_window_of_the_rule(self, flag: Flag, physician: User) -> None:
        flag.rule, flag.onset_on, flag.detected_on = "MM-PARAPROTEIN-SERUM", date(2026, 11, 1), date(2026, 11, 1)
        flag.save()
        done = decide(flag, physician, Decision.REPEAT_TEST, repeat=Repeat("spep", date(2026, 12, 1)))
        [row] = created(flag)
        assert row.test == ScheduledTest.objects.get(origin="repeat")
        assert (row.test.opens_on, row.test.closes_on) == (TODAY, date(2027, 1, 2))  # 62 days after the onset
        assert (done.review, done.answer_by) == (Review.AWAITING_TEST, datetime(2027, 1, 3, tzinfo=flag_zone(flag)))

    def test_it_is_booked_at_once_where_asked(self, flag: Flag, physician: User) -> None:
        day = date(2026, 12, 1)
        decide(flag, physician, Decision.REPEAT_TEST, repeat=Repeat("spep", day, book=True))
        assert ScheduledTest.objects.get(origin="repeat").booked_for == day
        assert AuditEvent.objects.filter(verb="book_test", by=physician).exists()

    def test_a_day_on_which_the_unit_is_closed_refuses_all_of_it(self, flag: Flag, physician: User) -> None:
        with pytest.raises(ReviewRefused, match="closed"):
            decide(flag, physician, Decision.REPEAT_TEST, repeat=Repeat("spep", date(2026, 11, 28), book=True))
        assert not ScheduledTest.objects.exists()
        assert not FlagDecision.objects.exists()

    @pytest.mark.parametrize(
        ("rule", "onset", "first", "last", "of_rule"),
        [
            ("ALL-MARROW-PDL", date(2026, 11, 19), date(2026, 11, 26), date(2026, 12, 17), True),
            ("ALL-MARROW-PDL", date(2026, 10, 23), TODAY, TODAY, True),  # the 28th day is today
            ("ALL-MARROW-PDL", date(2026, 10, 22), TODAY, date(2026, 12, 18), False),  # it was yesterday
            ("AML-BLOOD", date(2026, 11, 13), TODAY, date(2026, 12, 18), False),
            ("AML-BLOOD", date(2026, 11, 14), date(2026, 11, 21), date(2026, 12, 18), False),
            ("MM-PD-SERUM-M", TODAY, date(2026, 11, 21), date(2026, 12, 18), False),
            ("NO-LONGER-A-RULE", date(2026, 1, 1), TODAY, date(2026, 12, 18), False),
        ],
    )
    def test_first_and_last_day_of_the_window(self, rule, onset, first, last, of_rule) -> None:
        flag = Flag(rule=rule, onset_on=onset, detected_on=onset)
        assert confirmation_window(flag, today=TODAY) == Window(first, last, of_rule)

    def test_one_for_a_dead_patient_is_refused(self, flag: Flag, physician: User) -> None:
        flag.patient.deceased_on = date(2026, 11, 18)
        flag.patient.save()
        with pytest.raises(ReviewRefused, match="died"):
            decide(flag, physician, Decision.REPEAT_TEST, repeat=Repeat("spep", date(2026, 12, 1)))


def test_a_work_up_makes_each_test_once_and_waits_for_the_last_day(flag: Flag, physician: User) -> None:
    done = decide(flag, physician, Decision.WORK_UP, work_up=WorkUp([*MARROW.kinds, "mri"], MARROW.until))
    tests = ScheduledTest.objects.filter(origin="work_up")
    assert sorted(tests.values_list("kind", flat=True)) == ["ct_pet", "marrow", "mri"]
    assert {(test.opens_on, test.closes_on) for test in tests} == {(TODAY, MARROW.until)}
    assert {row.test for row in created(flag)} == set(tests)
    assert (done.review, done.decision) == (Review.AWAITING_TEST, "")
    assert done.answer_by == datetime.combine(MARROW.until + timedelta(days=1), time.min, tzinfo=flag_zone(flag))


def test_a_relapse_is_recorded_with_its_day_sites_and_the_new_line(flag: Flag, physician: User) -> None:
    relapse = Relapse(date(2026, 10, 12), ["marrow", "biochemical"])
    line = NewLine("DKd", date(2026, 11, 19))
    done = decide(flag, physician, Decision.RELAPSE_CONFIRMED, relapse=relapse, line=line)
    turn = CourseEvent.objects.get(kind="relapse")
    assert (turn.on, turn.sites) == (relapse.on, ["biochemical", "marrow"])
    new = TreatmentLine.objects.get(number=2)
    assert (new.phase, new.regimen, new.started_on) == ("salvage", "DKd", line.started_on)
    assert [(row.course_event, row.line) for row in created(flag)] == [(turn, None), (None, new)]
    assert (done.review, done.decision) == (Review.RESOLVED, Decision.RELAPSE_CONFIRMED)


def test_by_default_it_is_the_onset_and_the_site_of_the_marker(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    turn = CourseEvent.objects.get(kind="relapse")
    assert (turn.on, turn.sites) == (flag.onset_on, ["biochemical"])


def test_another_day_than_that_of_the_relapse_on_record_is_refused(flag: Flag, physician: User) -> None:
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    reopen_flag(flag_id=flag.pk, version=Flag.objects.get(pk=flag.pk).version, by=physician, now=NOW)
    with pytest.raises(ReviewRefused, match="recorded already"):
        decide(flag, physician, Decision.RELAPSE_CONFIRMED, relapse=Relapse(on=date(2026, 10, 20)))
    decide(flag, physician, Decision.RELAPSE_CONFIRMED)
    assert CourseEvent.objects.filter(kind="relapse").count() == 1


def test_what_is_explained_may_start_comparisons_anew(flag: Flag, physician: User) -> None:
    start = NewStart("serum_m", date(2026, 10, 10))
    decide(flag, physician, Decision.EXPLAINED_ASSAY, note="New kit.", new_start=start)
    row = Rebaseline.objects.get()
    assert (row.analyte, row.starts_on, row.reason) == ("serum_m", start.starts_on, "New kit.")
    assert [one.rebaseline for one in created(flag)] == [row]


class TestUndo:
    @pytest.mark.parametrize(
        ("after", "possible"), [(timedelta(minutes=59, seconds=59), True), (timedelta(minutes=60), False)]
    )
    def test_it_is_possible_for_an_hour(self, flag: Flag, physician: User, after, possible) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        if possible:
            assert undo(flag, physician, NOW + after).review == Review.OPEN
        else:
            with pytest.raises(ReviewRefused, match=r"hour .* is over.*correcting decision"):
                undo(flag, physician, NOW + after)
            assert Flag.objects.get(pk=flag.pk).review == Review.RESOLVED

    @pytest.mark.parametrize(
        ("decision", "details"),
        [
            (Decision.REPEAT_TEST, {"repeat": Repeat("spep", date(2026, 12, 1), book=True)}),
            (Decision.WORK_UP, {"work_up": MARROW}),
            (Decision.RELAPSE_CONFIRMED, {"line": NewLine("DKd", date(2026, 11, 19))}),
            (Decision.EXPLAINED_ASSAY, {"new_start": NewStart("serum_m", date(2026, 10, 10))}),
            (Decision.SECOND_OPINION, {"opinion": Asked("?", date(2026, 11, 25), address="lab@elsewhere.example")}),
            (Decision.WATCH, {"watch_until": date(2026, 12, 1)}),
            (Decision.NO_RELAPSE, {}),
        ],
    )
    def test_everything_it_created_is_taken_back_too(self, flag, physician, decision, details) -> None:
        before = (flag.signal, flag.review, flag.answer_by, flag.level)
        diagnosis = flag.patient.diagnoses.get()
        dates = (diagnosis.relapsed_on, [line.number for line in diagnosis.lines.all()])
        done = undo_after(flag, physician, decision, details)
        assert (done.signal, done.review, done.answer_by, done.level) == before
        diagnosis.refresh_from_db()
        assert (diagnosis.relapsed_on, [line.number for line in diagnosis.lines.all()]) == dates
        assert not ScheduledTest.objects.filter(skipped_because="").exists()
        assert not CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).exists()
        for model in (Rebaseline, SecondOpinion):
            assert not model._default_manager.filter(withdrawn_at=None).exists()
        row = FlagDecision.objects.get()
        assert (row.undone_by, row.undone_at) == (physician, NOW + timedelta(minutes=5))
        assert "undone" in done.events.values_list("kind", flat=True)
        assert AuditEvent.objects.filter(verb="flag.undo", by=physician).exists()

    def test_an_order_that_was_undone_says_so(self, flag: Flag, physician: User) -> None:
        undo_after(flag, physician, Decision.WORK_UP, {"work_up": MARROW})
        assert {test.skipped_because for test in ScheduledTest.objects.all()} == {"order_undone"}

    def test_another_physician_may_not_but_the_owner_may(self, flag: Flag, physician: User) -> None:
        decide(flag, make_physician(flag.patient.site), Decision.NO_RELAPSE)
        with pytest.raises(AccessRefused, match="Only"):
            undo(flag, make_physician(flag.patient.site))
        assert flag.owner == physician
        assert undo(flag, physician).review == Review.OPEN

    def test_a_test_that_was_done_since_keeps_all_of_it(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.WORK_UP, work_up=MARROW)
        scan = ScheduledTest.objects.get(kind="mri")
        record_done(test=scan, done_on=TODAY, by=physician, now=NOW)
        with pytest.raises(ReviewRefused, match="MRI was done meanwhile"):
            undo(flag, physician)
        assert not ScheduledTest.objects.exclude(skipped_because="").exists()
        assert Flag.objects.get(pk=flag.pk).review == Review.AWAITING_TEST

    def test_an_opinion_that_was_given_since(self, flag: Flag, physician: User) -> None:
        colleague = make_physician(flag.patient.site)
        asked = Asked("?", date(2026, 11, 25), colleague=colleague)
        decide(flag, physician, Decision.SECOND_OPINION, opinion=asked)
        answer_opinion(opinion_id=SecondOpinion.objects.get().pk, answer="No.", by=colleague, now=NOW)
        with pytest.raises(ReviewRefused, match="second opinion given"):
            undo(flag, physician)

    def test_a_relapse_that_was_corrected_since(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED)
        turn = CourseEvent.objects.get(kind="relapse")
        correct_course_event(event=turn, reason="a day later", on=date(2026, 10, 11), by=physician, now=NOW)
        with pytest.raises(ReviewRefused):
            undo(flag, physician)
        assert CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).count() == 1

    def test_a_line_that_was_ended_since(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED, line=NewLine("DKd", date(2026, 11, 10)))
        end_line(line=TreatmentLine.objects.get(number=2), ended_on=date(2026, 11, 19), by=physician, now=NOW)
        with pytest.raises(ReviewRefused):
            undo(flag, physician)
        assert TreatmentLine.objects.filter(number=2).exists()

    def test_new_evidence_since(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        make_series(flag.patient, "serum_m", {date(2026, 11, 18): "1.4"}, method_family="spep", laboratory="North")
        evaluate_patients(patient_ids=[flag.patient_id], by=system_account(), now=NOW)
        with pytest.raises(ReviewRefused, match="Since then"):
            undo(flag, physician)

    def test_what_somebody_took_back_already_is_no_hindrance(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.WORK_UP, work_up=MARROW)
        skip_test(test=ScheduledTest.objects.get(kind="mri"), reason="declined", by=physician, now=NOW)
        assert undo(flag, physician).review == Review.OPEN
        assert ScheduledTest.objects.get(kind="mri").skipped_because == "declined"

    def test_of_two_decisions_the_later_is_undone_first(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.REPEAT_TEST, repeat=Repeat("spep", date(2026, 12, 1)))
        decide(flag, physician, Decision.NO_RELAPSE)
        assert undo(flag, physician).review == Review.AWAITING_TEST
        assert undo(flag, physician).review == Review.OPEN
        with pytest.raises(ReviewRefused, match="no decision"):
            undo(flag, physician)

    def test_who_had_acknowledged_it_has_again(self, flag: Flag, physician: User) -> None:
        colleague = make_physician(flag.patient.site)
        acknowledge_flag(flag_id=flag.pk, version=flag.version, by=colleague, now=NOW - timedelta(minutes=2))
        done = undo_after(flag, physician, Decision.NO_RELAPSE, {})
        assert (done.review, done.reviewed_by) == (Review.ACKNOWLEDGED, colleague)

    def test_a_decision_of_before_that_was_noted_is_not_undone(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        FlagDecision.objects.update(last_event=None)
        with pytest.raises(ReviewRefused, match="over"):
            undo(flag, physician)


class TestCorrecting:
    def test_a_relapse_that_was_none_is_taken_back_and_both_decisions_stay(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED, line=NewLine("DKd", date(2026, 11, 10)))
        turn, line = created(flag)
        done = correct(flag, physician, Decision.EXPLAINED_INFECTION, taken_back=[turn.pk], kept=[line.pk])
        assert (done.review, done.decision) == (Review.RESOLVED, Decision.EXPLAINED_INFECTION)
        assert not CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).exists()
        assert TreatmentLine.objects.filter(number=2).exists()
        wrong, right = FlagDecision.objects.order_by("pk")
        assert (right.corrects, wrong.undone_at) == (wrong, None)
        assert [(e.kind, e.note) for e in done.events.filter(kind="corrected")] == [("corrected", "a slip")]
        assert AuditEvent.objects.filter(verb="flag.correct", by=physician).exists()

    def test_another_day_of_the_relapse_replaces_it(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED)
        [turn] = created(flag)
        relapse = Relapse(date(2026, 10, 12), ["marrow"])
        correct(flag, physician, Decision.RELAPSE_CONFIRMED, taken_back=[turn.pk], relapse=relapse)
        now = CourseEvent.objects.get(kind="relapse", withdrawn_at=None)
        assert (now.on, now.sites) == (relapse.on, ["marrow"])

    def test_a_closed_signal_can_be_brought_to_wait_and_back(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        assert correct(flag, physician, Decision.WORK_UP, work_up=MARROW).review == Review.AWAITING_TEST
        gone = [row.pk for row in created(flag)]
        assert correct(flag, physician, Decision.NO_RELAPSE, taken_back=gone).review == Review.RESOLVED
        assert {test.skipped_because for test in ScheduledTest.objects.all()} == {"order_undone"}
        assert "test_came" not in flag.events.values_list("kind", flat=True)

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_it_needs_a_reason(self, flag: Flag, physician: User, reason: str) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        with pytest.raises(ReviewRefused, match="Say why"):
            correct(flag, physician, Decision.EXPLAINED_THERAPY, reason=reason)

    def test_it_says_of_each_thing_once_whether_it_stays(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED)
        [turn] = created(flag)
        for said in ({}, {"kept": [turn.pk], "taken_back": [turn.pk]}, {"kept": [turn.pk, turn.pk + 999]}):
            with pytest.raises(ReviewRefused, match="whether"):
                correct(flag, physician, Decision.NO_RELAPSE, **said)
        assert Flag.objects.get(pk=flag.pk).decision == Decision.RELAPSE_CONFIRMED

    def test_what_cannot_be_taken_back_any_more_refuses_it(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.WORK_UP, work_up=MARROW)
        rows = {row.test.kind: row.pk for row in created(flag) if row.test}
        record_done(test=ScheduledTest.objects.get(kind="mri"), done_on=TODAY, by=physician, now=NOW)
        with pytest.raises(ReviewRefused, match="done meanwhile"):
            correct(flag, physician, Decision.NO_RELAPSE, taken_back=list(rows.values()))
        others = [rows["marrow"], rows["ct_pet"]]
        assert correct(flag, physician, Decision.NO_RELAPSE, taken_back=others).review == Review.RESOLVED

    def test_it_is_not_undone_itself(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.NO_RELAPSE)
        correct(flag, physician, Decision.EXPLAINED_THERAPY)
        with pytest.raises(ReviewRefused, match="put an earlier one right"):
            undo(flag, physician, NOW + 2 * HOUR)

    def test_without_a_decision_there_is_nothing_to_put_right(self, flag: Flag, physician: User) -> None:
        with pytest.raises(ReviewRefused, match="no decision"):
            correct(flag, physician, Decision.NO_RELAPSE)

    def test_also_after_the_evidence_has_gone(self, flag: Flag, physician: User) -> None:
        decide(flag, physician, Decision.RELAPSE_CONFIRMED)
        mark_result(
            result=flag.patient.results.get(collected_on=date(2026, 10, 10)), reason="mixed up", by=physician, now=NOW
        )
        assert Flag.objects.get(pk=flag.pk).signal == "withdrawn"
        [turn] = created(flag)
        done = correct(flag, physician, Decision.EXPLAINED_ASSAY, taken_back=[turn.pk])
        assert (done.decision, done.signal) == (Decision.EXPLAINED_ASSAY, "withdrawn")


def test_nothing_of_another_patient_is_touched(flag: Flag, physician: User) -> None:
    other = make_flag(make_patient(site=flag.patient.site), owner=physician)
    undo_after(flag, physician, Decision.WORK_UP, {"work_up": MARROW})
    assert Flag.objects.get(pk=other.pk).version == other.version


def undo_after(flag: Flag, by: User, decision: str, details: dict[str, Any]) -> Flag:
    decide(flag, by, decision, **details)
    return undo(flag, by)


def flag_zone(flag: Flag) -> Any:
    return flag.patient.site.zone
