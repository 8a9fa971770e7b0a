"""Typed reading of the environment, with errors that say how to mend them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import environ
import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

ROOT = Path(__file__).resolve().parent.parent
CHANNELS: Final = ("email", "sms", "webhook")
read = environ.Env()


def is_production() -> bool:
    """Whether VIGIL_ENV is `production`; `development` is the default, anything else is an error."""
    name = read.str("VIGIL_ENV", default="development")
    if name not in {"development", "production"}:
        raise ImproperlyConfigured(f"VIGIL_ENV is {name!r}. Set it to 'development' or 'production'.")
    return name == "production"


def is_debug() -> bool:
    """Whether error pages show source and variables (VIGIL_DEBUG=1). They show patients too: never in production."""
    debug = switch("VIGIL_DEBUG")
    if debug and is_production():
        raise ImproperlyConfigured("VIGIL_DEBUG is set in production, where error pages would show patients. Unset it.")
    return debug


def switch(name: str) -> bool:
    """A variable that is on (1, true, yes, on) or off (0, false, no, off, empty or not set)."""
    text = read.str(name, default="").strip().lower()
    if text not in {"", "0", "false", "no", "off", "1", "true", "yes", "on"}:
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to 1 or 0.")
    return text in {"1", "true", "yes", "on"}


def number(name: str, default: int) -> int:
    """A whole number of 0 or more."""
    text = read.str(name, default=str(default)).strip()
    if not (text.isascii() and text.isdigit()):
        raise ImproperlyConfigured(f"{name} is {text!r}. Set it to a whole number, such as {default}.")
    return int(text)


def words(name: str) -> list[str]:
    """A comma-separated list; empty when not set."""
    return [word.strip() for word in read.str(name, default="").split(",") if word.strip()]


def home() -> Path:
    """The folder for the embedded database, uploads and exports (VIGIL_HOME, default ./var)."""
    return Path(read.str("VIGIL_HOME", default="") or ROOT / "var").expanduser().resolve()


def message_backends() -> dict[str, str]:
    """VIGIL_MESSAGE_BACKENDS: how messages are sent, as `email=smtp,sms=our_unit.sms.Provider,webhook=webhook`.

    In development messages are shown on the console; in production nothing is sent unless it is set.
    """
    given = words("VIGIL_MESSAGE_BACKENDS")
    if not given:
        return {} if is_production() else dict.fromkeys(CHANNELS, "console")
    found = {}
    for pair in given:
        channel, _equals, name = (part.strip() for part in pair.partition("="))
        if channel not in CHANNELS or not name:
            raise ImproperlyConfigured(
                f"VIGIL_MESSAGE_BACKENDS holds {pair!r}. Write it as "
                "email=smtp,sms=our_unit.sms.Provider,webhook=webhook"
            )
        if name == "console" and is_production():
            raise ImproperlyConfigured(
                "VIGIL_MESSAGE_BACKENDS names console in production, which sends nothing and prints addresses. "
                "Use smtp, webhook or a class of your own."
            )
        found[channel] = name
    return found


def base_url() -> str:
    """VIGIL_BASE_URL: where people reach Vigil, for the links in messages; without it, the first of ALLOWED_HOSTS.

    Empty where neither says it: messages hold no link then.
    """
    given = read.str("VIGIL_BASE_URL", default="").strip().rstrip("/")
    if given:
        parts = urlsplit(given)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"VIGIL_BASE_URL is {given!r}. Write it as https://vigil.example.org")
        if parts.scheme != "https" and is_production():
            raise ImproperlyConfigured("VIGIL_BASE_URL does not begin with https://, which production must.")
        return given
    if not is_production():
        return f"http://localhost:{read.str('PORT', default='8000')}"
    first = allowed_hosts()[0]
    return "" if first.startswith((".", "*")) else f"https://{first}"


def allowed_hosts() -> list[str]:
    """ALLOWED_HOSTS, which production must name; in development this machine's own names."""
    hosts = words("ALLOWED_HOSTS")
    if not hosts and is_production():
        raise ImproperlyConfigured(
            "ALLOWED_HOSTS is not set. In production name the hosts Vigil is reached by, for example: "
            "ALLOWED_HOSTS=vigil.example.org"
        )
    return hosts or ["localhost", "127.0.0.1", "[::1]"]


def database_url() -> str:
    """DATABASE_URL; empty when it is not set, which only development allows (the embedded server is used then)."""
    url = read.str("DATABASE_URL", default="").strip()
    if not url and is_production():
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. In production Vigil never starts a database of its own: set DATABASE_URL to a "
            "PostgreSQL 15 or later, for example: DATABASE_URL=postgresql://vigil:password@db.example.org:5432/vigil"
        )
    return url


def database(url: str) -> dict[str, Any]:
    """Django's entry for a database named by a libpq URL: host names, sockets and every option of libpq."""
    try:
        if not url.startswith(("postgresql://", "postgres://")):
            raise psycopg.ProgrammingError("it does not begin with postgresql://")
        parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        # The URL holds a password, and libpq's message may repeat it.
        reason = str(error) if "does not begin" in str(error) else "it is not a valid PostgreSQL URL"
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read: {reason}. It looks like: postgresql://user:password@host:5432/name "
            "(special characters in the password are written as %40 and the like)"
        ) from None
    if "dbname" not in parts:
        raise ImproperlyConfigured("DATABASE_URL names no database. End it with the name, such as /vigil")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
    }


def secret_key() -> str:
    """SECRET_KEY from the environment; in development a random one kept in VIGIL_HOME, readable by its owner only."""
    key = read.str("SECRET_KEY", default="")
    if key and is_production() and len(key) < 40:
        raise ImproperlyConfigured("SECRET_KEY is shorter than 40 characters. Set it to a long random string.")
    if key:
        return key
    if is_production():
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. In production Vigil never makes one up: set SECRET_KEY to a long random string, "
            "for example the output of: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    return _kept_secret(home() / "secret_key")


def _kept_secret(path: Path) -> str:
    """The secret in that file, made when there is none. Several processes may come here first at the same time."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()
