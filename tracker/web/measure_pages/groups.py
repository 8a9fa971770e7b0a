"""The tables of what is tallied from scheduled tests: by month, test, site and protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from labs.selectors.measures.on_time import OnTime, Tally
from tracker.web.measure_pages.parts import Row, Scope, kind_name, month_name

RowOf = Callable[[str, Tally], Row]


def grouped(found: OnTime, scope: Scope, row: RowOf) -> Iterator[tuple[str, list[Row]]]:
    """Title and rows for each dimension. Groups in which nothing was counted are left out; months stay, so that a gap
    is seen."""
    protocols = scope.protocol_names()
    yield _("By month"), [row(month_name(month), found.by["month"].get(month, Tally())) for month in scope.months]
    names: list[tuple[str, str, Callable[[Any], str]]] = [
        (_("By test"), "kind", kind_name),
        (_("By site"), "site", lambda site: scope.site_names[site]),
        (_("By protocol"), "protocol", lambda code: protocols.get(code, code) or _("outside a plan")),
    ]
    for title, dimension, name in names:
        counted = {key: tally for key, tally in found.by[dimension].items() if tally.adherence.required}
        yield title, [row(name(key), counted[key]) for key in sorted(counted, key=name)]
