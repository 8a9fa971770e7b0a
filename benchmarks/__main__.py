"""`python -m benchmarks`: what Vigil does against the plainest way of doing it, in one run on invented data."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from time import perf_counter

from benchmarks.measure import Row, load, machine
from benchmarks.scratch import scratch_database


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    values: int
    patients: int
    density: str
    posts: int
    turns: int
    registry: tuple[int, int]


SIZES = {
    "small": Size(values=100_000, patients=60, density="modest", posts=40, turns=3, registry=(500, 5_000)),
    "usual": Size(values=1_000_000, patients=600, density="modest", posts=300, turns=5, registry=(1_000, 100_000)),
    "large": Size(values=5_000_000, patients=10_000, density="modest", posts=1_000, turns=5, registry=(1_000, 100_000)),
    "registry": Size(
        values=10_000_000, patients=100_000, density="low", posts=1_000, turns=3, registry=(1_000, 100_000)
    ),
}
ROWS = ("rule", "set", "worklist", "inbox", "review", "patient", "post", "cohort")
PAGES = 100
"""Requests of each page that is measured."""
ON_DEMO_COHORT = {"patient", "post", "cohort"}
OF_SIGNALS = {"inbox", "review"}


def main() -> None:
    """Measure what was asked for and print the table."""
    arguments = _arguments()
    size, wanted = SIZES[arguments.size], arguments.only or ROWS
    started = perf_counter()
    print(f"{machine()}\nload before: {load():.1f}\n", flush=True)
    rows = list(_measure(size, wanted))
    print(f"\n{len(rows)} rows in {perf_counter() - started:.0f} s, size {arguments.size}; load after: {load():.1f}")
    if arguments.json:
        print(json.dumps({"machine": machine(), "size": asdict(size), "rows": [asdict(row) for row in rows]}))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="usual", help="usual takes a few minutes, large an hour")
    parser.add_argument("--only", nargs="*", choices=ROWS, help="some of the rows")
    parser.add_argument("--json", action="store_true", help="print one JSON object on the last line too")
    return parser.parse_args()


def _measure(size: Size, wanted: Iterable[str]) -> Iterable[Row]:
    if "rule" in wanted:
        from benchmarks import one_rule

        yield _show(lambda: one_rule.measure(size.values, size.turns))
    if "set" in wanted:
        from benchmarks import whole_set

        yield _show(lambda: whole_set.measure(size.values, size.turns))
    if "worklist" in wanted:
        with scratch_database():
            from benchmarks import prepare

            prepare.migrate()
            from benchmarks import worklist_page

            yield _show(lambda: worklist_page.measure(size.registry, turns=PAGES))
    if OF_SIGNALS & set(wanted):
        with scratch_database():
            from benchmarks import prepare

            prepare.migrate()
            from benchmarks import signal_pages

            for row in signal_pages.measure(size.registry, turns=PAGES, wanted=OF_SIGNALS & set(wanted)):
                yield _show(lambda row=row: row)  # type: ignore[misc]
    if ON_DEMO_COHORT & set(wanted):
        with scratch_database():
            from benchmarks import prepare

            prepare.fill(patients=size.patients, density=size.density)
            from benchmarks import one_patient, one_post, whole_cohort

            if "patient" in wanted:
                yield _show(lambda: one_patient.measure(size.posts))
            if "post" in wanted:
                yield _show(lambda: one_post.measure(size.posts))
            if "cohort" in wanted:
                yield _show(lambda: whole_cohort.measure(size.turns))


def _show(measure: Callable[[], Row]) -> Row:
    row = measure()
    verdict = "holds" if row.holds else "DOES NOT HOLD"
    print(f"{row.work}\n  Vigil      {row.vigil}\n  against    {row.yardstick}", flush=True)
    print(f"  ratio      {row.ratio}, budget {row.budget}: {verdict}")
    for note in row.notes:
        print(f"  note       {note}")
    print(flush=True)
    return row


if __name__ == "__main__":
    main()
