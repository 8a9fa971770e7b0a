"""Sums of products of diameters, worked out anew from the lesions of each set of images that was touched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from labs.actions.finding_values import MISTAKEN
from labs.models import ClinicalFinding, FindingStatus
from labs.vocabulary.findings import FINDING_KINDS, sum_of_products
from labs.vocabulary.fixed_point import to_amount
from patients.actions.audit import record
from patients.models import Patient, User
from patients.problems import problem

LONGEST, SHORT, SUM = "lesion_diameter", "lesion_short_axis", "lesion_spd"
AXES = (LONGEST, SHORT)
LONGEST_NAME = 1000

Images = tuple[date, str]
"""Day and method: what was measured together."""


def check_axes(finding: ClinicalFinding) -> None:
    """Raise when the short axis of a lesion would be longer than its longest diameter."""
    if finding.kind not in AXES:
        return
    axes = _axes(finding.patient_id, (finding.observed_on, finding.method)).get(finding.site_label.casefold(), {})
    if LONGEST in axes and SHORT in axes and (axes[SHORT].value or 0) > (axes[LONGEST].value or 0):
        raise problem(
            "value",
            _("The short axis of %(lesion)s would be longer than its longest diameter.")
            % {"lesion": finding.site_label},
            _("Check both numbers and the unit."),
        )


def bring_sums_in_line(*, patient: Patient, touched: Iterable[Images], by: User) -> list[ClinicalFinding]:
    """Make, correct or take back the sums of these images; the versions that were written."""
    written = [_bring_in_line(patient, images, by) for images in sorted(set(touched))]
    return [one for one in written if one is not None]


def images_of(*findings: ClinicalFinding) -> list[Images]:
    """The images whose sum these findings may change."""
    return [(one.observed_on, one.method) for one in findings if one.kind in AXES]


def _bring_in_line(patient: Patient, images: Images, by: User) -> ClinicalFinding | None:
    day, method = images
    lesions = _measured_both_ways(patient.pk, images)
    sums = ClinicalFinding.objects.filter(
        patient=patient, kind=SUM, observed_on=day, method=method, is_current=True
    ).exclude(status=MISTAKEN)
    old = sums.filter(computed=True).first()
    name, value = sum_of_products(lesions)
    if len(name) > LONGEST_NAME:
        raise problem("site", _("The names of the lesions are too long together."), _("Shorten them."))
    if not lesions:
        return _next_version(old, MISTAKEN, by) if old else None
    if old is None:
        return None if sums.filter(site_label__iexact=name).exists() else _first(patient, images, name, value, by)
    if (old.site_label, old.value) == (name, value):
        return None
    return _next_version(old, FindingStatus.CORRECTED, by, site_label=name, value=value, amount=_amount(value))


def _axes(patient_id: int, images: Images) -> dict[str, dict[str, ClinicalFinding]]:
    """Lesion -> axis -> finding, of one set of images."""
    day, method = images
    found = ClinicalFinding.objects.filter(
        patient_id=patient_id, kind__in=AXES, observed_on=day, method=method, is_current=True
    ).exclude(status=MISTAKEN)
    axes: dict[str, dict[str, ClinicalFinding]] = defaultdict(dict)
    for one in found.order_by("pk"):
        axes[one.site_label.casefold()][one.kind] = one
    return axes


def _measured_both_ways(patient_id: int, images: Images) -> dict[str, tuple[Decimal, Decimal]]:
    both = [axes for axes in _axes(patient_id, images).values() if len(axes) == len(AXES)]
    return {
        axes[LONGEST].site_label: (axes[LONGEST].value or Decimal(), axes[SHORT].value or Decimal()) for axes in both
    }


def _amount(value: Decimal) -> int:
    return to_amount(value, FINDING_KINDS[SUM].analyte.places)


def _first(patient: Patient, images: Images, name: str, value: Decimal, by: User) -> ClinicalFinding:
    new = ClinicalFinding.objects.create(
        patient=patient,
        kind=SUM,
        observed_on=images[0],
        method=images[1],
        site_label=name,
        value=value,
        amount=_amount(value),
        computed=True,
        recorded_by=by,
    )
    record(by=by, verb="finding.record", target=new, patient=patient, detail={"kind": SUM, "computed": True})
    return new


def _next_version(old: ClinicalFinding, status: FindingStatus, by: User, **fields: object) -> ClinicalFinding:
    reason = _("The diameters of the same images were changed.")
    return write_version(old, status=status, reason=reason, by=by, **fields)


def write_version(
    old: ClinicalFinding, *, status: FindingStatus, reason: str, by: User, **fields: object
) -> ClinicalFinding:
    """The next version of a finding, which differs by these fields; the old one stays as it was, no longer current."""
    old.is_current = False
    old.save(update_fields=["is_current"])
    kept = ("patient", "kind", "observed_on", "site_label", "method", "coded", "value", "amount", "computed", "note")
    new = ClinicalFinding(
        **{name: getattr(old, name) for name in kept} | fields,
        status=status,
        reason=reason,
        version=old.version + 1,
        supersedes=old,
        recorded_by=by,
    )
    new.save(force_insert=True)
    verb = "finding.withdraw" if status == MISTAKEN else "finding.correct"
    detail = {"kind": new.kind, "version": new.version, "supersedes": old.pk}
    record(by=by, verb=verb, target=new, patient=new.patient, detail=detail)
    return new
