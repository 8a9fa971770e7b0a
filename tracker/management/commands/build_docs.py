"""`manage.py build_docs`: the generated pages of docs/."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from tracker.docs.commands import command_pages
from tracker.docs.hazards import hazard_pages
from tracker.docs.rules import FOLDER as RULES_FOLDER
from tracker.docs.rules import rule_pages
from tracker.docs.states import state_pages
from tracker.docs.vocabulary import vocabulary_pages
from tracker.env import ROOT

MAKERS = (rule_pages, vocabulary_pages, state_pages, command_pages, hazard_pages)


class Command(BaseCommand):
    help = "Write the pages of docs/ that are made from the code; --check compares only, and names what is out of date."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read whether to compare only."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page is out of date")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        """Write what differs, or name it."""
        with translation.override("en-gb"):
            pages = {ROOT / path: text for maker in MAKERS for path, text in maker().items()}
        stale = sorted(path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text)
        left_over = sorted(set((ROOT / RULES_FOLDER).glob("*.md")) - set(pages))
        if check and (stale or left_over):
            for path in (*stale, *left_over):
                self.stderr.write(f"{path.relative_to(ROOT)} is out of date. Run: make docs")
            sys.exit(1)
        for path in () if check else stale:
            _write(path, pages[path])
            self.stdout.write(f"wrote {path.relative_to(ROOT)}")
        for path in () if check else left_over:
            path.unlink()
            self.stdout.write(f"removed {path.relative_to(ROOT)}")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
