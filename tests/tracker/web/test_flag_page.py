"""The page of one signal: the discordance view, the distances, what is beside it; its PDF and its API."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from labs.actions.order_tests import WorkUp
from labs.actions.review_flag import resolve_flag
from labs.models import Decision, Review, SecondOpinion
from labs.selectors.case_of import EARLIER_SHOWN, case_of
from labs.selectors.signals import visible_flag
from patients.models import AccessEvent
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_course_event,
    make_diagnosis,
    make_event,
    make_flag,
    make_line,
    make_patient,
    make_physician,
    make_quarantine,
    make_result,
    make_scheduled_test,
    make_series,
    make_site,
    make_symptom_report,
)
from tests.factories.findings import make_finding
from tests.pdf_text import pages_of
from tracker.web.case_charts import charts_of
from tracker.web.case_paper import as_pdf, spelled_out
from tracker.web.case_sheet import sheet_of
from tracker.web.distance_words import distance_rows

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
HOSTILE = 'O#$*_"[]<>@`\\`~=-/ {x} "quoted" <b>bold</b> #include("x") $x^2$ @ref // no comment'


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def finding(**more):
    def item(days, value, role):
        return {
            "result": 1,
            "accession": f"A{days}",
            "analyte": "serum_m",
            "value": value,
            "unit": "g/dL",
            "collected_on": ago(days).isoformat(),
            "role": role,
            "laboratory": "Central",
            "method": "spep",
        }

    return {
        "comparisons": [{"what": "rise", "found": "0.7 g/dL", "needed": "at least 0.5 g/dL", "met": True}],
        "evidence": [item(100, "0.3", "reference"), item(5, "1.0", "onset")],
        "reference": {"value": "0.3 g/dL", "how": "lowest", "confirmed": True},
        "confounders": [{"kind": "antibody", "text": "daratumumab", "started_on": ago(40).isoformat()}],
        "missing": ["urine M-protein"],
        "would_confirm": "A second assessment.",
        "would_clear": "A value below the bar.",
    } | more


@pytest.fixture
def doctor():
    return make_physician(make_site(), first_name="Miriam", last_name="Adeyemi")


@pytest.fixture
def flag(doctor):
    diagnosis = make_diagnosis(make_patient(site=doctor.sites.get(), family_name="Okafor"))
    make_line(diagnosis, started_on=ago(600))
    make_series(diagnosis.patient, "serum_m", {ago(400): "0.3", ago(100): "0.3", ago(5): "1.0"})
    return make_flag(
        diagnosis.patient,
        diagnosis=diagnosis,
        owner=doctor,
        finding=finding(),
        onset_on=ago(5),
        detected_on=ago(5),
        explanation="Serum M-protein 1.0 g/dL, 0.7 above the lowest.",
    )


@pytest.fixture
def as_doctor(client, doctor):
    client.force_login(doctor)
    return client


@pytest.fixture
def page(as_doctor, flag):
    return lambda query="": as_doctor.get(reverse("flag", args=[flag.pk]) + query).content.decode()


def case(doctor, flag):
    return case_of(flag=visible_flag(user=doctor, flag_id=flag.pk), today=TODAY)


def sheet(doctor, flag):
    return sheet_of(case(doctor, flag), by=doctor, now=timezone.now())


def printed(client, flag) -> str:
    answer = client.get(reverse("flag_pdf", args=[flag.pk]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    return " ".join(" ".join(pages_of(answer.content)).split())


class TestCharts:
    def test_the_axis_begins_somewhat_before_the_earliest_value_compared(self, doctor, flag):
        charts = charts_of(case(doctor, flag))
        assert charts.axis.first == ago(160)
        assert charts.longer
        assert (len(charts.main.spots), charts.main.outside) == (2, 1)

    def test_the_whole_course_is_one_click_away(self, doctor, flag, page):
        assert "?course=whole" in page()
        assert charts_of(case(doctor, flag), whole=True).axis.first == ago(600)
        assert "Only what was compared" in page("?course=whole")

    def test_the_signals_own_bars_are_those_of_the_day_it_was_found(self, doctor, flag):
        make_series(flag.patient, "serum_m", {ago(3): "0.1", ago(1): "0.1"})
        levels = {one.style: one.label for one in charts_of(case(doctor, flag)).main.levels}
        assert levels == {"nadir": "lowest 0.3", "threshold": "MM-PD-SERUM-M ≥ 0.8"}

    def test_other_markers_of_the_disease_with_results_share_the_axis(self, doctor, flag):
        make_series(flag.patient, "flc_kappa", {ago(50): "10", ago(5): "200"})
        make_series(flag.patient, "flc_lambda", {ago(50): "10", ago(5): "10"})
        make_series(flag.patient, "blasts_marrow", {ago(5): "1"})
        charts = charts_of(case(doctor, flag))
        assert [one.key for one in charts.others] == ["flc"]
        same_day = {spot.x for panel in (charts.main, *charts.others) for spot in panel.spots}
        assert charts.main.spots[-1].x in {spot.x for spot in charts.others[0].spots}
        assert len(same_day) == 3

    def test_therapy_events_turns_and_signals_stand_on_it(self, doctor, flag):
        make_event(flag.patient, started_on=ago(30))
        make_course_event(flag.diagnosis, on=ago(50))
        make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(20))
        charts = charts_of(case(doctor, flag))
        assert [one.label for one in charts.lanes] == ["Therapy", "Remission, relapse", "Events", "Signals"]
        assert [sign.shape for sign in charts.lanes[-1].signs] == ["other", "this"]
        assert {one.style for one in charts.main.guides} == {"turn", "signal"}

    def test_below_detection_is_hollow_and_a_replaced_value_struck(self, doctor, flag):
        make_result(flag.patient, "serum_m", "0.1", comparator="<", collected_on=ago(10))
        make_result(flag.patient, "serum_m", "9", collected_on=ago(8), is_current=False)
        shapes = [spot.shape for spot in charts_of(case(doctor, flag)).main.spots]
        assert sorted(shapes) == ["below", "cross", "dot", "dot"]

    def test_a_change_of_assay_breaks_the_line_and_is_marked(self, doctor, flag):
        make_result(flag.patient, "serum_m", "0.9", collected_on=ago(2), laboratory="Elsewhere", method_family="cz")
        main = charts_of(case(doctor, flag)).main
        assert [one.style for one in main.guides] == ["signal", "assay"]
        assert len(main.segments) == 1

    def test_a_marker_no_chart_holds_gets_one_of_its_own(self, doctor, flag):
        make_series(flag.patient, "crp", {ago(9): "3", ago(5): "80"})
        flag.finding["evidence"][1]["analyte"] = "crp"
        flag.save()
        assert charts_of(case(doctor, flag)).main.key == "crp"

    def test_every_chart_has_its_values_as_a_table_and_in_words(self, page):
        shown = page()
        assert "3 results as a table" in shown
        assert "Serum M-protein: 3 results" in shown
        assert "<script" not in shown.partition("<main")[2]


class TestBeside:
    def test_other_signals_come_with_their_decisions_the_same_rule_first(self, doctor, flag, page):
        make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(20), explanation="Haemoglobin lower.")
        make_flag(
            flag.patient,
            owner=doctor,
            onset_on=ago(300),
            review=Review.RESOLVED,
            decision=Decision.EXPLAINED_ASSAY,
            decision_note="New platform",
            reviewed_by=doctor,
            reviewed_at=timezone.now(),
        )
        assert [one.rule for one in case(doctor, flag).others] == [flag.rule, "MM-HB"]
        for words in ("explained by the assay: New platform", "same rule", "Miriam Adeyemi"):
            assert words in page()

    def test_of_many_the_rest_is_counted(self, doctor, flag, page):
        for day in range(EARLIER_SHOWN + 3):
            make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(30 + day))
        assert case(doctor, flag).unshown == 3
        assert "3 more signals" in page()

    def test_overdue_tests_come_first_and_of_planned_ones_the_next(self, doctor, flag, page):
        make_scheduled_test(flag.patient, "cbc", due_on=TODAY + timedelta(days=60))
        make_scheduled_test(flag.patient, "cbc", due_on=TODAY + timedelta(days=30))
        make_scheduled_test(flag.patient, "flc", due_on=ago(20))
        found = [(one.test.kind, one.status.value) for one in case(doctor, flag).tests]
        assert found == [("flc", "overdue"), ("cbc", "planned")]
        assert "13 days late" in page()

    def test_symptoms_of_ninety_days_are_told_older_ones_are_not(self, doctor, flag, page):
        make_symptom_report(flag.patient, "bone_pain", reported_on=ago(90), note="At night")
        make_symptom_report(flag.patient, "fatigue", reported_on=ago(91))
        make_symptom_report(flag.patient, reported_on=ago(1))
        assert [one.reported_on for one in case(doctor, flag).symptoms] == [ago(1), ago(90)]
        assert "asked, none told" in page()

    def test_what_is_not_there_is_said(self, page):
        for words in ("No other signal was ever raised.", "No test is planned.", "Nobody wrote down that they asked."):
            assert words in page()

    def test_a_second_opinion_shows_what_was_asked_and_that_the_answer_is_waited_for(self, doctor, flag, page):
        SecondOpinion.objects.create(
            flag=flag, asked_by=doctor, asked_at=timezone.now(), address="x@example.org", question="Real?", due_on=TODAY
        )
        for words in ("Miriam Adeyemi asked x@example.org", "Real?", "no answer yet"):
            assert words in page()

    def test_the_distance_to_every_other_bar_is_there_and_what_cannot_be_told(self, flag, page):
        shown = page()
        assert "Distance to every other threshold" in shown
        for words in ("MM-RISING", "cannot tell", "missing:"):
            assert words in shown
        assert (
            "normal" not in shown.partition('id="distances-title"')[2].partition("<table")[2].partition("</table>")[0]
        )

    def test_nothing_short_of_its_bar_and_nothing_unknown_is_called_normal(self, doctor, flag):
        make_series(flag.patient, "haemoglobin", {ago(60): "14", ago(30): "14", ago(5): "13"})
        rows = distance_rows(case(doctor, flag).other_distances)
        assert {row.standing for row in rows} >= {"short", "unknown"}
        assert all(row.far and "normal" not in row.far for row in rows)
        assert all(row.reasons for row in rows if row.standing == "unknown")

    def test_names_are_shown_as_they_are(self, flag, page):
        flag.patient.family_name = HOSTILE
        flag.patient.save()
        assert "&lt;b&gt;bold&lt;/b&gt;" in page()
        assert "<b>bold</b>" not in page()


class TestQueries:
    def grow(self, flag, doctor):
        for day in range(100):
            for analyte in ("serum_m", "haemoglobin", "platelets", "creatinine", "flc_kappa"):
                make_result(flag.patient, analyte, "1.1", collected_on=ago(3 + day))
        for day in range(40):
            make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(30 + day))
            make_scheduled_test(flag.patient, "cbc", due_on=ago(day * 30))
            make_symptom_report(flag.patient, "fatigue", reported_on=ago(day))
            make_event(flag.patient, started_on=ago(day))

    def test_they_do_not_grow_with_the_history(self, as_doctor, doctor, flag):
        few = statements_of(as_doctor, reverse("flag", args=[flag.pk]))
        self.grow(flag, doctor)
        assert len(statements_of(as_doctor, reverse("flag", args=[flag.pk]))) <= len(few) <= 10

    def test_findings_and_values_in_quarantine_add_one_each(self, as_doctor, flag):
        make_finding(flag.patient, "lesion_diameter", value="24")
        make_quarantine(patient=flag.patient, analyte="serum_m", collected_on=TODAY)
        assert len(statements_of(as_doctor, reverse("flag", args=[flag.pk]))) <= 12

    def test_a_decision_with_what_it_created_stays_within_twelve(self, as_doctor, doctor, flag):
        make_finding(flag.patient, "lesion_diameter", value="24")
        make_quarantine(patient=flag.patient, analyte="serum_m", collected_on=TODAY)
        ordered = WorkUp(("marrow", "mri"), TODAY + timedelta(days=7))
        resolve_flag(
            flag_id=flag.pk, version=flag.version, decision="work_up", work_up=ordered, by=doctor, now=timezone.now()
        )
        assert len(statements_of(as_doctor, reverse("flag", args=[flag.pk]))) <= 12


class TestPDF:
    def test_it_says_what_the_page_says(self, as_doctor, doctor, flag):
        make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(20), explanation="Haemoglobin lower.")
        make_scheduled_test(flag.patient, "flc", due_on=ago(20))
        text = printed(as_doctor, flag)
        for words in (
            "Okafor, Ines",
            "▲ URGENT",
            "Serum M-protein 1.0 g/dL, 0.7 above the lowest.",
            "For clinician review. Does not diagnose relapse.",
            "at least 0.5 g/dL",
            "daratumumab",
            "urine M-protein",
            "A second assessment.",
            "A value below the bar.",
            "Haemoglobin lower.",
            "MM-RISING",
            "Cannot tell, for want of what they need",
            "overdue: Free light chains",
            "Made by Miriam Adeyemi",
        ):
            assert words in text, words

    def test_a_long_history_keeps_to_two_pages_and_says_what_it_leaves_out(self, as_doctor, doctor, flag):
        TestQueries().grow(flag, doctor)
        pages = pages_of(as_doctor.get(reverse("flag_pdf", args=[flag.pk])).content)
        assert len(pages) <= 2
        assert "more in Vigil." in " ".join(" ".join(pages).split())
        assert f"page {len(pages)} of {len(pages)}" in " ".join(pages[-1].split())

    def test_what_people_typed_is_never_markup(self, as_doctor, doctor, flag):
        flag.patient.family_name = HOSTILE
        flag.patient.save()
        flag.explanation = f"Sentence {HOSTILE}"
        flag.save()
        make_line(flag.diagnosis, number=2, started_on=ago(50), regimen=HOSTILE[:60])
        text = printed(as_doctor, flag)
        assert f"{HOSTILE}, Ines" in text
        assert f"Sentence {HOSTILE}" in text

    def test_a_very_long_name_runs_over(self, as_doctor, flag):
        flag.patient.family_name = "Montgomery-" * 10
        flag.patient.save()
        assert printed(as_doctor, flag).count("Montgomery-") >= 10

    @pytest.mark.parametrize("name", ["محمد العربي", "אברהם", "😀🧬", "王小明", "Ł\u0301\u202e x", "\u200b"])
    def test_a_name_of_any_script_is_printed(self, as_doctor, flag, name):
        flag.patient.family_name = name
        flag.patient.save()
        assert "page 1 of" in printed(as_doctor, flag)

    def test_a_letter_no_font_has_is_written_as_its_code_point(self, doctor, flag):
        flag.patient.family_name = "\U000f0000"  # for private use: in no font
        flag.patient.save()
        text = " ".join(" ".join(pages_of(as_pdf(sheet(doctor, flag)))).split())
        assert "[U+F0000]" in text

    def test_letters_are_spelled_out_in_words_only(self):
        given = {"name": "a😀 b", "svg": "😀", "items": ["😀"]}
        assert spelled_out(given, frozenset("😀 ")) == {"name": "a[U+1F600] b", "svg": "😀", "items": ["[U+1F600]"]}

    def test_taking_it_out_is_noted_as_an_export(self, as_doctor, doctor, flag):
        printed(as_doctor, flag)
        event = AccessEvent.objects.get()
        assert (event.by, event.patient, event.view, event.purpose) == (doctor, flag.patient, "signal_pdf", "export")

    def test_a_stranger_gets_none_and_nothing_is_noted(self, client, flag):
        client.force_login(make_physician(make_site()))
        assert client.get(reverse("flag_pdf", args=[flag.pk])).status_code == 404
        assert not AccessEvent.objects.exists()

    def test_it_is_not_written_to(self, as_doctor, flag):
        assert as_doctor.post(reverse("flag_pdf", args=[flag.pk])).status_code == 405

    def test_an_administrator_sees_what_the_page_shows_them(self, client, flag):
        client.force_login(make_administrator(flag.patient.site))
        page, pdf = (client.get(reverse(name, args=[flag.pk])).status_code for name in ("flag", "flag_pdf"))
        assert page == pdf

    def test_nothing_is_missing_without_a_diagnosis(self, as_doctor, doctor):
        bare = make_flag(make_patient(site=doctor.sites.get()), "CBC-HB-FALL", owner=doctor)
        assert "no diagnosis recorded" in printed(as_doctor, bare)
        assert as_doctor.get(reverse("flag", args=[bare.pk])).status_code == 200


class TestAPI:
    def get(self, client, flag):
        return client.get(f"/api/v1/flags/{flag.pk}/case/")

    def test_it_gives_the_same_facts(self, as_doctor, doctor, flag):
        make_flag(flag.patient, "MM-HB", owner=doctor, onset_on=ago(20))
        make_scheduled_test(flag.patient, "flc", due_on=ago(20))
        said = self.get(as_doctor, flag).json()
        assert (said["flag"], said["near_from"], said["first"]) == (flag.pk, ago(160).isoformat(), ago(600).isoformat())
        (marker,) = said["markers"]
        assert (marker["analyte"], [point["on"] for point in marker["points"]][-1]) == ("serum_m", ago(5).isoformat())
        own = next(one for one in said["distances"] if one["rule"] == "MM-PD-SERUM-M")
        assert (own["standing"], own["distance"], own["met_from"]) == ("reached", "-0.200000", "0.800000")
        unknown = next(one for one in said["distances"] if one["standing"] == "unknown")
        assert (unknown["distance"], bool(unknown["missing"])) == (None, True)
        assert [one["rule"] for one in said["other_signals"]] == ["MM-HB"]
        assert [one["kind"] for one in said["next_tests"]] == ["flc"]

    def test_a_look_is_noted(self, as_doctor, flag):
        self.get(as_doctor, flag)
        assert AccessEvent.objects.get().patient == flag.patient

    def test_a_stranger_finds_nothing(self, client, flag):
        client.force_login(make_physician(make_site()))
        assert self.get(client, flag).status_code == 404
