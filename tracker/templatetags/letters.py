"""Words of letters for templates."""

from __future__ import annotations

from typing import Any

from django import template

from labs.models import LetterKind
from labs.models.contact import Channel

register = template.Library()


@register.filter
def kind_label(row: Any) -> str:
    """What a letter is about, in words."""
    return str(LetterKind(row.kind).label)


@register.filter
def channel_label(row: Any) -> str:
    """By which way it goes, in words."""
    return str(Channel(row.channel).label)
