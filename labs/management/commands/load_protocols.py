"""`manage.py load_protocols [FILE ...]`: take surveillance protocols in."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from labs.actions.load_protocols import ProtocolChanged, load_protocols
from labs.protocols.nodes import Problems
from patients.actions.system_account import system_account


class Command(BaseCommand):
    """Store each protocol once by code and version; running it again changes nothing."""

    help = "Take surveillance protocols in: those shipped with Vigil, or the files named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files and the form of the answer."""
        parser.add_argument("files", nargs="*", type=Path, help="YAML files; without any, the protocols shipped")
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, files: list[Path], **options: Any) -> None:
        """Exit 0 when all were taken, 2 when none was."""
        try:
            protocols = load_protocols(by=system_account(), paths=files or None)
        except (Problems, ProtocolChanged, OSError) as error:
            reasons = [str(problem) for problem in error.problems] if isinstance(error, Problems) else [str(error)]
            for reason in reasons:
                self.stderr.write(reason)
            if options["json"]:
                self.stdout.write(json.dumps({"taken": [], "refused": reasons}))
            sys.exit(2)
        taken = [f"{protocol.code} v{protocol.version}" for protocol in protocols]
        self.stdout.write(f"{len(taken)} protocols stand ready: {', '.join(taken)}")
        if options["json"]:
            self.stdout.write(json.dumps({"taken": taken, "refused": []}))
