"""Clinicians' findings as people read them: all of a patient, one with its versions, lesions as last measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from labs.models import ClinicalFinding, FindingStatus
from labs.rules.wording import unit_text
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
