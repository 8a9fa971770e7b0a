"""From stored values and treatment to the charts of a patient."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from labs.selectors.bars import Held
from labs.selectors.trend import Measured, Trend
from labs.vocabulary.analytes import Analyte
from patients.models import Diagnosis, TreatmentEvent, TreatmentLine
from tracker.web.charts import CONTRADICTORY, CORRECTED, SPURIOUS, USED, Moment, Period, Point, TrendChart
from tracker.web.marker_groups import MarkerGroup
from tracker.web.units import written

SHORT = {"flc_kappa": _lazy("kappa"), "flc_lambda": _lazy("lambda"), "calcium_corrected": _lazy("corrected")}


@dataclass(frozen=True, slots=True)
class Bars:
    """The personal lowest value of a marker and the value from which progression would be called."""

    nadir: Decimal | None = None
    nadir_label: str = ""
    threshold: Decimal | None = None
    threshold_rule: str = ""
    threshold_falls: bool = False


@dataclass(frozen=True, slots=True)
class Background:
    """What lies behind every chart of a patient."""

    today: date
    lines: Sequence[TreatmentLine] = ()
    events: Sequence[TreatmentEvent] = ()
    since: date | None = None
    involved: str = ""


def background_of(
    diagnoses: Collection[Diagnosis], events: Sequence[TreatmentEvent], *, today: date, since: date | None = None
) -> Background:
    """Therapy and events of a patient; `involved` is the light chain of the myeloma clone."""
    lines = sorted((line for one in diagnoses for line in one.lines.all()), key=lambda line: line.started_on)
    involved = next((f"flc_{one.light_chain}" for one in diagnoses if one.light_chain), "")
    return Background(today, lines, events, since, involved)


def chart_of(
    group: MarkerGroup, trends: Mapping[str, Trend], background: Background, bars: Mapping[str, Bars]
) -> TrendChart:
    """The chart of one group; without values it says so."""
    found = [trends[code] for code in group.analytes if code in trends]
    main = next((trend for trend in found if trend.analyte.code == background.involved), found[0] if found else None)
    points = [point for trend in found for point in _points(trend, several=len(found) > 1)]
    since = min([background.since or background.today, *(point.on for point in points)])
    own = bars.get(group.key, Bars())
    changes = sorted({day for trend in found for day in trend.assay_changes})
    return TrendChart(
        key=group.key,
        title=str(group.title),
        unit=written(main.analyte.unit) if main else "",
        points=points,
        today=background.today,
        starts_on=since,
        reference_low=main.reference_low if main else None,
        reference_high=main.reference_high if main else None,
        nadir=own.nadir,
        nadir_label=own.nadir_label,
        threshold=own.threshold,
        threshold_rule=own.threshold_rule,
        threshold_falls=own.threshold_falls,
        therapy=[_period(line) for line in background.lines if (line.ended_on or background.today) > since],
        ticks=[
            Moment(e.started_on, _event_label(e))
            for e in background.events
            if e.kind in group.ticks and e.started_on >= since
        ],
        assay_changes=[Moment(day, _("assay changed")) for day in changes],
        vanishes=group.vanishes,
        offers_log=group.offers_log,
        starts_log=group.starts_log,
    )


def bars_of_rules(groups: Sequence[MarkerGroup], held: Mapping[str, Held]) -> dict[str, Bars]:
    """Chart key -> the lines of the first of its rules that applies."""
    found = {}
    for group in groups:
        rule = next((code for code in group.rules if code in held and held[code].analyte in group.analytes), None)
        if rule is not None:
            found[group.key] = _bars(held[rule], rule)
    return found


def _bars(held: Held, rule: str) -> Bars:
    how = f"{held.how} {'' if held.confirmed else _('(single value)')}".strip()
    return Bars(held.reference, how, held.meets_from, rule, held.falls)


def _points(trend: Trend, *, several: bool) -> list[Point]:
    return [
        Point(
            on=measured.on,
            value=measured.value,
            printed=printed_in_canonical(measured, trend),
            comparator=measured.comparator,
            marker=short_name(trend.analyte) if several else "",
            group=_group(trend, measured),
            method=_method(measured),
            status=_status(measured),
        )
        for measured in trend.points
    ]


def _status(measured: Measured) -> str:
    if measured.replaced:
        return CORRECTED
    if measured.spurious:
        return SPURIOUS
    return CONTRADICTORY if measured.contradictory else USED


def printed_in_canonical(measured: Measured, trend: Trend) -> str:
    """The value as it was printed when that was in the unit of the chart, else converted to it."""
    number = measured.value_printed.strip().lstrip("<>=≤≥ ")
    try:
        same = Decimal(number) == measured.value
    except ArithmeticError:
        same = False
    text = number if same else f"{measured.value.normalize():f}"
    return f"{measured.comparator}{text}"


def _method(measured: Measured) -> str:
    parts = [part for part in measured.assay[1:] if part]
    if measured.unit_printed and measured.value_printed:
        parts.append(_("printed %(value)s %(unit)s") % {"value": measured.value_printed, "unit": measured.unit_printed})
    return ", ".join(parts)


def short_name(analyte: Analyte) -> str:
    """The name of a marker beside others of its chart."""
    return str(SHORT.get(analyte.code, analyte.name))


def _group(trend: Trend, measured: Measured) -> str:
    """What tells this value's assay from the others of the trend: the parts that differ."""
    assays = {point.assay for point in trend.points}
    return ", ".join(part for place, part in enumerate(measured.assay) if part and len({a[place] for a in assays}) > 1)


def _period(line: TreatmentLine) -> Period:
    return Period(line.started_on, line.ended_on, line.regimen)


def _event_label(event: TreatmentEvent) -> str:
    return f"{event.get_kind_display()} {event.detail}".strip()
