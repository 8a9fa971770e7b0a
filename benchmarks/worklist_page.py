"""The nurse's worklist as a whole page, against a bare table of 50 rows, with few and with many patients on plans."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from time import perf_counter

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, path

from benchmarks.measure import Row, Side, Timing, in_turn, short
from benchmarks.registry import Registry
from labs.models import ScheduledTest
from labs.selectors.worklist_parts import PLACES
from tracker.urls import urlpatterns as pages

BUDGET, GROWTH, QUERIES = 3.0, 1.3, 12
BARE = """<!DOCTYPE html><html lang="en"><head><title>Tests</title></head><body><table>
<tr><th>Test</th><th>Patient</th><th>Due</th><th>Late after</th></tr>
{% for test in tests %}<tr><td>{{ test.kind }}</td><td>{{ test.patient }}</td><td>{{ test.due_on|date }}</td>
<td>{{ test.late_from|date }}</td></tr>{% endfor %}</table></body></html>"""


def bare(request: HttpRequest) -> HttpResponse:
    """Fifty rows of the same tables by the shortest view: no order, no counts, nothing to do."""
    tests = ScheduledTest.objects.select_related("patient")[:50]
    return HttpResponse(engines["django"].from_string(BARE).render({"tests": tests}, request))


urlpatterns: list[URLPattern | URLResolver] = [*pages, path("bare/", bare)]


def measure(patients: tuple[int, int], turns: int) -> Row:
    """The ratio of the 95th percentiles at the larger number of patients; notes tell the rest."""
    registry = Registry(datetime.now(UTC))
    client = Client(HTTP_HOST="localhost")
    client.force_login(registry.nurse)
    sides: dict[str, Side] = {"bare": lambda: _get(client, "/bare/"), "vigil": lambda: _get(client, "/worklist/")}
    seen: list[dict[str, Timing]] = []
    with override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"]):
        for size in patients:
            started = perf_counter()
            registry.grow(size)
            print(f"{size:,} patients, {ScheduledTest.objects.count():,} tests in {perf_counter() - started:.0f} s")
            seen.append(in_turn(sides, turns=turns, warm_up=5))
        tabs = {
            tab: in_turn({tab: lambda at=tab: _get(client, f"/worklist/?tab={at}")}, turns=20)[tab] for tab in PLACES
        }
        queries = _queries(client)
    few, many = (_p95(timings["vigil"]) for timings in seen)
    ratio, growth = many / _p95(seen[1]["bare"]), many / few
    return Row(
        work=f"the worklist page, p95 of {turns}, {patients[1]:,} patients on plans",
        vigil=f"{short(many)} (median {short(seen[1]['vigil'].median)}, {queries} statements)",
        yardstick=f"{short(_p95(seen[1]['bare']))} (bare page of 50 rows, median {short(seen[1]['bare'].median)})",
        ratio=f"{ratio:.2f}x; {growth:.2f}x of {patients[0]:,} patients ({short(few)})",
        budget=f"at most {BUDGET:.0f}x; at most {GROWTH}x; under {QUERIES} statements",
        holds=ratio <= BUDGET and growth <= GROWTH and queries < QUERIES,
        notes=(
            f"With {patients[0]:,} patients: bare {short(_p95(seen[0]['bare']))}, Vigil {short(few)}.",
            "Medians by tab: " + ", ".join(f"{tab.value} {short(timing.median)}" for tab, timing in tabs.items()) + ".",
        ),
    )


def _p95(timing: Timing) -> float:
    ordered = sorted(timing.seconds)
    return ordered[math.ceil(len(ordered) * 0.95) - 1]


def _get(client: Client, address: str) -> HttpResponse:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}; nothing was measured")
    return answer  # type: ignore[return-value]


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        _get(client, "/worklist/")
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(brackets) for query in captured.captured_queries)
