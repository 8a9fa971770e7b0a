"""What `rules replay` reads, writes and prints."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from labs.actions.replay_rules_on_files import FileReplay, replay_rules_on_files
from labs.rules.replay.figures import Window
from labs.rules.replay.picture import days_text, picture, rate_text

COLUMNS = ("", "found", "sensitivity (95 %)", "lead time, days", "false", "years", "per 100 y (95 %)")
LAYOUT = "{:<24} {:>11} {:>22} {:>26} {:>6} {:>9} {:>24}"


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments `replay` has besides those of `run`."""
    parser.add_argument("--outcomes", type=Path, metavar="O.csv", help="replay: known relapses, a row each period")
    parser.add_argument(
        "--as-of-every-result", action="store_true", help="replay: what the rules would have said after each result"
    )
    parser.add_argument(
        "--days-before", type=int, default=Window().before, help="replay: the window opens so long before a relapse"
    )
    parser.add_argument("--days-after", type=int, default=Window().after, help="replay: it closes so long after")
    parser.add_argument("--svg", type=Path, metavar="PICTURE.svg", help="replay: lead time as a picture")


def replay(options: Mapping[str, Any], today: date) -> FileReplay:
    """Do it and write the files that were asked for."""
    done = replay_rules_on_files(
        patients=options["patients"],
        results=options["results"],
        outcomes=options["outcomes"],
        today=today,
        window=Window(options["days_before"], options["days_after"]),
        as_of_every_result=options["as_of_every_result"],
    )
    if options["output"]:
        options["output"].write_text(json.dumps(done.as_dict(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    if options["svg"]:
        title = "Lead time of signals, by the day they were raised"
        options["svg"].write_text(picture(done.report["tables"]["raised"], title=title), "utf-8")
    return done


def sentences(done: FileReplay) -> Iterator[str]:
    """The tables and what each number means."""
    yield f"{done.read.patients} patients, {done.read.results} results, {done.periods} periods of follow-up."
    for stage, lines in done.report["tables"].items():
        yield f"\nSignals {stage}"
        yield LAYOUT.format(*COLUMNS).rstrip()
        yield from (_line(line) for line in lines)
    if done.report["not_asked"]:
        yield "\nNot asked"
        yield from (f"  {rule}: {why}" for rule, why in done.report["not_asked"].items())
    yield "\nWhat each number means"
    for name, text in done.report["definitions"].items():
        yield f"  {name}: {text}"


def _line(line: Mapping[str, Any]) -> str:
    share, between = line["sensitivity"], line["sensitivity_interval"]
    sensitivity = "–" if share is None else f"{share:.0%} ({between[0]:.0%} to {between[1]:.0%})"
    rate, ends = rate_text(line), line["false_interval"]
    return LAYOUT.format(
        line["rule"],
        f"{line['found']} of {line['relapses']}",
        sensitivity,
        days_text(line["lead_time_days"]),
        line["false_signals"],
        line["patient_years"],
        rate if ends is None else f"{rate} ({ends[0]:.1f} to {ends[1]:.1f})",
    )
