"""Incoming results made ready to be stored: time at the site, canonical value, fingerprint. Nothing is written here."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from labs.intake.incoming import IncomingResult
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, NotTaken, Quarantined, make_comparable
from labs.vocabulary.methods import method_family
from labs.vocabulary.residual import target_of, unusable_detail
from labs.vocabulary.specimens import specimen_of
from labs.vocabulary.statuses import CORRECTING, VOID

EMPTY_STATUSES = VOID | CORRECTING | {"registered"}
"""Statuses under which a version without a usable value is kept: it says that there is none, or none any more."""

NOT_SAID = "collection_time_unknown"
BEFORE_BIRTH = "collected_before_birth"


@dataclass(frozen=True, slots=True)
class KeptAside:
    """A result that cannot be used as it is, with what is known of it."""

    incoming: IncomingResult
    reason: str
    message: str
    remedy: str
    analyte: str = ""


@dataclass(slots=True)
class Draft:
    """One version of a result, ready but for its place in the database."""

    incoming: IncomingResult
    fingerprint: str
    analyte: str
    collected_at: datetime | None
    collected_on: date
    amount: int | None = None
    value: Decimal | None = None
    comparator: str = ""
    coded: str = ""
    specimen: str = ""
    method_family: str = ""
    reference_low: Decimal | None = None
    reference_high: Decimal | None = None
    detection_limit: Decimal | None = None
    target: str = ""
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Prepared:
    """What one incoming result comes to: a draft, something kept aside, both, or a code Vigil does not use."""

    draft: Draft | None = None
    aside: KeptAside | None = None
    not_taken: str = ""


def prepare_result(incoming: IncomingResult, *, zone: ZoneInfo, birth_date: date | None) -> Prepared:
    """Make one result comparable and place it in time. `zone` is the clock of the patient's site."""
    read = compare(incoming)
    if isinstance(read, NotTaken):
        return Prepared(not_taken=read.reason)
    at, on = _placed(incoming, zone)
    if on is None:
        return Prepared(aside=_without_time(incoming, read.analyte))
    if birth_date is not None and on < birth_date:
        return Prepared(aside=_before_birth(incoming, on, read.analyte))
    if isinstance(read, Comparable):
        return Prepared(draft=_draft(incoming, read, at, on))
    return _unreadable(incoming, read, at, on)


def compare(incoming: IncomingResult) -> Comparable | Quarantined | NotTaken:
    """Hold the printed value, and what was sent beside it, against the vocabulary."""
    read = make_comparable(
        code=incoming.code,
        code_system=incoming.code_system,
        display=incoming.display,
        value_text=incoming.value_text,
        value=incoming.value,
        comparator=incoming.comparator,
        coded=incoming.coded,
        unit=incoming.unit,
        specimen=incoming.specimen,
        laboratory=incoming.laboratory,
        where=incoming.where,
    )
    if (incoming.detection_limit is None and not incoming.target) or not isinstance(read, Comparable):
        return read
    limit = canonical_limit(incoming.detection_limit, read.analyte, read.sent_unit)
    return unusable_detail(read.analyte, read.value, read.comparator, limit, incoming.target, incoming.where) or read


