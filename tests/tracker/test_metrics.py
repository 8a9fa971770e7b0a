"""/metrics: who may read it, and what it tells."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client, override_settings

TOKEN = "a-token-for-the-collector"


@pytest.mark.django_db
def test_from_this_machine(client: Client) -> None:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert b"vigil_worker_silence_seconds NaN" in response.content


@pytest.mark.parametrize("address", ["192.0.2.7", "10.0.0.1", "", "unix"])
def test_not_from_elsewhere(address: str) -> None:
    assert Client(REMOTE_ADDR=address).get("/metrics").status_code == 403


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded"])
def test_not_through_a_proxy_on_this_machine(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "192.0.2.7"}).status_code == 403


@pytest.mark.parametrize("given", ["", "Bearer wrong", TOKEN, "Bearer é"])
def test_with_a_token_set_nobody_reads_it_without(client: Client, given: str) -> None:
    with override_settings(METRICS_TOKEN=TOKEN):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 403


@pytest.mark.django_db
def test_with_the_token_it_is_read_from_anywhere() -> None:
    with override_settings(METRICS_TOKEN=TOKEN):
        response = Client(REMOTE_ADDR="192.0.2.7").get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200


@pytest.mark.django_db
def test_it_counts_requests_by_route_and_jobs_by_state(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_jobs (queue_name, task_name, status) values ('q', 't', 'failed')")
    client.get("/livez")
    text = client.get("/metrics").content.decode()
    assert 'vigil_jobs{state="failed"} 1.0' in text
    assert 'vigil_requests_total{method="GET",route="livez",status="200"}' in text
