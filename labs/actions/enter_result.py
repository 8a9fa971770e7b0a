"""Results that a person types in, or a program sends one by one: they go the way of a message (ADR 0007).

What a file would be quarantined for is refused here, on the spot, with the same reason and remedy: the person who knows
the right value is still there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.prepare_results import compare
from labs.actions.receive_report import Happened, Received, receive_report
from labs.intake.incoming import LOINC, IncomingReport, IncomingResult, IncomingSubject
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable
from labs.vocabulary.loinc import VIGIL
from labs.vocabulary.quarantine import CautionCode
from patients.access import check_can_record
from patients.models import Patient, User
from patients.problems import Problem, check_not_ahead, problem, refusal

TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Sample:
    """What the values of one entry have in common. Without an accession the time of collection names the sample."""

    collected_on: date
    collected_time: time | None = None
    laboratory: str = ""
    accession: str = ""

    @property
    def name(self) -> str:
        """The accession, or one made of the time: the same sample entered again is the same."""
        if self.accession:
            return self.accession
        hour = f"T{self.collected_time:%H:%M}" if self.collected_time else ""
        return f"{TYPED}-{self.collected_on.isoformat()}{hour}"


@dataclass(frozen=True, slots=True)
class Value:
    """One value as the laboratory printed it. `corrects`: it replaces the value of this sample that was wrong.

    `detection_limit` is in the unit of the value; both it and `cells_counted` lie above zero.
    """

    analyte: str
    text: str
    unit: str = ""
    specimen: str = ""
    method: str = ""
    note: str = ""
    corrects: bool = False
    detection_limit: Decimal | None = None
    cells_counted: int | None = None
    target: str = ""


@transaction.atomic
def enter_results(
    *, patient: Patient, sample: Sample, values: Sequence[Value], confirmed: bool = False, by: User, now: datetime
) -> Received:
    """Take typed values in, all or none; what became of each is in the answer.

    Raises a refusal by field: `values.0.unit` and the like, or `confirmed` when a value is unusual and nobody has said
    that it is right.
    """
    check_can_record(by, patient)
    check_not_ahead("collected_on", sample.collected_on, site=patient.site, now=now)
    if not values:
        raise problem("values", _("No value was entered."), _("Enter at least one value."))
    results = [_incoming(sample, value) for value in values]
    if not confirmed:
        _check_usual(results)
    received = receive_report(report=_report(patient, sample, results), by=by, now=now, entered_for=patient)
    refused = list(_refused(received.results))
    if refused:
        raise refusal(refused)
    return received


def _incoming(sample: Sample, value: Value) -> IncomingResult:
    analyte = ANALYTES[value.analyte]
    at = datetime.combine(sample.collected_on, sample.collected_time) if sample.collected_time else None
    return IncomingResult(
        accession=sample.name,
        code=analyte.loinc[0] if analyte.loinc else analyte.code,
        code_system=LOINC if analyte.loinc else VIGIL,
        display="",
        value_text=value.text.strip(),
        comparator="",
        value=None,
        coded="",
        unit=value.unit.strip(),
        unit_system="",
        status="corrected" if value.corrects else "final",
        collected_at=at,
        collected_on=sample.collected_on,
        time_known=at is not None,
        zone_known=False,
        specimen=value.specimen.strip(),
        method=value.method.strip(),
        laboratory=sample.laboratory.strip(),
        reference_low=None,
        reference_high=None,
        reference_text="",
        note=value.note.strip(),
        where=TYPED,
        detection_limit=value.detection_limit,
        cells_counted=value.cells_counted,
        target=value.target.strip(),
    )


def _report(patient: Patient, sample: Sample, results: Sequence[IncomingResult]) -> IncomingReport:
    identifiers = tuple(patient.identifiers.order_by("pk").values_list("system", "value"))
    return IncomingReport(
        subject=IncomingSubject(identifiers=identifiers),
        accession=sample.name,
        status="final",
        laboratory=sample.laboratory.strip(),
        issued_at=None,
        results=tuple(results),
        source_format=TYPED,
        where=TYPED,
    )


def _check_usual(results: Sequence[IncomingResult]) -> None:
    """Raise when a value lies beyond its soft limits, so that somebody looks at it once more."""
    unusual = [
        caution.message
        for result in results
        if isinstance(read := compare(result), Comparable)
        for caution in read.warnings or ()
        if caution.code == CautionCode.BEYOND_SOFT_LIMITS
    ]
    if unusual:
        raise problem("confirmed", "; ".join(unusual), _("Look at it once more, and say so if it is right."))


def _refused(results: Sequence[Happened]) -> Iterator[Problem]:
    for index, happened in enumerate(results):
        if happened.kind == "aside":
            yield Problem(f"values.{index}.{field_of(happened.reason)}", _sentence(happened.message), happened.remedy)
        elif happened.kind == "not_taken":
            yield _not_taken(index, happened)


def _not_taken(index: int, happened: Happened) -> Problem:
    message = _sentence(happened.message)
    if happened.incoming.target:
        return Problem(f"values.{index}.target", message, _("Enter a value of a marker that is followed."))
    return Problem(f"values.{index}.analyte", message, _("Choose another test."))


def field_of(reason: str) -> str:
    """The field a reason of the quarantine speaks of."""
    if reason.startswith("unit"):
        return "unit"
    if reason.startswith("specimen"):
        return "specimen"
    if reason.startswith("limit"):
        return "detection_limit"
    return "analyte" if reason.startswith("code") else "value"


def _sentence(message: str) -> str:
    return message if message.endswith(".") else f"{message}."
