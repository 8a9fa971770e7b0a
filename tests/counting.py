"""Counting what a page asks of the database."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

BRACKETS = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")


def statements_of(client: Client, address: str) -> list[str]:
    """The statements of one request, the session's own included; brackets of transactions are not counted."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(BRACKETS)]
