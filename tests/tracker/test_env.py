"""The environment: what is missing or wrong is said with the way to mend it, and production never guesses."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tracker import env

READS = r"""(?:read\.\w+|switch|number|words|environ\.get|environ\.setdefault)\(\s*"([A-Z_]+)"|"(PROMETHEUS_MULTIPROC_DIR)" """.strip()
PRODUCTION = {
    "VIGIL_ENV": "production",
    "SECRET_KEY": "a-long-random-string-that-nobody-else-could-ever-know",
    "DATABASE_URL": "postgresql://vigil:secret@db.example.org/vigil",
    "ALLOWED_HOSTS": "vigil.example.org",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment with none of Vigil's variables but a home."""
    for name in ("VIGIL_ENV", "SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS", "VIGIL_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VIGIL_HOME", str(tmp_path / "home"))
    return monkeypatch


def load_settings(**variables: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process that knows these variables alone."""
    return subprocess.run(
        [sys.executable, "-c", "import tracker.settings as s; print(s.DEBUG, s.DATABASES['default']['HOST'])"],
        cwd=env.ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", ["SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"])
def test_production_refuses_to_begin_without(missing: str) -> None:
    done = load_settings(**{name: value for name, value in PRODUCTION.items() if name != missing})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {missing} is not set. In production" in done.stderr


@pytest.mark.parametrize("empty", ["SECRET_KEY", "DATABASE_URL", "ALLOWED_HOSTS"])
def test_an_empty_variable_is_a_missing_one(empty: str) -> None:
    done = load_settings(**{**PRODUCTION, empty: ""})
    assert f"{empty} is not set" in done.stderr


def test_production_begins_with_all_of_them() -> None:
    done = load_settings(**PRODUCTION)
    assert (done.stdout, done.returncode) == ("False db.example.org\n", 0), done.stderr


def test_production_refuses_error_pages_with_variables() -> None:
    assert "VIGIL_DEBUG is set in production" in load_settings(**PRODUCTION, VIGIL_DEBUG="1").stderr


def test_production_refuses_a_short_key() -> None:
    assert "shorter than 40" in load_settings(**{**PRODUCTION, "SECRET_KEY": "short"}).stderr


def test_an_unknown_environment_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VIGIL_ENV", "prod")
    with pytest.raises(ImproperlyConfigured, match="Set it to 'development' or 'production'"):
        env.is_production()


def test_development_makes_a_key_once_that_only_its_owner_can_read(environment: pytest.MonkeyPatch) -> None:
    key = env.secret_key()
    assert len(key) > 60
    assert env.secret_key() == key
    assert (env.home() / "secret_key").stat().st_mode & 0o077 == 0
    assert [path.name for path in env.home().iterdir()] == ["secret_key"]


def test_home_follows_the_checkout_not_the_working_folder(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.delenv("VIGIL_HOME")
    environment.chdir(tmp_path)
    assert env.home() == env.ROOT / "var"


@pytest.mark.parametrize(
    ("url", "host", "port", "name", "password"),
    [
        ("postgresql://vigil:se%40cret@db.example.org:5433/vigil", "db.example.org", "5433", "vigil", "se@cret"),
        ("postgres:///vigil", "", "", "vigil", ""),
        ("postgresql://vigil@/vigil?host=%2Fvar%2Frun%2Fpg&port=5432", "/var/run/pg", "5432", "vigil", ""),
    ],
)
def test_a_database_url_is_read_as_libpq_does(url: str, host: str, port: str, name: str, password: str) -> None:
    entry = env.database(url)
    assert (entry["HOST"], entry["PORT"], entry["NAME"], entry["PASSWORD"]) == (host, port, name, password)


def test_options_of_a_database_url_reach_the_driver() -> None:
    assert env.database("postgresql://h/vigil?sslmode=verify-full")["OPTIONS"] == {"sslmode": "verify-full"}


@pytest.mark.parametrize(
    "url", ["mysql://h/vigil", "vigil", "postgresql://h:notaport:x/vigil?bogus=1", "postgresql://h"]
)
def test_a_database_url_that_cannot_be_read_says_how_one_looks(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        env.database(url)


def test_the_password_of_an_unreadable_database_url_is_not_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        env.database("postgresql://vigil:hunter2@h/vigil?nonsense=1")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(("text", "answer"), [("1", True), ("yes", True), ("0", False), ("", False), ("off", False)])
def test_switches(environment: pytest.MonkeyPatch, text: str, answer: bool) -> None:
    environment.setenv("VIGIL_DEBUG", text)
    assert env.switch("VIGIL_DEBUG") is answer


def test_a_switch_that_is_neither_on_nor_off_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VIGIL_DEBUG", "maybe")
    with pytest.raises(ImproperlyConfigured, match="VIGIL_DEBUG is 'maybe'"):
        env.switch("VIGIL_DEBUG")


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "٣"])
def test_a_number_that_is_none_is_refused(environment: pytest.MonkeyPatch, text: str) -> None:
    environment.setenv("PORT", text)
    with pytest.raises(ImproperlyConfigured, match="PORT is"):
        env.number("PORT", 8000)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {"email": "console", "sms": "console", "webhook": "console"}),
        ("email=smtp", {"email": "smtp"}),
        ("webhook=webhook", {"webhook": "webhook"}),
        (" email = smtp , sms=our_unit.sms.Provider", {"email": "smtp", "sms": "our_unit.sms.Provider"}),
    ],
)
def test_ways_of_sending_messages(environment: pytest.MonkeyPatch, text: str, found: dict[str, str]) -> None:
    environment.setenv("VIGIL_MESSAGE_BACKENDS", text)
    assert env.message_backends() == found


@pytest.mark.parametrize("text", ["smtp", "email=", "post=smtp", "email=smtp,sms"])
def test_ways_of_sending_that_cannot_be_read_say_how_to_write_them(environment: pytest.MonkeyPatch, text: str) -> None:
    environment.setenv("VIGIL_MESSAGE_BACKENDS", text)
    with pytest.raises(ImproperlyConfigured, match="Write it as email=smtp"):
        env.message_backends()


def test_production_sends_nothing_unless_told_and_never_to_a_console(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("VIGIL_ENV", "production")
    environment.delenv("VIGIL_MESSAGE_BACKENDS", raising=False)
    assert env.message_backends() == {}
    environment.setenv("VIGIL_MESSAGE_BACKENDS", "email=console")
    with pytest.raises(ImproperlyConfigured, match="console in production"):
        env.message_backends()


@pytest.mark.parametrize(
    ("production", "text", "url"),
    [
        (False, "", "http://localhost:8000"),
        (False, "http://vigil.test/", "http://vigil.test"),
        (True, "https://vigil.example.org/haem/", "https://vigil.example.org/haem"),
        (True, "", "https://vigil.example.org"),
    ],
)
def test_where_links_in_messages_lead(environment: pytest.MonkeyPatch, production: bool, text: str, url: str) -> None:
    environment.delenv("PORT", raising=False)
    environment.setenv("VIGIL_ENV", "production" if production else "development")
    environment.setenv("ALLOWED_HOSTS", "vigil.example.org,other.example.org")
    environment.setenv("VIGIL_BASE_URL", text)
    assert env.base_url() == url


@pytest.mark.parametrize("text", ["vigil.example.org", "ftp://vigil.example.org", "https://", "https://a/?b"])
def test_an_address_that_is_none_says_how_to_write_it(environment: pytest.MonkeyPatch, text: str) -> None:
    environment.setenv("VIGIL_BASE_URL", text)
    with pytest.raises(ImproperlyConfigured, match="Write it as https://vigil"):
        env.base_url()


def test_where_any_host_is_allowed_messages_hold_no_link_and_production_links_are_https(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("VIGIL_ENV", "production")
    environment.setenv("ALLOWED_HOSTS", ".example.org")
    assert env.base_url() == ""
    environment.setenv("VIGIL_BASE_URL", "http://vigil.example.org")
    with pytest.raises(ImproperlyConfigured, match="https"):
        env.base_url()


def test_every_variable_is_described() -> None:
    described = set(re.findall(r"^\| `([A-Z_]+)`", (env.ROOT / "docs/reference/settings.md").read_text(), re.MULTILINE))
    read = set()
    for file in [*env.ROOT.glob("tracker/*.py"), *env.ROOT.glob("tracker/management/commands/*.py")]:
        read |= {name for found in re.findall(READS, file.read_text()) for name in found if name}
    assert read - {"DJANGO_SETTINGS_MODULE"} == described - {"CHROMIUM", "CI"}  # which only tests read
