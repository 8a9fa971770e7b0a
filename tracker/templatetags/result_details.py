"""What stands beside a value on the pages: the target, the limit of detection and the cells counted."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import Result
from labs.vocabulary.analytes import ANALYTES
from tracker.web.units import written

register = template.Library()


@register.filter
def details(result: Result) -> str:
    """ "NPM1, detects 0.01 %, 500 cells": what was sent of the three, else nothing."""
    said = [result.target]
    if result.detection_limit is not None:
        limit = f"{result.detection_limit.normalize():f} {written(ANALYTES[result.analyte].unit)}"
        said.append(_("detects %(limit)s") % {"limit": limit.strip()})
    if result.cells_counted is not None:
        cells = number_format(result.cells_counted, use_l10n=True, force_grouping=True)
        said.append(ngettext("%(n)s cell", "%(n)s cells", result.cells_counted) % {"n": cells})
    return ", ".join(filter(None, said))
