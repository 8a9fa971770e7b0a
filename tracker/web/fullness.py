"""Saying that a day is full: a word of warning, never a refusal."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import ngettext

from labs.selectors.calendar_load import load_on
from patients.models import Site


def warn_if_full(request: HttpRequest, site: Site, day: date) -> None:
    """Tell who has just booked a day that more come than the site sees."""
    load = load_on(site=site, day=day)
    if not load.over:
        return
    words = ngettext(
        "%(day)s is more than full at %(site)s: %(n)d patient is booked, %(capacity)d a day are seen.",
        "%(day)s is more than full at %(site)s: %(n)d patients are booked, %(capacity)d a day are seen.",
        load.patients,
    ) % {
        "day": date_format(day, "D j M Y"),
        "site": site.name,
        "n": load.patients,
        "capacity": load.capacity,
    }
    messages.warning(request, words)
