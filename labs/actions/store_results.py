"""Reports and result versions written in bulk: a handful of statements however many results.

Called inside the transaction of `receive_reports`, with the patients' rows locked, so that two messages about one
patient come one after the other.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from labs.actions.prepare_results import Draft
from labs.actions.result_versions import Lineage, Taken, Version
from labs.models import Message, Report, Result

LONGEST_PRINTED = 400
MANY = 500
"""Rows from which on waiting checks of foreign keys slow the rest of the transaction down."""

ReportKey = tuple[int, str, str]
"""Patient, laboratory, accession."""

ADD_REPORTS = f"""
    insert into {Report._meta.db_table}
        (patient_id, laboratory, accession, collected_on, issued_at, received_at, message_id)
    select patient, laboratory, accession, collected_on, issued_at, %(now)s, %(message)s
    from unnest(%(patients)s::bigint[], %(laboratories)s::text[], %(accessions)s::text[], %(days)s::date[],
                %(issued)s::timestamptz[]) as new(patient, laboratory, accession, collected_on, issued_at)
    on conflict (patient_id, laboratory, accession) do nothing
    returning id, patient_id, laboratory, accession
"""  # noqa: S608 (table names of our own models)

FIND_REPORTS = f"""
    select report.id, report.patient_id, report.laboratory, report.accession
    from {Report._meta.db_table} as report
    join unnest(%(patients)s::bigint[], %(laboratories)s::text[], %(accessions)s::text[])
        as wanted(patient, laboratory, accession)
      on report.patient_id = wanted.patient and report.laboratory = wanted.laboratory
     and report.accession = wanted.accession
"""  # noqa: S608

RETIRE = f"""
    update {Result._meta.db_table} as result set is_current = new.is_current, warnings = new.warnings::jsonb
    from unnest(%(ids)s::bigint[], %(current)s::boolean[], %(warnings)s::text[]) as new(id, is_current, warnings)
    where result.id = new.id
"""  # noqa: S608

COLUMNS = (
    "id", "patient_id", "report_id", "message_id", "analyte", "code", "value_printed", "unit_printed", "comparator",
    "value", "amount", "coded", "status", "collected_at", "collected_on", "time_known", "specimen", "method",
    "method_family", "laboratory", "reference_low", "reference_high", "detection_limit", "cells_counted", "target",
    "note", "warnings", "version", "supersedes_id", "is_current", "fingerprint", "received_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Arrival:
    """One draft with the patient it belongs to and the time its report was issued."""

    patient_id: int
    issued_at: datetime | None
    draft: Draft

    @property
    def report(self) -> ReportKey:
        """What makes its report the one it is."""
        return self.patient_id, self.draft.incoming.laboratory, self.draft.incoming.accession


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of one arrival, and the number of its result (0 for a replay)."""

    arrival: Arrival
    taken: Taken
    result_id: int = 0


def store_results(*, arrivals: Sequence[Arrival], message: Message | None, now: datetime) -> list[Stored]:
    """Write what is new of `arrivals`, in their order, and say what became of each."""
    if not arrivals:
        return []
    message_id = message.pk if message else None
    reports, known = _reports(arrivals, message_id, now)
    lineages, seen = _versions_of(known)
    ids = iter(_new_ids(len(arrivals)))
    outcomes: list[Stored] = []
    rows: list[tuple[Arrival, int, Version]] = []
    for arrival in arrivals:
        report_id, draft = reports[arrival.report], arrival.draft
        if (report_id, draft.fingerprint) in seen:
            outcomes.append(Stored(arrival, Taken.REPLAY))
            continue
        seen.add((report_id, draft.fingerprint))
        version = _version(draft, next(ids))
        taken = lineages[report_id, draft.analyte, draft.specimen].take(version)
        rows.append((arrival, report_id, version))
        outcomes.append(Stored(arrival, taken, version.id))
    _rewrite(version for lineage in lineages.values() for version in lineage.versions if version.changed)
    _insert(rows, message_id, now)
    return outcomes


def _reports(
    arrivals: Sequence[Arrival], message_id: int | None, now: datetime
) -> tuple[dict[ReportKey, int], list[int]]:
    """The numbers of all reports, and those of them that were there before: they may hold results already."""
    first: dict[ReportKey, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.report, arrival)
    added: dict[str, Any] = {
        "days": [arrival.draft.collected_on for arrival in first.values()],
        "issued": [arrival.issued_at for arrival in first.values()],
        "now": now,
        "message": message_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD_REPORTS, _columns(first) | added)
        reports = {(row[1], row[2], row[3]): row[0] for row in cursor.fetchall()}
        missing = [key for key in first if key not in reports]
        if not missing:
            return reports, []
        cursor.execute(FIND_REPORTS, _columns(missing))
        known = {(row[1], row[2], row[3]): row[0] for row in cursor.fetchall()}
    return reports | known, list(known.values())


