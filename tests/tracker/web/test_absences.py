"""The calendar of absences, whole lists handed over, and how a site answers signals."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from labs.models import Flag, ReviewSettings
from patients.models import Absence, AuditEvent, Site, User
from tests.factories import (
    make_absence,
    make_administrator,
    make_care_team,
    make_flag,
    make_nurse,
    make_patient,
    make_physician,
    make_site,
    make_user,
)

pytestmark = pytest.mark.django_db
PAGES = ["absences", "record_absence", "review_settings"]


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North", time_zone="UTC")


@pytest.fixture
def doctor(site: Site) -> User:
    return make_physician(site, first_name="Willow", last_name="Larch")


@pytest.fixture
def cover(site: Site) -> User:
    return make_physician(site, first_name="Rowan", last_name="Elm")


@pytest.fixture
def flag(site: Site, doctor: User, cover: User) -> Flag:
    patient = make_patient(site=site)
    make_care_team(patient, physician=doctor, cover=cover)
    return make_flag(patient, owner=doctor)


@pytest.fixture
def as_doctor(client: Client, doctor: User) -> Client:
    client.force_login(doctor)
    return client


def text(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def filled(user: User, deputy: User | None = None, **changes: str) -> dict[str, str]:
    today = timezone.now().date()
    given = {"user": str(user.pk), "starts_on": today.isoformat(), "until_on": today.isoformat()}
    return given | ({"deputy": str(deputy.pk)} if deputy else {}) | changes


# Who may, and how


@pytest.mark.parametrize("role", ["nurse", "auditor"])
@pytest.mark.parametrize("page", PAGES)
def test_only_physicians_and_administrators_keep_the_calendar_and_the_times(client, site, role, page) -> None:
    client.force_login(make_user(role, sites=[site]))
    assert client.get(reverse(page)).status_code == 403


def test_only_the_auditor_hands_nothing_over(client, site) -> None:
    client.force_login(make_user("auditor", sites=[site]))
    assert client.get(reverse("hand_over")).status_code == 403


@pytest.mark.parametrize("page", ["absences", "review_settings"])
def test_reading_pages_keep_to_their_method(as_doctor, page) -> None:
    assert as_doctor.post(reverse(page)).status_code == 405


@pytest.mark.parametrize(("role", "shown"), [("physician", 11), ("administrator", 11), ("nurse", 7), ("auditor", 7)])
def test_the_menu_has_what_a_role_may_do(client, site, role, shown) -> None:
    client.force_login(make_user(role, sites=[site]))
    assert len(client.get(reverse("rules")).context["menu"]) == shown


# Absences


def test_recording_ones_own_absence_moves_the_signal_to_the_deputy(as_doctor, doctor, flag, site) -> None:
    deputy = make_physician(site)
    answer = as_doctor.post(reverse("record_absence"), filled(doctor, deputy))
    assert answer.headers["Location"] == reverse("absences")
    flag.refresh_from_db()
    assert (flag.owner, flag.owner_as) == (deputy, "deputy")
    assert AuditEvent.objects.filter(verb="absence.record", by=doctor).exists()


def test_without_a_deputy_the_cover_has_it_at_once_and_taking_back_returns_it(as_doctor, doctor, cover, flag) -> None:
    as_doctor.post(reverse("record_absence"), filled(doctor))
    flag.refresh_from_db()
    assert flag.owner == cover
    take_back = reverse("withdraw_absence", args=[Absence.objects.get().pk])
    assert as_doctor.post(take_back, {"reason": ""}).status_code == 422
    as_doctor.post(take_back, {"reason": "came after all"})
    flag.refresh_from_db()
    assert flag.owner == doctor
    assert "came after all" in text(as_doctor, "absences")
    assert as_doctor.post(take_back, {"reason": "again"}).status_code == 422


def test_a_colleague_is_recorded_and_somebody_of_another_site_is_no_choice(as_doctor, doctor, cover) -> None:
    assert as_doctor.post(reverse("record_absence"), filled(cover, doctor)).status_code == 302
    stranger = make_physician(make_site())
    assert as_doctor.post(reverse("record_absence"), filled(stranger)).status_code == 422
    assert as_doctor.post(reverse("record_absence"), filled(doctor, stranger)).status_code == 422
    assert Absence.objects.get().user == cover


def test_what_is_refused_stays_in_the_form(as_doctor, doctor) -> None:
    answer = as_doctor.post(reverse("record_absence"), filled(doctor, until_on="2020-01-01", note="course"))
    assert answer.status_code == 422
    assert "The absence ends before it begins." in answer.content.decode()
    assert 'value="course"' in answer.content.decode()


def test_the_calendar_shows_colleagues_of_ones_sites_only(as_doctor, cover) -> None:
    make_absence(cover)
    make_absence(make_physician(make_site(), last_name="Stranger"))
    page = text(as_doctor, "absences")
    assert "Rowan Elm" in page
    assert "Stranger" not in page


def test_an_absence_of_another_site_is_not_found(as_doctor) -> None:
    stranger = make_absence(make_physician(make_site()))
    assert as_doctor.get(reverse("withdraw_absence", args=[stranger.pk])).status_code == 404
    assert as_doctor.get(reverse("withdraw_absence", args=[stranger.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("asked", "first"),
    [("2026-12", date(2026, 12, 1)), ("2026-13", None), ("x", None), ("", None), ("0001-01", None), ("9999-12", None)],
)
def test_a_month_that_cannot_be_read_is_the_present_one(as_doctor, asked, first) -> None:
    shown = as_doctor.get(reverse("absences"), {"month": asked}).context["first"]
    assert shown == (first or timezone.now().date().replace(day=1))


def test_who_deputises_is_told_in_the_inbox_also_for_the_deputy_away(as_doctor, doctor, cover, site) -> None:
    third = make_physician(site, first_name="Alder", last_name="Birch")
    make_absence(third, cover)
    assert "You answer for" not in text(as_doctor, "inbox")
    make_absence(cover, doctor)
    page = text(as_doctor, "inbox")
    assert "You answer for Rowan Elm until" in page
    assert "You answer for Alder Birch until" in page


def test_the_card_and_the_signals_page_say_whose_it_is_and_why(as_doctor, doctor, cover, flag) -> None:
    assert "yours: responsible physician" in text(as_doctor, "inbox")
    as_doctor.post(reverse("record_absence"), filled(doctor))
    assert "with Rowan Elm: cover" in text(as_doctor, "flag", flag.pk)
    assert "Rowan Elm: cover" in text(as_doctor, "inbox", scope="site")
    assert "Nothing waits for you" in text(as_doctor, "inbox")


# Handing a list over


def test_what_it_concerns_is_shown_before_anything_happens(as_doctor, doctor, cover, flag) -> None:
    page = text(as_doctor, "hand_over", leaving=str(doctor.pk), to=str(cover.pk))
    assert "<strong>1 patient</strong>" in page
    assert "<strong>1 signal</strong>" in page
    flag.patient.care_team.refresh_from_db()
    assert flag.patient.care_team.physician == doctor


def test_confirming_hands_over_and_a_list_that_changed_is_shown_again(as_doctor, doctor, cover, flag) -> None:
    given = {"leaving": doctor.pk, "to": cover.pk, "patients": 7}
    assert as_doctor.post(reverse("hand_over"), given).status_code == 200
    assert Flag.objects.get().owner == doctor
    assert as_doctor.post(reverse("hand_over"), given | {"patients": 1}).status_code == 302
    assert Flag.objects.get().owner == cover
    assert AuditEvent.objects.filter(verb="care_team.assign", by=doctor).exists()


def test_closed_accounts_that_hold_posts_come_first_and_can_be_handed_over(as_doctor, doctor, site) -> None:
    gone = make_user("nurse", sites=[], first_name="Hazel", last_name="Gone", is_active=False)
    make_care_team(make_patient(site=site), nurse=gone)
    make_care_team(make_patient(site=make_site()), nurse=gone)
    page = text(as_doctor, "hand_over")
    assert "Closed accounts that still hold posts" in page
    assert "Hazel Gone" in page
    given = {"leaving": gone.pk, "to": make_nurse(site).pk, "patients": 1}
    assert as_doctor.post(reverse("hand_over"), given).status_code == 302
    assert "Hazel Gone" not in text(as_doctor, "hand_over")


def test_posts_of_a_physician_go_to_a_physician_and_to_somebody_else(as_doctor, doctor, site) -> None:
    nurse = make_nurse(site)
    for to in (nurse, doctor):
        given = {"leaving": doctor.pk, "to": to.pk, "patients": 0}
        assert as_doctor.post(reverse("hand_over"), given).status_code == 422


def test_a_nurse_hands_over_the_own_list_only(client, site, doctor) -> None:
    nurse, other = make_nurse(site), make_nurse(site)
    patient = make_patient(site=site)
    make_care_team(patient, nurse=nurse)
    client.force_login(nurse)
    own = {"leaving": nurse.pk, "to": other.pk, "patients": 1}
    assert client.post(reverse("hand_over"), own | {"leaving": doctor.pk}).status_code == 422
    assert client.post(reverse("hand_over"), own).status_code == 302
    patient.care_team.refresh_from_db()
    assert patient.care_team.nurse == other


# How a site answers


def test_the_defaults_are_called_this_projects_own(as_doctor) -> None:
    page = text(as_doctor, "review_settings")
    assert page.count(">default<") == 2
    assert "The defaults, 4 hours and 7 days, are this project's own." in page


def test_the_times_and_the_duty_are_saved_and_audited(client, site, doctor, flag) -> None:
    admin = make_administrator(site)
    client.force_login(admin)
    given = {"urgent_hours": 2, "review_days": 5, "duty_physician": doctor.pk}
    assert client.post(reverse("change_review", args=["north"]), given).status_code == 302
    settings = ReviewSettings.objects.get()
    assert (settings.site, settings.urgent_hours, settings.duty_physician) == (site, 2, doctor)
    assert AuditEvent.objects.get(verb="review.set_up").by == admin


@pytest.mark.parametrize("hours", ["0", "73", "-1", "", "two"])
def test_a_time_out_of_bounds_is_refused(as_doctor, site, hours) -> None:
    given = {"urgent_hours": hours, "review_days": "7"}
    assert as_doctor.post(reverse("change_review", args=[site.code]), given).status_code == 422
    assert not ReviewSettings.objects.exists()


@pytest.mark.parametrize("hours", [1, 72])
def test_the_bounds_themselves_are_taken(as_doctor, site, hours) -> None:
    given = {"urgent_hours": hours, "review_days": "90"}
    assert as_doctor.post(reverse("change_review", args=[site.code]), given).status_code == 302


def test_somebody_who_could_not_answer_is_not_on_duty(as_doctor, site) -> None:
    for person in (
        make_nurse(site),
        make_physician(make_site()),
        make_user("physician", sites=[site], is_active=False),
    ):
        given = {"urgent_hours": 4, "review_days": 7, "duty_physician": person.pk}
        assert as_doctor.post(reverse("change_review", args=[site.code]), given).status_code == 422


def test_a_site_of_others_is_not_found(as_doctor) -> None:
    assert as_doctor.get(reverse("change_review", args=[make_site(code="south").code])).status_code == 404
    assert as_doctor.get(reverse("change_review", args=["nowhere"])).status_code == 404
