"""Opening sites and accounts, and giving keys, from the command line."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from patients.models import ApiToken, AuditEvent, Role, Site, User
from tests.factories import make_patient, make_service_account, make_site, make_user

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery"


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def fails(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as stop:
        call_command(*words)
    assert stop.value.code == 2
    return capsys.readouterr().err


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    def type_in(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text + "\n"))

    return type_in


def test_a_site_is_opened() -> None:
    run("open_site", "north", "--name", "North", "--time-zone", "Europe/Paris")
    assert Site.objects.get().code == "north"
    assert AuditEvent.objects.get().verb == "site.open"


@pytest.mark.parametrize(("code", "zone"), [("north", "Europe/Nowhere"), ("no th", "Europe/Paris"), ("taken", "UTC")])
def test_a_bad_site_is_refused(capsys: pytest.CaptureFixture[str], code: str, zone: str) -> None:
    make_site(code="taken")
    assert fails(capsys, "open_site", code, "--name", "North", "--time-zone", zone)
    assert Site.objects.count() == 1


def test_an_account_signs_in_with_its_password(typed: Any) -> None:
    make_site(code="north")
    typed(GOOD)
    run("open_account", "lund", "--role", "nurse", "--site", "north")
    user = User.objects.get(username="lund")
    assert (user.role, user.check_password(GOOD), user.sites.get().code) == (Role.NURSE, True, "north")


@pytest.mark.parametrize("password", ["short", "passwordpassword"[:8], "123456789012"])
def test_a_weak_password_is_refused(capsys: pytest.CaptureFixture[str], typed: Any, password: str) -> None:
    make_site(code="north")
    typed(password)
    assert fails(capsys, "open_account", "lund", "--role", "nurse", "--site", "north")
    assert not User.objects.filter(username="lund").exists()


def test_an_unknown_site_and_a_taken_name_are_refused(capsys: pytest.CaptureFixture[str], typed: Any) -> None:
    typed(GOOD)
    assert "south" in fails(capsys, "open_account", "lund", "--role", "nurse", "--site", "south")
    make_site(code="north")
    make_user(username="lund")
    typed(GOOD)
    assert "username" in fails(capsys, "open_account", "lund", "--role", "nurse", "--site", "north")


def test_a_key_is_printed_once_and_opens_the_api() -> None:
    patient = make_patient(site=make_site(code="north"))
    key = run("issue_api_token", "laboratory", "--site", "north").split()[-1]
    assert key.startswith("vigil_")
    answer = Client().get("/api/v1/patients/", headers={"Authorization": f"Bearer {key}"})
    assert [row["id"] for row in answer.json()["results"]] == [patient.pk]


def test_revoking_ends_all_keys_of_an_account() -> None:
    account = make_service_account(username="laboratory")
    for _ in range(2):
        run("issue_api_token", account.username)
    assert "2 keys" in run("issue_api_token", account.username, "--revoke")
    assert not ApiToken.objects.filter(revoked_at=None).exists()


@pytest.mark.parametrize(
    "words", [("nurse",), ("laboratory", "--site", "nowhere"), ("laboratory", "--days", "0"), ("nobody", "--revoke")]
)
def test_no_key_for_people_unknown_sites_or_no_time(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    make_user(Role.NURSE, username="nurse")
    assert fails(capsys, "issue_api_token", *words)
    assert not ApiToken.objects.exists()
