"""Whole pages through every middleware, and the bare page they are held against."""

from __future__ import annotations

import math

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, path

from benchmarks.measure import Timing
from labs.models import ScheduledTest
from tracker.urls import urlpatterns as pages

BARE = """<!DOCTYPE html><html lang="en"><head><title>Tests</title></head><body><table>
<tr><th>Test</th><th>Patient</th><th>Due</th><th>Late after</th></tr>
{% for test in tests %}<tr><td>{{ test.kind }}</td><td>{{ test.patient }}</td><td>{{ test.due_on|date }}</td>
<td>{{ test.late_from|date }}</td></tr>{% endfor %}</table></body></html>"""


def bare(request: HttpRequest) -> HttpResponse:
    """Fifty rows of the same tables by the shortest view: no order, no counts, nothing to do."""
    tests = ScheduledTest.objects.select_related("patient")[:50]
    return HttpResponse(engines["django"].from_string(BARE).render({"tests": tests}, request))


urlpatterns: list[URLPattern | URLResolver] = [*pages, path("bare/", bare)]


def p95(timing: Timing) -> float:
    """The 95th percentile of the turns."""
    ordered = sorted(timing.seconds)
    return ordered[math.ceil(len(ordered) * 0.95) - 1]


def get(client: Client, address: str) -> HttpResponse:
    """The page, which has to be there."""
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}; nothing was measured")
    return answer  # type: ignore[return-value]


def statements(client: Client, address: str) -> int:
    """How many statements a page takes, the session's own among them; brackets of transactions are none."""
    with CaptureQueriesContext(connection) as captured:
        get(client, address)
    brackets = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not query["sql"].startswith(brackets) for query in captured.captured_queries)
