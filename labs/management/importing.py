"""What the import commands share: arguments, the human summary, the JSON object, the exit status."""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.management.base import OutputWrapper

from labs.actions.import_log import Exit, ImportLog, Line, Outcome
from labs.intake.incoming import Reason, Refused

EXIT_STATUS = {Exit.DONE: 0, Exit.PARTLY: 1, Exit.NOTHING: 2}
WORDS = {
    Outcome.TAKEN: "taken",
    Outcome.KNOWN: "known already, nothing changed",
    Outcome.SKIPPED: "of no use here, left out",
    Outcome.QUARANTINED: "in quarantine, to be mended",
    Outcome.REFUSED: "refused",
}


def add_arguments(parser: ArgumentParser) -> None:
    """The arguments every import has."""
    parser.add_argument("file", type=Path, metavar="FILE", help="the file to import")
    parser.add_argument("--dry-run", action="store_true", help="read, check and tell everything; store nothing")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line")


class Teller:
    """Prints lines as they come up; with JSON keeps them in a temporary file, so that a long list needs no memory."""

    def __init__(self, out: OutputWrapper, *, as_json: bool) -> None:
        self._out = out
        self._spool: IO[str] | None = tempfile.TemporaryFile("w+", encoding="utf-8") if as_json else None  # noqa: SIM115
        self._any = False

    def line(self, line: Line) -> None:
        """Tell of one line."""
        if self._spool:
            self._spool.write(", " if self._any else "")
            self._spool.write(json.dumps(line.as_dict(), ensure_ascii=False))
            self._any = True
            return
        self._out.write(f"{line.outcome.value:<12} {line.where}: {line.message}")
        if line.found and line.found not in line.message:
            self._out.write(f"{'':<12} found: {line.found}")
        if line.remedy:
            self._out.write(f"{'':<12} mend:  {line.remedy}")

    def finish(self, log: ImportLog, **about: Any) -> None:
        """Print the summary, or the JSON object on a line of its own."""
        if self._spool is None:
            for sentence in _summary(log, **about):
                self._out.write(sentence)
            return
        head = json.dumps(about | log.as_dict(), ensure_ascii=False)
        self._spool.seek(0)
        self._out.write(f'{head[:-1]}, "lines": [', ending="")
        while block := self._spool.read(1 << 16):
            self._out.write(block, ending="")
        self._out.write("]}")
        self._spool.close()


@contextmanager
def open_file(file: Path, log: ImportLog) -> Iterator[IO[bytes] | None]:
    """The file opened for reading; None, with the reason told, when it cannot be."""
    try:
        stream = file.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        log.refuse(
            Refused(str(file), Reason.NOT_READABLE, f"{reason}.", "Check the name of the file.", whole_file=True)
        )
        yield None
        return
    with stream:
        yield stream


def leave(log: ImportLog) -> None:
    """End the command with the status of the import."""
    status = EXIT_STATUS[log.exit]
    if status:
        sys.exit(status)


def _summary(log: ImportLog, *, file: str, dry_run: bool, **about: Any) -> list[str]:
    told = [f"{file}: dry run, nothing was stored" if dry_run else f"{file}: message {log.message_id}"]
    told += [f"  {log.counts[outcome]:>9,} {words}" for outcome, words in WORDS.items() if log.counts[outcome]]
    details = [f"{number:,} {name}" for name, number in log.as_dict()["details"].items() if number]
    if details:
        told.append(f"  {'':>9} ({', '.join(details)})")
    evaluated = log.evaluated
    if evaluated.patients:
        flags = ", ".join(f"{number:,} {kind}" for kind, number in sorted(evaluated.flags.items())) or "none new"
        told.append(f"  {evaluated.patients:>9,} patients held against the rules; flags: {flags}")
    if evaluated.failures:
        told.append(f"  rules that failed, to be seen by an administrator: {', '.join(sorted(evaluated.failures))}")
    return told
