"""Taking reports in: whose they are, what they say in comparable terms, and what the rules make of it.

One report and a file of a million rows go the same way: `receive_reports` takes any number in one transaction and few
statements. A result is stored, kept aside with a reason, known already, or of a test Vigil does not use; nothing is
lost and nothing is guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.close_tests import close_for
from labs.actions.end_waits import end_waits
from labs.actions.evaluate import Evaluated, evaluate_patients, lock_patients, mark_pending
from labs.actions.keep_aside import Item, close_settled, keep_aside
from labs.actions.prepare_results import KeptAside, Prepared, compare, fingerprint_of, prepare_result, raw_of
from labs.actions.register_incoming import claim_of
from labs.actions.result_versions import Taken
from labs.actions.store_results import Arrival, Stored, store_results
from labs.intake.incoming import LOINC, IncomingReport, IncomingResult, IncomingSubject
from labs.models import Message, Result
from labs.vocabulary.comparable import NotTaken
from labs.vocabulary.statuses import VOID
from patients.access import check_can_import, check_can_record
from patients.models import AuditEvent, Patient, Site, User
from patients.problems import problem
from patients.selectors.matching import UNKNOWN_NUMBER, Known, NoMatch, match_claims

UNMATCHED_REMEDY = "Register the patient, or correct the number, and send the result again."
ANOTHER_PERSON_REMEDY = (
    "Find out whose result it is; correct the number or the patient's particulars and send it again."
)
AFTER_CORRECTION = "after_its_correction"
LATE_MESSAGE = "It came after its own correction or final result; it is kept and does not count."
LATE_REMEDY = "If it is the newer one, ask the laboratory to send it as corrected."
CONTRADICTION = "contradiction"
BESIDE_MESSAGE = "Another value is known for the same test under the same accession; both are kept and marked."
BESIDE_REMEDY = "Ask the laboratory which is right and to send it as corrected."


@dataclass(frozen=True, slots=True)
class Happened:
    """What became of one incoming result. `kind`: stored, known, replaced, beside, late, aside, not_taken."""

    incoming: IncomingResult
    kind: str
    reason: str = ""
    message: str = ""
    remedy: str = ""


@dataclass(slots=True)
class Received:
    """What became of all results of some reports, in their order."""

    results: list[Happened] = field(default_factory=list)
    patient_ids: set[int] = field(default_factory=set)
    """Patients about whom something changed."""
    quarantined: int = 0
    """Items new in the quarantine."""
    settled: int = 0
    """Items of the quarantine that have come in usable."""
    evaluated: Evaluated | None = None

    def count(self) -> Counter[str]:
        """How many results came to each end."""
        return Counter(happened.kind for happened in self.results)


KINDS = {
    Taken.NEW: "stored",
    Taken.REPLAY: "known",
    Taken.REPLACED: "replaced",
    Taken.BESIDE: "beside",
    Taken.LATE: "late",
}


@dataclass(slots=True)
class _Work:
    """One incoming result on its way: whose it is, what it comes to, and in the end what happened."""

    incoming: IncomingResult
    subject: IncomingSubject
    issued_at: datetime | None
    match: Known | NoMatch
    prepared: Prepared
    stored: Stored | None = None


def receive_report(
    *,
    report: IncomingReport,
    by: User,
    now: datetime,
    message: Message | None = None,
    entered_for: Patient | None = None,
) -> Received:
    """Take one report in: matched, made comparable, stored, scheduled tests closed, rules evaluated.

    `entered_for` is the patient for whom a nurse or physician enters it, and about whom it must then be; without it
    only importers may send reports.
    """
    return receive_reports(reports=[report], by=by, now=now, message=message, entered_for=entered_for)


@transaction.atomic
def receive_reports(
    *,
    reports: Sequence[IncomingReport],
    by: User,
    now: datetime,
    message: Message | None = None,
    evaluate: bool = True,
    entered_for: Patient | None = None,
) -> Received:
    """Take reports in, all in one transaction. With `evaluate=False` their patients are marked as waiting for rules."""
    if entered_for is None:
        check_can_import(by)
    else:
        check_can_record(by, entered_for)
    work = _prepare(reports, by, entered_for)
    stored = _store(work, message, now)
    items = [item for one in work if (item := _item(one))]
    quarantined = keep_aside(items=items, message=message, now=now)
    settled = _close_settled(work, by=by, now=now)
    patient_ids = {outcome.arrival.patient_id for outcome in stored if outcome.result_id}
    if quarantined:
        patient_ids |= {item.patient_id for item in items if item.patient_id}
    _audit(stored, by=by, message=message)
    received = Received([_happened(one) for one in work], patient_ids, quarantined, settled)
    if not received.patient_ids:
        return received
    if evaluate:
        closed = close_for(patient_ids=received.patient_ids, by=by, now=now)
        received.evaluated = evaluate_patients(patient_ids=received.patient_ids, by=by, now=now)
        end_waits(patient_ids=closed.ordered, by=by, now=now)
    else:
        mark_pending(patient_ids=received.patient_ids)
    return received


def _prepare(reports: Sequence[IncomingReport], by: User, entered_for: Patient | None) -> list[_Work]:
    """Match the patients, lock them in one order, and make every result ready."""
    claims = {id(report.subject): claim_of(report.subject) for report in reports}
    matches = match_claims(claims.values(), by=by)
    if entered_for is not None:
        _check_about(entered_for, matches.values())
    lock_patients({match.id for match in matches.values() if isinstance(match, Known)})
    zones = {site.pk: site.zone for site in Site.objects.all()}
    work = []
    for report in reports:
        match = matches[claims[id(report.subject)]]
        for incoming in report.results or _taken_back(report, match):
            prepared = _prepared(incoming, match, zones)
            work.append(_Work(incoming, report.subject, report.issued_at, match, prepared))
    return work


def _check_about(patient: Patient, matches: Iterable[Known | NoMatch]) -> None:
    """Raise unless every report is about this patient: entering for one gives no right to send for another."""
    if any(not isinstance(match, Known) or match.id != patient.pk for match in matches):
        raise problem(
            "",
            _("The report is not about the patient it is entered for."),
            _("Open the record of the person it is about, and enter it there."),
        )


def _prepared(incoming: IncomingResult, match: Known | NoMatch, zones: dict[int, ZoneInfo]) -> Prepared:
    if isinstance(match, Known):
        return prepare_result(incoming, zone=zones[match.site_id], birth_date=match.birth_date)
    read = compare(incoming)
    if isinstance(read, NotTaken):
        return Prepared(not_taken=read.reason)
    remedy = UNMATCHED_REMEDY if match.reason == UNKNOWN_NUMBER else ANOTHER_PERSON_REMEDY
    return Prepared(aside=KeptAside(incoming, match.reason, match.message, remedy, read.analyte))


def _taken_back(report: IncomingReport, match: Known | NoMatch) -> Iterator[IncomingResult]:
    """What a report that is taken back as a whole, and lists no results, says of the results it once brought."""
    if not isinstance(match, Known) or report.status not in VOID:
        return
    former = Result.objects.filter(patient_id=match.id, report__accession=report.accession, is_current=True)
    for result in former.exclude(status__in=VOID).order_by("pk"):
        yield IncomingResult(
            accession=report.accession,
            code=result.code,
            code_system=LOINC,
            display="",
            value_text="",
            comparator="",
            value=None,
            coded="",
            unit="",
            unit_system="",
            status=report.status,
            collected_at=result.collected_at,
            collected_on=result.collected_on,
            time_known=result.time_known,
            zone_known=True,
            specimen=result.specimen,
            method=result.method,
            laboratory=result.laboratory,
            reference_low=None,
            reference_high=None,
            reference_text="",
            note="",
            where=report.where,
            row=report.row,
        )


def _store(work: Iterable[_Work], message: Message | None, now: datetime) -> list[Stored]:
    arriving = [
        (one, Arrival(one.match.id, one.issued_at, one.prepared.draft))
        for one in work
        if one.prepared.draft and isinstance(one.match, Known)
    ]
    stored = store_results(arrivals=[arrival for _one, arrival in arriving], message=message, now=now)
    for (one, _arrival), outcome in zip(arriving, stored, strict=True):
        one.stored = outcome
    return stored


def _close_settled(work: Sequence[_Work], *, by: User, now: datetime) -> int:
    usable = [one for one in work if one.stored and one.prepared.aside is None]
    return close_settled(
        stored=[one.stored for one in usable if one.stored], same_words=map(_words, usable), by=by, now=now
    )


def _happened(one: _Work) -> Happened:
    """What happened to a result, in words for whoever sent it."""
    aside, stored = one.prepared.aside, one.stored
    if aside:
        return Happened(one.incoming, "aside", aside.reason, aside.message, aside.remedy)
    if stored is None:
        return Happened(one.incoming, "not_taken", "not_used", one.prepared.not_taken)
    if stored.taken is Taken.LATE:
        return Happened(one.incoming, "late", AFTER_CORRECTION, LATE_MESSAGE, LATE_REMEDY)
    if stored.taken is Taken.BESIDE:
        return Happened(one.incoming, "beside", CONTRADICTION, BESIDE_MESSAGE, BESIDE_REMEDY)
    return Happened(one.incoming, KINDS[stored.taken])


def _item(one: _Work) -> Item | None:
    """What to keep in the quarantine of this result."""
    aside, match = one.prepared.aside, one.match
    if aside is None:
        return None
    return Item(
        fingerprint=_words(one),
        where=one.incoming.where,
        reason=aside.reason,
        message=aside.message,
        remedy=aside.remedy,
        raw=raw_of(one.incoming, _subject_raw(one.subject)),
        patient_id=match.id if isinstance(match, Known) else None,
        analyte=aside.analyte,
        collected_on=one.incoming.collected_on,
    )


def _words(one: _Work) -> str:
    """A digest of the incoming words, whoever they turn out to be about."""
    numbers = (part for identifier in one.subject.identifiers for part in identifier)
    return fingerprint_of(one.incoming, "aside", *numbers)


def _subject_raw(subject: IncomingSubject) -> dict[str, Any]:
    return {
        "identifiers": [list(identifier) for identifier in subject.identifiers],
        "family_name": subject.family_name,
        "given_name": subject.given_name,
        "birth_date": subject.birth_date_text,
        "sex": subject.sex,
    }


def _audit(stored: Iterable[Stored], *, by: User, message: Message | None) -> None:
    """One row a patient: how many results came, and how many of them replaced another."""
    counts: dict[int, Counter[str]] = defaultdict(Counter)
    for outcome in stored:
        if outcome.result_id:
            counts[outcome.arrival.patient_id][KINDS[outcome.taken]] += 1
    AuditEvent.objects.bulk_create(
        (
            AuditEvent(
                by=by,
                verb="results.receive",
                target_type=Message._meta.label_lower,
                target_id=message.pk if message else None,
                patient_id=patient_id,
                detail=dict(count),
            )
            for patient_id, count in counts.items()
        ),
        batch_size=2_000,
    )
