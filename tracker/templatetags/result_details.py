"""What stands beside a value on the pages: the target, the limit of detection and the cells counted."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from labs.models import Result
from labs.vocabulary.analytes import ANALYTES
from tracker.web.units import written

COPIES = frozenset({"mrd_molecular"})
"""Analytes measured against copies of a control gene; of the others cells, or their genomes, are counted."""

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
        copies = result.analyte in COPIES
        one, many = (_("%(n)s copy"), _("%(n)s copies")) if copies else (_("%(n)s cell"), _("%(n)s cells"))
        said.append((one if result.cells_counted == 1 else many) % {"n": cells})
    return ", ".join(filter(None, said))
