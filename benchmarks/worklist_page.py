"""The nurse's worklist as a whole page, against a bare table of 50 rows, with few and with many patients on plans."""

from __future__ import annotations

from datetime import UTC, datetime
from time import perf_counter

from django.test import Client, override_settings

from benchmarks.measure import Row, Side, Timing, in_turn, short
from benchmarks.pages import get, p95, statements
from benchmarks.registry import Registry
from labs.models import ScheduledTest
from labs.selectors.worklist_parts import PLACES

BUDGET, GROWTH, QUERIES = 3.0, 1.3, 12


def measure(patients: tuple[int, int], turns: int) -> Row:
    """The ratio of the 95th percentiles at the larger number of patients; notes tell the rest."""
    registry = Registry(datetime.now(UTC))
    client = Client(HTTP_HOST="localhost")
    client.force_login(registry.nurse)
    sides: dict[str, Side] = {"bare": lambda: get(client, "/bare/"), "vigil": lambda: get(client, "/worklist/")}
    seen: list[dict[str, Timing]] = []
    with override_settings(ROOT_URLCONF="benchmarks.pages", ALLOWED_HOSTS=["localhost"]):
        for size in patients:
            started = perf_counter()
            registry.grow(size)
            print(f"{size:,} patients, {ScheduledTest.objects.count():,} tests in {perf_counter() - started:.0f} s")
            seen.append(in_turn(sides, turns=turns, warm_up=5))
        tabs = {
            tab: in_turn({tab: lambda at=tab: get(client, f"/worklist/?tab={at}")}, turns=20)[tab] for tab in PLACES
        }
        queries = statements(client, "/worklist/")
    few, many = (p95(timings["vigil"]) for timings in seen)
    ratio, growth = many / p95(seen[1]["bare"]), many / few
    return Row(
        work=f"the worklist page, p95 of {turns}, {patients[1]:,} patients on plans",
        vigil=f"{short(many)} (median {short(seen[1]['vigil'].median)}, {queries} statements)",
        yardstick=f"{short(p95(seen[1]['bare']))} (bare page of 50 rows, median {short(seen[1]['bare'].median)})",
        ratio=f"{ratio:.2f}x; {growth:.2f}x of {patients[0]:,} patients ({short(few)})",
        budget=f"at most {BUDGET:.0f}x; at most {GROWTH}x; under {QUERIES} statements",
        holds=ratio <= BUDGET and growth <= GROWTH and queries < QUERIES,
        notes=(
            f"With {patients[0]:,} patients: bare {short(p95(seen[0]['bare']))}, Vigil {short(few)}.",
            "Medians by tab: " + ", ".join(f"{tab.value} {short(timing.median)}" for tab, timing in tabs.items()) + ".",
        ),
    )
