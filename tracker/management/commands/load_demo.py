"""`manage.py load_demo`: an invented cohort, to try Vigil on and to measure its rules with."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from patients.actions.system_account import system_account
from patients.models import Patient
from tracker.demo.csv_files import write_csv
from tracker.demo.load.cohort import Loaded, first_free_index, load_cohort
from tracker.demo.options import DEFAULT_PATIENTS, DEFAULT_SEED, CohortOptions, Density

NOTHING_DONE = 2


class Command(BaseCommand):
    help = "Load an invented cohort: two units, their staff, patients, treatments, plans and results. Never real data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read how large a cohort is wanted."""
        parser.add_argument("--patients", type=int, default=DEFAULT_PATIENTS, help=f"default {DEFAULT_PATIENTS}")
        parser.add_argument("--seed", type=int, default=DEFAULT_SEED, help="the same seed gives the same patients")
        parser.add_argument("--years", type=float, default=3.0, help="how far back the follow-up reaches (1 to 15)")
        parser.add_argument("--density", choices=[*Density], default=Density.MODEST, help="how often patients are seen")
        parser.add_argument("--add", action="store_true", help="add patients although there are some already")
        parser.add_argument("--force", action="store_true", help="load it in production settings too")
        parser.add_argument("--csv", metavar="FOLDER", help="write files there, load nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")

    def handle(self, *args: Any, add: bool, force: bool, csv: str | None, json: bool, **options: Any) -> None:
        """Load it, or say why not: 0 done or there already, 2 refused."""
        now = timezone.now()
        if csv is not None:
            self._write(self._wanted(options, now, as_json=json, first=0), Path(csv), as_json=json)
            return
        if settings.PRODUCTION and not force:
            self._refuse(
                "VIGIL_ENV is production: the demo logins have a password everybody knows. "
                "To load invented patients nevertheless, add --force, and close those accounts.",
                as_json=json,
            )
        if Patient.objects.exists() and not add:
            sentence = "There are patients in the database already: nothing was loaded. Add --add to load more."
            self._say({"status": "unchanged", "said": sentence, **Loaded().as_dict()}, as_json=json)
            return
        wanted = self._wanted(options, now, as_json=json, first=first_free_index())
        self._load(wanted, now, as_json=json, verbosity=options["verbosity"])

    def _wanted(self, options: dict[str, Any], now: datetime, *, as_json: bool, first: int) -> CohortOptions:
        try:
            return CohortOptions(
                as_of=now.date(),
                patients=options["patients"],
                seed=options["seed"],
                years=options["years"],
                density=Density(options["density"]),
                first=first,
            )
        except ValueError as error:
            self._refuse(f"{error}.", as_json=as_json)

    def _write(self, wanted: CohortOptions, folder: Path, *, as_json: bool) -> None:
        files = write_csv(wanted, folder)
        sentence = f"Wrote {files.patient_rows:,} invented patients and {files.result_rows:,} results to {folder}."
        answer = {"status": "written", "said": sentence, "patients": files.patient_rows, "results": files.result_rows}
        self._say({**answer, "truth": str(files.outcomes)}, as_json=as_json)

    def _load(self, wanted: CohortOptions, now: datetime, *, as_json: bool, verbosity: int) -> None:
        started = perf_counter()

        def tell(loaded: Loaded) -> None:
            if verbosity and not as_json and loaded.patients < wanted.patients:
                self.stdout.write(f"  {loaded.patients:,} of {wanted.patients:,} patients")

        loaded = load_cohort(wanted, by=system_account(), now=now, folder=settings.VIGIL_HOME / "demo", tell=tell)
        seconds = round(perf_counter() - started, 1)
        sentence = f"Loaded {loaded.patients:,} invented patients in {seconds} s."
        self._say({"status": "loaded", "said": sentence, "seconds": seconds, **loaded.as_dict()}, as_json=as_json)

    def _say(self, answer: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(answer["said"])
        for name, value in answer.items():
            if name not in ("status", "said", "seconds") and value:
                self.stdout.write(
                    f"  {name.replace('_', ' '):<12} {value:,}" if isinstance(value, int) else f"  {name:<12} {value}"
                )

    def _refuse(self, sentence: str, *, as_json: bool) -> NoReturn:
        if as_json:
            self.stdout.write(json.dumps({"status": "refused", "said": sentence}))
        else:
            self.stderr.write(sentence)
        sys.exit(NOTHING_DONE)
