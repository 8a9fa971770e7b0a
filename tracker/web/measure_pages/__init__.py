"""The measures of follow-up, each as a page; a file a measure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.web.measure_pages.delay import delay_page
from tracker.web.measure_pages.first_calls import first_calls_page
from tracker.web.measure_pages.lost import lost_page
from tracker.web.measure_pages.on_time import on_time_page
from tracker.web.measure_pages.parts import MeasurePage, Scope
from tracker.web.measure_pages.samples import samples_page

MEASURES: Mapping[str, tuple[str | Promise, Callable[[Scope], MeasurePage]]] = {
    "on-time": (_("Done on time"), on_time_page),
    "delay": (_("Delay"), delay_page),
    "first-calls": (_("Came after the first call"), first_calls_page),
    "lost": (_("Lost to follow-up"), lost_page),
    "samples": (_("Samples without result"), samples_page),
}
"""Title and page by code. What its numbers mean is in `tracker/templates/measures/meanings/<code>.html`."""
