"""Deciding on a signal by its page: what each decision creates, undoing, putting right, second opinions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from labs.models import Created, Decision, Flag, FlagDecision, Level, Rebaseline, Review, ScheduledTest, SecondOpinion
from patients.models import CourseEvent, TreatmentLine
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_flag,
    make_line,
    make_nurse,
    make_opinion,
    make_patient,
    make_physician,
    make_series,
    make_site,
)
from tracker.web import clock
from tracker.web.flag_forms import SAVES, WORK_UP_KINDS, ResolveForm

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor():
    return make_physician(make_site(), first_name="Miriam", last_name="Adeyemi")


@pytest.fixture
def flag(doctor) -> Flag:
    diagnosis = make_diagnosis(make_patient(site=doctor.sites.get(), family_name="Okafor"))
    make_line(diagnosis)
    today = clock.today_at(diagnosis.patient.site)
    make_series(diagnosis.patient, "serum_m", {today - timedelta(days=400): "0.3"})
    day = today - timedelta(days=20)
    evidence = [{"result": 1, "analyte": "serum_m", "role": "confirming", "collected_on": day.isoformat()}]
    finding = {"comparisons": [], "evidence": evidence, "confounders": [], "missing": []}
    return make_flag(
        diagnosis.patient, diagnosis=diagnosis, owner=doctor, finding=finding, onset_on=day, detected_on=day
    )


@pytest.fixture
def as_doctor(client, doctor):
    client.force_login(doctor)
    return client


@pytest.fixture
def today(flag):
    return clock.today_at(flag.patient.site)


def post(client, page: str, flag: Flag, **form: Any):
    flag.refresh_from_db()
    return client.post(reverse(page, args=[flag.pk]), {"version": flag.version} | form)


def seen(client, flag: Flag) -> str:
    return client.get(reverse("flag", args=[flag.pk])).content.decode()


def test_the_button_says_what_each_decision_does(as_doctor, flag) -> None:
    assert set(SAVES) == set(Decision)
    page = seen(as_doctor, flag)
    for words in ("Save decision", *SAVES.values()):
        assert str(words) in page


def test_every_kind_of_test_can_be_ordered_the_usual_ones_first() -> None:
    assert WORK_UP_KINDS[:3] == ("marrow", "mri", "ct_pet")
    assert len(set(WORK_UP_KINDS)) == len(WORK_UP_KINDS)


def test_a_work_up_is_ordered_and_shown_with_links_and_the_time_to_undo_it(as_doctor, flag, today) -> None:
    until = today + timedelta(days=14)
    answer = post(
        as_doctor, "resolve", flag, decision="work_up", work_up_kinds=["marrow", "mri"], work_up_until=until.isoformat()
    )
    assert answer.status_code == 302
    assert set(ScheduledTest.objects.values_list("kind", "closes_on")) == {("marrow", until), ("mri", until)}
    page = seen(as_doctor, flag)
    assert "Bone marrow, due" in page
    assert reverse("patient_schedule", args=[flag.patient_id]) in page
    assert "Undo until" in page


def test_a_relapse_is_recorded_where_the_physician_says_with_a_new_line(as_doctor, flag, today) -> None:
    on, began = today - timedelta(days=10), today - timedelta(days=1)
    post(
        as_doctor,
        "resolve",
        flag,
        decision="relapse_confirmed",
        relapse_on=on.isoformat(),
        relapse_sites=["biochemical", "marrow"],
        regimen="DKd",
        line_started_on=began.isoformat(),
    )
    turn = CourseEvent.objects.get(kind="relapse")
    assert (turn.on, turn.sites) == (on, ["biochemical", "marrow"])
    assert TreatmentLine.objects.get(number=2).started_on == began


def test_a_repeat_is_booked_at_once(as_doctor, flag, today) -> None:
    day = today + timedelta(days=7)
    while day.weekday() > 4:
        day += timedelta(days=1)
    form = {"repeat_kind": "spep", "repeat_on": day.isoformat(), "repeat_book": "on"}
    post(as_doctor, "resolve", flag, decision="repeat_test", **form)
    test = ScheduledTest.objects.get()
    assert (test.due_on, test.booked_for) == (day, day)
    assert test.closes_on >= day


def test_what_the_assay_explains_may_start_comparisons_anew(as_doctor, flag, today) -> None:
    form = {"anew_on": today.isoformat(), "anew_analyte": "serum_m"}
    post(as_doctor, "resolve", flag, decision="explained_assay", **form)
    assert (Rebaseline.objects.get().analyte, Rebaseline.objects.get().starts_on) == ("serum_m", today)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"decision": "work_up"}, "Tick the tests"),
        ({"decision": "work_up", "work_up_kinds": ["tea"]}, "Select a valid choice"),
        ({"decision": "second_opinion", "question": "?"}, "by which you want the answer"),
        ({"decision": "second_opinion", "question": "?", "opinion_due": "2099-01-01"}, "one of the two"),
        ({"decision": "relapse_confirmed", "regimen": "DKd"}, "new line started"),
        ({"decision": "relapse_confirmed", "relapse_on": "2099-01-01"}, "lies in the future"),
        ({"decision": "explained_assay", "anew_on": "2099-01-01", "anew_analyte": "all"}, "lies in the future"),
    ],
)
def test_a_refusal_changes_nothing_and_keeps_what_was_typed(as_doctor, flag, form, words) -> None:
    answer = post(as_doctor, "resolve", flag, note="As discussed.", **form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "As discussed." in page
    assert not Created.objects.exists()
    assert not FlagDecision.objects.exists()


class TestUndo:
    def test_it_takes_back_what_was_created_and_the_history_keeps_both(self, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="relapse_confirmed")
        assert post(as_doctor, "undo_decision", flag).headers["Location"] == reverse("flag", args=[flag.pk])
        flag.refresh_from_db()
        assert flag.review == Review.OPEN
        page = seen(as_doctor, flag)
        assert '<strong class="v-struck">relapse confirmed' in page
        assert "undone by Miriam Adeyemi" in page
        assert "taken back" in page

    def test_after_the_hour_the_page_offers_to_put_it_right(self, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="no_relapse")
        FlagDecision.objects.update(at=clock.now() - timedelta(minutes=61))
        page = seen(as_doctor, flag)
        assert "Undo until" not in page
        assert reverse("correct_decision", args=[flag.pk]) in page
        refused = as_doctor.post(reverse("undo_decision", args=[flag.pk]), {"version": 2}, follow=True)
        assert "is over" in refused.content.decode()

    def test_another_physician_is_not_offered_it_and_refused(self, client, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="no_relapse")
        client.force_login(make_physician(flag.patient.site))
        assert "Undo until" not in seen(client, flag)
        assert post(client, "undo_decision", flag).status_code == 403

    @pytest.mark.parametrize("make", [make_nurse, make_administrator])
    def test_other_roles_may_not(self, client, as_doctor, flag, make) -> None:
        post(as_doctor, "resolve", flag, decision="no_relapse")
        client.force_login(make(flag.patient.site))
        assert post(client, "undo_decision", flag).status_code == 403
        assert post(client, "correct_decision", flag).status_code == 403

    def test_a_stranger_finds_nothing(self, client, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="no_relapse")
        client.force_login(make_physician(make_site()))
        assert post(client, "undo_decision", flag).status_code == 404
        assert client.get(reverse("correct_decision", args=[flag.pk])).status_code == 404

    def test_reading_the_address_does_nothing(self, as_doctor, flag) -> None:
        assert as_doctor.get(reverse("undo_decision", args=[flag.pk])).status_code == 405

    def test_an_unreadable_version_is_refused(self, as_doctor, flag) -> None:
        assert as_doctor.post(reverse("undo_decision", args=[flag.pk]), {"version": "x"}).status_code == 400


class TestPuttingRight:
    def test_the_form_asks_why_and_what_becomes_of_each_thing(self, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="relapse_confirmed")
        [row] = Created.objects.all()
        page = as_doctor.get(reverse("correct_decision", args=[flag.pk])).content.decode()
        for words in ("relapse confirmed", "Why is the earlier decision put right?", "relapse on", f"thing_{row.pk}"):
            assert words in page
        refused = post(as_doctor, "correct_decision", flag, decision="no_relapse")
        assert refused.status_code == 422
        assert "Say why: others will read it." in refused.content.decode()
        assert "Say whether it stays." in refused.content.decode()

    def test_it_takes_back_what_is_said_and_strikes_the_earlier_decision(self, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="relapse_confirmed")
        [row] = Created.objects.all()
        form = {"decision": "no_relapse", "reason": "The marrow was clear.", f"thing_{row.pk}": "back"}
        assert post(as_doctor, "correct_decision", flag, **form).status_code == 302
        assert not CourseEvent.objects.filter(kind="relapse", withdrawn_at=None).exists()
        flag.refresh_from_db()
        assert flag.decision == Decision.NO_RELAPSE
        page = seen(as_doctor, flag)
        assert '<strong class="v-struck">relapse confirmed' in page
        assert "put right by Miriam Adeyemi" in page
        assert "The marrow was clear." in page

    def test_not_when_it_moved_on(self, as_doctor, flag) -> None:
        post(as_doctor, "resolve", flag, decision="no_relapse")
        form = {"version": 99, "decision": "explained_therapy", "reason": "G-CSF"}
        refused = as_doctor.post(reverse("correct_decision", args=[flag.pk]), form)
        assert refused.status_code == 422
        assert "changed since it was shown" in refused.content.decode()
        assert refused.context["form"]["version"].value() == "2"

    def test_without_a_decision_there_is_no_such_page(self, as_doctor, flag) -> None:
        assert as_doctor.get(reverse("correct_decision", args=[flag.pk])).status_code == 404


class TestOpinions:
    @pytest.fixture
    def colleague(self, flag):
        return make_physician(flag.patient.site, first_name="Noa", last_name="Brandt")

    def ask(self, client, flag, colleague, today) -> SecondOpinion:
        form = {"colleague": colleague.pk, "question": "Another clone?", "opinion_due": today.isoformat()}
        assert post(client, "resolve", flag, decision="second_opinion", **form).status_code == 302
        return SecondOpinion.objects.get()

    def answer(self, client, flag, opinion, text="A relapse."):
        return client.post(reverse("answer_opinion", args=[flag.pk, opinion.pk]), {"answer": text})

    def test_the_colleague_finds_the_question_and_answers_it(self, client, as_doctor, flag, colleague, today) -> None:
        opinion = self.ask(as_doctor, flag, colleague, today)
        assert "Another clone?" in as_doctor.get(reverse("opinions")).content.decode()
        client.force_login(colleague)
        assert "Another clone?" in client.get(reverse("opinions")).content.decode()
        assert "Give my opinion" in seen(client, flag)
        assert self.answer(client, flag, opinion).status_code == 302
        page = seen(client, flag)
        assert "A relapse." in page
        assert "Give my opinion" not in page
        flag.refresh_from_db()
        assert flag.review == Review.OPEN

    def test_an_empty_answer_comes_back_beside_its_field(self, client, as_doctor, flag, colleague, today) -> None:
        opinion = self.ask(as_doctor, flag, colleague, today)
        client.force_login(colleague)
        refused = self.answer(client, flag, opinion, " ")
        assert refused.status_code == 422
        assert "The answer is empty." in refused.content.decode()

    def test_another_may_not_answer_and_keeps_what_was_typed(self, as_doctor, flag, colleague, today) -> None:
        opinion = self.ask(as_doctor, flag, colleague, today)
        assert "Give my opinion" not in seen(as_doctor, flag)
        refused = self.answer(as_doctor, flag, opinion)
        assert refused.status_code == 422
        assert "Only they answer" in refused.content.decode()
        assert "A relapse.</textarea>" in refused.content.decode()

    def test_what_came_from_outside_is_written_down(self, as_doctor, flag, today) -> None:
        form = {"address": "lab@elsewhere.example", "question": "?", "opinion_due": today.isoformat()}
        post(as_doctor, "resolve", flag, decision="second_opinion", **form)
        assert "Write down what came" in seen(as_doctor, flag)
        assert self.answer(as_doctor, flag, SecondOpinion.objects.get()).status_code == 302

    def test_a_question_about_another_signal_is_nowhere(self, as_doctor, flag) -> None:
        assert self.answer(as_doctor, flag, make_opinion(make_flag())).status_code == 404

    def test_nurses_are_not_asked(self, client, flag) -> None:
        client.force_login(make_nurse(flag.patient.site))
        assert client.get(reverse("opinions")).status_code == 403
        assert client.post(reverse("opinions")).status_code == 405

    def test_queries_do_not_grow_with_the_questions(self, as_doctor, doctor, flag) -> None:
        for _ in range(6):
            make_opinion(make_flag(make_patient(site=flag.patient.site), owner=doctor))
        assert len(statements_of(as_doctor, reverse("opinions"))) <= 5


def test_a_page_with_many_decisions_keeps_to_its_queries(as_doctor, flag, today) -> None:
    until = (today + timedelta(days=5)).isoformat()
    for _ in range(4):
        form = {"work_up_kinds": ["marrow", "mri"], "work_up_until": until}
        post(as_doctor, "resolve", flag, decision="work_up", **form)
    assert len(statements_of(as_doctor, reverse("flag", args=[flag.pk]))) <= 18


@pytest.mark.parametrize(("level", "repeat_in", "waits"), [(Level.URGENT, 0, 7), (Level.REVIEW, 14, 28)])
def test_an_urgent_signal_is_repeated_at_once_and_does_not_wait_for_weeks(flag, doctor, today, level, repeat_in, waits):
    flag.level = level
    offered = ResolveForm(flag=flag, today=today, user=doctor).initial
    assert offered["repeat_on"] == today + timedelta(days=repeat_in)
    assert offered["repeat_until"] == today + timedelta(days=waits)
