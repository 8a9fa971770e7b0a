"""Background jobs: enqueued with their transaction, retried when their worker dies."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from tracker import jobs
from tracker.jobs import defer, job

ran: list[int] = []


@pytest.fixture
def note() -> Iterator[jobs.AnyTask]:
    """A job that notes the number it is given."""
    ran.clear()
    task = job(name="note")(lambda number: ran.append(number))
    yield task
    del app.tasks["note"]


def rows(status: str) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select task_name, attempts from procrastinate_jobs where status::text = %s order by id", [status]
        )
        return cursor.fetchall()


def apart(running: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in a thread of its own: browser tests leave a running event loop in the main one."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pool.submit(asyncio.run, running).result()


def work() -> None:
    """Run what waits, as a worker would, until nothing waits."""
    with app.replace_connector(app.connector.get_worker_connector()):
        apart(_work())


async def _work() -> None:
    async with app.open_async() as opened:
        await opened.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.django_db
def test_a_job_of_a_rolled_back_transaction_never_was(note: jobs.AnyTask) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        defer(note, number=1)
        raise Stop
    assert rows("todo") == []


@pytest.mark.django_db
def test_one_waits_at_a_time(note: jobs.AnyTask) -> None:
    assert defer(note, queueing_lock="only one", number=1) is not None
    with transaction.atomic():
        assert defer(note, queueing_lock="only one", number=2) is None
    assert rows("todo") == [("note", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_waits(note: jobs.AnyTask) -> None:
    defer(note, number=5)
    work()
    assert ran == [5]
    assert ("note", 1) in rows("succeeded")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_failed_waits_for_another_try() -> None:
    def fail(number: int) -> None:
        raise RuntimeError("no")

    task = job(name="fail")(fail)
    try:
        defer(task, number=1)
        work()
        assert ("fail", 1) in rows("todo")
    finally:
        del app.tasks["fail"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("attempts", "expected"), [(1, "todo"), (jobs.MOST_ATTEMPTS, "failed")])
def test_a_job_whose_worker_died_is_retried_until_it_has_had_its_chances(
    note: jobs.AnyTask, attempts: int, expected: str
) -> None:
    number = defer(note, number=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - interval '10 min') returning id"
        )
        worker = cursor.fetchone()[0]
        cursor.execute(
            "update procrastinate_jobs set status = 'doing', worker_id = %s, attempts = %s where id = %s",
            [worker, attempts, number],
        )

    async def rescue() -> None:
        async with app.open_async() as opened:
            context = type("Context", (), {"app": opened})()
            await jobs.retry_stalled_jobs.func(context, 0)

    with app.replace_connector(app.connector.get_worker_connector()):
        apart(rescue())
    assert [name for name, _ in rows(expected)] == ["note"]


def test_housekeeping_runs_by_the_clock() -> None:
    by_name = {periodic.task.name for periodic in app.periodic_registry.periodic_tasks.values()}
    assert {"tracker.jobs.retry_stalled_jobs", "tracker.jobs.remove_finished_jobs"} <= by_name
