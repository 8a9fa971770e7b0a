"""The inbox and the pages of one signal: reading, acknowledging, deciding, taking back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from labs.models import Decision, Review, ScheduledTest, Signal
from labs.selectors.inbox import marker_of
from patients.models import AccessEvent, AuditEvent
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_series,
    make_site,
)
from tracker.web import clock
from tracker.web.flag_forms import kind_for
from tracker.web.inbox_cards import answer_time, overdue_in_words

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
FINDING = {
    "comparisons": [{"what": "rise", "found": "0.7 g/dL", "needed": "at least 0.5 g/dL", "met": True}],
    "evidence": [
        {
            "result": 1,
            "accession": "A1",
            "analyte": "serum_m",
            "value": "1.0",
            "unit": "g/dL",
            "collected_on": "2025-06-01",
            "role": "confirming",
            "laboratory": "Central",
            "method": "spep",
        }
    ],
    "reference": {"value": "0.3 g/dL", "how": "lowest value on two consecutive assessments", "confirmed": True},
    "confounders": [{"kind": "antibody", "text": "daratumumab", "started_on": "2025-05-01"}],
    "missing": ["urine M-protein"],
    "would_confirm": "A second assessment.",
}


@pytest.fixture
def doctor():
    return make_physician(make_site(), first_name="Miriam", last_name="Adeyemi")


@pytest.fixture
def flag(doctor):
    diagnosis = make_diagnosis(make_patient(site=doctor.sites.get(), family_name="Okafor"))
    make_line(diagnosis)
    make_series(diagnosis.patient, "serum_m", {date(2025, 1, 1): "0.3", date(2025, 2, 1): "0.3", date(2025, 6, 1): "1"})
    return make_flag(diagnosis.patient, diagnosis=diagnosis, owner=doctor, finding=FINDING)


@pytest.fixture
def as_doctor(client, doctor):
    client.force_login(doctor)
    return client


def named(flag, version: int | None = None) -> str:
    return f"{flag.pk}:{version or flag.version}"


class TestInbox:
    def test_a_card_says_who_what_and_until_when(self, as_doctor, flag):
        page = as_doctor.get(reverse("inbox")).content.decode()
        for words in ("Okafor, Ines", "IgG kappa myeloma", "on VRd", "Urgent", "Confirmed", "is", "IMWG-2016"):
            assert words in page
        assert "1 urgent" in page

    def test_an_empty_inbox_says_so(self, as_doctor):
        assert "Nothing waits for you" in as_doctor.get(reverse("inbox")).content.decode()

    @pytest.mark.parametrize("make", [make_nurse, make_administrator])
    def test_other_roles_have_none(self, client, make):
        client.force_login(make(make_site()))
        assert client.get(reverse("inbox")).status_code == 403

    def test_an_unreadable_filter_shows_ones_own(self, as_doctor, flag):
        assert "Okafor" in as_doctor.get(reverse("inbox"), {"scope": "all", "disease": "XX"}).content.decode()

    def test_a_damaged_cursor_is_refused(self, as_doctor):
        assert as_doctor.get(reverse("inbox"), {"after": "x"}).status_code == 400

    def test_queries_do_not_grow_with_the_cards(self, as_doctor, doctor):
        for _ in range(6):
            diagnosis = make_diagnosis(make_patient(site=doctor.sites.get()))
            make_line(diagnosis)
            make_flag(diagnosis.patient, diagnosis=diagnosis, owner=doctor, finding=FINDING)
        assert len(statements_of(as_doctor, reverse("inbox"))) <= 14


class TestWhy:
    def test_the_part_alone_goes_into_the_card(self, as_doctor, flag):
        part = as_doctor.get(reverse("why", args=[flag.pk]), headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in part
        for words in ("at least 0.5 g/dL", "daratumumab", "urine M-protein", "A second assessment.", "1 Jun 2025"):
            assert words in part
        assert "For clinician review. Does not diagnose relapse." in part

    def test_without_scripts_it_is_the_signals_page(self, as_doctor, flag):
        assert as_doctor.get(reverse("why", args=[flag.pk])).headers["Location"] == reverse("flag", args=[flag.pk])

    @pytest.mark.parametrize("page", ["why", "flag"])
    def test_a_stranger_finds_nothing(self, client, flag, page):
        client.force_login(make_physician(make_site()))
        assert client.get(reverse(page, args=[flag.pk]), headers={"HX-Request": "true"}).status_code == 404
        assert not AccessEvent.objects.exists()

    @pytest.mark.parametrize("page", ["why", "flag"])
    def test_looking_is_noted(self, as_doctor, flag, page):
        as_doctor.get(reverse(page, args=[flag.pk]), headers={"HX-Request": "true"})
        assert AccessEvent.objects.get().patient == flag.patient


class TestPageOfASignal:
    def test_it_has_the_chart_and_the_decision(self, as_doctor, flag):
        page = as_doctor.get(reverse("flag", args=[flag.pk])).content.decode()
        assert 'id="serum-m-title"' in page
        assert "Save decision" in page

    def test_who_may_not_decide_reads_only(self, client, flag):
        client.force_login(make_nurse(flag.patient.site))
        page = client.get(reverse("flag", args=[flag.pk])).content.decode()
        assert "Only physicians decide on signals." in page
        assert "Save decision" not in page

    def test_it_keeps_to_its_queries(self, as_doctor, flag):
        assert len(statements_of(as_doctor, reverse("flag", args=[flag.pk]))) <= 15


class TestAcknowledge:
    def test_it_takes_on_every_signal_of_the_card(self, as_doctor, doctor, flag):
        other = make_flag(flag.patient, "MM-HB", owner=doctor)
        answer = as_doctor.post(reverse("acknowledge"), {"flag": [named(flag), named(other)]})
        assert answer.headers["Location"] == reverse("inbox")
        for one in (flag, other):
            one.refresh_from_db()
            assert (one.review, one.reviewed_by) == (Review.ACKNOWLEDGED, doctor)
        assert AuditEvent.objects.filter(verb="flag.acknowledge").count() == 2

    def test_one_that_moved_on_stops_all_of_them(self, as_doctor, doctor, flag):
        other = make_flag(flag.patient, "MM-HB", owner=doctor, version=3)
        answer = as_doctor.post(reverse("acknowledge"), {"flag": [named(flag), named(other, 2)]}, follow=True)
        flag.refresh_from_db()
        assert flag.review == Review.OPEN
        assert "changed since it was shown" in answer.content.decode()

    def test_a_nurse_may_not(self, client, flag):
        client.force_login(make_nurse(flag.patient.site))
        assert client.post(reverse("acknowledge"), {"flag": named(flag)}).status_code == 403

    @pytest.mark.parametrize("given", ["", "x", "1:x", "1"])
    def test_what_cannot_be_read_is_refused(self, as_doctor, given):
        assert as_doctor.post(reverse("acknowledge"), {"flag": given}).status_code == 400

    def test_a_missing_signal_is_nowhere(self, as_doctor):
        assert as_doctor.post(reverse("acknowledge"), {"flag": "999999:1"}).status_code == 404

    def test_reading_the_address_does_nothing(self, as_doctor):
        assert as_doctor.get(reverse("acknowledge")).status_code == 405

    def test_of_a_stranger_not_even_the_site_is_told(self, as_doctor):
        stranger = make_flag()
        answer = as_doctor.post(reverse("acknowledge"), {"flag": named(stranger)})
        assert answer.status_code == 404
        assert stranger.patient.site.name not in answer.content.decode()

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "nowhere"])
    def test_it_never_leads_to_another_site(self, as_doctor, flag, target):
        answer = as_doctor.post(reverse("acknowledge"), {"flag": named(flag), "next": target})
        assert answer.headers["Location"] == reverse("inbox")


class TestResolve:
    def post(self, client, flag, **form):
        form = {"version": flag.version, "note": "", **form}
        return client.post(reverse("resolve", args=[flag.pk]), form)

    def test_a_coded_decision_closes_it(self, as_doctor, doctor, flag):
        answer = self.post(as_doctor, flag, decision=Decision.EXPLAINED_ASSAY, note="New reagent lot.")
        assert answer.headers["Location"] == reverse("flag", args=[flag.pk])
        flag.refresh_from_db()
        assert (flag.review, flag.decision, flag.decision_note) == (
            Review.RESOLVED,
            Decision.EXPLAINED_ASSAY,
            "New reagent lot.",
        )

    def test_a_repeat_makes_a_test_and_waits_for_it(self, as_doctor, flag):
        due = clock.today_at(flag.patient.site) + timedelta(days=10)
        self.post(as_doctor, flag, decision=Decision.REPEAT_TEST, repeat_kind="spep", repeat_on=due.isoformat())
        flag.refresh_from_db()
        assert flag.review == Review.AWAITING_TEST
        assert ScheduledTest.objects.get(origin="repeat").due_on == due

    @pytest.mark.parametrize(
        ("form", "words"),
        [
            ({}, "Choose what came of it."),
            ({"decision": "nonsense"}, "Select a valid choice"),
            ({"decision": Decision.WATCH}, "Give the date until which"),
            ({"decision": Decision.WATCH, "watch_until": "2020-01-01"}, "after today"),
            ({"decision": Decision.REPEAT_TEST, "repeat_kind": "spep"}, "Give the day"),
            ({"decision": Decision.REPEAT_TEST, "repeat_kind": "spep", "repeat_on": "2020-01-01"}, "lie ahead"),
            ({"decision": Decision.EXPLAINED_OTHER}, "Say what explains"),
            ({"decision": Decision.NO_RELAPSE, "version": 99}, "changed since it was shown"),
        ],
    )
    def test_a_refusal_says_why_and_changes_nothing(self, as_doctor, flag, form, words):
        answer = self.post(as_doctor, flag, **form)
        assert answer.status_code == 422
        assert words in answer.content.decode()
        flag.refresh_from_db()
        assert flag.review == Review.OPEN

    def test_a_refusal_keeps_what_was_typed(self, as_doctor, flag):
        page = self.post(as_doctor, flag, decision=Decision.WATCH, note="Spoke with the lab.").content.decode()
        assert "Spoke with the lab." in page
        assert 'value="watch" id="id_decision_9" checked' in page

    def test_after_a_conflict_what_was_typed_can_be_saved(self, as_doctor, flag):
        typed = {"decision": Decision.NO_RELAPSE, "note": "Marrow was clear."}
        refused = self.post(as_doctor, flag, version=99, **typed)
        assert "changed since it was shown" in refused.content.decode()
        again = {name: refused.context["form"][name].value() for name in ("version", "decision", "note")}
        assert self.post(as_doctor, flag, **again).status_code == 302
        flag.refresh_from_db()
        assert (flag.decision, flag.decision_note) == (Decision.NO_RELAPSE, "Marrow was clear.")

    def test_a_nurse_may_not(self, client, flag):
        client.force_login(make_nurse(flag.patient.site))
        assert self.post(client, flag, decision=Decision.NO_RELAPSE).status_code == 403

    def test_a_stranger_finds_nothing(self, client, flag):
        client.force_login(make_physician(make_site()))
        assert self.post(client, flag, decision=Decision.NO_RELAPSE).status_code == 404

    def test_reading_the_address_does_nothing(self, as_doctor, flag):
        assert as_doctor.get(reverse("resolve", args=[flag.pk])).status_code == 405


class TestTakingBack:
    def test_a_decision_can_be_taken_back(self, as_doctor, doctor, flag):
        TestResolve().post(as_doctor, flag, decision=Decision.NO_RELAPSE)
        flag.refresh_from_db()
        as_doctor.post(reverse("reopen", args=[flag.pk]), {"version": flag.version})
        flag.refresh_from_db()
        assert (flag.review, flag.decision) == (Review.OPEN, "")

    def test_not_when_it_moved_on(self, as_doctor, flag):
        page = as_doctor.post(reverse("reopen", args=[flag.pk]), {"version": 99}, follow=True).content.decode()
        assert "changed since it was shown" in page

    def test_an_unreadable_version_is_refused(self, as_doctor, flag):
        assert as_doctor.post(reverse("reopen", args=[flag.pk]), {"version": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(hours=2, minutes=10), "answer within 2 h 10 min"),
        (timedelta(minutes=9), "answer within 9 min"),
        (timedelta(days=6, hours=3), "answer within 6 days"),
        (-timedelta(hours=1), "answer is 1 h 0 min late"),
        (-timedelta(days=2), "answer is 2 days late"),
    ],
)
def test_the_time_to_answer_is_said_in_words(left, words) -> None:
    assert answer_time(NOW + left, now=NOW) == words


@pytest.mark.parametrize(("days", "words"), [(1, "Free light chains 1 day"), (36, "Free light chains 5 weeks")])
def test_lateness_is_said_in_days_then_weeks(days, words) -> None:
    assert overdue_in_words("flc", days) == words


@pytest.mark.parametrize(("analyte", "kind"), [("serum_m", "spep"), ("flc_kappa", "flc"), ("", "cbc")])
def test_the_smallest_test_that_measures_a_marker_is_offered(analyte, kind) -> None:
    assert kind_for(analyte) == kind


def test_a_signal_that_cannot_be_evaluated_never_looks_like_a_level(as_doctor, flag) -> None:
    flag.signal = Signal.NOT_EVALUABLE
    flag.save()
    assert "v-level--not-evaluable" in as_doctor.get(reverse("inbox")).content.decode()
    assert marker_of(flag) == "serum_m"
