"""Clinicians' findings as people read them: all of a patient, one with its versions, lesions as last measured."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labs.models import ClinicalFinding, FindingStatus
from labs.rules.wording import unit_text
from labs.selectors.trend import Measured, Trend
from labs.vocabulary.findings import FINDING_KINDS, MODALITIES
from labs.vocabulary.fixed_point import from_amount
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Lesion:
    """A lesion as it was last measured; what was not measured then is empty."""

    name: str
    day: date
    method: str
    longest: str = ""
    short: str = ""


class FindingTrend(Trend):
    """Measurements of lesions over time. Several lesions are no change of assay."""

    @property
    def assay_changes(self) -> list[date]:
        """None: which lesion and which images a value is of stands beside it."""
        return []


def finding_trends(*, patient: Patient, analytes: Collection[str]) -> dict[str, Trend]:
    """Measured findings of these analytes as a trend for each, oldest first; nothing that was taken back."""
    measured = [code for code in analytes if code in FINDING_KINDS and FINDING_KINDS[code].measured]
    return trends_of_findings(measured_findings(patient).filter(kind__in=measured)) if measured else {}


def measured_findings(patient: Patient) -> QuerySet[ClinicalFinding]:
    """Findings with a number, oldest first; nothing that was taken back."""
    rows = ClinicalFinding.objects.filter(patient=patient, value__isnull=False)
    return rows.exclude(status=FindingStatus.ENTERED_IN_ERROR).order_by("observed_on", "pk")


def trends_of_findings(findings: Iterable[ClinicalFinding]) -> dict[str, Trend]:
    """Measured findings of one patient, oldest first, as a trend for each kind."""
    trends: dict[str, Trend] = {}
    for one in findings:
        trends.setdefault(one.kind, FindingTrend(FINDING_KINDS[one.kind].analyte)).points.append(_measured(one))
    return trends


def findings_of(*, patient: Patient) -> QuerySet[ClinicalFinding]:
    """The newest version of every finding, newest day first; those taken back are among them."""
    newest = ClinicalFinding.objects.filter(patient=patient, is_current=True).select_related("recorded_by")
    return newest.order_by("-observed_on", "method", "site_label", "pk")


def versions_of(finding: ClinicalFinding) -> list[ClinicalFinding]:
    """All versions of a finding, newest first, whichever of them is given."""
    return [*_newer(finding), finding, *_older(finding)]


def lesions_of(*, patient: Patient) -> list[Lesion]:
    """Lesions with a name, as last measured, those of the latest images first."""
    measured = findings_of(patient=patient).filter(kind__in=("lesion_new", "lesion_diameter", "lesion_short_axis"))
    lesions: dict[str, Lesion] = {}
    for one in measured.exclude(status=FindingStatus.ENTERED_IN_ERROR):
        key = one.site_label.casefold()
        known = lesions.setdefault(key, Lesion(one.site_label, one.observed_on, one.method))
        if (known.day, known.method) == (one.observed_on, one.method):
            lesions[key] = _with(known, one)
    return list(lesions.values())


def found_text(finding: ClinicalFinding) -> str:
    """What was found, in short: "yes", "24 mm"."""
    if finding.coded:
        return _(finding.coded)
    analyte = FINDING_KINDS[finding.kind].analyte
    number = from_amount(finding.amount or 0, analyte.places).normalize()
    return f"{number:f} {unit_text(analyte.unit)}"


def kind_text(finding: ClinicalFinding) -> str:
    """The name of the kind of finding."""
    return _(FINDING_KINDS[finding.kind].analyte.name)


def method_text(finding: ClinicalFinding) -> str:
    """The name of the way in which it was found."""
    return _(MODALITIES[finding.method]) if finding.method else ""


def _with(lesion: Lesion, finding: ClinicalFinding) -> Lesion:
    longest = found_text(finding) if finding.kind == "lesion_diameter" else lesion.longest
    short = found_text(finding) if finding.kind == "lesion_short_axis" else lesion.short
    return Lesion(lesion.name, lesion.day, lesion.method, longest, short)


def _measured(finding: ClinicalFinding) -> Measured:
    """A finding as a point of a chart; its lesion and its images stand as the assay."""
    return Measured(
        on=finding.observed_on,
        value=finding.value or Decimal(),
        comparator="",
        value_printed="",
        unit_printed="",
        assay=(finding.site_label, method_text(finding), ""),
        replaced=not finding.is_current,
        contradictory=False,
    )


def _newer(finding: ClinicalFinding) -> list[ClinicalFinding]:
    newer: list[ClinicalFinding] = []
    while (
        following := (newer[0] if newer else finding).superseded_by.select_related("recorded_by").first()
    ) is not None:
        newer.insert(0, following)
    return newer


def _older(finding: ClinicalFinding) -> list[ClinicalFinding]:
    older: list[ClinicalFinding] = []
    while (former := (older[-1] if older else finding).supersedes) is not None:
        older.append(former)
    return older
