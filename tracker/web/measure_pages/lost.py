"""Lost to follow-up: on the last day of each month, and today."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.selectors.measures.lost import Followed, lost_to_follow_up
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


def lost_page(scope: Scope) -> MeasurePage:
    """By month, and by site today."""
    ends = [following - timedelta(days=1) for following in scope.months[1:]]
    found = lost_to_follow_up(scope.asked, ends)
    days: list[date | None] = [*ends, None]
    months = [(month_name(on) if on else _("today"), _share(found, on)) for on in days]
    sentence = _sentence(_share(found, None))
    heads = [Head("followed", _("Followed")), Head("lost", _("Lost")), *share_heads()]
    sites = [
        _row(name, Share(one.lost, one.followed))
        for site, name in scope.site_names.items()
        for one in found
        if (one.site, one.on) == (site, None)
    ]
    return MeasurePage(
        sentence=sentence,
        picture=_("Share of followed patients lost, on the last day of each month and today. Band: 95 % interval."),
        tables=[
            Table(_("By month"), heads, [_row(label, share) for label, share in months]),
            Table(_("By site, today"), heads, sites),
        ],
        options=share_options(months, description=sentence),
    )


def _share(found: list[Followed], on: date | None) -> Share:
    that_day = [one for one in found if one.on == on]
    return Share(sum(one.lost for one in that_day), sum(one.followed for one in that_day))


def _sentence(share: Share) -> str:
    if not share.of:
        return _("No patient is followed today.")
    words = ngettext(
        "Today %(found)d of %(of)d followed patient is lost: %(percent)s %% (95 %% interval %(interval)s %%).",
        "Today %(found)d of %(of)d followed patients are lost: %(percent)s %% (95 %% interval %(interval)s %%).",
        share.of,
    )
    return share.in_words(words)


def _row(label: str, share: Share) -> Row:
    return Row(label, [share.of, share.found, *share_cells(share)], share)
