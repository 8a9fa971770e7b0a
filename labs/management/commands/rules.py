"""`manage.py rules list|show|run|replay`: the criteria Vigil holds results against, and the rules run on files."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from labs.actions.run_rules_on_files import FileRun, run_rules_on_files
from labs.management import replaying
from labs.rules.base import Rule
from labs.rules.recovery import shown_thresholds
from labs.rules.registry import BY_CODE, RULES

SOME_REFUSED, NOTHING_DONE = 1, 2
LINES_SHOWN = 50


class Command(BaseCommand):
    help = (
        "List the rules, show one with its thresholds and sources, run them on CSV files without a database, or replay "
        "them there against known relapses: sensitivity, lead time and false signals."
    )
    requires_system_checks: list[str] = []  # files in, signals out: no database is asked for

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read what to do."""
        parser.add_argument("what", choices=["list", "show", "run", "replay"])
        parser.add_argument("code", nargs="?", help="the rule to show, for example MM-PD-SERUM-M")
        parser.add_argument("--patients", type=Path, metavar="P.csv")
        parser.add_argument("--results", type=Path, metavar="R.csv")
        parser.add_argument("--output", type=Path, metavar="OUT", help="run: signals as NDJSON; replay: JSON")
        replaying.add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["what"] == "list":
            self._list(as_json=options["json"])
        elif options["what"] == "show":
            self._show(options["code"], as_json=options["json"])
        elif options["what"] == "run":
            self._run(options)
        else:
            self._replay(options)

    def _list(self, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"rules": [_as_dict(rule) for rule in RULES]}))
            return
        for rule in RULES:
            self.stdout.write(f"{rule.code:24} {rule.criteria_version:12} {rule.title}")

    def _show(self, code: str | None, *, as_json: bool) -> None:
        rule = BY_CODE.get(code or "")
        if rule is None:
            raise CommandError(
                f"There is no rule {code!r}. `manage.py rules list` names them all.", returncode=NOTHING_DONE
            )
        if as_json:
            self.stdout.write(json.dumps(_as_dict(rule)))
            return
        self.stdout.write(f"{rule.code} ({rule.criteria_version}) {rule.title}\n\n{rule.doc.strip()}\n\nThresholds")
        for threshold in shown_thresholds(rule):
            mark = " (project default)" if threshold.source.default else ""
            self.stdout.write(f"  {threshold}, since {threshold.since}: {threshold.source.citation}{mark}")

    def _run(self, options: dict[str, Any]) -> None:
        _need(options, files=("patients", "results"), others=("output",))
        done = run_rules_on_files(
            patients=options["patients"],
            results=options["results"],
            output=options["output"],
            today=timezone.now().date(),
        )
        if options["json"]:
            self.stdout.write(json.dumps(done.as_dict()))
        else:
            self.stdout.write(
                f"{done.patients} patients and {done.results} results read, {done.findings} findings written to "
                f"{options['output']}. {len(done.refused)} rows refused, {done.not_taken} not used by Vigil."
            )
            self._tell_refused(done)
        _leave(done)

    def _replay(self, options: dict[str, Any]) -> None:
        _need(options, files=("patients", "results", "outcomes"))
        if options["days_before"] < 0 or options["days_after"] < 0:
            raise CommandError("--days-before and --days-after must not be negative.", returncode=NOTHING_DONE)
        done = replaying.replay(options, timezone.now().date())
        if options["json"]:
            self.stdout.write(json.dumps(done.as_dict()))
        else:
            for line in replaying.sentences(done):
                self.stdout.write(line)
            self._tell_refused(done.read)
        if not done.periods:
            raise SystemExit(NOTHING_DONE)
        _leave(done.read)

    def _tell_refused(self, done: FileRun) -> None:
        for line in done.refused[:LINES_SHOWN]:
            self.stdout.write(f"  {line['where']}: {line['message']} {line['remedy']}")


def _need(options: dict[str, Any], *, files: tuple[str, ...], others: tuple[str, ...] = ()) -> None:
    """Refuse a call that lacks an option or names a file that is not there."""
    missing = [name for name in files + others if options[name] is None]
    if missing:
        raise CommandError(f"Give --{' and --'.join(missing)} as well.", returncode=NOTHING_DONE)
    for name in files:
        if not options[name].is_file():
            raise CommandError(f"There is no file {options[name]}.", returncode=NOTHING_DONE)


def _leave(done: FileRun) -> None:
    """Exit 2 without patients, 1 when something was refused or a rule failed."""
    if done.patients == 0:
        raise SystemExit(NOTHING_DONE)
    if done.failed_rules or done.refused:
        raise SystemExit(SOME_REFUSED)


def _as_dict(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.code,
        "title": rule.title,
        "criteria_version": rule.criteria_version,
        "diseases": sorted(rule.diseases),
        "reads": list(rule.reads),
        "text": rule.doc.strip(),
        "thresholds": [
            {
                "value": threshold.value,
                "unit": threshold.unit,
                "since": threshold.since.isoformat(),
                "source": threshold.source.citation,
                "project_default": threshold.source.default,
            }
            for threshold in shown_thresholds(rule)
        ],
    }
