"""The patient list and the pages of one patient: who sees them, what they say, what they note down."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from patients.models import AccessEvent
from tests.counting import statements_of
from tests.factories import (
    make_administrator,
    make_care_team,
    make_diagnosis,
    make_evaluation,
    make_event,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_quarantine,
    make_result,
    make_scheduled_test,
    make_series,
    make_service_account,
    make_site,
    make_symptom_report,
)

pytestmark = pytest.mark.django_db
TABS = ["patient", "patient_results", "patient_plan", "patient_treatment", "patient_signals", "patient_record"]
QUERIES = 20
RULES_READ = {"patient": 10}
"""The response category reads the record as the rules do, whatever its size."""


def full_patient(rows: int = 3):
    """A patient with something on every tab."""
    diagnosis = make_diagnosis(make_patient(family_name="Okafor", given_name="Ines", mrn="0004711"))
    patient = diagnosis.patient
    nurse = make_nurse(patient.site)
    make_care_team(patient, physician=make_physician(patient.site, first_name="Miriam", last_name="Adeyemi"))
    make_line(diagnosis, regimen="lenalidomide")
    plan = make_plan(diagnosis)
    for number in range(rows):
        day = date(2025, 1 + number, 5)
        make_result(patient, "serum_m", "0.3", collected_on=day)
        make_result(patient, "haemoglobin", "12.1", collected_on=day)
        make_flag(patient, f"RULE-{number}", diagnosis=diagnosis)
        make_event(patient, started_on=day)
        make_symptom_report(patient, "bone_pain", reported_on=day, by=nurse)
        make_scheduled_test(patient, plan=plan, sequence=number, due_on=day)
    make_evaluation(patient, {"MM-PD-SERUM-M": {"answer": "not_evaluable", "missing": ["a second value"]}})
    return patient


@pytest.fixture
def patient():
    return full_patient()


@pytest.fixture
def as_nurse(client, patient):
    client.force_login(make_nurse(patient.site))
    return client


class TestWhoSeesIt:
    @pytest.mark.parametrize("tab", TABS)
    def test_a_stranger_is_told_that_nothing_is_here_and_nothing_is_noted(self, client, patient, tab):
        client.force_login(make_nurse(make_site()))
        answer = client.get(reverse(tab, args=[patient.pk]))
        assert answer.status_code == 404
        assert "Okafor" not in answer.content.decode()
        assert not AccessEvent.objects.exists()

    @pytest.mark.parametrize("tab", TABS)
    def test_somebody_not_signed_in_is_asked_to_sign_in(self, client, patient, tab):
        address = reverse(tab, args=[patient.pk])
        assert client.get(address).headers["Location"] == f"{reverse('account_login')}?next={address}"

    @pytest.mark.parametrize("tab", TABS)
    def test_a_missing_patient_is_nowhere(self, as_nurse, tab):
        assert as_nurse.get(reverse(tab, args=[999_999])).status_code == 404

    @pytest.mark.parametrize("tab", TABS)
    def test_pages_are_not_written_to(self, as_nurse, patient, tab):
        assert as_nurse.post(reverse(tab, args=[patient.pk])).status_code == 405

    @pytest.mark.parametrize("tab", TABS)
    def test_each_opening_is_noted(self, as_nurse, patient, tab):
        assert as_nurse.get(reverse(tab, args=[patient.pk])).status_code == 200
        event = AccessEvent.objects.get()
        assert (event.patient, event.by.role) == (patient, "nurse")
        assert event.view == {"patient": "course"}.get(tab, tab.removeprefix("patient_"))


class TestWhatItSays:
    @pytest.mark.parametrize("tab", TABS)
    def test_every_page_keeps_the_patient_in_sight(self, as_nurse, patient, tab):
        page = as_nurse.get(reverse(tab, args=[patient.pk])).content.decode()
        for fact in ("Okafor, Ines", "14 Mar 1958", "0004711", "IgG kappa myeloma", "Miriam Adeyemi", "lenalidomide"):
            assert fact in page

    @pytest.mark.parametrize("tab", TABS)
    def test_queries_do_not_grow_with_the_rows(self, client, tab):
        patient = full_patient(rows=9)
        client.force_login(make_nurse(patient.site))
        assert len(statements_of(client, reverse(tab, args=[patient.pk]))) <= QUERIES + RULES_READ.get(tab, 0)

    @pytest.mark.parametrize("tab", TABS)
    def test_a_patient_about_whom_nothing_is_known_has_pages(self, client, tab):
        patient = make_patient()
        client.force_login(make_nurse(patient.site))
        page = client.get(reverse(tab, args=[patient.pk])).content.decode()
        assert "no diagnosis recorded" in page
        assert "nobody responsible" in page

    def test_the_course_draws_charts_with_their_tables_and_says_what_is_missing(self, as_nurse, patient):
        page = as_nurse.get(reverse("patient", args=[patient.pk])).content.decode()
        assert 'id="serum-m-option" type="application/json"' in page
        assert "Serum M-protein: 3 results" in page
        assert "No results on record: Free light chains." in page

    def test_results_show_contradictions_corrections_and_what_is_not_usable(self, as_nurse, patient):
        day = date(2025, 3, 5)
        make_result(patient, "haemoglobin", "9.1", collected_on=day)
        make_result(patient, "haemoglobin", "77", collected_on=day, is_current=False)
        make_result(patient, "wbc", "5", collected_on=day, status="entered-in-error")
        make_quarantine(patient=patient, explanation="The unit 'x' is not known.")
        page = as_nurse.get(reverse("patient_results", args=[patient.pk])).content.decode()
        assert "values differ" in page
        assert '<del class="v-struck" title="replaced by a newer version">77</del>' in page
        assert "entered in error" in page
        assert "1 value not usable" in page
        assert "The unit &#x27;x&#x27; is not known." in page

    def test_a_value_outside_the_printed_range_says_so_in_words(self, as_nurse, patient):
        make_result(patient, "platelets", "90", reference_low=150, reference_high=400)
        page = as_nurse.get(reverse("patient_results", args=[patient.pk])).content.decode()
        assert "below range" in page
        assert "150–400" in page

    def test_rules_that_cannot_answer_are_never_shown_as_normal(self, as_nurse, patient):
        page = as_nurse.get(reverse("patient_signals", args=[patient.pk])).content.decode()
        assert "Not evaluable" in page
        assert "a second value" in page

    def test_results_waiting_for_evaluation_are_announced(self, as_nurse, patient):
        patient.evaluation.pending = True
        patient.evaluation.save()
        page = as_nurse.get(reverse("patient", args=[patient.pk])).content.decode()
        assert "Results wait to be evaluated." in page

    def test_the_record_shows_who_looked(self, as_nurse, patient):
        as_nurse.get(reverse("patient", args=[patient.pk]))
        page = as_nurse.get(reverse("patient_record", args=[patient.pk])).content.decode()
        assert "course" in page

    @pytest.mark.parametrize("day", ["yesterday", "2025-13-01"])
    def test_an_unreadable_day_in_the_address_is_refused(self, as_nurse, patient, day):
        assert as_nurse.get(reverse("patient_results", args=[patient.pk]), {"before": day}).status_code == 400


class TestTheList:
    def test_it_lists_those_one_may_see_with_a_link_each(self, as_nurse, patient):
        make_patient(family_name="Elsewhere")
        page = as_nurse.get(reverse("patients")).content.decode()
        assert reverse("patient", args=[patient.pk]) in page
        assert "Elsewhere" not in page

    def test_a_search_that_finds_one_opens_it(self, as_nurse, patient):
        answer = as_nurse.get(reverse("patients"), {"q": "0004711"})
        assert answer.headers["Location"] == reverse("patient", args=[patient.pk])

    def test_a_search_that_finds_nobody_says_how_to_search(self, as_nurse):
        page = as_nurse.get(reverse("patients"), {"q": "<script>"}).content.decode()
        assert "Nobody found" in page
        assert "<script>" not in page.split("</head>")[1].replace('<script id="', "")

    def test_a_damaged_cursor_is_refused(self, as_nurse):
        assert as_nurse.get(reverse("patients"), {"after": "x"}).status_code == 400

    def test_it_is_not_written_to(self, as_nurse):
        assert as_nurse.post(reverse("patients")).status_code == 405

    @pytest.mark.parametrize("make", [make_physician, make_administrator, make_service_account])
    def test_every_role_reads_its_own(self, client, patient, make):
        client.force_login(make(patient.site))
        assert "Okafor" in client.get(reverse("patients")).content.decode()

    def test_queries_do_not_grow_with_the_rows(self, client):
        site = make_site()
        for _ in range(8):
            make_diagnosis(make_patient(site=site))
        client.force_login(make_nurse(site))
        assert len(statements_of(client, reverse("patients"))) <= 6


def test_every_day_of_a_long_history_can_be_reached(as_nurse, patient) -> None:
    make_series(patient, "wbc", {date(2024, month, 1): "5" for month in range(1, 13)})
    page = as_nurse.get(reverse("patient_results", args=[patient.pk]))
    earlier = page.context["history"].earlier
    second = as_nurse.get(reverse("patient_results", args=[patient.pk]), {"before": earlier.isoformat()})
    assert second.context["history"].days[-1] == date(2024, 1, 1)


def test_a_search_for_what_no_database_takes_finds_nothing(client) -> None:
    client.force_login(make_nurse(make_site()))
    assert client.get(reverse("patients"), {"q": "Oka\0"}).status_code == 200
