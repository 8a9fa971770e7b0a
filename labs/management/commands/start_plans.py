"""`manage.py start_plans`: put every patient without a plan on the protocol that fits."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from labs.actions.start_suggested_plans import start_suggested_plans
from patients.actions.system_account import system_account


class Command(BaseCommand):
    """Starts what can be started and says why the others were left. Running it again starts nothing twice."""

    help = "Start the suggested plan of every patient who has none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The form of the answer."""
        parser.add_argument("--json", action="store_true", help="one JSON object on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0 when every patient has a plan, 1 when some were left without."""
        done = start_suggested_plans(by=system_account(), now=timezone.now())
        self.stdout.write(f"{done.plans} plans started.")
        for reason, count in sorted(done.left.items()):
            self.stdout.write(f"{count} patients left without a plan: {reason}")
        if options["json"]:
            self.stdout.write(json.dumps({"started": done.plans, "left": dict(done.left)}))
        if done.left:
            sys.exit(1)
