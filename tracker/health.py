"""/livez says the process answers, /readyz says it can do its work: database, migrations, worker."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

LONGEST_SILENCE = 60.0  # seconds; workers give a sign every ten
OK = "ok"
_migrated = False


@require_GET
@login_not_required
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nothing else of anything."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
@login_not_required
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part with "ok" or what is wrong; 503 when any is wrong."""
    answers: dict[str, str] = {}
    for name, check in CHECKS.items():
        if "not reachable" in answers.values():
            answers[name] = "not asked"
            continue
        try:
            answers[name] = check()
        except DatabaseError:
            answers[name] = "not reachable" if name == "database" else "not readable"
    return JsonResponse(answers, status=200 if set(answers.values()) == {OK} else 503)


def check_database() -> str:
    """Whether the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return OK


def check_migrations() -> str:
    """Whether all migrations of this version are applied. Once they are, they stay so while the process lives."""
    global _migrated
    if not _migrated:
        missing = unapplied_migrations()
        if missing:
            return f"{missing} migrations are not applied; run: manage.py migrate"
        _migrated = True
    return OK


def check_worker() -> str:
    """Whether a worker has given a sign of life lately."""
    silence = worker_silence_seconds()
    if silence is None:
        return "no worker runs; start one with: manage.py procrastinate worker"
    return OK if silence <= LONGEST_SILENCE else f"no worker has been heard of for {silence:.0f} seconds"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "worker": check_worker,
}


def unapplied_migrations() -> int:
    """How many migrations of this version the database lacks."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def worker_silence_seconds() -> float | None:
    """Seconds since the last heartbeat of any worker, None when there is none on record."""
    with connection.cursor() as cursor:
        cursor.execute("select extract(epoch from now() - max(last_heartbeat)) from procrastinate_workers")
        row = cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])


def jobs_by_state() -> dict[str, int]:
    """How many jobs wait, run, failed ..."""
    with connection.cursor() as cursor:
        cursor.execute("select status::text, count(*) from procrastinate_jobs group by status")
        return dict(cursor.fetchall())
