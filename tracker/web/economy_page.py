"""The alert economy as a page: a sentence, a picture, tables, and proposals in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import Decision
from labs.models.flag import EXPLAINED
from labs.rules.criteria import sets_of
from labs.selectors.alert_economy.counted import Economy, Line, Quartiles
from labs.selectors.alert_economy.retuning import Proposal
from patients.access import DECIDERS
from patients.models import Disease, Site, User
from tracker.web.charts.figure import Option, Stack, stack_option
from tracker.web.measure_pages.parts import Head, MeasurePage, Row, Share, Table, drawn, share_cells, share_heads

DAY_MINUTES = 24 * 60
Cells = Callable[[Line], Row]


@dataclass(frozen=True, slots=True)
class Worded:
    """A proposal as it is read: the rule and where, what is so, what would have been, and where to propose a change."""

    rule: str
    version: str
    site: Site
    found: str
    instead: Sequence[str]
    links: Sequence[tuple[str, str]]


def economy_page(economy: Economy) -> MeasurePage:
    """Every rule and version with what its signals came to, the most raised first."""
    lines = sorted(economy.rules, key=lambda line: (-line.raised, line.rule, line.version))
    sentence = _sentence(economy.whole)
    return MeasurePage(
        sentence=sentence,
        picture=_("Signals decided on, by rule: relapse confirmed, and hatched: explained, no relapse."),
        tables=[
            Table(_("What became of the signals"), _came_heads(), [_came(line) for line in lines]),
            Table(_("How soon they were answered"), _soon_heads(), [_soon(line) for line in lines]),
            Table(_("Explained by"), _reason_heads(), [_reasons(line) for line in lines if line.explained]),
            Table(_("Physicians’ time"), _time_heads(), list(_times(lines, economy.whole.seconds))),
        ],
        options=_options(lines, sentence),
    )


def worded(found: Sequence[Proposal], sites: Sequence[Site], user: User) -> list[Worded]:
    """Proposals in words, with links to where two people change the criteria of the site; `sites` are the person's."""
    by_number = {site.pk: site for site in sites}
    return [_worded(one, by_number[one.line.site], user) for one in found if one.line.site in by_number]


def _sentence(whole: Line) -> str:
    if not whole.raised:
        return _("No signal was raised in these months: nothing can be counted.")
    share = Share(whole.relapses, whole.decided)
    raised = ngettext("%(n)d signal was raised.", "%(n)d signals were raised.", whole.raised) % {"n": whole.raised}
    if not share.of:
        return _("%(raised)s Of none is it decided whether it was a relapse.") % {"raised": raised}
    words = _(
        "%(raised)s Of %(of)d it is decided whether they were a relapse, and %(found)d were: %(percent)s %% "
        "(95 %% interval %(interval)s %%)."
    )
    return share.in_words(words, raised=raised)


def _name(line: Line) -> str:
    return f"{line.rule}, {line.version}"


def _came_heads() -> list[Head]:
    return [
        Head("raised", _("Raised")),
        Head("waiting", _("Waiting")),
        Head("muted", _("Muted")),
        Head("relapse_confirmed", _("Relapse")),
        Head("explained", _("Explained")),
        Head("looked_into", _("Looked into")),
        Head("withdrawn", _("Withdrawn")),
        Head("cleared", _("Not confirmed")),
        Head("joined", _("Joined")),
        Head("taken_off", _("Taken off")),
        *share_heads(),
    ]


def _came(line: Line) -> Row:
    share, states = Share(line.relapses, line.decided), line.states
    counts = [line.raised, states["waiting"], states["muted"], line.relapses, line.explained, line.looked_into]
    ended = [states[name] for name in ("withdrawn", "cleared", "joined", "taken_off")]
    return Row(_name(line), [*counts, *ended, *share_cells(share)], share)


def _soon_heads() -> list[Head]:
    return [
        Head("hours_to_acknowledge", _("Acknowledged after: median, hours")),
        Head("hours_to_acknowledge_quartiles", _("Quartiles")),
        Head("hours_to_decide", _("Decided after: median, hours")),
        Head("hours_to_decide_quartiles", _("Quartiles")),
        Head("passed_on", _("Passed on")),
        Head("answered", _("Answered or passed on")),
        Head("in_time", _("Of these in time")),
        *share_heads(),
    ]


