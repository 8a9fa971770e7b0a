"""The account that acts when no person does: rules, jobs and command-line imports."""

from __future__ import annotations

from patients.access import SYSTEM_USERNAME
from patients.models import Role, User


def system_account() -> User:
    """The service account of Vigil itself, made on first use; nobody can sign in with it."""
    account, created = User.objects.get_or_create(
        username=SYSTEM_USERNAME, defaults={"role": Role.SERVICE, "first_name": "Vigil", "last_name": "", "email": ""}
    )
    if created:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account
