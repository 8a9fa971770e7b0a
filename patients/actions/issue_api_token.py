"""Giving a service account a key to the API, and taking it back."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from patients.access import is_system
from patients.actions.audit import record
from patients.models import ApiToken, Role, User
from patients.problems import problem

PREFIX = "vigil_"


@transaction.atomic
def issue_api_token(*, user: User, label: str, expires_on: date, by: User, now: datetime) -> str:
    """A new key for a service account. It is returned here and never again."""
    if user.role != Role.SERVICE or not user.is_active or is_system(user):
        raise problem(
            "user", _("%(name)s is not an active service account.") % {"name": user}, _("Keys are for programs only.")
        )
    if expires_on <= now.date():
        raise problem("expires_on", _("This day is over."), _("Give a day to come."))
    key = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(user=user, label=label, digest=digest_of(key), issued_at=now, expires_on=expires_on)
    record(by=by, verb="api_token.issue", target=token, detail={"user": user.username, "label": label})
    return key


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: User, now: datetime) -> ApiToken:
    """The key, no longer valid from this moment on."""
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    record(by=by, verb="api_token.revoke", target=token, detail={"user": token.user.username, "label": token.label})
    return token


def digest_of(key: str) -> str:
    """What of a key is kept. Keys are 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()