def _soon(line: Line) -> Row:
    share = Share(line.in_time, line.answered)
    cells: list[str | int] = [*_hours(line.to_acknowledge), *_hours(line.to_decide)]
    cells += [line.passed_on, line.answered, line.in_time, *share_cells(share)]
    return Row(_name(line), cells, share)


def _hours(found: Quartiles | None) -> tuple[str, str]:
    if found is None:
        return "–", "–"
    low, median, high = (f"{minutes / 60:.1f}" for minutes in found)
    return median, f"{low}–{high}"


def _reason_heads() -> list[Head]:
    reasons = [Head(one.value, str(one.label)) for one in Decision if one in EXPLAINED]
    return [*reasons, Head("corrected", _("Decisions corrected"))]


def _reasons(line: Line) -> Row:
    return Row(_name(line), [*(line.states[one] for one in Decision if one in EXPLAINED), line.corrected])


def _time_heads() -> list[Head]:
    return [
        Head("minutes", _("Minutes")),
        Head("share_percent", _("% of all")),
        Head("timed", _("Decisions timed")),
        Head("minutes_each", _("Minutes a decision")),
    ]


def _times(lines: Sequence[Line], whole: int) -> Iterator[Row]:
    for line in sorted(lines, key=lambda line: (-line.seconds, line.rule, line.version)):
        if line.timed:
            share = f"{100 * line.seconds / whole:.0f}" if whole else "–"
            cells: list[str | int] = [
                f"{line.seconds / 60:.0f}",
                share,
                line.timed,
                f"{line.seconds / 60 / line.timed:.1f}",
            ]
            yield Row(_name(line), cells)


def _options(lines: Sequence[Line], description: str) -> dict[str, Option | str]:
    stacks = [_stack(line) for line in sorted(lines, key=lambda line: -line.decided) if line.decided]
    if not stacks:
        return {}
    return drawn(stack_option(stacks, names=(_("relapse confirmed"), _("explained")), description=description))


def _stack(line: Line) -> Stack:
    share = Share(line.relapses, line.decided)
    said = share.in_words(_("%(found)d of %(of)d: %(percent)s %% (95 %% interval %(interval)s %%)"))
    return Stack(_name(line), line.relapses, line.explained, (_name(line), said))


def _worded(proposal: Proposal, site: Site, user: User) -> Worded:
    line = proposal.line
    share = Share(line.relapses, line.decided)
    found = share.in_words(
        _(
            "%(found)d of %(of)d decided signals were a relapse: %(percent)s %% (95 %% interval %(interval)s %%). "
            "The others were explained otherwise."
        )
    )
    links: list[tuple[str, str]] = []
    if user.role in DECIDERS:
        diseases = [disease for disease in line.diseases if sets_of(disease)]
        links = [(str(Disease(one).label), reverse("propose_criteria", args=[site.code, one])) for one in diseases]
    return Worded(line.rule, line.version, site, found, list(_instead(proposal)), links)


def _instead(proposal: Proposal) -> Iterator[str]:
    yield _only_confirmed(proposal.line)
    levels = proposal.line.levels
    if levels.urgent_needless or levels.urgent_relapses:
        words = _(
            "Had its urgent signals been for review: %(needless)d needless ones would have left more time; "
            "%(relapses)d with a relapse could have waited up to %(days)s days longer."
        )
        days = _number(proposal.longest_wait.total_seconds() / 86_400)
        yield words % {"needless": levels.urgent_needless, "relapses": levels.urgent_relapses, "days": days}
    if levels.review_needless or levels.review_relapses:
        words = _(
            "Had its signals for review been information: %(needless)d needless ones would have asked for no answer; "
            "nobody would have been asked about %(relapses)d with a relapse."
        )
        yield words % {"needless": levels.review_needless, "relapses": levels.review_relapses}


def _only_confirmed(line: Line) -> str:
    instead = line.confirming
    told: dict[str, Any] = {
        "needless": instead.needless,
        "explained": line.explained,
        "missed": instead.missed,
        "relapses": line.relapses,
        "later": instead.later,
    }
    words = _(
        "Had only confirmed signals been shown: %(needless)d of %(explained)d needless ones fewer; of %(relapses)d "
        "relapses %(missed)d not seen by this rule at all, %(later)d seen later"
    )
    if instead.later_minutes is None:
        return words % told + "."
    days = _number(instead.later_minutes / DAY_MINUTES)
    return words % told + _(", by %(days)s days (median).") % {"days": days}


def _number(number: float) -> str:
    return f"{round(number, 1):g}"
