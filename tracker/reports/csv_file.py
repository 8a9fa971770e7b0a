"""A report as CSV: UTF-8, header row, streamed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from tracker.reports.plain_values import as_text, harmless
from tracker.reports.report import Report

BATCH = 1_000


def csv_parts(report: Report, query: QuerySet[Any]) -> Iterator[tuple[bytes, int]]:
    """Pieces of the file, each with the number of rows in it."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in report.columns])
    count = 0
    for row in report.rows(query):
        writer.writerow([harmless(as_text(value)) for value in row])
        count += 1
        if count == BATCH:
            yield _emptied(buffer), count
            count = 0
    yield _emptied(buffer), count


def _emptied(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
