"""Taking a report out, as a stream or as a file, and writing down that it was taken."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from patients import access
from patients.actions import audit
from patients.actions.record_access import record_access_to_all
from patients.models import User
from tracker.reports.csv_file import csv_parts
from tracker.reports.ndjson_file import ndjson_parts
from tracker.reports.parquet_file import write_parquet
from tracker.reports.report import Narrowed, Report
from tracker.reports.xlsx_file import write_xlsx

Parts = Callable[[Report, QuerySet[Any]], Iterator[tuple[bytes, int]]]
STREAMED: dict[str, Parts] = {"csv": csv_parts, "ndjson": ndjson_parts}
FORMATS = ("csv", "xlsx", "ndjson", "parquet")
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@dataclass(frozen=True, slots=True)
class Request:
    """Which report, in which format, of what, for whom and when."""

    report: Report
    format: str
    filters: Narrowed
    by: User
    now: datetime

    @property
    def filename(self) -> str:
        """A name that says what is in the file and from which day."""
        return f"vigil-{self.report.code.replace('_', '-')}-{self.now:%Y-%m-%d}.{self.format}"

    def query(self) -> QuerySet[Any]:
        """The rows this person may take. Raises AccessRefused for one who may take none."""
        if not access.is_system(self.by):
            self.report.check(self.by)
        return self.report.select(self.filters, self.by, self.now)

    def about(self) -> dict[str, str]:
        """The request in words."""
        taken = {"report": self.report.code, "taken at": f"{self.now:%Y-%m-%d %H:%M} UTC", "taken by": str(self.by)}
        return taken | {f"filter: {name}": value for name, value in self.filters.as_dict().items()}


@dataclass(slots=True)
class Taken:
    """What left: rows, bytes and the digest of the file. `complete` is false when the reader went away."""

    rows: int = 0
    size: int = 0
    sha256: str = ""
    complete: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"rows": self.rows, "bytes": self.size, "sha256": self.sha256, "complete": self.complete}


def stream(request: Request, taken: Taken | None = None) -> Iterator[bytes]:
    """The file in pieces, read by a server-side cursor from one snapshot. `taken` is filled in as it goes.

    Who took what is written down before the first piece leaves, how much of it when the last has left (or the reader
    has gone).
    """
    taken = taken if taken is not None else Taken()
    query = request.query()
    _begin(request, query)
    return _stream(request, query, taken)


def _stream(request: Request, query: QuerySet[Any], taken: Taken) -> Iterator[bytes]:
    digest = hashlib.sha256()
    try:
        with transaction.atomic():
            for part, rows in STREAMED[request.format](request.report, query):
                digest.update(part)
                taken.rows += rows
                taken.size += len(part)
                yield part
        taken.complete = True
    finally:
        taken.sha256 = digest.hexdigest()
        _end(request, taken)


def write(request: Request, path: Path) -> Taken:
    """Write the whole file at once under its name, or nothing: an error leaves no half file behind."""
    taken = Taken()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".export-", suffix=f".{request.format}")
    os.close(handle)
    partial = Path(name)
    try:
        _fill(request, partial, taken)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return taken


def _fill(request: Request, path: Path, taken: Taken) -> None:
    if request.format in STREAMED:
        with path.open("wb") as out:
            for part in stream(request, taken):
                out.write(part)
        return
    query = request.query()
    _begin(request, query)
    try:
        with transaction.atomic():
            if request.format == "xlsx":
                taken.rows = write_xlsx(request.report, query, path, request.about())
            else:
                taken.rows = write_parquet(request.report, query, path)
        with path.open("rb") as written:
            taken.sha256 = hashlib.file_digest(written, "sha256").hexdigest()
        taken.size, taken.complete = path.stat().st_size, True
    finally:
        _end(request, taken)


@transaction.atomic
def _begin(request: Request, query: QuerySet[Any]) -> None:
    audit.record(by=request.by, verb="start_export", target=request.by, detail=_detail(request))
    record_access_to_all(
        by=request.by, patients=query.order_by().values("patient_id"), view="export", purpose=request.report.code
    )


def _end(request: Request, taken: Taken) -> None:
    audit.record(by=request.by, verb="export", target=request.by, detail=_detail(request) | taken.as_dict())


def _detail(request: Request) -> dict[str, Any]:
    return {"report": request.report.code, "format": request.format, "filters": request.filters.as_dict()}
