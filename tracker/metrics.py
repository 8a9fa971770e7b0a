"""Numbers for Prometheus: requests as they happen, the state of jobs and the worker when asked."""

from __future__ import annotations

import ipaddress
import math
import os
import secrets
from collections.abc import Iterator

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils import timezone
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from labs.selectors.notifications import failed_lately, longest_wait_seconds, not_told
from tracker import health

REQUESTS = Counter("vigil_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "vigil_request_seconds",
    "Time to answer, in seconds.",
    ["method", "route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)


def observe_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request by its route (never by its address)."""
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


@require_GET
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """/metrics, for whoever brings METRICS_TOKEN, or asks from this machine when no token is set."""
    if not may_read(request):
        return HttpResponseForbidden("Send METRICS_TOKEN as `Authorization: Bearer ...`.", content_type="text/plain")
    body = generate_latest(current_state()) + generate_latest(request_registry())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Whether the request brings the token; without one configured, whether it comes straight from this machine."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "")
        return secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False  # a proxy on this machine passes on somebody else's request
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def request_registry() -> CollectorRegistry:
    """What this process counted, or all processes together when they share PROMETHEUS_MULTIPROC_DIR."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


class State(Collector):
    """Gauges read from the database at this moment."""

    def collect(self) -> Iterator[Metric]:
        """Jobs by state, how long no worker was heard of, and what people were not told."""
        jobs = GaugeMetricFamily("vigil_jobs", "Jobs by state.", labels=["state"])
        for state, count in health.jobs_by_state().items():
            jobs.add_metric([state], count)
        yield jobs
        silence = health.worker_silence_seconds()
        yield GaugeMetricFamily(
            "vigil_worker_silence_seconds",
            "Time since a worker was last heard of; NaN when none runs.",
            value=math.nan if silence is None else silence,
        )
        now = timezone.now()
        for name, words, value in (
            ("urgent_not_told", "Urgent signals whose owner no message reached.", not_told(now=now).count()),
            ("notifications_failed", "Messages to staff of the last 7 days that failed.", failed_lately(now=now)),
            ("notification_wait_seconds", "Age of the oldest message that is late.", longest_wait_seconds(now=now)),
        ):
            yield GaugeMetricFamily(f"vigil_{name}", words, value=value)


def current_state() -> CollectorRegistry:
    """The gauges of `State`, alone: they are the same whichever process is asked."""
    registry = CollectorRegistry()
    registry.register(State())
    return registry
