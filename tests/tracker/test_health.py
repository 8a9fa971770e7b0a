"""Liveness and readiness."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from tracker import health


def heartbeat(seconds_ago: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s))",
            [seconds_ago],
        )


def test_alive_without_asking_the_database(client: Client) -> None:
    response = client.get("/livez")  # no database fixture: a query would fail the test
    assert (response.status_code, response.content) == (200, b"ok\n")


@pytest.mark.django_db
def test_ready_when_a_worker_was_heard_of_lately(client: Client) -> None:
    heartbeat(5)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_not_ready_without_a_worker(client: Client) -> None:
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["worker"].startswith("no worker runs")


@pytest.mark.django_db
def test_not_ready_when_the_worker_fell_silent(client: Client) -> None:
    heartbeat(health.LONGEST_SILENCE + 30)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "90 seconds" in response.json()["worker"]


@pytest.mark.django_db
def test_not_ready_when_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    heartbeat(5)
    monkeypatch.setattr(health, "_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'patients'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "manage.py migrate" in response.json()["migrations"]


@pytest.mark.django_db
def test_not_ready_when_the_database_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> str:
        from django.db import OperationalError

        raise OperationalError("connection to server failed: password authentication failed for vigil")

    monkeypatch.setitem(health.CHECKS, "database", refuse)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"database": "not reachable", "migrations": "not asked", "worker": "not asked"}


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_only_get(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
