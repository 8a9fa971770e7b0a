"""The four answers on top of a patient's page, and the patient's signals and plan."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from labs.models import Decision, Flag, Level, Review, Signal
from labs.rules.registry import BY_CODE
from labs.selectors.due import Status
from labs.selectors.overview import overview, with_last_contact
from labs.selectors.plan_of import plan_of
from labs.selectors.signals import RuleAnswer, answers_of, flags_of, visible_flag
from patients.models import Patient
from tests.factories import (
    make_diagnosis,
    make_evaluation,
    make_flag,
    make_patient,
    make_physician,
    make_plan,
    make_result,
    make_scheduled_test,
    make_symptom_report,
)

pytestmark = pytest.mark.django_db
TODAY = date(2025, 7, 1)


@pytest.fixture
def patient():
    return make_diagnosis().patient


def again(patient):
    return with_last_contact(Patient.objects.all()).get(pk=patient.pk)


def test_a_patient_about_whom_nothing_is_known_has_empty_answers(patient) -> None:
    found = overview(patient=patient, today=TODAY)
    assert (found.flags, found.next_test, found.overdue_count, found.last_contact) == ([], None, 0, None)


def test_open_signals_are_counted_by_level_most_pressing_first(patient) -> None:
    make_flag(patient, "A", level=Level.REVIEW)
    urgent = make_flag(patient, "B")
    make_flag(patient, "C", signal=Signal.WITHDRAWN)
    found = overview(patient=patient, today=TODAY)
    assert found.flags[0] == urgent
    assert found.by_level == {"URGENT": 1, "REVIEW": 1}


def test_the_next_test_is_the_one_to_do_first_and_overdue_ones_are_counted(patient) -> None:
    late = make_scheduled_test(patient, "flc", due_on=date(2025, 5, 1))
    make_scheduled_test(patient, "cbc", due_on=date(2025, 8, 1))
    make_scheduled_test(patient, "mri", due_on=date(2025, 4, 1), collected_on=date(2025, 4, 1))
    found = overview(patient=patient, today=TODAY)
    assert (found.next_test, found.overdue_count) == (late, 1)


def test_a_test_on_hold_is_next_when_the_pause_is_over_and_an_excused_one_never(patient) -> None:
    pause = {"held_from": date(2025, 6, 1), "held_until": date(2025, 8, 10)}
    held = make_scheduled_test(patient, "flc", due_on=date(2025, 6, 20), **pause)
    make_scheduled_test(patient, "spep", due_on=date(2025, 6, 5), lapses_on=date(2025, 6, 20), **pause)
    sooner = make_scheduled_test(patient, "cbc", due_on=date(2025, 8, 1))
    assert overview(patient=patient, today=TODAY).next_test == sooner
    sooner.booked_for = date(2025, 8, 12)
    sooner.save()
    found = overview(patient=patient, today=TODAY)
    assert (found.next_test, found.overdue_count) == (held, 0)


def test_the_last_contact_is_the_newer_of_sample_and_symptom_report(patient) -> None:
    make_result(patient, "haemoglobin", "12", collected_on=date(2025, 6, 1))
    assert overview(patient=again(patient), today=TODAY).last_contact.kind == "sample"
    make_symptom_report(patient, reported_on=date(2025, 6, 20))
    contact = overview(patient=again(patient), today=TODAY).last_contact
    assert (contact.kind, contact.on) == ("symptoms", date(2025, 6, 20))


def test_the_overview_takes_two_queries(patient, django_assert_num_queries) -> None:
    for number in range(4):
        make_flag(patient, f"R{number}")
        make_scheduled_test(patient, due_on=date(2025, 8, 1 + number))
    with django_assert_num_queries(2):
        overview(patient=patient, today=TODAY)


def test_signals_are_parted_into_waiting_and_earlier_ones(patient) -> None:
    doctor = make_physician()
    waiting = make_flag(patient, "A")
    seen = {"reviewed_by": doctor, "reviewed_at": datetime(2025, 6, 2, tzinfo=UTC)}
    acknowledged = make_flag(patient, "B", level=Level.REVIEW, review=Review.ACKNOWLEDGED, **seen)
    resolved = make_flag(patient, "C", review=Review.RESOLVED, decision=Decision.WATCH, **seen)
    withdrawn = make_flag(patient, "D", signal=Signal.WITHDRAWN, onset_on=date(2025, 5, 2))
    found = flags_of(patient=patient)
    assert found.waiting == [waiting, acknowledged]
    assert found.earlier == [withdrawn, resolved]


def test_a_signal_is_visible_to_those_who_may_see_the_patient(patient) -> None:
    flag = make_flag(patient)
    assert visible_flag(user=make_physician(patient.site), flag_id=flag.pk) == flag
    with pytest.raises(Flag.DoesNotExist):
        visible_flag(user=make_physician(), flag_id=flag.pk)


def test_answers_of_rules_have_titles_and_those_that_say_something_come_first(patient) -> None:
    assert answers_of(patient=patient) == []
    missing = ["a second value"]
    make_evaluation(
        patient,
        {
            "AML-MARROW": {"answer": "not_applicable"},
            "GONE": {"answer": "NOT_RAISED"},
            "MM-PD-SERUM-M": {"answer": "not_evaluable", "missing": missing},
            "Z": {"answer": "raised"},
        },
    )
    assert answers_of(patient=again(patient)) == [
        RuleAnswer("Z", "", "raised", ()),
        RuleAnswer("MM-PD-SERUM-M", "Progression by serum M-protein", "not_evaluable", missing),
        RuleAnswer("GONE", "", "not_raised", ()),
        RuleAnswer("AML-MARROW", BY_CODE["AML-MARROW"].title, "not_applicable", ()),
    ]


def test_a_plan_is_parted_into_what_is_ahead_and_what_is_behind(patient) -> None:
    plan = make_plan(patient.diagnoses.get())
    behind = make_scheduled_test(patient, "mri", plan=plan, due_on=date(2025, 4, 1), collected_on=date(2025, 4, 1))
    late = make_scheduled_test(patient, plan=plan, sequence=1, due_on=date(2025, 5, 1))
    planned = make_scheduled_test(patient, plan=plan, sequence=2, due_on=date(2025, 9, 1))
    found = plan_of(patient=patient, today=TODAY)
    assert found.plans == [plan]
    assert [(one.test, one.state) for one in found.ahead] == [(late, Status.OVERDUE), (planned, Status.PLANNED)]
    assert [(one.test, one.state) for one in found.behind] == [(behind, Status.RESULTED)]


def test_a_patient_of_nobody_has_a_plan_page_too() -> None:
    assert plan_of(patient=make_patient(), today=TODAY).plans == []
