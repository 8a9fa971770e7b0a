"""`manage.py import_patients FILE`: register the people of a patients.csv."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from labs.actions.import_file import Source, import_patients
from labs.actions.import_log import ImportLog
from labs.management.importing import Teller, add_arguments, leave, open_file
from patients.actions.system_account import system_account


class Command(BaseCommand):
    """Exit 0 when all rows were taken, 1 when some were refused, 2 when nothing could be done."""

    help = "Register the people of a patients.csv; rows of people known already update what is said of their disease."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file and how to tell of it."""
        add_arguments(parser)

    def handle(self, *args: Any, file: Path, dry_run: bool, json: bool, **options: Any) -> None:
        """Import, tell, leave with the status."""
        teller = Teller(self.stdout, as_json=json)
        log = ImportLog(tell=teller.line)
        with open_file(file, log) as stream:
            if stream:
                source = Source(stream, file.name)
                import_patients(source=source, by=system_account(), now=timezone.now(), log=log, dry_run=dry_run)
        teller.finish(log, file=str(file), dry_run=dry_run)
        leave(log)
