"""Flags: every possible relapse signal, what the rules say and what people decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from labs.models import Flag, Level, Review
from labs.selectors.flag_line import flag_line
from patients.access import visible_to
from patients.models import User
from tracker.reports.report import CHUNK, Column, Filters, Report, Value, narrowed, with_mrn

COLUMNS = (
    Column("mrn"),
    Column("site"),
    Column("disease"),
    Column("rule"),
    Column("criteria_version"),
    Column("level"),
    Column("signal"),
    Column("review"),
    Column("onset_date", "date"),
    Column("detected_on", "date"),
    Column("raised_at", "instant"),
    Column("answer_by", "instant"),
    Column("owner"),
    Column("decision"),
    Column("reviewed_at", "instant"),
    Column("explanation"),
    Column("evidence"),
    Column("confounders"),
    Column("missing"),
)


def select(filters: Filters, user: User, now: datetime) -> QuerySet[Flag]:
    """Flags this person may see, oldest first."""
    flags = narrowed(with_mrn(Flag.objects.filter(visible_to(user, "patient__"))), filters, day="detected_on")
    if filters.disease:
        flags = flags.filter(diagnosis__disease=filters.disease)
    if filters.level:
        flags = flags.filter(level=filters.level)
    if filters.status:
        flags = flags.filter(review=filters.status)
    return flags.select_related("patient__site", "diagnosis", "owner").order_by("id")


def rows(flags: QuerySet[Flag]) -> Iterator[tuple[Value, ...]]:
    """One tuple a flag."""
    for flag in flags.iterator(chunk_size=CHUNK):
        line = _line(flag)
        yield (
            line["mrn"],
            flag.patient.site.code,
            flag.diagnosis.disease if flag.diagnosis else "",
            flag.rule,
            flag.criteria_version,
            flag.level,
            flag.signal,
            flag.review,
            flag.onset_on,
            flag.detected_on,
            flag.raised_at,
            flag.answer_by,
            flag.owner.username,
            flag.decision,
            flag.reviewed_at,
            flag.explanation,
            "; ".join(_said(item) for item in line["evidence"]),
            "; ".join(line["confounders"]),
            "; ".join(line["missing"]),
        )


def objects(flags: QuerySet[Flag]) -> Iterator[dict[str, Any]]:
    """One object a flag, by the contract of `flag_line`."""
    for flag in flags.iterator(chunk_size=CHUNK):
        yield _line(flag)


def _line(flag: Flag) -> dict[str, Any]:
    """The contract's object. What the row itself says goes before the frozen evidence, which it was copied from."""
    said = {
        "rule": flag.rule,
        "criteria_version": flag.criteria_version,
        "onset_on": flag.onset_on.isoformat(),
        "detected_on": flag.detected_on.isoformat(),
        "explanation": flag.explanation,
    }
    return flag_line(
        mrn=flag.mrn or "",  # type: ignore[attr-defined]
        finding=flag.finding | said,
        level=flag.level,
        signal=flag.signal,
        review=flag.review,
    )


def _said(item: Mapping[str, Any]) -> str:
    """A piece of evidence in one line: "serum_m 1.0 g/dL on 2025-03-01 (latest, accession A1)"."""
    unit = f" {item['unit']}" if item["unit"] else ""
    return f"{item['analyte']} {item['value']}{unit} on {item['collected_at']} ({item['role']}, {item['accession']})"


FLAGS = Report(
    code="flags",
    title=_("Signals"),
    about=_("Every possible relapse signal with its evidence, what the rules say and what was decided."),
    columns=COLUMNS,
    day="detected_on",
    day_label=_("detected"),
    levels=Level.choices,
    statuses=Review.choices,
    status_label=_("Review"),
    select=select,
    rows=rows,
    objects=objects,
)


def explanations(flags: QuerySet[Flag]) -> Iterator[dict[str, Any]]:
    """One object a flag: the contract's keys, and the whole explanation beside them."""
    for flag in flags.iterator(chunk_size=CHUNK):
        frozen = flag.finding
        yield _line(flag) | {
            "comparisons": frozen.get("comparisons", []),
            "reference": frozen.get("reference", {}),
            "evidence": frozen.get("evidence", []),
            "confounders": frozen.get("confounders", []),
            "would_confirm": frozen.get("would_confirm", ""),
            "would_clear": frozen.get("would_clear", ""),
        }


EXPLANATIONS = replace(
    FLAGS,
    code="explanations",
    title=_("Signals with their whole reasoning"),
    about=_(
        "As signals; in NDJSON with every comparison, the reference value and how it was chosen, and what settles it."
    ),
    objects=explanations,
)
