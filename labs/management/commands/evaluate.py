"""`manage.py evaluate`: ask the rules about one patient or all; with `--as-of`, what they would have said on a day."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from labs.actions.evaluate import Evaluated, evaluate_all, evaluate_patients, findings_as_of
from labs.rules.base import Finding
from patients.actions.system_account import system_account
from patients.models import MRN, Identifier

SOME_FAILED, NOTHING_DONE = 1, 2


class Command(BaseCommand):
    help = "Ask the rules about one patient (--patient MRN) or every patient (--all) and bring their flags in line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read whom to ask about."""
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("--patient", metavar="MRN", help="one patient, by medical record number")
        whom.add_argument("--all", action="store_true", help="every patient")
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="print what the rules would have said on that day; write nothing"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what came of it."""
        if options["as_of"] is not None:
            self._say_as_of(options["patient"], options["as_of"], as_json=options["json"])
            return
        done = Evaluated()
        by, now = system_account(), timezone.now()
        if options["all"]:
            for part in evaluate_all(by=by, now=now):
                done.add(part)
        else:
            done = evaluate_patients(patient_ids=[_patient_id(options["patient"])], by=by, now=now)
        self._say(done, as_json=options["json"])
        if done.failures:
            raise SystemExit(SOME_FAILED)

    def _say(self, done: Evaluated, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(done.as_dict()))
            return
        changes = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in sorted(done.flags.items()))
        self.stdout.write(
            f"{done.patients} patients evaluated, {done.findings} findings. Flags: {changes or 'no change'}."
        )
        for rule in sorted(done.failures):
            self.stdout.write(f"Rule {rule} failed; see the administrator's page. No result was lost.")

    def _say_as_of(self, mrn: str | None, day: date, *, as_json: bool) -> None:
        if mrn is None:
            raise CommandError("--as-of looks at one patient: give --patient MRN.", returncode=NOTHING_DONE)
        found = findings_as_of(patient_ids=[_patient_id(mrn)], as_of=day).findings
        if as_json:
            self.stdout.write(json.dumps({"as_of": day.isoformat(), "findings": [item.as_dict() for item in found]}))
            return
        self.stdout.write(f"As of {day.isoformat()}, nothing written: {len(found)} findings.")
        for item in found:
            self.stdout.write(_line(item))


def _line(finding: Finding) -> str:
    return f"  {finding.level.name:7} {finding.rule} {finding.signal.value}: {finding.explanation}"


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _patient_id(mrn: str) -> int:
    found = Identifier.objects.filter(system=MRN, value=mrn).values_list("patient_id", flat=True).first()
    if found is None:
        raise CommandError(
            f"No patient has the medical record number {mrn!r}. Check for leading zeros and spaces.",
            returncode=NOTHING_DONE,
        )
    return found
