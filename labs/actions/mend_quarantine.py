"""Dealing with what could not be used: put right and taken in, or set aside for good with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from labs.actions.enter_result import field_of
from labs.actions.receive_report import Received, receive_report
from labs.intake.incoming import LOINC, IncomingReport, IncomingResult, IncomingSubject
from labs.models import Quarantine
from labs.selectors.quarantine import quarantined_for
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.loinc import VIGIL
from patients.access import check_can_mend, check_can_record
from patients.actions.audit import record
from patients.models import Patient, User
from patients.problems import check_not_ahead, problem

MENDED = "mended"


@dataclass(frozen=True, slots=True)
class Mended:
    """The result in words that can be used, as the person who asked the laboratory states them."""

    analyte: str
    text: str
    unit: str
    collected_on: date
    collected_time: time | None = None
    specimen: str = ""
    method: str = ""
    detection_limit: Decimal | None = None
    cells_counted: int | None = None
    target: str = ""


class AlreadyClosed(Exception):
    """Somebody else has dealt with the item meanwhile."""


@transaction.atomic
def mend(*, item: Quarantine, patient: Patient, mended: Mended, note: str = "", by: User, now: datetime) -> Received:
    """Take the mended result in by the way of every result. The item keeps the sender's own words, and who mended it.

    Raises a refusal by field when the result still cannot be used, `AlreadyClosed` when the item is closed.
    """
    check_can_mend(by)
    check_can_record(by, patient)
    locked = _lock(item, by)
    if locked.patient_id is not None and locked.patient_id != patient.pk:
        raise problem("patient", _("The item belongs to another patient."), _("Dismiss it, and have it sent again."))
    check_not_ahead("collected_on", mended.collected_on, site=patient.site, now=now)
    received = receive_report(report=_report(locked, patient, mended), by=by, now=now, entered_for=patient)
    [happened] = received.results
    if happened.kind in {"aside", "not_taken"}:
        raise problem(field_of(happened.reason), happened.message, happened.remedy or _("Choose another test."))
    _close(locked, Quarantine.State.MENDED, note=note, by=by, now=now, patient=patient)
    return received


@transaction.atomic
def dismiss(*, item: Quarantine, note: str, by: User, now: datetime) -> Quarantine:
    """Set the item aside for good; the note says why it is not needed."""
    check_can_mend(by)
    locked = _lock(item, by)
    if not note.strip():
        raise problem("note", _("The reason is missing."), _("Say in a few words why it is not needed."))
    return _close(locked, Quarantine.State.DISMISSED, note=note, by=by, now=now, patient=locked.patient)


def _lock(item: Quarantine, by: User) -> Quarantine:
    locked = quarantined_for(by).select_related(None).select_for_update(of=("self",)).get(pk=item.pk)
    if locked.state != Quarantine.State.OPEN:
        raise AlreadyClosed(
            _("%(person)s has dealt with it meanwhile: %(state)s.")
            % {"person": locked.closed_by, "state": locked.get_state_display()}
        )
    return locked


def _close(
    item: Quarantine, state: Quarantine.State, *, note: str, by: User, now: datetime, patient: Patient | None
) -> Quarantine:
    item.state, item.closed_at, item.closed_by = state, now, by
    item.note, item.patient = note.strip(), patient
    item.save(update_fields=["state", "closed_at", "closed_by", "note", "patient"])
    record(by=by, verb=f"quarantine.{state}", target=item, patient=patient, detail={"note": item.note})
    return item


def _report(item: Quarantine, patient: Patient, mended: Mended) -> IncomingReport:
    raw = item.raw
    result = _result(raw, mended)
    return IncomingReport(
        subject=IncomingSubject(identifiers=tuple(patient.identifiers.order_by("pk").values_list("system", "value"))),
        accession=result.accession,
        status=result.status,
        laboratory=result.laboratory,
        issued_at=None,
        results=(result,),
        source_format=MENDED,
        where=item.where,
    )


def _result(raw: dict[str, Any], mended: Mended) -> IncomingResult:
    """The sender's accession, status and laboratory with the words that were put right."""
    analyte = ANALYTES[mended.analyte]
    at = _instant(raw, mended)
    return IncomingResult(
        accession=str(raw.get("accession") or f"{MENDED}-{mended.collected_on.isoformat()}"),
        code=analyte.loinc[0] if analyte.loinc else analyte.code,
        code_system=LOINC if analyte.loinc else VIGIL,
        display="",
        value_text=mended.text.strip(),
        comparator="",
        value=None,
        coded="",
        unit=mended.unit.strip(),
        unit_system="",
        status=str(raw.get("status") or "final"),
        collected_at=at,
        collected_on=mended.collected_on,
        time_known=at is not None,
        zone_known=at is not None and at.tzinfo is not None,
        specimen=mended.specimen.strip(),
        method=mended.method.strip(),
        laboratory=str(raw.get("laboratory") or ""),
        reference_low=None,
        reference_high=None,
        reference_text="",
        note=str(raw.get("note") or ""),
        where=MENDED,
        detection_limit=mended.detection_limit,
        cells_counted=mended.cells_counted,
        target=mended.target.strip(),
    )


def _instant(raw: dict[str, Any], mended: Mended) -> datetime | None:
    """The sender's instant while day and time are unchanged (it may carry an offset), else local time at the site."""
    sent = parse_datetime(str(raw.get("collected") or ""))
    if sent and sent.date() == mended.collected_on and mended.collected_time in {None, sent.time()}:
        return sent
    return datetime.combine(mended.collected_on, mended.collected_time) if mended.collected_time else None
