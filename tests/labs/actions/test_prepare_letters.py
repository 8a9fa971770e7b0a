"""Making letters: words and address frozen, each refusal with its reason, all of them or none."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from labs.actions.prepare_letters import LettersRefused
from labs.models import Letter, LetterTemplate
from labs.selectors.letter_drafts import Draft, drafts
from patients.access import AccessRefused
from patients.models import AuditEvent, ContactDetails, Patient
from tests.factories import make_flag, make_nurse, make_patient
from tests.factories.contact import make_contact_details, make_letter
from tests.factories.letter_ground import DAY, NOW, TODAY, Ground, due, made, make_stable, open_ground, overdue

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground() -> Ground:
    return open_ground()


def draft(ground: Ground, channel: str = "post", kind: str = "due", **more: Any) -> Draft:
    given: dict[str, Any] = {"user": ground.nurse, "now": NOW, "patients": [ground.patient.pk]} | more
    (found,) = drafts(kind=kind, channel=channel, **given)
    return found


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def test_a_letter_by_post_holds_words_address_and_tests_as_they_were(ground: Ground) -> None:
    test = due(ground.patient)
    letter = made(ground)
    ContactDetails.objects.filter(patient=ground.patient).update(address="elsewhere")
    letter.refresh_from_db()
    assert letter.recipient == "Ines Okafor\n12 Mill Lane\nNewtown"
    assert letter.subject == "Your next tests"
    assert "– Blood count: about 2 June 2025" in letter.body
    assert (letter.tests, letter.state, letter.language, letter.made_at) == ([test.pk], "prepared", "en", NOW)
    assert AuditEvent.objects.filter(verb="letter.prepare", patient=ground.patient, by=ground.nurse).exists()


@pytest.mark.parametrize(("channel", "to"), [("email", "ines@mail.example"), ("sms", "+44 7700 900123")])
def test_a_message_holds_nothing_of_the_patient(ground: Ground, channel: str, to: str) -> None:
    due(ground.patient, "marrow")
    letter = made(ground, channel)
    assert letter.recipient == to
    words = f"{letter.subject} {letter.body}".lower()
    assert not [word for word in ("ines", "okafor", "marrow", "blood", "north unit", "result") if word in words]
    assert "+44 20 7946 0000" in letter.body


def test_a_booked_test_is_named_with_day_time_and_place(ground: Ground) -> None:
    due(ground.patient, booked_for=TODAY + DAY, booked_time=time(9, 30), booked_at_place="Day clinic")
    assert "– Blood count: 3 June 2025, 09:30, Day clinic" in draft(ground).body


def test_a_booked_day_that_passed_is_no_appointment(ground: Ground) -> None:
    overdue(ground.patient, booked_for=TODAY - 20 * DAY)
    body = draft(ground, kind="missed").body
    assert "Please call us" in body
    assert "was due on 5 May 2025" in body


def test_only_the_ticked_tests_are_written_about(ground: Ground) -> None:
    ticked = due(ground.patient)
    due(ground.patient, "marrow")
    found = draft(ground, patients=[], tests=[ticked.pk])
    assert [test.pk for test in found.tests] == [ticked.pk]


def test_the_language_is_the_patients_then_the_sites_then_english() -> None:
    def language(patients: str, sites: str) -> str:
        ground = open_ground(settings={"language": sites}, language=patients)
        due(ground.patient)
        return draft(ground).language.code

    assert language("fr", "de") == "fr"
    assert language("", "de") == "de"
    assert language("tr", "es") == "es"
    assert language("tr", "pl") == "en"


def test_a_sites_own_words_are_used(ground: Ground) -> None:
    due(ground.patient)
    LetterTemplate.objects.create(
        site=ground.site,
        kind="due",
        channel="sms",
        language="en",
        body="Call {contact}",
        saved_by=ground.nurse,
        saved_at=NOW,
    )
    assert draft(ground, "sms").body == "Call +44 20 7946 0000"
    assert draft(ground, "email").body.startswith("Hello,")


@pytest.mark.parametrize("given", ["{contact}", "{tests} {unknown}", "*bold* #panic()"])
def test_a_name_that_looks_like_a_placeholder_or_markup_stays_a_name(ground: Ground, given: str) -> None:
    due(ground.patient)
    Patient.objects.filter(pk=ground.patient.pk).update(given_name=given)
    assert f"Dear {given} Okafor," in draft(ground).body


# What is refused, and why


@pytest.mark.parametrize(
    ("details", "channel", "reason"),
    [
        ({"allows_post": False}, "post", "not agreed"),
        ({"allows_email": False}, "email", "not agreed"),
        ({"allows_sms": False}, "sms", "not agreed"),
        ({"address": ""}, "post", "no address"),
    ],
)
def test_without_consent_or_address_nothing_is_made(details: dict[str, Any], channel: str, reason: str) -> None:
    ground = open_ground(**details)
    due(ground.patient)
    assert reason in draft(ground, channel).refused


@pytest.mark.parametrize(("settings", "channel"), [({"sends_email": False}, "email"), ({"sends_sms": False}, "sms")])
def test_a_site_that_does_not_send_this_way_sends_nothing(settings: dict[str, Any], channel: str) -> None:
    ground = open_ground(settings=settings)
    due(ground.patient)
    assert "does not send this way" in draft(ground, channel).refused
    assert draft(ground, "post").refused == ""


def test_without_a_way_of_sending_nothing_is_made(ground: Ground, settings: Any) -> None:
    due(ground.patient)
    settings.MESSAGE_BACKENDS = {"email": "smtp"}
    assert "VIGIL_MESSAGE_BACKENDS" in draft(ground, "sms").refused
    assert draft(ground, "email").refused == ""


def test_nobody_writes_to_the_dead(ground: Ground) -> None:
    due(ground.patient)
    Patient.objects.filter(pk=ground.patient.pk).update(deceased_on=TODAY)
    assert "died" in draft(ground).refused


def test_a_patient_without_contact_details_is_refused(ground: Ground) -> None:
    other = make_patient(site=ground.site)
    due(other)
    assert "No contact details" in draft(ground, patients=[other.pk]).refused


def test_a_site_without_a_way_to_be_reached_writes_nothing() -> None:
    ground = open_ground(settings={"contact_line": ""})
    due(ground.patient)
    assert "how to reach us" in draft(ground).refused


def test_due_and_missed_are_told_apart(ground: Ground) -> None:
    due(ground.patient)
    assert draft(ground).refused == ""
    assert "overdue" in draft(ground, kind="missed").refused
    other = open_ground()
    overdue(other.patient)
    assert "due or booked" in draft(other).refused
    assert draft(other, kind="missed").refused == ""


@pytest.mark.parametrize(("days", "refused"), [(1, True), (0, False), (-1, False)])
def test_a_test_that_rests_after_a_contact_is_left_alone_until_its_day(
    ground: Ground, days: int, refused: bool
) -> None:
    due(ground.patient, snoozed_until=TODAY + days * DAY)
    assert ("Already contacted" in draft(ground).refused) == refused


def test_tests_that_are_done_or_skipped_are_not_written_about(ground: Ground) -> None:
    due(ground.patient, skipped_because="declined", skipped_at=NOW, skipped_by=ground.nurse)
    due(ground.patient, collected_on=TODAY)
    assert draft(ground).refused


# Never more than the site's limit


@pytest.mark.parametrize(("days", "refused"), [(13, True), (14, False)])
def test_the_days_between_two_messages(ground: Ground, days: int, refused: bool) -> None:
    due(ground.patient)
    make_letter(ground.patient, kind="missed", state="sent", made_at=NOW - days * DAY)
    assert ("allows the next one from" in draft(ground).refused) == refused


@pytest.mark.parametrize(("days", "refused"), [(89, True), (90, False)])
def test_the_messages_within_some_days(ground: Ground, days: int, refused: bool) -> None:
    due(ground.patient)
    for back in (20, 40, days):
        make_letter(ground.patient, kind="missed", channel="email", state="sent", made_at=NOW - back * DAY)
    assert ("3 messages within 90 days" in draft(ground).refused) == refused


def test_two_messages_of_three_leave_room_for_one(ground: Ground) -> None:
    due(ground.patient)
    for back in (20, 40):
        make_letter(ground.patient, kind="missed", state="sent", made_at=NOW - back * DAY)
    assert draft(ground).refused == ""


@pytest.mark.parametrize(
    ("state", "counts"), [("prepared", True), ("waiting", True), ("failed", False), ("cancelled", False)]
)
def test_what_is_on_its_way_counts_and_what_never_went_does_not(ground: Ground, state: str, counts: bool) -> None:
    due(ground.patient)
    make_letter(ground.patient, kind="missed", state=state, made_at=NOW)
    assert bool(draft(ground).refused) == counts


def test_a_site_without_a_gap_still_makes_no_second_letter_about_the_same() -> None:
    ground = open_ground(settings={"message_gap_days": 0})
    due(ground.patient)
    made(ground)
    assert "waits already" in draft(ground).refused


def test_a_site_that_allows_none_sends_none() -> None:
    ground = open_ground(settings={"message_limit": 0})
    due(ground.patient)
    assert "0 messages" in draft(ground).refused


def test_days_are_counted_on_the_clock_of_the_site() -> None:
    ground = open_ground()
    ground.site.time_zone = "Pacific/Auckland"
    ground.site.save()
    due(ground.patient, due_on=TODAY + DAY)
    # 19 May 20:00 UTC is 20 May in Auckland: 14 days on is 3 June there, which begins on 2 June at 12:00 UTC
    make_letter(ground.patient, kind="missed", state="sent", made_at=datetime(2025, 5, 19, 20, tzinfo=UTC))
    assert "allows the next one" in draft(ground, now=datetime(2025, 6, 2, 11, 59, tzinfo=UTC)).refused
    assert draft(ground, now=datetime(2025, 6, 2, 12, tzinfo=UTC)).refused == ""


# All or none


def test_when_one_is_refused_none_is_made(ground: Ground) -> None:
    other = make_patient(site=ground.site, family_name="Lund")
    due(ground.patient)
    due(other)
    with pytest.raises(LettersRefused, match="Lund, Ines: No contact details"):
        made(ground, patients=[ground.patient.pk, other.pk])
    assert not Letter.objects.exists()


def test_the_same_request_twice_makes_one_letter(ground: Ground) -> None:
    due(ground.patient)
    made(ground)
    with pytest.raises(LettersRefused):
        made(ground)
    assert Letter.objects.count() == 1


def test_what_changed_since_it_was_seen_is_not_made(ground: Ground) -> None:
    test = due(ground.patient)
    seen = {ground.patient.pk: draft(ground).seen}
    test.booked_for = TODAY + DAY
    test.save()
    with pytest.raises(LettersRefused, match="changed since you saw it"):
        made(ground, seen=seen)
    assert made(ground, seen={ground.patient.pk: draft(ground).seen})


def test_who_was_unticked_gets_none(ground: Ground) -> None:
    other = make_patient(site=ground.site)
    make_contact_details(other)
    due(ground.patient)
    due(other)
    letter = made(ground, patients=[ground.patient.pk, other.pk], seen={ground.patient.pk: draft(ground).seen})
    assert letter.patient == ground.patient


def test_patients_of_others_are_left_out_and_roles_are_asked(ground: Ground) -> None:
    due(ground.patient)
    assert drafts(user=make_nurse(), now=NOW, kind="due", channel="post", patients=[ground.patient.pk]) == []
    from tests.factories import make_administrator

    with pytest.raises(AccessRefused):
        made(ground, by=make_administrator(ground.site))


# Stable


def test_a_stable_letter_names_results_next_date_and_the_call_after_three_weeks(ground: Ground) -> None:
    test = make_stable(ground.patient)
    letter = made(ground, kind="stable")
    assert letter.tests == [test.pk]
    assert "results of your tests of 13 May 2025" in letter.body
    assert "planned for about 11 August 2025" in letter.body
    assert "within 3 weeks" in letter.body


def test_only_a_physician_says_that_all_is_stable(ground: Ground) -> None:
    make_stable(ground.patient)
    with pytest.raises(AccessRefused, match="Only physicians"):
        made(ground, kind="stable", by=ground.nurse)


def test_with_an_open_signal_no_letter_says_stable(ground: Ground) -> None:
    make_stable(ground.patient)
    make_flag(ground.patient)
    with pytest.raises(LettersRefused, match="signal is open"):
        made(ground, kind="stable")


@pytest.mark.parametrize(("back", "told"), [(21, False), (20, True)])
def test_the_same_results_are_told_once(ground: Ground, back: int, told: bool) -> None:
    make_stable(ground.patient)  # results of 20 days ago
    make_letter(ground.patient, kind="stable", state="sent", made_at=NOW - back * DAY)
    assert ("told of these results already" in draft(ground, kind="stable").refused) == told


def test_drafts_of_many_ask_no_more_questions_than_of_one(ground: Ground, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        other = make_patient(site=ground.site)
        make_contact_details(other)
        due(other)
    numbers = list(Patient.objects.values_list("pk", flat=True))
    with django_assert_max_num_queries(8):
        assert len(drafts(user=ground.nurse, now=NOW, kind="due", channel="post", patients=numbers)) == 6
