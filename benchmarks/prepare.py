"""Filling the scratch database with the demo cohort."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from time import perf_counter

import django
from django.conf import settings
from django.core.management import call_command


def migrate() -> None:
    """Set up Django, after the environment points to the scratch database, and make the tables there."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def fill(*, patients: int, density: str) -> None:
    """Migrate and load."""
    migrate()
    from patients.actions.system_account import system_account
    from tracker.demo.load.cohort import load_cohort
    from tracker.demo.options import CohortOptions, Density

    now = datetime.now(UTC)
    options = CohortOptions(as_of=now.date(), patients=patients, density=Density(density))
    started = perf_counter()
    loaded = load_cohort(options, by=system_account(), now=now, folder=settings.VIGIL_HOME / "demo")
    seconds = perf_counter() - started
    counts = ", ".join(f"{number:,} {name}" for name, number in loaded.counts.items())
    print(f"Loaded {loaded.patients:,} patients ({counts}) in {seconds:.0f} s.\n", flush=True)
