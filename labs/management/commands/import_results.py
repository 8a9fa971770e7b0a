"""`manage.py import_results FILE`: take laboratory results in, from a results.csv or a FHIR R4 Bundle."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from labs.actions.import_file import FORMATS, Format, Source, import_results
from labs.actions.import_log import ImportLog
from labs.management.importing import Teller, add_arguments, leave, open_file
from patients.actions.system_account import system_account
from patients.models import Site


class Command(BaseCommand):
    """Exit 0 when all was taken, 1 when some was refused or quarantined, 2 when nothing could be done."""

    help = "Take laboratory results in. Running the same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, its format, and the site of patients that come with it."""
        add_arguments(parser)
        parser.add_argument("--format", choices=FORMATS, help="default: fhir for *.json, csv for everything else")
        parser.add_argument("--site", default="", metavar="CODE", help="site of new patients in a FHIR message")

    def handle(self, *args: Any, file: Path, dry_run: bool, json: bool, site: str, **options: Any) -> None:
        """Import, tell, leave with the status."""
        chosen: Format = options["format"] or ("fhir" if file.suffix.lower() == ".json" else "csv")
        home = _site(site)
        teller = Teller(self.stdout, as_json=json)
        log = ImportLog(tell=teller.line)
        with open_file(file, log) as stream:
            if stream:
                source = Source(stream, file.name, format=chosen, site=home)
                import_results(source=source, by=system_account(), now=timezone.now(), log=log, dry_run=dry_run)
        teller.finish(log, file=str(file), dry_run=dry_run, format=chosen)
        leave(log)


def _site(code: str) -> Site | None:
    if not code:
        return None
    try:
        return Site.objects.get(code=code)
    except Site.DoesNotExist:
        known = ", ".join(Site.objects.values_list("code", flat=True)) or "none yet"
        raise CommandError(f"There is no site {code}. Known sites: {known}.", returncode=2) from None
