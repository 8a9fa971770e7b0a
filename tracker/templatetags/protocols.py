"""Words for the pages of protocols and days off."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from labs.protocols.nodes import Problem
from labs.protocols.working_days import WEEKEND

register = template.Library()


@register.filter
def closed_words(why: str) -> str:
    """Why a site is closed: the name of its days off, or that it is a weekend."""
    return _("weekend") if why == WEEKEND else why


@register.filter
def where(problem: Problem) -> str:
    """The step a problem is about, before its sentence: "Step 3: "; "" for what is about the whole."""
    if len(problem.place) > 1 and problem.place[0] == "steps":
        return _("Step %(n)d: ") % {"n": int(problem.place[1]) + 1}
    return ""
