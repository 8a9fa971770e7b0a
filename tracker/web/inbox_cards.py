"""A card of the inbox in words: who, how long there is to answer, a small picture of the marker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import Result
from labs.selectors.inbox import Card, marker_of
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.test_kinds import label_of
from patients.models import Diagnosis, DiseaseType
from patients.selectors.patients import age_on, months_between

SOON = timedelta(hours=24)
WIDTH, HEIGHT, EDGE = 144.0, 40.0, 5.0


@dataclass(frozen=True, slots=True)
class SparkPoint:
    """A point of the small picture, in pixels."""

    x: float
    y: float
    below: bool


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card with everything its template prints."""

    card: Card
    age: int
    due: str
    is_late: bool
    disease: str
    marker: str
    spark: list[SparkPoint]
    overdue: str

    @property
    def spark_path(self) -> str:
        """The line through the points, for `points=` of a polyline."""
        return " ".join(f"{point.x:.1f},{point.y:.1f}" for point in self.spark)


def shown(card: Card, *, now: datetime) -> ShownCard:
    """A card ready to print."""
    marker = marker_of(card.headline)
    limit = card.headline.answer_by
    return ShownCard(
        card=card,
        age=age_on(card.patient.birth_date, card.today),
        due=answer_time(limit, now=now) if limit else "",
        is_late=bool(limit and limit < now),
        disease=disease_in_words(card),
        marker=ANALYTES[marker].name if marker in ANALYTES else marker,
        spark=spark(card.spark),
        overdue=" · ".join(overdue_in_words(test.kind, (card.today - test.late_from).days) for test in card.overdue),
    )


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


def spark(results: list[Result]) -> list[SparkPoint]:
    """Values over time in a small frame that starts at zero; fewer than two values make no picture."""
    values = [(result.collected_on, result.value, result.comparator) for result in results if result.value is not None]
    if len(values) < 2 or values[0][0] == values[-1][0]:
        return []
    span = (values[-1][0] - values[0][0]).days
    top = max(float(value) for _day, value, _comparator in values) or 1.0
    return [
        SparkPoint(
            x=EDGE + (WIDTH - 2 * EDGE) * (day - values[0][0]).days / span,
            y=HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * float(value) / top,
            below=comparator.startswith("<"),
        )
        for day, value, comparator in values
    ]
