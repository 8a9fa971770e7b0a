"""`manage.py export WHAT --format csv|xlsx|ndjson|parquet [--output FILE]`: take a report out."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand
from django.utils import timezone

from patients.actions.system_account import system_account
from patients.models import Disease, Site
from tracker.reports.catalogue import REPORTS
from tracker.reports.export import FORMATS, STREAMED, Request, Taken, stream, write
from tracker.reports.report import Filters, Report

NOTHING_DONE = 2
LATER = {"pdf": "PDF comes with the printed reports; until then take xlsx and print it."}


class Command(BaseCommand):
    """Writes to a file, or to standard output when no file is named. Takes every site unless `--site` narrows it."""

    help = "Take a report out: " + ", ".join(REPORTS) + "."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What, in which form, narrowed by what."""
        parser.add_argument("what", help=", ".join(REPORTS))
        parser.add_argument("--format", default="csv", help=", ".join(FORMATS))
        parser.add_argument("--output", type=Path, help="the file to write; without it, standard output")
        parser.add_argument("--site", default="", help="code of a site")
        parser.add_argument("--disease", default="", help="MM, AML or ALL")
        parser.add_argument("--since", default="", help="first day, as 2026-01-31")
        parser.add_argument("--until", default="", help="last day, as 2026-12-31")
        parser.add_argument("--level", default="", help="flags only: URGENT, REVIEW or INFO")
        parser.add_argument("--status", default="", help="review of flags, status of tests or results")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when the report was written, 2 when nothing could be done."""
        self.as_json = options["json"]
        report = REPORTS.get(options["what"].replace("-", "_"))
        if report is None:
            self._refuse(f"There is no report {options['what']!r}. There are: {', '.join(REPORTS)}.")
        if options["format"] not in FORMATS:
            known = f"{options['format']!r} is not a format of exports. There are: {', '.join(FORMATS)}."
            self._refuse(LATER.get(options["format"], known))
        filters = self._filters(report, options)
        request = Request(report, options["format"], filters, system_account(), timezone.now())
        try:
            taken, where = self._take(request, options["output"])
        except OSError as error:
            self._refuse(f"The file cannot be written: {error}.")
        self._summary(request, taken, where)

    def _take(self, request: Request, output: Path | None) -> tuple[Taken, str]:
        if output is not None:
            return write(request, output), str(output)
        if request.format not in STREAMED:
            self._refuse(f"{request.format} cannot be shown here. Name a file with --output.")
        taken = Taken()
        for part in stream(request, taken):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
        return taken, ""

    def _summary(self, request: Request, taken: Taken, where: str) -> None:
        """To standard output, or beside it when that carries the file itself."""
        out = self.stdout if where else self.stderr
        out.write(f"{taken.rows} rows of {request.report.code} as {request.format}{f' in {where}' if where else ''}.")
        out.write(f"SHA-256 {taken.sha256}")
        if self.as_json:
            out.write(
                json.dumps(
                    {"report": request.report.code, "format": request.format, "output": where, **taken.as_dict()}
                )
            )

    def _filters(self, report: Report, options: dict[str, Any]) -> Filters:
        since, until = self._day(options["since"]), self._day(options["until"])
        if since and until and until < since:
            self._refuse(f"The last day {until} lies before the first day {since}.")
        self._one_of("site", options["site"], list(Site.objects.values_list("code", flat=True)))
        self._one_of("disease", options["disease"], list(Disease.values))
        self._one_of("level", options["level"], [code for code, _label in report.levels])
        self._one_of("status", options["status"], [code for code, _label in report.statuses])
        return Filters(options["site"], options["disease"], since, until, options["level"], options["status"])

    def _one_of(self, name: str, given: str, known: list[str]) -> None:
        if given and given not in known:
            self._refuse(f"{given!r} is not a {name} of this report. There are: {', '.join(known) or 'none'}.")

    def _day(self, text: str) -> date | None:
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._refuse(f"{text!r} is not a day. Write it as 2026-01-31.")

    def _refuse(self, reason: str) -> NoReturn:
        self.stderr.write(reason)
        if self.as_json:
            self.stdout.write(json.dumps({"rows": 0, "error": reason}))
        sys.exit(NOTHING_DONE)
