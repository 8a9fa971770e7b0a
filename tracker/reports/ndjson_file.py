"""A report as NDJSON: one JSON object a line, UTF-8, streamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from tracker.reports.plain_values import plain_decimal
from tracker.reports.report import Report

BATCH = 500


def ndjson_parts(report: Report, query: QuerySet[Any]) -> Iterator[tuple[bytes, int]]:
    """Pieces of the file, each with the number of objects in it. Decimals are written as text, so no digit is lost."""
    lines: list[str] = []
    for line in report.lines(query):
        lines.append(json.dumps(line, ensure_ascii=False, default=_plain))
        if len(lines) == BATCH:
            yield _joined(lines), len(lines)
            lines = []
    if lines:
        yield _joined(lines), len(lines)


def _joined(lines: list[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return plain_decimal(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")
