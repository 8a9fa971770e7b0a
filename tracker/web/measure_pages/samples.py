"""Samples without result, as they stand today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.selectors.measures.samples import Samples, samples_without_result
from tracker.web.charts.figure import Stack, stack_option
from tracker.web.measure_pages.parts import Head, MeasurePage, Row, Scope, Table, drawn, kind_name


def samples_page(scope: Scope) -> MeasurePage:
    """By test and site."""
    found = samples_without_result(scope.asked)
    sentence = _sentence(sum(one.waiting for one in found), sum(one.overlong for one in found))
    stacks = list(_stacks(found))
    names = (_("within the days allowed"), _("longer"))
    heads = [
        Head("waiting", _("Waiting")),
        Head("longer_than_allowed", _("Longer than allowed")),
        Head("allowed_days", _("Allowed, days")),
        Head("median_days", _("Median, days")),
        Head("longest_days", _("Longest, days")),
    ]
    rows = [
        Row(
            f"{kind_name(one.kind)}, {scope.site_names[one.site]}",
            [one.waiting, one.overlong, one.allowed, one.median, one.longest],
        )
        for one in found
    ]
    return MeasurePage(
        sentence=sentence,
        picture=_("Samples that wait for their result today, by test. Hatched: for longer than their site allows."),
        tables=[Table(_("By test and site"), heads, rows)],
        options=drawn(stack_option(stacks, names=names, description=sentence)) if stacks else {},
    )


def _sentence(waiting: int, overlong: int) -> str:
    if not waiting:
        return _("Every sample taken has its result.")
    words = ngettext(
        "%(n)d sample waits for its result; %(long)d longer than its site allows.",
        "%(n)d samples wait for their results; %(long)d of them longer than their site allows.",
        waiting,
    )
    return words % {"n": waiting, "long": overlong}


def _stacks(found: Iterable[Samples]) -> Iterable[Stack]:
    """One bar a kind, the most first."""
    waiting: Counter[str] = Counter()
    overlong: Counter[str] = Counter()
    for one in found:
        waiting[one.kind] += one.waiting
        overlong[one.kind] += one.overlong
    for kind, count in waiting.most_common():
        said = _("%(n)d waiting, %(long)d longer than allowed") % {"n": count, "long": overlong[kind]}
        yield Stack(kind_name(kind), count - overlong[kind], overlong[kind], (kind_name(kind), said))
