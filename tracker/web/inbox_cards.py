"""A card of the inbox in words: who, how long there is to answer, a small picture of the marker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.models import Flag, FlagEvent
from labs.selectors.frozen_bars import frozen_bars
from labs.selectors.inbox_cards import Card, marker_of
from labs.selectors.news import news_of
from labs.vocabulary.test_kinds import label_of
from patients.models import Diagnosis, DiseaseType
from patients.selectors.patients import age_on, months_between
from tracker.web.sparks import Spark, spark

SOON = timedelta(hours=24)
SHOWN_AT_ONCE = 3
"""Further signals of a patient beyond so many are folded away."""

NEWS: Final[Mapping[str, tuple[str, str | Promise]]] = {
    FlagEvent.Kind.RAISED: ("new", gettext_lazy("New")),
    FlagEvent.Kind.REOPENED: ("again", gettext_lazy("Reopened")),
    FlagEvent.Kind.UNDONE: ("again", gettext_lazy("Reopened: decision undone")),
    FlagEvent.Kind.WATCH_ENDED: ("again", gettext_lazy("Reopened: the watch has ended")),
    FlagEvent.Kind.UNMUTED: ("again", gettext_lazy("No longer muted")),
    FlagEvent.Kind.CONFIRMED: ("changed", gettext_lazy("Changed: confirmed")),
    FlagEvent.Kind.CHANGED: ("changed", gettext_lazy("Changed: new evidence")),
    FlagEvent.Kind.CORRECTED: ("changed", gettext_lazy("Changed: decision corrected")),
    FlagEvent.Kind.TEST_CAME: ("changed", gettext_lazy("Changed: the test has come")),
    FlagEvent.Kind.OPINION_GIVEN: ("changed", gettext_lazy("Changed: second opinion given")),
    FlagEvent.Kind.ASSIGNED: ("handed", gettext_lazy("Given to you")),
    FlagEvent.Kind.ESCALATED: ("handed", gettext_lazy("Passed on to you")),
}
"""Shape and words of what somebody has not seen yet."""


@dataclass(frozen=True, slots=True)
class ShownSignal:
    """A signal with the mark of what is new of it: shape and words, both "" for nothing."""

    flag: Flag
    shape: str
    news: str | Promise


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with everything its template prints. `same_day`: further signals told of on the day of the headline, often
    one fact seen by several rules; `others` of other days; `folded`: more of both."""

    card: Card
    age: int
    due: str
    is_late: bool
    disease: str
    headline: ShownSignal
    same_day: list[ShownSignal]
    others: list[ShownSignal]
    folded: list[ShownSignal]
    muted: list[Flag]
    spark: Spark | None
    overdue: str


def shown(card: Card, *, now: datetime) -> ShownCard:
    """A card ready to print."""
    marker, limit = marker_of(card.headline), card.answer_by
    others = [_signal(flag) for flag in card.others]
    same_day = [one for one in others if one.flag.detected_on == card.headline.detected_on]
    later = [one for one in others if one not in same_day]
    return ShownCard(
        card=card,
        age=age_on(card.patient.birth_date, card.today),
        due=answer_time(limit, now=now) if limit else "",
        is_late=bool(limit and limit < now),
        disease=disease_in_words(card),
        headline=_signal(card.headline),
        same_day=same_day[:SHOWN_AT_ONCE],
        others=later[:SHOWN_AT_ONCE],
        folded=same_day[SHOWN_AT_ONCE:] + later[SHOWN_AT_ONCE:],
        muted=[flag for flag in (*card.flags, *card.muted) if flag.muted_by],
        spark=spark(marker, card.spark, frozen_bars(card.headline.finding, marker, card.spark)),
        overdue=" · ".join(overdue_in_words(test.kind, (card.today - test.late_from).days) for test in card.overdue),
    )


def _signal(flag: Flag) -> ShownSignal:
    shape, words = NEWS.get(news_of(flag), ("", ""))
    return ShownSignal(flag, shape, words)


def answer_time(limit: datetime, *, now: datetime) -> str:
    """How long there is to answer: hours and minutes within a day, else days."""
    left = abs(limit - now)
    if left < SOON:
        hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
        text = (
            _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes} if hours else _("%d min") % minutes
        )
    else:
        text = ngettext("%d day", "%d days", left.days) % left.days
    return _("answer is %s late") % text if limit < now else _("answer within %s") % text


def disease_in_words(card: Card) -> str:
    """For example "IgG kappa myeloma, remission 31 months, on lenalidomide"."""
    diagnosis = card.diagnosis
    if diagnosis is None:
        return _("no diagnosis recorded")
    parts = [name_of(diagnosis)]
    if diagnosis.in_relapse:
        parts.append(_("relapse recorded"))
    elif since := diagnosis.remission_since:
        months = months_between(since, card.today)
        parts.append(ngettext("remission %d month", "remission %d months", months) % months)
    parts.append(_("on %s") % card.line.regimen if card.line else _("off therapy"))
    return ", ".join(parts)


def name_of(diagnosis: Diagnosis) -> str:
    """The disease with what its clone secretes."""
    if diagnosis.disease_type == DiseaseType.LIGHT_CHAIN_ONLY:
        return _("%(chain)s light chain myeloma") % {"chain": diagnosis.light_chain}
    if diagnosis.heavy_chain and diagnosis.heavy_chain != "none":
        return _("%(heavy)s %(light)s myeloma") % {"heavy": diagnosis.heavy_chain, "light": diagnosis.light_chain}
    return diagnosis.get_disease_display()


def overdue_in_words(kind: str, days: int) -> str:
    """For example "Free light chains 5 weeks"."""
    weeks = days // 7
    late = ngettext("%d week", "%d weeks", weeks) % weeks if weeks else ngettext("%d day", "%d days", days) % days
    return _("%(test)s %(late)s") % {"test": label_of(kind), "late": late}
