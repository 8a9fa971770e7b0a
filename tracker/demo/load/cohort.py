"""The whole cohort into the database, a block of patients a transaction; the truth into a file beside it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from labs.actions.evaluate import evaluate_patients
from labs.models import Protocol
from patients.actions.register_cohort import register_cohort
from patients.models import Identifier, User
from tracker.demo.cohort import Story, blocks
from tracker.demo.load.follow_up import follow_up, set_up_sites
from tracker.demo.load.members import member_of
from tracker.demo.load.plans import plan_all, protocols_by_code
from tracker.demo.load.results import receive_results
from tracker.demo.load.tests_past import record_visits_done, skip_what_is_not_done
from tracker.demo.load.units import Unit, open_units
from tracker.demo.options import CohortOptions
from tracker.demo.outcome import COLUMNS, Outcome, row_of
from tracker.demo.sites import SITES

BLOCK = 250
"""Patients in one transaction: bounds memory, and what an interruption loses."""


@dataclass(slots=True)
class Loaded:
    """What was brought in."""

    patients: int = 0
    plans: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    truth: Path | None = None
    failed_rules: set[str] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        truth = None if self.truth is None else str(self.truth)
        failed = sorted(self.failed_rules)
        return {"patients": self.patients, "plans": self.plans, **self.counts, "truth": truth, "failed_rules": failed}


def load_cohort(
    options: CohortOptions,
    *,
    by: User,
    now: datetime,
    folder: Path,
    tell: Callable[[Loaded], None] = lambda loaded: None,
) -> Loaded:
    """Register, plan, receive and evaluate every patient; `tell` hears of each block. The truth goes into `folder`.

    A block is there wholly or not at all, with its truth; after an interruption `first_free_index` says where to go on.
    """
    loaded = Loaded(truth=begin_truth(folder, options.first))
    with transaction.atomic():
        units, protocols = open_units(by=by), protocols_by_code(by=by)
        set_up_sites([unit.site for unit in units.values()], by=by, now=now)
    first = options.first
    for block in blocks(options, BLOCK):
        with transaction.atomic():
            check_references_at_once()
            _load_block([story for story, _ in block], units, protocols, loaded, first=first, by=by, now=now)
            append_truth(folder, [outcome for _, outcome in block])
        first += len(block)
        tell(loaded)
    return loaded


def _load_block(
    stories: Sequence[Story],
    units: dict[str, Unit],
    protocols: dict[str, Protocol],
    loaded: Loaded,
    *,
    first: int,
    by: User,
    now: datetime,
) -> None:
    members = [
        member_of(story, units[story.patient.site], number=number) for number, story in enumerate(stories, start=first)
    ]
    diagnoses = register_cohort(members=members, by=by)
    loaded.counts += receive_results(stories, by=by, now=now)
    loaded.plans += plan_all(diagnoses, protocols, first=first, by=by, now=now)
    loaded.counts["visits"] += record_visits_done(stories, diagnoses, by=by, now=now)
    loaded.counts["skipped"] += skip_what_is_not_done(stories, diagnoses, by=by, now=now)
    loaded.counts += follow_up(diagnoses, units, first=first, now=now)
    evaluated = evaluate_patients(patient_ids=[diagnosis.patient_id for diagnosis in diagnoses], by=by, now=now)
    loaded.counts["findings"] += evaluated.findings
    loaded.failed_rules |= evaluated.failures
    loaded.patients += len(stories)


def check_references_at_once() -> None:
    """Have the rest of this transaction check foreign keys statement by statement.

    Django's keys are checked at the commit. While many checks wait, each row that a trigger writes (and history is
    written by triggers) costs PostgreSQL a look through all that wait: milliseconds a row after a large COPY.
    """
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def first_free_index() -> int:
    """The index after the last demo patient in the database; 0 when there is none."""
    pattern = f"^({'|'.join(site.prefix for site in SITES)})-[0-9]+$"
    numbers = Identifier.objects.filter(system="mrn", value__regex=pattern).values_list("value", flat=True)
    return max(map(number_of, numbers), default=0)


def number_of(mrn: str) -> int:
    """The number in a demo patient's medical record number: one more than the index."""
    return int(mrn.rpartition("-")[2])


def begin_truth(folder: Path, first: int) -> Path:
    """The file of outcomes, with the rows of the first patients only: what an interrupted loading left is taken out."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, fresh = folder / "outcomes.csv", folder / "outcomes.csv.new"
    kept: list[list[str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = [row for row in list(csv.reader(file))[1:] if row and number_of(row[0]) <= first]
    with fresh.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *kept])
    return fresh.replace(path)


def append_truth(folder: Path, outcomes: Sequence[Outcome]) -> None:
    """Add rows to the file of outcomes. Nothing in Vigil but the measuring of its rules reads it."""
    with (folder / "outcomes.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(map(row_of, outcomes))
