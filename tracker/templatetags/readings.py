"""How a value is read beside its number: range, grade, change, and what follows from it by a formula."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template

from labs.models import Result
from labs.selectors.computed import ComputedRow
from labs.selectors.readings import Moved, Reading
from labs.vocabulary.grades import Grade
from tracker.web.charts.words import plain
from tracker.web.readings import (
    anaemia_text,
    computed_name,
    grade_text,
    missing_text,
    moved_by,
    moved_verdict,
    owner_text,
    range_text,
)

register = template.Library()


@register.filter
def read_as(result: Result, readings: Mapping[int, Reading]) -> Reading:
    """How a result is read, of the readings of its page."""
    return readings.get(result.pk, Reading())


@register.filter
def range_of(reading: Reading) -> str:
    """The range a value is held against: "12–16", "≤ 19.4", "≥ 150", or nothing."""
    return range_text(reading.range)


@register.filter
def range_owner(reading: Reading) -> str:
    """Whose range it is: the laboratory's, or one typical for age and sex."""
    return owner_text(reading.range)


@register.filter
def grade_words(grade: Grade | None) -> str:
    """The grade of toxicity with its version, or nothing."""
    return grade_text(grade)


@register.filter
def anaemia_words(reading: Reading) -> str:
    """The class of anaemia, or nothing."""
    return anaemia_text(reading)


@register.filter
def moved_words(moved: Moved) -> str:
    """A change against the baseline or the value before."""
    return moved_by(moved)


@register.filter
def chance_words(moved: Moved) -> str:
    """Whether a change is more than chance explains."""
    return moved_verdict(moved)


@register.filter
def computed_words(row: ComputedRow) -> str:
    """The name of what a formula gives."""
    return computed_name(row)


@register.filter
def missing_words(row: ComputedRow) -> str:
    """What a formula needs and does not have."""
    return missing_text(row)


@register.filter
def number(value: Decimal) -> str:
    """A number with the digits it has, at most three after the point."""
    return plain(round(value, 3))


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """The entry of a mapping; None where there is none."""
    return mapping.get(key)
