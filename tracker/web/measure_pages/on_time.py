"""Done on time: which share of the required tests."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.rules.replay.intervals import quartiles_of_counts
from labs.selectors.measures.on_time import Tally, on_time
from tracker.web.measure_pages.groups import grouped
from tracker.web.measure_pages.parts import (
    Head,
    MeasurePage,
    Row,
    Scope,
    Share,
    Table,
    days_text,
    month_name,
    share_cells,
    share_heads,
    share_options,
)


def on_time_page(scope: Scope) -> MeasurePage:
    """By month, kind, site and protocol."""
    found = on_time(scope.asked)
    sentence = _sentence(_share(found.whole))
    heads = [
        Head("required", _("Required")),
        Head("on_time", _("On time")),
        Head("late", _("Late")),
        Head("not_done", _("Not done")),
        *share_heads(),
        Head("median_delay_days", _("Median delay, days")),
    ]
    points = [(month_name(month), _share(found.by["month"].get(month, Tally()))) for month in scope.months]
    return MeasurePage(
        sentence=sentence,
        picture=_("Share of required tests done on time, by the month they were due. Band: 95 % interval."),
        tables=[Table(title, heads, rows) for title, rows in grouped(found, scope, _row)],
        options=share_options(points, description=sentence),
    )


def _sentence(share: Share) -> str:
    if not share.of:
        return _("No test was required in these months: nothing can be counted.")
    words = ngettext(
        "%(found)d of %(of)d required test was done on time: %(percent)s %% (95 %% interval %(interval)s %%).",
        "%(found)d of %(of)d required tests were done on time: %(percent)s %% (95 %% interval %(interval)s %%).",
        share.of,
    )
    return share.in_words(words)


def _share(tally: Tally) -> Share:
    return Share(tally.adherence.on_time, tally.adherence.required)


def _row(label: str, tally: Tally) -> Row:
    counted, share, delay = tally.adherence, _share(tally), quartiles_of_counts(tally.delays)
    counts = [counted.required, counted.on_time, counted.late, counted.not_done]
    return Row(label, [*counts, *share_cells(share), days_text(delay[1]) if delay else "–"], share)
