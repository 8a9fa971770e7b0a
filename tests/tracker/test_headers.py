"""What every answer tells browsers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client

from tests.factories.people import make_user


def policy(client: Client, address: str = "/livez") -> dict[str, str]:
    header = client.get(address)["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


def test_scripts_come_from_files_of_ours_alone(client: Client) -> None:
    assert policy(client)["script-src"] == "'self'"
    assert policy(client)["default-src"] == "'none'"


def test_nothing_is_inline(client: Client) -> None:
    assert not [name for name, sources in policy(client).items() if "unsafe" in sources]


def test_nothing_comes_from_elsewhere(client: Client) -> None:
    sources = {source for value in policy(client).values() for source in value.split()}
    assert sources <= {"'self'", "'none'", "data:"}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_headers(client: Client, header: str, value: str) -> None:
    assert client.get("/livez")[header] == value


@pytest.mark.parametrize(("given", "kept"), [("abcdef-012345", True), ("<script>", False), ("short", False)])
def test_a_request_number_is_taken_over_only_when_it_is_plain(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/livez", headers={"X-Request-ID": given})["X-Request-ID"]
    assert (answer == given) is kept


def test_dates_name_the_month() -> None:
    page = Template("{{ day }} / {{ moment }}").render(
        Context({"day": date(2026, 11, 20), "moment": datetime(2026, 11, 20, 9, 5, tzinfo=UTC)})
    )
    assert page == "20 Nov 2026 / 20 Nov 2026 09:05"


@pytest.mark.django_db
def test_the_api_page_needs_a_login_and_no_foreign_or_inline_script(client: Client) -> None:
    assert client.get("/api/docs/").status_code in {302, 401, 403}
    client.force_login(make_user("administrator"))
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "http://" not in page.replace("http://testserver", "")
    assert "https://" not in page
    assert "<script>" not in page
    assert "<style" not in page


def test_uploads_and_exports_lie_in_the_home(tmp_path: Path) -> None:
    assert settings.VIGIL_HOME in settings.MEDIA_ROOT.parents
    assert settings.VIGIL_HOME in settings.EXPORT_ROOT.parents
