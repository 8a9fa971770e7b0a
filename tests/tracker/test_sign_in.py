"""Signing in, being locked out, and what is closed to whoever is not signed in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from patients.models import User
from tests.factories.people import make_user

PASSWORD = "an-uncommon-sentence"
OPEN = {  # what may be asked without signing in, and why
    "livez": "asked by machines",
    "readyz": "asked by machines",
    "metrics": "asked by machines, with a token or from this one",
    "account_login": "the way in",
    "account_logout": "answers with the way in",
    "account_inactive": "tells why the way in is closed",
    "mfa_authenticate": "the second step of the way in",
    "account_reset_password": "a forgotten password",
    "account_reset_password_done": "a forgotten password",
    "account_reset_password_from_key": "a forgotten password",
    "account_reset_password_from_key_done": "a forgotten password",
    "calendar_feed": "a calendar program asks by its private address",
    "icon": "browsers ask for it on every page, the sign-in page too",
    "session": "says that one is signed out",
    "inbox_live": "says nothing to who is signed out",
}


@pytest.fixture
def person(db: None) -> User:
    return make_user("nurse", username="nurse-one", password=PASSWORD)


def sign_in(client: Client, login: str, password: str) -> int:
    return client.post("/accounts/login/", {"login": login, "password": password}).status_code


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_wrong_passwords_lock_the_account_for_a_while_even_against_the_right_one(person: User, client: Client) -> None:
    for _ in range(4):
        assert sign_in(client, person.username, "wrong") == 200
    assert sign_in(client, person.username, "wrong") == 429
    assert sign_in(client, person.username, PASSWORD) == 429
    assert not signed_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert sign_in(client, person.username, PASSWORD) == 302
        assert signed_in(client)


def test_failures_of_one_account_count_together_whichever_name_was_typed(person: User, client: Client) -> None:
    person.email = "nurse.one@example.org"
    person.save()
    for login in ("nurse-one", "NURSE-ONE", " nurse-one", "nurse.one@example.org"):
        assert sign_in(client, login, "wrong") == 200
    assert sign_in(client, "Nurse.One@example.org", "wrong") == 429
    assert sign_in(client, "nurse-one", PASSWORD) == 429


def test_failures_of_one_account_do_not_lock_another(person: User, client: Client) -> None:
    make_user("nurse", username="nurse-two", password=PASSWORD)
    for _ in range(5):
        sign_in(client, person.username, "wrong")
    assert sign_in(client, "nurse-two", PASSWORD) == 302


def test_a_lockout_holds_for_one_address_only(person: User, client: Client) -> None:
    for _ in range(5):
        sign_in(client, person.username, "wrong")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sign_in(elsewhere, person.username, PASSWORD) == 302


@pytest.mark.parametrize("login", ["nurse-one", "nurse.one@example.org"])
def test_by_username_or_address(person: User, client: Client, login: str) -> None:
    person.email = "nurse.one@example.org"
    person.save()
    assert sign_in(client, login, PASSWORD) == 302
    assert signed_in(client)


def test_a_closed_account_stays_out(person: User, client: Client) -> None:
    person.is_active = False
    person.save()
    sign_in(client, person.username, PASSWORD)
    assert not signed_in(client)


def test_a_service_account_does_not_sign_in_even_with_its_password(db: None, client: Client) -> None:
    make_user("service", username="laboratory", password=PASSWORD)
    sign_in(client, "laboratory", PASSWORD)
    assert not signed_in(client)


def test_nobody_opens_an_account_for_themselves(db: None, client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"username": "me", "password1": PASSWORD}).status_code == 404


def test_the_session_ends_a_quarter_of_an_hour_after_the_last_request(person: User, client: Client) -> None:
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        sign_in(client, person.username, PASSWORD)
        for minutes in (14, 28):
            clock.move_to(start + timedelta(minutes=minutes))
            assert client.get("/session/").status_code == 200
        clock.move_to(start + timedelta(minutes=44))
        assert client.get("/session/").status_code == 401


def test_the_session_ends_with_the_browser(person: User, client: Client) -> None:
    sign_in(client, person.username, PASSWORD)
    assert client.cookies["vigil-session"]["max-age"] == ""


def test_passwords_are_kept_as_argon2(settings: object) -> None:
    from tracker import settings as ours

    assert ours.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@pytest.mark.parametrize("password", ["elevenchars", "123456789012345", "1qaz2wsx3edc", "nurse-one-123"])
def test_weak_passwords_are_refused(person: User, password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        validate_password(password, person)


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def test_every_view_asks_for_a_login_unless_it_is_listed_here() -> None:
    found = {
        entry.name or address
        for address, entry in patterns(get_resolver())
        if not getattr(entry.callback, "login_required", True)
    }
    # Views of the API ask by their own permissions, which the next test holds them to.
    assert {name for name in found if name not in OPEN} <= api_views()


def test_every_view_of_the_api_has_a_permission() -> None:
    from rest_framework.permissions import AllowAny

    for address, entry in patterns(get_resolver()):
        view = getattr(entry.callback, "cls", None)
        if view is not None and hasattr(view, "permission_classes"):
            assert view.permission_classes, address
            assert AllowAny not in view.permission_classes, address


def api_views() -> set[str]:
    return {
        entry.name or address
        for address, entry in patterns(get_resolver())
        if hasattr(getattr(entry.callback, "cls", None), "permission_classes")
    }
