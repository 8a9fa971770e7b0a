"""Row 2: every rule over the whole cohort from PostgreSQL, flags written back, against a bare ADBC read of it.

Each turn is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from benchmarks.measure import Row, Timing, gibibytes, peak_memory, short

BUDGET = 2.0
MEMORY = 4 * 2**30
COLUMNS = """
    select r.patient_id, r.analyte, r.collected_on, r.amount, r.comparator, r.specimen,
           case when r.target = '' then r.method_family
                else ltrim(r.method_family || ' ' || r.target) end as method,
           r.laboratory, case when r.time_known then r.collected_at end as collected_at, p.accession, r.id,
           trunc(r.reference_low * 1000000)::bigint as lower, trunc(r.reference_high * 1000000)::bigint as upper,
           r.coded, r.target, r.detection_limit::text as detection_limit, r.cells_counted
    from labs_result r join labs_report p on p.id = r.report_id
    where r.is_current and (r.amount is not null or r.coded <> '') and r.status in ('final', 'amended', 'corrected')
      and not exists (select from labs_spuriousmark m where m.result_id = r.id and m.withdrawn_at is null)
"""
FORGET = (
    "set session_replication_role = replica",  # a scratch database: flags may be forgotten here, and nowhere else
    "truncate labs_flag, labs_evaluation cascade",
    "set session_replication_role = default",
)


def measure(turns: int) -> Row:
    """The ratio of the medians of both sides, and the memory the larger took."""
    said: dict[str, list[dict[str, Any]]] = {"read": [], "evaluate": []}
    for _ in range(turns):
        for side, heard in said.items():
            heard.append(_in_own_process(side))
    read, evaluated = (Timing(tuple(turn["seconds"] for turn in said[side])) for side in ("read", "evaluate"))
    last, peak = said["evaluate"][-1], max(turn["peak"] for turn in said["evaluate"])
    ratio = evaluated.median / read.median
    size, counted = last["results"], f"{last['rules']} rules, {last['flags']:,} flags"
    return Row(
        work=f"whole cohort: {last['patients']:,} patients, {size:,} results, {counted}",
        vigil=f"{short(evaluated.median)} ({size / evaluated.median / 1e6:.2f} M results/s), peak {gibibytes(peak)}",
        yardstick=f"{short(read.median)} (bare ADBC read, {size / read.median / 1e6:.2f} M rows/s)",
        ratio=f"{ratio:.2f}x",
        budget=f"at most {BUDGET:.0f}x, under {gibibytes(MEMORY)}",
        holds=ratio <= BUDGET and peak < MEMORY,
        notes=(
            f"Turns: evaluation {evaluated.spread}, read {read.spread}.",
            "Each turn writes every flag, its evidence, its history and the answers of every rule anew.",
        ),
    )


def _in_own_process(side: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.whole_cohort", side]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _turn(side: str) -> None:
    import django

    django.setup()
    print(json.dumps({"read": _read, "evaluate": _evaluate}[side]()))


def _read() -> dict[str, Any]:
    import polars as pl

    from labs.selectors.result_frame import database_uri

    uri = database_uri()
    started = perf_counter()
    frame = pl.read_database_uri(COLUMNS, uri, engine="adbc")
    return {"seconds": perf_counter() - started, "peak": peak_memory(), "results": frame.height}


def _evaluate() -> dict[str, Any]:
    from django.db import connection

    from labs.actions.evaluate import Evaluated, evaluate_all
    from labs.models import Flag, Result
    from labs.rules.registry import RULES
    from patients.actions.system_account import system_account

    with connection.cursor() as cursor:
        for statement in FORGET:
            cursor.execute(statement)
    by, now, done = system_account(), datetime.now(UTC), Evaluated()
    started = perf_counter()
    for part in evaluate_all(by=by, now=now):
        done.add(part)
    seconds = perf_counter() - started
    if done.failures:
        raise RuntimeError(f"rules failed: {sorted(done.failures)}")
    usable = Result.objects.filter(is_current=True, amount__isnull=False, status__in=("final", "amended", "corrected"))
    return {
        "seconds": seconds,
        "peak": peak_memory(),
        "patients": done.patients,
        "results": usable.count(),
        "rules": len(RULES),
        "flags": Flag.objects.count(),
    }


if __name__ == "__main__":
    _turn(sys.argv[1])
