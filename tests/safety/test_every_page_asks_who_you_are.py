"""Default is no: every address asks for a login unless it is listed here, with the reason."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

pytestmark = pytest.mark.django_db

OPEN_TO_ALL = {
    "livez": "asked by the machine that keeps it alive; says nothing but yes",
    "readyz": "asked by the machine that sends requests; says what is not ready",
    "metrics": "answers this machine or a token only; numbers without patients",
    "account_login": "the way in",
    "account_logout": "the way out",
    "account_inactive": "told before the login is complete",
    "account_reauthenticate": "sends the stranger to the login",
    "mfa_authenticate": "the second step of the login",
    "mfa_reauthenticate": "sends the stranger to the login",
    "session": "tells a page that it was signed out",
    "icon": "a picture",
    "calendar_feed": "read by calendar programs, which cannot sign in: the address holds 256 random bits and can be revoked",
}
SAMPLE = {"int": "1", "str": "x", "slug": "x", "uuid": "00000000-0000-0000-0000-000000000000"}


def filled(pattern: str, converters: dict[str, object]) -> str:
    address = pattern.replace("^", "").replace("$", "").replace(r"(?P<pk>\d+)", "1")
    address = address.replace(r"(?P<pk>\d+_\d{4}-\d\d-\d\d)", "1_2026-01-01")
    address = address.replace(r"(?P<code>[-\w]+)", "x").replace(r"(?P<closure_id>\d+)", "1")
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
        address = address.replace(f"<{kind}:{name}>", SAMPLE.get(kind, "1"))
    return "/" + address


def every_address() -> list[tuple[str, str]]:
    found = []

    def walk(resolver: URLResolver, prefix: str, converters: dict[str, object]) -> None:
        for entry in resolver.url_patterns:
            own = converters | getattr(entry.pattern, "converters", {})
            text = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry, text, own)
            else:
                found.append((entry.name or "", filled(text, own)))

    walk(get_resolver(), "", {})
    return found


ADDRESSES = every_address()

ASKED_BY_SCRIPTS = {"/inbox/live/"}
"""A page that is open asks here by itself: it is told no, not where to sign in."""


@pytest.mark.parametrize("address", sorted({address for name, address in ADDRESSES if name not in OPEN_TO_ALL}))
def test_nothing_is_shown_to_a_stranger(address: str) -> None:
    assert "<" not in address, "teach SAMPLE this kind of address"
    answer = Client().get(address)
    if address.startswith("/api/"):
        assert answer.status_code == 401, address
    elif address in ASKED_BY_SCRIPTS:
        assert (answer.status_code, answer.content) == (401, b""), address
    else:
        assert answer.status_code == 302, address
        assert "/accounts/login/" in answer["Location"]


def test_the_exceptions_are_addresses_of_vigil() -> None:
    assert OPEN_TO_ALL.keys() <= {name for name, _address in ADDRESSES}
