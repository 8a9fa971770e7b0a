"""Typed reading of the environment, with errors that say how to mend them."""

from __future__ import annotations

import secrets
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent
read = environ.Env()


def is_production() -> bool:
    """Whether VIGIL_ENV is `production`; `development` is the default, anything else is an error."""
    name = read.str("VIGIL_ENV", default="development")
    if name not in {"development", "production"}:
        raise ImproperlyConfigured(f"VIGIL_ENV is {name!r}. Set it to 'development' or 'production'.")
    return name == "production"


def home() -> Path:
    """The folder for the embedded database, uploads and exports (VIGIL_HOME, default ./var)."""
    return Path(read.str("VIGIL_HOME", default=str(ROOT / "var"))).expanduser().resolve()


def secret_key() -> str:
    """SECRET_KEY from the environment; in development a random one kept in VIGIL_HOME, readable by its owner only."""
    key = read.str("SECRET_KEY", default="")
    if key:
        return key
    if is_production():
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. In production Vigil never makes one up: set SECRET_KEY to a long random string, "
            "for example the output of: python -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    path = home() / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()
