"""A report as Parquet, for research. The columns are held in memory while they are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from django.db.models import QuerySet

from tracker.reports.report import Kind, Report

TYPES: dict[Kind, Any] = {
    "text": pl.String,
    "date": pl.Date,
    "instant": pl.Datetime("us", "UTC"),
    "number": pl.Decimal(24, 9),
    "integer": pl.Int64,
}
BATCH = 50_000


def write_parquet(report: Report, query: QuerySet[Any], path: Path) -> int:
    """Write the file; the number of rows."""
    schema = {column.name: TYPES[column.kind] for column in report.columns}
    frames: list[pl.DataFrame] = [pl.DataFrame(schema=schema)]
    batch: list[tuple[Any, ...]] = []
    for row in report.rows(query):
        batch.append(row)
        if len(batch) == BATCH:
            frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
            batch = []
    if batch:
        frames.append(pl.DataFrame(batch, schema=schema, orient="row"))
    whole = pl.concat(frames)
    whole.write_parquet(path, compression="zstd")
    return whole.height
