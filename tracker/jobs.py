"""Background jobs: the one place that knows procrastinate.

A job is enqueued in the transaction of whoever asks for it: rolled back with it, seen by a worker after it. Jobs are
given row numbers, never names, identifiers or values, and may run twice: each must come to the same end. The worker
finds the `jobs.py` of any app; code below this floor declares its jobs on procrastinate's `app` itself.

    @job(lock="export")
    def write_export(export_id: int) -> None: ...

    defer(write_export, export_id=7)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import transaction
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from procrastinate.tasks import Task

log = structlog.get_logger("vigil.jobs")

MOST_ATTEMPTS = 5
RETRIES = RetryStrategy(max_attempts=MOST_ATTEMPTS, exponential_wait=4)  # after 4, 16, 64, 256 seconds
KEEP_HOURS = 14 * 24
SILENT_SECONDS = 60.0

AnyTask = Task[Any, Any, Any]


def job(
    *, name: str | None = None, lock: str | None = None, queueing_lock: str | None = None
) -> Callable[..., AnyTask]:
    """Declare a job. Of those with the same `lock` one runs at a time; with `queueing_lock`, one waits at a time."""
    return app.task(name=name, lock=lock, queueing_lock=queueing_lock, retry=RETRIES)


def periodic(cron: str, *, name: str | None = None) -> Callable[[Callable[..., Any]], AnyTask]:
    """Declare a job that a worker starts by the clock (UTC), once however many workers run. It is given `timestamp`."""

    def declare(function: Callable[..., Any]) -> AnyTask:
        title = name or f"{function.__module__}.{function.__name__}"
        task = app.task(name=title, queueing_lock=title, lock=title, pass_context=True)(function)
        return app.periodic(cron=cron)(task)

    return declare


def defer(
    task: AnyTask, *, lock: str | None = None, queueing_lock: str | None = None, **arguments: int | str
) -> int | None:
    """Enqueue a job; its number, or None when one with the same `queueing_lock` waits already."""
    options = {key: value for key, value in {"lock": lock, "queueing_lock": queueing_lock}.items() if value is not None}
    try:
        with transaction.atomic():  # a savepoint, so that a refusal leaves the caller's transaction usable
            return task.configure(**options).defer(**arguments)  # type: ignore[arg-type]
    except AlreadyEnqueued:
        return None


@periodic("*/2 * * * *")
async def retry_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Give jobs whose worker died to another one; one that outlived several workers counts as failed."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        if stalled.attempts >= MOST_ATTEMPTS:
            await manager.finish_job(stalled, Status.FAILED, delete_job=False)
            log.error("stalled job given up", job=stalled.task_name, job_id=stalled.id, attempts=stalled.attempts)
        else:
            await manager.retry_job(stalled)
            log.warning("stalled job retried", job=stalled.task_name, job_id=stalled.id, attempts=stalled.attempts)


@periodic("17 3 * * *")
async def remove_finished_jobs(context: JobContext, timestamp: int) -> None:
    """Forget jobs that ended well two weeks ago. Failed ones stay until somebody has looked."""
    await context.app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
