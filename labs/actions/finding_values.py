"""Checks of what somebody states as a finding. Refusals name the field: kind, site, method, coded, value, unit."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from labs.models import ClinicalFinding, FindingStatus
from labs.selectors.findings import found_text
from labs.vocabulary.findings import FINDING_KINDS, JOINT, MODALITIES, FindingKind, place_of, same_place
from labs.vocabulary.fixed_point import from_amount, to_amount
from patients.access import check_can_attest, check_can_record
from patients.models import Patient, User
from patients.problems import check_not_ahead, problem

LONGEST_PLACE = 80
STEP = 8
"""A measurement so many times larger or smaller than the one before may be one in another unit (mm, cm)."""
MISTAKEN = FindingStatus.ENTERED_IN_ERROR


class Value(NamedTuple):
    """What was found: a word, or a number in the canonical unit and in fixed point."""

    coded: str = ""
    value: Decimal | None = None
    amount: int | None = None


def known_kind(code: str) -> FindingKind:
    """The kind of finding a code names."""
    kind = FINDING_KINDS.get(code)
    if kind is None:
        raise problem(
            "kind",
            _("%(code)s is not a kind of finding.") % {"code": code or "–"},
            _("Choose one of: %(codes)s.") % {"codes": ", ".join(FINDING_KINDS)},
        )
    return kind


def check_may_state(by: User, patient: Patient, kind: FindingKind) -> None:
    """Raise unless this person may state this kind of finding."""
    (check_can_attest if kind.judged else check_can_record)(by, patient)


def check_day(patient: Patient, day: date, *, now: datetime) -> None:
    """Raise unless the day lies between birth and today."""
    check_not_ahead("observed_on", day, site=patient.site, now=now)
    if day < patient.birth_date:
        raise problem(
            "observed_on",
            _("%(day)s lies before the birth of the patient.") % {"day": day.isoformat()},
            _("Check the year."),
        )


def checked_place(kind: FindingKind, text: str) -> str:
    """The name of the place, lesion or sign."""
    place = place_of(text)
    if kind.place == "required" and not place:
        raise problem(
            "site", _("It is not said where."), _("Name the place, for example: %(e)s.") % {"e": kind.example}
        )
    if kind.place == "none" and place:
        raise problem("site", _("This finding has no place."), _("Leave the place out; put it into the note."))
    if kind.code != "lesion_spd" and JOINT in place:
        raise problem("site", _("A name may not hold a plus sign."), _("Give each lesion its own row."))
    if kind.code != "lesion_spd" and len(place) > LONGEST_PLACE:
        raise problem(
            "site",
            _("The name is longer than %(most)d letters.") % {"most": LONGEST_PLACE},
            _("Shorten it, and put the rest into the note."),
        )
    return place


def spelled_as_before(patient: Patient, place: str) -> str:
    """The name as this patient's latest finding of that place spells it: one lesion keeps one name."""
    if not place:
        return ""
    known = ClinicalFinding.objects.filter(patient=patient, is_current=True, site_label__iexact=place)
    standing = known.exclude(status=MISTAKEN).order_by("-observed_on", "-pk")
    return next((one for one in standing.values_list("site_label", flat=True) if same_place(one, place)), place)


def checked_method(kind: FindingKind, code: str) -> str:
    """The way in which it was found; it may be left out where only one is possible."""
    if not code and len(kind.methods) == 1:
        return kind.methods[0]
    if code not in kind.methods:
        names = ", ".join(_(MODALITIES[one]) for one in kind.methods)
        raise problem(
            "method",
            _("%(method)s does not go with this finding.") % {"method": _(MODALITIES[code])}
            if code in MODALITIES
            else _("It is not said how it was found."),
            _("Choose one of: %(names)s.") % {"names": names},
        )
    return code


def checked_value(kind: FindingKind, *, coded: str, value: Decimal | None, unit: str) -> Value:
    """The word, or the number in its canonical unit."""
    return _measured(kind, coded, value, unit) if kind.measured else _worded(kind, coded, value)


def _worded(kind: FindingKind, coded: str, value: Decimal | None) -> Value:
    if value is not None or coded not in kind.analyte.scale:
        raise problem(
            "coded" if value is None else "value",
            _("%(name)s needs one of its words.") % {"name": _(kind.analyte.name)},
            _("Choose one of: %(words)s.") % {"words": ", ".join(_(word) for word in kind.analyte.scale)},
        )
    return Value(coded)


def _measured(kind: FindingKind, coded: str, value: Decimal | None, unit: str) -> Value:
    analyte = kind.analyte
    if coded or value is None or not value.is_finite():
        raise problem("value", _("%(name)s needs a number.") % {"name": _(analyte.name)}, _("Write it as 12 or 12.5."))
    factor = analyte.factors.get(unit.strip() or analyte.unit)
    if factor is None:
        raise problem(
            "unit",
            _("%(unit)s is not a unit of this finding.") % {"unit": unit},
            _("Use one of: %(units)s.") % {"units": ", ".join(analyte.factors)},
        )
    exact = value * factor.numerator / factor.denominator
    if analyte.hard is not None and exact not in analyte.hard:
        raise problem(
            "value",
            _("%(value)s %(unit)s is beyond what is possible (%(low)s to %(high)s %(unit)s).")
            % {"value": f"{exact:f}", "unit": analyte.unit, "low": analyte.hard.low, "high": analyte.hard.high},
            _("Check the number and the unit."),
        )
    amount = to_amount(exact, analyte.places)
    kept = from_amount(amount, analyte.places)
    if kept != exact:
        raise problem("value", _("More decimals than can be kept."), _("Write at most six decimals."))
    return Value("", kept, amount)


def check_usual(finding: ClinicalFinding) -> None:
    """Raise when a lesion seems measured in another unit than before; who looked again may say that it is right."""
    earlier = ClinicalFinding.objects.filter(
        patient_id=finding.patient_id,
        kind=finding.kind,
        site_label__iexact=finding.site_label,
        observed_on__lt=finding.observed_on,
        is_current=True,
        amount__gt=0,
    ).exclude(status=MISTAKEN)
    before = earlier.order_by("-observed_on", "-pk").first()
    if before is None or not finding.amount or not before.amount:
        return
    if max(finding.amount, before.amount) >= STEP * min(finding.amount, before.amount):
        raise problem(
            "confirmed",
            _("%(name)s, %(site)s: %(now)s, after %(before)s on %(day)s. It may be a number in another unit.")
            % {
                "name": _(known_kind(finding.kind).analyte.name),
                "site": finding.site_label,
                "now": found_text(finding),
                "before": found_text(before),
                "day": before.observed_on.isoformat(),
            },
            _("Check mm and cm; tick that it is right when it is."),
        )


def refuse_twice(finding: ClinicalFinding, *, but: ClinicalFinding | None = None) -> None:
    """Raise when another current finding speaks of the same kind, day, place and method."""
    same = ClinicalFinding.objects.filter(
        patient_id=finding.patient_id,
        kind=finding.kind,
        observed_on=finding.observed_on,
        site_label__iexact=finding.site_label,
        method=finding.method,
        is_current=True,
    ).exclude(status=MISTAKEN)
    other = next((one for one in same.order_by("pk") if but is None or one.pk != but.pk), None)
    if other is not None:
        raise problem(
            "site" if finding.site_label else "coded" if finding.coded else "value",
            _("This is recorded already for %(day)s: %(what)s.")
            % {"day": finding.observed_on.isoformat(), "what": found_text(other)},
            _("Correct that finding when it was wrong. Two lesions need two names."),
        )