def _columns(keys: Iterable[ReportKey]) -> dict[str, Any]:
    listed = list(keys)
    return {
        "patients": [key[0] for key in listed],
        "laboratories": [key[1] for key in listed],
        "accessions": [key[2] for key in listed],
    }


def _versions_of(
    known_reports: list[int],
) -> tuple[dict[tuple[int, str, str], Lineage], set[tuple[int, str]]]:
    """The versions stored in these reports by (report, analyte, specimen), and all their fingerprints."""
    lineages: dict[tuple[int, str, str], Lineage] = defaultdict(Lineage)
    seen: set[tuple[int, str]] = set()
    if known_reports:
        for result in Result.objects.filter(report_id__in=known_reports).order_by("id").defer("note"):
            version = _stored_version(result)
            lineages[result.report_id, result.analyte, result.specimen].versions.append(version)
            seen.add((result.report_id, version.fingerprint))
    return lineages, seen


def _stored_version(result: Result) -> Version:
    return Version(
        id=result.pk,
        fingerprint=result.fingerprint.hex,
        status=result.status,
        collected_on=result.collected_on,
        collected_at=result.collected_at,
        method_family=result.method_family,
        target=result.target,
        value=(result.amount, result.comparator, result.coded),
        number=result.version,
        supersedes=result.supersedes_id,
        is_current=result.is_current,
        stored=True,
        warnings=result.warnings,
    )


def _version(draft: Draft, number: int) -> Version:
    return Version(
        id=number,
        fingerprint=draft.fingerprint,
        status=draft.incoming.status,
        collected_on=draft.collected_on,
        collected_at=draft.collected_at,
        method_family=draft.method_family,
        target=draft.target,
        value=(draft.amount, draft.comparator, draft.coded),
        warnings=draft.warnings,
    )


def _new_ids(count: int) -> list[int]:
    """Numbers known before the results are written, so that versions within one message can name each other."""
    sequence = "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)"
    with connection.cursor() as cursor:
        cursor.execute(sequence, [Result._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def _rewrite(versions: Iterable[Version]) -> None:
    changed = list(versions)
    if not changed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            RETIRE,
            {
                "ids": [version.id for version in changed],
                "current": [version.is_current for version in changed],
                "warnings": [json.dumps(version.warnings) for version in changed],
            },
        )


def _insert(rows: list[tuple[Arrival, int, Version]], message_id: int | None, now: datetime) -> None:
    if not rows:
        return
    names = ", ".join(COLUMNS)
    with connection.cursor() as cursor, cursor.copy(f"copy {Result._meta.db_table} ({names}) from stdin") as copy:
        for arrival, report_id, version in rows:
            copy.write_row(_row(arrival, report_id, version, message_id, now))
    if len(rows) >= MANY:
        _check_references()


def _check_references() -> None:
    """Check foreign keys now, and from here on statement by statement instead of at the commit.

    While the checks of many rows wait for the commit, each row a trigger writes (history is written by triggers) costs
    PostgreSQL a look through all that wait: milliseconds a row for everything that follows in the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")


def _row(arrival: Arrival, report_id: int, version: Version, message_id: int | None, now: datetime) -> tuple[Any, ...]:
    draft, incoming = arrival.draft, arrival.draft.incoming
    printed, note = incoming.value_text, incoming.note
    if len(printed) > LONGEST_PRINTED:
        printed, note = printed[: LONGEST_PRINTED - 1] + "…", "\n".join(filter(None, (printed, note)))
    return (
        version.id,
        arrival.patient_id,
        report_id,
        message_id,
        draft.analyte,
        incoming.code[:60],
        printed,
        incoming.unit[:60],
        draft.comparator,
        _text(draft.value),
        draft.amount,
        draft.coded,
        incoming.status,
        draft.collected_at,
        draft.collected_on,
        incoming.time_known,
        draft.specimen,
        incoming.method[:80],
        draft.method_family,
        incoming.laboratory,
        _text(draft.reference_low),
        _text(draft.reference_high),
        _text(draft.detection_limit),
        incoming.cells_counted,
        draft.target,
        note,
        json.dumps(version.warnings) if version.warnings else "[]",
        version.number,
        version.supersedes,
        version.is_current,
        version.fingerprint,
        now,
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
