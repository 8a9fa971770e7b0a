"""How results are typed, and how what could not be used is named."""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

register = template.Library()

REASONS = {
    "code_missing": _l("Code missing"),
    "code_malformed": _l("Code is not a LOINC code"),
    "code_unknown": _l("Code not known"),
    "code_of_another_meaning": _l("Code and name contradict"),
    "specimen_contradicts": _l("Specimen contradicts the code"),
    "specimen_missing": _l("Specimen missing"),
    "unit_missing": _l("Unit missing"),
    "unit_unknown": _l("Unit not known"),
    "unit_of_another_kind": _l("Unit of another kind"),
    "unit_contradicts": _l("Two units"),
    "spot_urine": _l("Spot urine instead of 24 h"),
    "collection_incomplete": _l("Collection incomplete"),
    "value_missing": _l("Value missing"),
    "value_unreadable": _l("Value cannot be read"),
    "value_ambiguous": _l("Value can be read in two ways"),
    "value_contradicts": _l("Value contradicts itself"),
    "value_not_finite": _l("Value is not a number"),
    "value_negative": _l("Value below zero"),
    "value_implausible": _l("Value not possible"),
    "limit_above_value": _l("Limit of detection above the value"),
    "unknown_number": _l("Patient not known"),
    "numbers_of_several_patients": _l("Numbers of several patients"),
    "another_person": _l("Number of another person"),
    "collection_time_unknown": _l("Day of collection missing"),
    "collected_before_birth": _l("Collected before birth"),
}
RAW_NAMES = {
    "identifiers": _l("Numbers"),
    "family_name": _l("Family name"),
    "given_name": _l("Given name"),
    "birth_date": _l("Birth date"),
    "sex": _l("Sex"),
    "accession": _l("Accession"),
    "code": _l("Code"),
    "code_system": _l("Code system"),
    "display": _l("Name of the test"),
    "value": _l("Value"),
    "coded": _l("Coded value"),
    "unit": _l("Unit"),
    "status": _l("Status"),
    "collected": _l("Collected"),
    "specimen": _l("Specimen"),
    "method": _l("Method"),
    "laboratory": _l("Laboratory"),
    "note": _l("Note"),
    "detection_limit": _l("Limit of detection"),
    "cells_counted": _l("Cells counted"),
    "target": _l("Target"),
}


@register.filter
def reason_name(reason: str) -> str:
    """A reason of the quarantine in words."""
    return str(REASONS.get(reason, reason.replace("_", " ").capitalize()))


@register.filter
def raw_name(name: str) -> str:
    """What a part of a sender's words is."""
    return str(RAW_NAMES.get(name, name.replace("_", " ").capitalize()))


@register.filter
def raw_value(value: Any) -> str:
    """A part of a sender's words; pairs of system and number one after the other."""
    if isinstance(value, list):
        return ", ".join(": ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value)
    return str(value)


@register.inclusion_tag("entry/cell.html")
def entry_cell(bound: BoundField, row: int) -> dict[str, Any]:
    """One field of a row, named by its test and its column for those who do not see the table."""
    attributes: dict[str, Any] = {"aria-label": f"{_row_name(bound.form, row)}: {bound.label}"}
    widget = bound.field.widget
    if isinstance(widget, forms.Select):
        attributes["class"] = "nhsuk-select"
    elif not isinstance(widget, forms.CheckboxInput):
        attributes["class"] = "nhsuk-input"
    if bound.name == "unit":
        attributes |= {"list": f"units-{row}", "size": 10}
    elif bound.name in {"value", "method", "target"}:
        attributes["size"] = 12
    elif bound.name in {"detection_limit", "cells_counted"}:
        attributes |= {"size": 8, "inputmode": "decimal", "autocomplete": "off"}
    if bound.name == "target":
        attributes["list"] = "targets"
    if bound.name == "value":
        attributes |= {"autocomplete": "off", "inputmode": "text"}
    if bound.errors:
        attributes["class"] = f"{attributes.get('class', '')} nhsuk-input--error".strip()
        attributes["aria-invalid"] = "true"
        attributes["aria-describedby"] = f"{bound.auto_id}_error"
    return {"bound": bound, "widget": bound.as_widget(attrs=attributes)}


def _row_name(form: forms.BaseForm, row: int) -> str:
    known = getattr(form, "known", None)
    return _(known.name) if known else _("Row %(number)d") % {"number": row + 1}
