"""Row 5: one patient with 500 results from the database, every rule asked, nothing new: read, evaluated, kept."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from benchmarks.measure import Row, in_turn, short
from labs.actions.evaluate import evaluate_patients
from labs.models import Evaluation, Flag
from labs.rules.registry import RULES, evaluate
from labs.selectors.cohort import cohort_of
from patients.actions.system_account import system_account
from patients.models import Patient

BUDGET = 0.015
RESULTS = 500


def measure(turns: int) -> Row:
    """The median of a whole evaluation with its commit, and of its two largest parts."""
    patient, results = _somebody()
    by, now = system_account(), datetime.now(UTC)
    before = _flags(patient)
    timings = in_turn(
        {
            "whole": lambda: evaluate_patients(patient_ids=[patient], by=by, now=now),
            "read": lambda: cohort_of([patient]),
            "read and asked": lambda: evaluate(cohort_of([patient]).cohort),
        },
        turns=turns,
        warm_up=5,
    )
    answered = Evaluation.objects.get(patient_id=patient)
    if _flags(patient) != before or answered.pending or answered.evaluated_at != now:
        raise RuntimeError("the evaluation changed flags or kept no answer; nothing was measured")
    with CaptureQueriesContext(connection) as captured:
        evaluate_patients(patient_ids=[patient], by=by, now=now)
    whole, read, asked = (timings[name].median for name in ("whole", "read", "read and asked"))
    return Row(
        work=f"one patient with {results} results and {len(before)} flags, {len(RULES)} rules, nothing new",
        vigil=f"{short(whole)} ({len(captured)} messages to the database)",
        yardstick=f"{short(BUDGET)}: this budget is a time, and belongs to this machine",
        ratio=f"{whole / BUDGET:.2f}x",
        budget=f"under {short(BUDGET)}",
        holds=whole < BUDGET,
        notes=(
            f"Turns: {timings['whole'].spread}. Each locks the patient and commits.",
            f"Of it reading {short(read)}, asking the rules {short(asked - read)}.",
        ),
    )


def _somebody() -> tuple[int, int]:
    """The patient whose number of results is nearest to 500."""
    counted = Patient.objects.annotate(size=models.Count("results")).order_by("pk").values_list("pk", "size")
    return min(counted, key=lambda one: abs(one[1] - RESULTS))


def _flags(patient: int) -> list[tuple[int, int]]:
    return list(Flag.objects.filter(patient_id=patient).order_by("pk").values_list("pk", "version"))
