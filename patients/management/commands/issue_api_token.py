"""`manage.py issue_api_token`: a key by which a program calls the API."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from patients.actions.issue_api_token import issue_api_token, revoke_api_token
from patients.actions.open_site import open_account
from patients.actions.system_account import system_account
from patients.models import ApiToken, Role, Site, User
from patients.problems import problems_of

LONGEST = 730


class Command(BaseCommand):
    help = "Give a service account a key to the API, and print the key once; or end its keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read whose key, for which sites and how long."""
        parser.add_argument(
            "username", metavar="ACCOUNT", help="the service account; it is made when it does not exist"
        )
        parser.add_argument(
            "--site", action="append", default=[], metavar="CODE", help="a site it works for; repeatable"
        )
        parser.add_argument("--label", default="", help="which program uses the key")
        parser.add_argument("--days", type=int, default=365, help=f"how long it is valid (at most {LONGEST})")
        parser.add_argument("--revoke", action="store_true", help="end all keys of the account at once")

    def handle(self, *args: Any, username: str, revoke: bool, **options: Any) -> None:
        """Issue or revoke; exit 2 with the reason when neither is possible."""
        try:
            if revoke:
                self._revoke(username)
            else:
                self._issue(username, options["site"], options["label"], options["days"])
        except ValidationError as error:
            for problem in problems_of(error):
                self.stderr.write(f"{problem.what} {problem.mend}")
            sys.exit(2)
        except (Site.DoesNotExist, User.DoesNotExist) as error:
            self.stderr.write(str(error))
            sys.exit(2)

    @transaction.atomic
    def _issue(self, username: str, sites: list[str], label: str, days: int) -> None:
        if not 1 <= days <= LONGEST:
            raise ValidationError({"days": f"A key is valid for 1 to {LONGEST} days."})
        now = timezone.now()
        account = _account(username, sites)
        last_day = (now + timedelta(days=days)).date()
        key = issue_api_token(user=account, label=label or username, expires_on=last_day, by=system_account(), now=now)
        self.stdout.write(f"Key of {username}, valid until {last_day}. It is shown only now:")
        self.stdout.write(key)

    def _revoke(self, username: str) -> None:
        account = User.objects.get(username=username)
        ended = 0
        for token in ApiToken.objects.filter(user=account, revoked_at=None):
            revoke_api_token(token=token, by=system_account(), now=timezone.now())
            ended += 1
        self.stdout.write(f"{ended} keys of {username} have ended.")


def _account(username: str, sites: list[str]) -> User:
    """The account of that name, or a new service account for these sites."""
    known = User.objects.filter(username=username).first()
    if known is not None:
        return known
    chosen = [Site.objects.get(code=code) for code in sites]
    return open_account(username=username, role=Role.SERVICE, sites=chosen, by=system_account())
