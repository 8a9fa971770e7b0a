"""Came after the first call: whether calling brings patients in."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from labs.models import Channel
from labs.selectors.measures.first_calls import CAME_WITHIN, Calls, first_calls
from tracker.web.measure_pages.parts import (
    Head,
    MeasurePage,
    Row,
    Scope,
    Share,
    Table,
    month_name,
    share_cells,
    share_heads,
    share_options,
)


def first_calls_page(scope: Scope) -> MeasurePage:
    """By month, site and way of the first call."""
    found = first_calls(scope.asked)
    sentence = _sentence(_came(found))
    heads = [Head("first_calls", _("First calls")), Head("came", _("Came")), *share_heads()]
    months = [(month_name(month), _came(one for one in found if one.month == month)) for month in scope.months]
    sites = [(name, _came(one for one in found if one.site == site)) for site, name in scope.site_names.items()]
    ways = [(str(name), _came(one for one in found if one.channel == way)) for way, name in Channel.choices]
    return MeasurePage(
        sentence=sentence,
        picture=_("Share of first calls after which the patient came, by the month of the call. Band: 95 % interval."),
        tables=[
            Table(_("By month"), heads, [_row(label, share) for label, share in months]),
            Table(_("By site"), heads, [_row(label, share) for label, share in sites if share.of]),
            Table(_("By way of the first call"), heads, [_row(label, share) for label, share in ways if share.of]),
        ],
        options=share_options(months, description=sentence),
    )


def _sentence(share: Share) -> str:
    if not share.of:
        return _("No first call of these months lies more than %(days)d days back: nothing can be counted.") % {
            "days": CAME_WITHIN
        }
    words = _(
        "After %(found)d of %(of)d first calls the patient came within %(days)d days: %(percent)s %% "
        "(95 %% interval %(interval)s %%)."
    )
    return share.in_words(words, days=CAME_WITHIN)


def _came(calls: Iterable[Calls]) -> Share:
    counted = list(calls)
    return Share(sum(one.came for one in counted), sum(one.calls for one in counted))


def _row(label: str, share: Share) -> Row:
    return Row(label, [share.of, share.found, *share_cells(share)], share)
