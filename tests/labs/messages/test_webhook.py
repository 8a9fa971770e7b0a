"""The webhook: what arrives at a server of the site's, and what is refused before a word is sent."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from labs.messages.backend import Message, NotDelivered, backend_for
from labs.messages.webhook import why_not
from tests.servers import Hook, running

SECRET = "a-secret-that-both-sides-know"


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running(Hook()) as server:
        yield server


@pytest.fixture(autouse=True)
def set_up(settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"webhook": "webhook"}
    settings.WEBHOOK_SECRET = SECRET


def deliver(url: str, body: str = '{"kind": "urgent"}') -> None:
    backend_for("webhook").deliver(Message(7, "webhook", url, "", body, about="notification"))


def refused(url: str) -> NotDelivered:
    with pytest.raises(NotDelivered) as error:
        deliver(url)
    return error.value


def test_it_is_posted_as_json_signed_and_with_its_key(hook: Hook) -> None:
    deliver(hook.url, '{"text": "Ünïcode"}')
    ((path, headers, body),) = hook.got
    assert path == "/vigil?team=1"
    assert body == '{"text": "Ünïcode"}'.encode()
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "notification-7"
    expected = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Vigil-Signature"] == f"sha256={expected}"


def test_without_a_secret_nothing_is_signed_and_production_sends_nothing(hook: Hook, settings: Any) -> None:
    settings.WEBHOOK_SECRET = ""
    deliver(hook.url)
    assert "X-Vigil-Signature" not in hook.got[0][1]
    settings.PRODUCTION = True
    error = refused("https://hooks.example.org/")
    assert error.final
    assert "VIGIL_WEBHOOK_SECRET" in error.reason


@pytest.mark.parametrize(
    ("status", "final"),
    [(300, True), (302, True), (400, True), (404, True), (408, False), (429, False), (500, False), (503, False)],
)
def test_an_answer_that_is_no_success_is_a_failure_for_good_or_for_now(hook: Hook, status: int, final: bool) -> None:
    hook.status = status
    error = refused(hook.url)
    assert (error.final, str(status) in error.reason) == (final, True)


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_success_is_a_success(hook: Hook, status: int) -> None:
    hook.status = status
    deliver(hook.url)


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.status, hook.location = 307, f"http://127.0.0.1:{hook.server_port}/elsewhere"
    assert refused(hook.url).final
    assert len(hook.got) == 1


def test_a_server_that_is_not_there_is_asked_again(hook: Hook) -> None:
    hook.server_close()
    assert not refused(hook.url).final


def test_an_address_inside_is_refused_before_a_word_is_sent_unless_it_is_allowed(hook: Hook, settings: Any) -> None:
    settings.WEBHOOK_PRIVATE = False
    error = refused(hook.url)
    assert error.final
    assert "VIGIL_WEBHOOK_PRIVATE" in error.reason
    assert refused(hook.url.replace("127.0.0.1", "localhost")).final
    assert hook.got == []
    settings.WEBHOOK_PRIVATE = True
    deliver(hook.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example.org",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "https://",
        "https://[::1",
        "https://a:b@c/",
        "https://x:99999/",
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused_with_the_reason(url: str) -> None:
    assert why_not(url)


def test_production_speaks_https_only(settings: Any) -> None:
    assert why_not("http://hooks.example.org/") == ""
    settings.PRODUCTION = True
    assert "https://" in why_not("http://hooks.example.org/")
    assert why_not("https://hooks.example.org/") == ""
