"""`manage.py open_account`: an account for a person."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from patients.actions.open_site import open_account
from patients.actions.system_account import system_account
from patients.models import Role, Site, User
from patients.problems import problems_of

PEOPLE = [role.value for role in Role if role != Role.SERVICE]


class Command(BaseCommand):
    help = "Open an account for a person; the first password is asked for, or read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read who it is."""
        parser.add_argument("username", metavar="USERNAME")
        parser.add_argument("--role", required=True, choices=PEOPLE)
        parser.add_argument("--site", action="append", required=True, metavar="CODE", help="repeatable")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--email", default="", help="told of what waits, until they enter other addresses")

    def handle(self, *args: Any, username: str, role: str, site: list[str], **options: Any) -> None:
        """Open it; exit 2 with the reason when that is not possible."""
        try:
            sites = [Site.objects.get(code=code) for code in site]
            password = _password()
            names = {name: options[name] for name in ("first_name", "last_name", "email")}
            validate_password(password, User(username=username, **names))
            open_account(username=username, role=role, sites=sites, password=password, by=system_account(), **names)
        except Site.DoesNotExist:
            self.stderr.write(f"There is no site of these codes: {', '.join(site)}. Open it with open_site.")
            sys.exit(2)
        except ValidationError as error:
            for problem in problems_of(error):
                self.stderr.write(f"{problem.where}: {problem.what}".removeprefix(": "))
            sys.exit(2)
        self.stdout.write(f"{username} can sign in. Ask them to set up a second sign-in step.")


def _password() -> str:
    """Typed twice at a terminal; else the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise ValidationError("The two passwords differ.")
    return first
