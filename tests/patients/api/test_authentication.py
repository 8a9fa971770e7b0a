from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from patients.actions.issue_api_token import issue_api_token, revoke_api_token
from patients.actions.system_account import system_account
from patients.models import ApiToken, Role, User
from tests.factories import make_administrator, make_patient, make_service_account, make_user

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def key_for(user: User, **changes: Any) -> str:
    now = timezone.now()
    given: dict[str, Any] = {
        "label": "laboratory",
        "expires_on": now.date() + timedelta(days=30),
        "by": make_administrator(),
        "now": now,
    }
    return issue_api_token(user=user, **given | changes)


def status(key: str, scheme: str = "Bearer") -> int:
    return Client().get("/api/v1/patients/", headers={"Authorization": f"{scheme} {key}"}).status_code


def test_a_key_opens_what_its_account_may_see() -> None:
    patient = make_patient()
    make_patient()
    key = key_for(make_service_account(patient.site))
    rows = Client().get("/api/v1/patients/", headers={"Authorization": f"Bearer {key}"}).json()["results"]
    assert [row["id"] for row in rows] == [patient.pk]


def test_only_the_hash_is_kept() -> None:
    key = key_for(make_service_account())
    token = ApiToken.objects.get()
    assert key not in str(vars(token))
    assert len(token.digest) == 64


@pytest.mark.parametrize("key", ["", "vigil_wrong", "é"])
def test_a_wrong_key_is_refused(key: str) -> None:
    assert status(key) == 401


def test_another_scheme_is_no_key() -> None:
    assert status(key_for(make_service_account()), scheme="Token") == 401


def test_a_revoked_key_is_refused() -> None:
    key = key_for(make_service_account())
    assert status(key) == 200
    revoke_api_token(token=ApiToken.objects.get(), by=make_administrator(), now=NOW)
    assert status(key) == 401


def test_an_expired_key_is_refused() -> None:
    key = key_for(make_service_account(), now=NOW, expires_on=date(2025, 6, 2))
    assert status(key) == 401


def test_the_key_of_an_account_that_left_is_refused() -> None:
    account = make_service_account()
    key = key_for(account)
    User.objects.filter(pk=account.pk).update(is_active=False)
    assert status(key) == 401


@pytest.mark.parametrize("role", [role for role in Role if role != Role.SERVICE])
def test_people_get_no_keys(role: Role) -> None:
    with pytest.raises(ValidationError):
        key_for(make_user(role))


def test_vigils_own_account_gets_no_key() -> None:
    with pytest.raises(ValidationError):
        key_for(system_account())


def test_a_key_that_would_be_over_is_not_issued() -> None:
    with pytest.raises(ValidationError):
        key_for(make_service_account(), now=NOW, expires_on=date(2025, 6, 1))