def fingerprint_of(incoming: IncomingResult, *further: str) -> str:
    """A digest of everything that makes one version of a result: the same message again has the same ones."""
    when = incoming.collected_at.isoformat() if incoming.collected_at else str(incoming.collected_on or "")
    parts = (
        incoming.accession,
        incoming.code,
        incoming.code_system,
        when,
        incoming.value_text,
        incoming.coded,
        incoming.unit,
        incoming.status,
        incoming.specimen,
        incoming.method,
        incoming.laboratory,
        *_details_of(incoming),
        *further,
    )
    return hashlib.md5("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()


def _details_of(incoming: IncomingResult) -> tuple[str, ...]:
    """Nothing where nothing was sent: a message from before these fields has the fingerprint it always had."""
    details = incoming.detection_limit, incoming.cells_counted, incoming.target
    return tuple(map(str, details)) if any(details) else ()


def raw_of(incoming: IncomingResult, subject: dict[str, Any]) -> dict[str, Any]:
    """The sender's own words, as the quarantine keeps them."""
    limit, cells = incoming.detection_limit, incoming.cells_counted
    details = {
        "detection_limit": "" if limit is None else str(limit),
        "cells_counted": "" if cells is None else str(cells),
        "target": incoming.target,
    }
    known = {name: value for name, value in details.items() if value}
    return (
        subject
        | {
            "accession": incoming.accession,
            "code": incoming.code,
            "code_system": incoming.code_system,
            "display": incoming.display,
            "value": incoming.value_text,
            "coded": incoming.coded,
            "unit": incoming.unit,
            "status": incoming.status,
            "collected": incoming.collected_at.isoformat()
            if incoming.collected_at
            else str(incoming.collected_on or ""),
            "specimen": incoming.specimen,
            "method": incoming.method,
            "laboratory": incoming.laboratory,
            "note": incoming.note,
        }
        | known
    )


def _draft(incoming: IncomingResult, read: Comparable, at: datetime | None, on: date) -> Draft:
    analyte = ANALYTES[read.analyte]
    measured = analyte.kind == "quantity"
    draft = _empty_draft(incoming, read.analyte, at, on)
    draft.amount = read.amount if measured else None
    draft.value = read.value if measured else None
    draft.comparator = read.comparator if measured else ""
    draft.coded = read.finding[:60]
    draft.specimen = read.specimen
    if read.warnings:
        draft.warnings.extend(caution.message for caution in read.warnings)
    if measured and (incoming.reference_low is not None or incoming.reference_high is not None):
        draft.reference_low = canonical_limit(incoming.reference_low, read.analyte, read.sent_unit)
        draft.reference_high = canonical_limit(incoming.reference_high, read.analyte, read.sent_unit)
    if measured:
        draft.detection_limit = canonical_limit(incoming.detection_limit, read.analyte, read.sent_unit) or None
    return draft


def _empty_draft(incoming: IncomingResult, analyte: str, at: datetime | None, on: date) -> Draft:
    return Draft(
        incoming=incoming,
        fingerprint=fingerprint_of(incoming),
        analyte=analyte,
        collected_at=at,
        collected_on=on,
        specimen=ANALYTES[analyte].specimen or specimen_of(incoming.specimen) or "",
        method_family=method_family(incoming.method),
        target=target_of(incoming.target) if ANALYTES[analyte].group == "mrd" else "",
    )


def _unreadable(incoming: IncomingResult, read: Quarantined, at: datetime | None, on: date) -> Prepared:
    """A value that cannot be used. A status that takes an earlier value back is stored all the same, without value."""
    aside = KeptAside(incoming, str(read.reason), read.message, read.remedy, read.analyte)
    if incoming.status not in EMPTY_STATUSES:
        return Prepared(aside=aside)
    if not read.analyte:
        return Prepared(not_taken=read.message) if incoming.status in VOID else Prepared(aside=aside)
    draft = _empty_draft(incoming, read.analyte, at, on)
    silent = incoming.status in VOID or not incoming.value_text
    return Prepared(draft=draft, aside=None if silent else aside)


def _placed(incoming: IncomingResult, zone: ZoneInfo) -> tuple[datetime | None, date | None]:
    """The instant and the calendar day at the site."""
    at = incoming.collected_at
    if at is None:
        return None, incoming.collected_on
    try:
        if at.tzinfo is None:
            return at.replace(tzinfo=zone).astimezone(UTC), at.date()
        return at.astimezone(UTC), at.astimezone(zone).date()
    except OverflowError:  # the first or last day a calendar can hold: no instant, and refused for its day
        return None, at.date()


def _without_time(incoming: IncomingResult, analyte: str) -> KeptAside:
    return KeptAside(
        incoming,
        NOT_SAID,
        "It is not said on which day it was collected.",
        "Ask the laboratory for the day of collection and send the result again.",
        analyte,
    )


def _before_birth(incoming: IncomingResult, on: date, analyte: str) -> KeptAside:
    return KeptAside(
        incoming,
        BEFORE_BIRTH,
        f"It was collected on {on}, before the patient was born.",
        "Correct the day of collection, or find out whose result it is.",
        analyte,
    )


@lru_cache(maxsize=8192)
def canonical_limit(limit: Decimal | None, analyte: str, sent_unit: str) -> Decimal | None:
    """A limit of the printed range in the canonical unit; None when it cannot be stored exactly enough."""
    if limit is None:
        return None
    factor = _factor(analyte, sent_unit)
    if factor is None:
        return None
    exact = Fraction(limit) * factor
    if abs(exact) >= 10**12:
        return None
    return Decimal(round(exact * 10**9)).scaleb(-9)


@lru_cache(maxsize=1024)
def _factor(analyte: str, sent_unit: str) -> Fraction | None:
    return ANALYTES[analyte].factors.get(sent_unit)
