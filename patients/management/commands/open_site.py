"""`manage.py open_site`: a unit with its own patients and clock."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand

from patients.actions.open_site import open_site
from patients.actions.system_account import system_account
from patients.problems import problems_of


class Command(BaseCommand):
    help = "Open a site: a unit with its own patients and clock."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read code, name and clock."""
        parser.add_argument("code", metavar="CODE", help="short code, as files name it")
        parser.add_argument("--name", required=True, help="name for people")
        parser.add_argument("--time-zone", required=True, help="IANA name, such as Europe/Paris")

    def handle(self, *args: Any, code: str, name: str, time_zone: str, **options: Any) -> None:
        """Open it; exit 2 with the reason when that is not possible."""
        try:
            site = open_site(code=code, name=name, time_zone=time_zone, by=system_account())
        except ValidationError as error:
            for problem in problems_of(error):
                self.stderr.write(f"{problem.where}: {problem.what}".removeprefix(": "))
            sys.exit(2)
        self.stdout.write(f"{site.name} is open under the code {site.code}.")
