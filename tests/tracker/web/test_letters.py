"""Pages of letters: preview, approval, printing, steps, the log, wordings, and what a patient's record shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from labs.models import ContactAttempt, Letter, LetterTemplate
from patients.models import AccessEvent, ContactDetails, Patient, User
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_evaluation,
    make_flag,
    make_nurse,
    make_patient,
    make_plan,
    make_result,
    make_scheduled_test,
    make_user,
)
from tests.factories.contact import make_contact_details, make_letter
from tests.factories.letter_ground import NO, Ground, open_ground
from tests.pdf_text import pages_of

pytestmark = pytest.mark.django_db
TODAY = timezone.now().date()
DAY = timedelta(days=1)


@pytest.fixture
def ground() -> Ground:
    ground = open_ground()
    make_scheduled_test(ground.patient, due_on=TODAY)
    return ground


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def stable(patient: Patient) -> None:
    plan = make_plan(make_diagnosis(patient))
    day = TODAY - 20 * DAY
    results = [make_result(patient, name, "0.3", collected_on=day) for name in ("serum_m", "flc_kappa", "flc_lambda")]
    make_scheduled_test(
        patient, "spep_flc", due_on=day, plan=plan, step="a", collected_on=day, closed_by=results[0].report
    )
    make_evaluation(patient, {"MM-PD-SERUM-M": NO, "MM-PD-FLC": NO}, evaluated_at=timezone.now())
    make_scheduled_test(patient, "spep_flc", due_on=TODAY + 70 * DAY, plan=plan, step="a", sequence=1)


def page(user: User, name: str, *arguments: Any, **query: Any) -> Any:
    return signed_in(user).get(reverse(name, args=arguments), query)


def approve(user: User, preview: Any, **more: Any) -> Any:
    """Approve every letter a preview shows."""
    drafts = preview.context["ready"]
    body = {
        "step": "approve",
        "approve": [f"{one.patient.pk}:{one.seen}" for one in drafts],
        **preview.context["choice"],
    }
    return signed_in(user).post(reverse("prepare_letters"), body | more, follow=True)


def step(user: User, verb: str, *letters: Letter) -> Any:
    body = {"letter": [one.pk for one in letters]}
    return signed_in(user).post(reverse("letter_step", args=[verb]), body, follow=True)


# Preparing


def test_from_ticked_tests_to_letters_that_wait(ground: Ground) -> None:
    test = make_scheduled_test(ground.patient, "marrow", due_on=TODAY)
    preview = page(ground.nurse, "prepare_letters", test=test.pk)
    text = preview.content.decode()
    assert "Bone marrow examination: about" in text
    assert "Blood count" not in text
    assert not Letter.objects.exists()
    done = approve(ground.nurse, preview, test=[test.pk])
    assert "1 prepared" in done.content.decode()
    assert Letter.objects.get().tests == [test.pk]
    assert [row.pk for row in done.context["page"].rows] == [Letter.objects.get().pk]


def test_a_post_with_ticked_tests_shows_the_preview_and_makes_nothing(ground: Ground) -> None:
    test = ground.patient.scheduled_tests.get()
    preview = signed_in(ground.nurse).post(reverse("prepare_letters"), {"test": [test.pk]})
    assert [draft.patient for draft in preview.context["ready"]] == [ground.patient]
    assert not Letter.objects.exists()


def test_who_gets_none_is_listed_with_the_reason(ground: Ground) -> None:
    other = make_patient(site=ground.site, family_name="Lund")
    make_scheduled_test(other, due_on=TODAY)
    preview = page(ground.nurse, "prepare_letters", patient=[ground.patient.pk, other.pk])
    assert [(draft.patient.family_name, draft.refused) for draft in preview.context["refused"]] == [
        ("Lund", "No contact details are recorded.")
    ]
    assert "No contact details are recorded." in preview.content.decode()


def test_an_overdue_test_asks_for_the_letter_about_missed_tests(ground: Ground) -> None:
    assert page(ground.nurse, "prepare_letters", patient=ground.patient.pk).context["choice"]["kind"] == "due"
    make_scheduled_test(ground.patient, "marrow", due_on=TODAY - 60 * DAY)
    assert page(ground.nurse, "prepare_letters", patient=ground.patient.pk).context["choice"]["kind"] == "missed"


def test_what_changed_after_the_preview_is_shown_again_and_not_made(ground: Ground) -> None:
    preview = page(ground.nurse, "prepare_letters", patient=ground.patient.pk)
    ContactDetails.objects.update(address="1 New Road")
    answer = approve(ground.nurse, preview)
    assert answer.status_code == 422
    assert "changed since you saw it" in answer.content.decode()
    assert "1 New Road" in answer.content.decode()
    assert not Letter.objects.exists()


def test_nothing_ticked_makes_nothing(ground: Ground) -> None:
    body = {"step": "approve", "kind": "due", "channel": "post", "test": [ground.patient.scheduled_tests.get().pk]}
    answer = signed_in(ground.nurse).post(reverse("prepare_letters"), body)
    assert "Tick at least one letter." in answer.content.decode()
    assert not Letter.objects.exists()


@pytest.mark.parametrize("query", [{"test": "x"}, {"test": str(2**63)}, {"kind": "news"}, {"channel": "phone"}])
def test_a_damaged_address_is_refused(ground: Ground, query: dict[str, str]) -> None:
    assert page(ground.nurse, "prepare_letters", **query).status_code == 400


def test_too_many_at_once_are_refused(ground: Ground) -> None:
    assert page(ground.nurse, "prepare_letters", test=[str(n) for n in range(1, 202)]).status_code == 400


def test_a_look_at_drafts_is_a_look_into_the_records(ground: Ground) -> None:
    page(ground.nurse, "prepare_letters", patient=ground.patient.pk)
    assert AccessEvent.objects.get(by=ground.nurse).view == "letter_drafts"


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_only_clinicians_prepare(ground: Ground, role: str) -> None:
    assert page(make_user(role, sites=[ground.site]), "prepare_letters", patient=ground.patient.pk).status_code == 403


def test_patients_of_others_are_not_shown(ground: Ground) -> None:
    preview = page(make_nurse(), "prepare_letters", patient=ground.patient.pk)
    assert preview.context["ready"] == preview.context["refused"] == []


# All who are stable


def test_all_who_are_stable_are_written_to_in_one_go_and_then_no_more(ground: Ground) -> None:
    told, doubtful = make_patient(site=ground.site, family_name="Lund"), make_patient(site=ground.site)
    for one in (told, doubtful):
        make_contact_details(one)
        stable(one)
    make_flag(doubtful)
    preview = page(ground.physician, "stable_letters")
    assert [draft.patient for draft in preview.context["ready"]] == [told]
    approve(ground.physician, preview)
    letter = Letter.objects.get()
    assert (letter.kind, letter.patient) == ("stable", told)
    again = page(ground.physician, "stable_letters")
    assert again.context["ready"] == []
    answer = signed_in(ground.nurse).post(reverse("print_letters"), {"letter": [letter.pk]})
    assert "They are stable" in " ".join(pages_of(answer.content)[0].split())


def test_only_physicians_have_the_page_and_the_kind(ground: Ground) -> None:
    assert page(ground.nurse, "stable_letters").status_code == 403
    assert page(ground.nurse, "prepare_letters", kind="stable", patient=ground.patient.pk).status_code == 400


def test_the_page_of_the_stable_looks_at_one_site(ground: Ground) -> None:
    other = open_ground()
    stable(other.patient)
    both = make_user("physician", sites=[ground.site, other.site])
    assert page(both, "stable_letters", site=ground.site.pk).context["ready"] == []
    assert len(page(both, "stable_letters", site=other.site.pk).context["ready"]) == 1
    assert page(ground.physician, "stable_letters", site=other.site.pk).context["ready"] == []


# Printing


def test_one_letter_as_pdf_with_every_word_and_the_letterhead(ground: Ground) -> None:
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=ground.patient.pk))
    letter = Letter.objects.get()
    answer = page(ground.nurse, "letter_pdf", letter.pk)
    assert answer["Content-Type"] == "application/pdf"
    (text,) = (" ".join(one.split()) for one in pages_of(answer.content))
    for words in (
        "North Unit",
        "Ines Okafor 12 Mill Lane Newtown",
        "Your next tests",
        "– Blood count: about",
        "+44 20 7946 0000",
    ):
        assert words in text
    assert AccessEvent.objects.filter(view="letters_pdf", patient=ground.patient).exists()


def test_markup_in_a_name_is_printed_as_it_is(ground: Ground) -> None:
    Patient.objects.filter(pk=ground.patient.pk).update(given_name='#panic("x") *y* <z>')
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=ground.patient.pk))
    answer = page(ground.nurse, "letter_pdf", Letter.objects.get().pk)
    assert '#panic("x") *y* <z> Okafor' in " ".join(pages_of(answer.content)[0].split())


def test_a_name_no_font_can_print_is_said_and_not_printed(ground: Ground) -> None:
    Patient.objects.filter(pk=ground.patient.pk).update(given_name="名字")
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=ground.patient.pk))
    answer = signed_in(ground.nurse).get(reverse("letter_pdf", args=[Letter.objects.get().pk]), follow=True)
    assert "No font can print" in answer.content.decode()


def test_a_batch_is_one_pdf(ground: Ground) -> None:
    other = make_patient(site=ground.site, family_name="Lund")
    make_contact_details(other)
    make_scheduled_test(other, due_on=TODAY)
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=[ground.patient.pk, other.pk]))
    body = {"letter": list(Letter.objects.values_list("pk", flat=True))}
    answer = signed_in(ground.nurse).post(reverse("print_letters"), body)
    assert len(pages_of(answer.content)) == 2


def test_a_stable_letter_is_not_printed_once_a_signal_is_open(ground: Ground) -> None:
    patient = make_patient(site=ground.site)
    make_contact_details(patient)
    stable(patient)
    approve(ground.physician, page(ground.physician, "stable_letters"))
    make_flag(patient)
    answer = signed_in(ground.nurse).post(reverse("print_letters"), {"letter": [Letter.objects.get().pk]}, follow=True)
    assert "no longer be called stable" in answer.content.decode()


def test_a_letter_that_was_posted_can_be_printed_again(ground: Ground) -> None:
    letter = make_letter(ground.patient, state="sent")
    assert page(ground.nurse, "letter_pdf", letter.pk)["Content-Type"] == "application/pdf"


def test_nothing_ticked_prints_nothing(ground: Ground) -> None:
    answer = signed_in(ground.nurse).post(reverse("print_letters"), follow=True)
    assert "Tick at least one letter by post." in answer.content.decode()


# Log and steps


def test_the_log_shows_each_state_with_its_number(ground: Ground) -> None:
    make_letter(ground.patient)
    make_letter(ground.patient, channel="sms", state="failed", failure="No such number.")
    everything = page(ground.nurse, "letters")
    assert everything.context["all_count"] == 2
    failed = page(ground.nurse, "letters", state="failed")
    assert "No such number." in failed.content.decode()
    assert [row.state for row in failed.context["page"].rows] == ["failed"]
    assert len(page(ground.nurse, "letters", channel="post").context["page"].rows) == 1
    assert "12 Mill Lane" not in everything.content.decode()


@pytest.mark.parametrize(
    "query",
    [{"state": "x"}, {"made": "x"}, {"made": "2025-01-01T00:00"}, {"channel": "x"}, {"made": "2025-99-01T00:00Z"}],
)
def test_a_filter_that_cannot_be_read_shows_everything(ground: Ground, query: dict[str, str]) -> None:
    make_letter(ground.patient)
    assert len(page(ground.nurse, "letters", **query).context["page"].rows) == 1


def test_queries_of_the_log_do_not_grow(ground: Ground, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(10):
        make_letter(make_patient(site=ground.site))
    client = signed_in(ground.nurse)
    with django_assert_max_num_queries(8):
        client.get(reverse("letters"))


def test_posting_notes_a_contact(ground: Ground) -> None:
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=ground.patient.pk))
    answer = step(ground.nurse, "post", Letter.objects.get())
    assert "1 letter is noted as posted." in answer.content.decode()
    assert Letter.objects.get().state == "sent"
    assert ContactAttempt.objects.get().channel == "post"


def test_queueing_and_cancelling(ground: Ground) -> None:
    approve(ground.nurse, page(ground.nurse, "prepare_letters", patient=ground.patient.pk, channel="email"))
    assert "1 message waits to be sent." in step(ground.nurse, "queue", Letter.objects.get()).content.decode()
    assert "1 letter was cancelled." in step(ground.nurse, "cancel", Letter.objects.get()).content.decode()
    refused = step(ground.nurse, "queue", Letter.objects.get()).content.decode()
    assert "Nothing was done" in refused
    assert "not possible any more" in refused


def test_a_step_that_does_not_exist(ground: Ground) -> None:
    assert step(ground.nurse, "burn").status_code == 404
    assert signed_in(ground.nurse).get(reverse("letter_step", args=["cancel"])).status_code == 405
    assert "Tick at least one letter." in step(ground.nurse, "cancel").content.decode()


def test_the_page_of_a_letter_shows_what_became_of_it(ground: Ground) -> None:
    letter = make_letter(
        ground.patient,
        state="failed",
        channel="sms",
        recipient="+44 7700 900123",
        failure="No such number.",
        attempts=2,
    )
    text = page(ground.nurse, "letter", letter.pk).content.decode()
    for words in ("Please call us.", "No such number.", "+44 7700 900123", "It may not go out any more"):
        assert words in text
    assert AccessEvent.objects.filter(view="letter", patient=ground.patient).exists()


def test_letters_of_others_look_like_missing_ones(ground: Ground) -> None:
    letter = make_letter(ground.patient)
    for name in ("letter", "letter_pdf"):
        assert page(make_nurse(), name, letter.pk).status_code == 404
    assert page(make_nurse(), "letters").context["page"].rows == []
    step(make_nurse(), "cancel", letter)
    letter.refresh_from_db()
    assert letter.state == "prepared"


def test_an_administrator_reads_and_takes_no_step(ground: Ground) -> None:
    administrator = make_administrator(ground.site)
    letter = make_letter(ground.patient)
    assert page(administrator, "letter", letter.pk).status_code == 200
    assert step(administrator, "cancel", letter).status_code == 403
    assert page(make_user("auditor", sites=[ground.site]), "letters").status_code == 403


# The patient's record


def test_the_record_shows_letters_contacts_and_details(ground: Ground) -> None:
    make_letter(ground.patient, state="sent")
    ContactAttempt.objects.create(
        patient=ground.patient, at=timezone.now(), by=ground.nurse, outcome="no_answer", again_on=TODAY + 2 * DAY
    )
    text = page(ground.nurse, "patient_record", ground.patient.pk).content.decode()
    for words in ("12 Mill Lane", "ines@mail.example", "Tests are due", "No answer", "Write a letter"):
        assert words in text


def test_contact_details_are_recorded_and_come_back_when_refused(ground: Ground) -> None:
    client, address = signed_in(ground.nurse), reverse("contact_details", args=[ground.patient.pk])
    body = {"address": "1 New Road", "allows_post": "on", "language": "fr", "mobile": "077"}
    refused = client.post(address, body)
    assert refused.status_code == 422
    assert "country code" in refused.content.decode()
    assert "1 New Road" in refused.content.decode()
    assert client.post(address, body | {"mobile": ""}).status_code == 302
    row = ContactDetails.objects.get(patient=ground.patient)
    assert (row.address, row.language, row.email, row.allows_email) == ("1 New Road", "fr", "", False)
    assert page(make_nurse(), "contact_details", ground.patient.pk).status_code == 404
    assert page(make_user("auditor", sites=[ground.site]), "contact_details", ground.patient.pk).status_code == 403


# Wordings


def wording(user: User, ground: Ground, *more: str, **body: str) -> Any:
    address = reverse(more[0] if more else "wording", args=[ground.site.code, "due", "sms", "en"])
    return signed_in(user).post(address, body) if body else signed_in(user).get(address)


def test_the_example_follows_what_is_typed_and_nothing_is_saved(ground: Ground) -> None:
    administrator = make_administrator(ground.site)
    part = signed_in(administrator).post(
        reverse("wording_example", args=[ground.site.code, "due", "sms", "en"]),
        {"body": "Ring us: {contact}"},
        headers={"HX-Request": "true"},
    )
    assert "Ring us: +44 20 7946 0000" in part.content.decode()
    assert "<html" not in part.content.decode()
    whole = wording(administrator, ground, "wording_example", body="Hello {given_name} {contact}")
    assert "Line 1: {given_name} is not known here." in whole.content.decode()
    assert "Hello {given_name}" in whole.content.decode()
    assert not LetterTemplate.objects.exists()


def test_words_are_saved_and_given_back(ground: Ground) -> None:
    administrator = make_administrator(ground.site)
    assert "Example" in wording(administrator, ground).content.decode()
    assert wording(administrator, ground, body="Ring us: {contact}").status_code == 302
    listed = page(administrator, "site_wordings", ground.site.code).content.decode()
    assert listed.count("the site’s own") == 1
    assert wording(administrator, ground, "reset_wording", x="1").status_code == 302
    assert "the site’s own" not in page(administrator, "site_wordings", ground.site.code).content.decode()


def test_a_wording_that_is_refused_stays_in_the_form(ground: Ground) -> None:
    answer = wording(make_administrator(ground.site), ground, body="Your leukaemia, {name}")
    assert answer.status_code == 422
    text = answer.content.decode()
    for words in (
        "Line 1: {name} is not known here.",
        "tells others",
        "{contact} is missing",
        "Your leukaemia, {name}",
    ):
        assert words in text


def test_only_administrators_of_the_site_change_words(ground: Ground) -> None:
    assert wording(ground.nurse, ground).status_code == 403
    assert wording(make_administrator(), ground).status_code == 403
    assert page(ground.nurse, "site_wordings", ground.site.code).status_code == 200
    assert page(ground.nurse, "wordings").status_code == 302
    assert page(make_nurse(), "site_wordings", ground.site.code).status_code == 403
    assert page(make_administrator(ground.site), "wording", ground.site.code, "due", "phone", "en").status_code == 404
