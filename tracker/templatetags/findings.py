"""Clinicians' findings in words."""

from __future__ import annotations

from django import template

from labs.selectors.findings import found_text, kind_text, method_text

register = template.Library()


@register.filter
def finding_number(accession: str) -> int | None:
    """The number of the finding that evidence rests on; None for a result of a laboratory."""
    kind, _dash, number = accession.partition("-")
    return int(number) if kind == "finding" and number.isdigit() else None


register.filter("found_text", found_text)
register.filter("kind_text", kind_text)
register.filter("method_text", method_text)
