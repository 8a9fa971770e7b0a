"""The markers a response category is read from: what each value of one reached, held against the start of the line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from labs.rules.cohort import Cohort, day_number, to_date
from labs.rules.evidence import interval_text
from labs.rules.facts import PatientFacts
from labs.rules.markers import series_of
from labs.rules.myeloma.bands import Band, Fluid, serum, urine
from labs.rules.myeloma.light_chains import CLONES, abnormal_ratio, flc_difference, involved_flc_measurable
from labs.rules.myeloma.measurable import (
    BASELINE_AFTER,
    BASELINE_BEFORE,
    INVOLVED_FLC,
    MARROW,
    SERUM,
    UNSECRETED,
    URINE,
)
from labs.rules.myeloma.ratio_range import outside
from labs.rules.myeloma.response_levels import (
    CR,
    MARROW_COMPLETE,
    PR,
    SCR,
    SD,
    VGPR,
    Value,
    difference_level,
    difference_needs,
    lesion_level,
    lesion_needs,
    marrow_level,
    marrow_needs,
    serum_level,
    serum_needs,
    urine_level,
    urine_needs,
)
from labs.rules.series import Series
from labs.rules.wording import day_text


@dataclass(frozen=True, slots=True)
class Reading:
    """One value: its day, the best category it allows, and itself in words."""

    day: int
    level: int
    text: str


@dataclass(frozen=True)
class Marker:
    """One marker of a line.

    needed_from  the first category that asks for it
    repeated     it must show a category twice
    absent       what is missing where it has no reading
    needs        what it must be for a category
    """

    name: str
    needed_from: int
    readings: tuple[Reading, ...]
    absent: str
    needs: Callable[[int], str]
    baseline: str = ""
    repeated: bool = True


def markers_of(cohort: Cohort, facts: PatientFacts, start: date, as_of: date) -> tuple[list[Marker], list[str]]:
    """The markers of a line of the only patient of a cohort; or what is missing to know them."""
    line = _Line(cohort, facts, day_number(start), day_number(as_of))
    secreted = {code: line.measurable(code) for code in ("serum_m", "urine_m")}
    followed = [code for code, yes in secreted.items() if yes]
    unknown = [f"{_NAMES[code]} at the start of the line" for code, yes in secreted.items() if yes is None]
    if not followed and unknown:
        return [], unknown
    # a protein whose baseline is not on record may be measurable: no category without it
    if unknown:
        return [], [f"{words}, or the list of measurable markers" for words in unknown]
    if not followed and line.light_chains_unnamed():
        return [], [NO_LIGHT_CHAIN]
    out = [line.protein(code) for code in followed] or line.stand_in()
    lacking = [marker.absent for marker in out if not marker.readings] if out else [_NOTHING]
    return [*out, *line.complete(by_light_chains=not followed)], lacking


_NAMES = {"serum_m": "serum M-protein", "urine_m": "urine M-protein of 24 hours"}
NO_LIGHT_CHAIN = "the light chain of the clone (kappa or lambda)"
_NOTHING = "a marker that was measurable at the start of the line"


def daily(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """One reading a day: that of the lowest category."""
    days: dict[int, Reading] = {}
    for reading in sorted(readings, key=lambda one: (one.day, -one.level)):
        days[reading.day] = reading
    return tuple(days.values())


class _Line:
    """One line of therapy of one patient."""

    def __init__(self, cohort: Cohort, facts: PatientFacts, start: int, last: int) -> None:
        self.cohort, self.facts, self.start, self.last = cohort, facts, start, last

    def values(self, series: Series) -> list[Value]:
        """Every value, in order of time."""
        groups, rows = self.cohort.series_groups, self.cohort.assessments.rows
        out = [
            Value(int(series.day[row]), int(series.low[row]), int(series.high[row]),
                  int(groups[rows[int(series.sources[0][row])]]), row)
            for row in range(series.size)
        ]  # fmt: skip
        return sorted((one for one in out if one.day <= self.last), key=lambda one: (one.day, one.group))

    def baseline(self, values: list[Value]) -> Value | None:
        """The latest of the 60 days before the line, else the first of the 14 days after its start."""
        first, end = self.start - int(BASELINE_BEFORE.value), self.start + int(BASELINE_AFTER.value)
        before = [one for one in values if first <= one.day <= self.start]
        after = [one for one in values if self.start < one.day <= end]
        return before[-1] if before else after[0] if after else None

    def after(self, values: list[Value], base: Value) -> list[Value]:
        """Values of this line after the baseline, by the assay of the baseline; one a day."""
        return [one for one in values if one.day > max(base.day, self.start) and one.group == base.group]

    def measurable(self, code: str) -> bool | None:
        """Whether a protein was measurable at the start of the line; None where the record cannot tell."""
        if self.facts.measurable:
            return code in self.facts.measurable
        if code in UNSECRETED.get(self.facts.disease_type, ()):
            return False
        base = self.baseline(self.values(series_of(self.cohort, code)))
        if base is None:
            return None
        return base.low >= (SERUM if code == "serum_m" else URINE).amount

    def protein(self, code: str) -> Marker:
        """Serum or urine M-protein against its baseline."""
        series = series_of(self.cohort, code)
        level = serum_level if code == "serum_m" else urine_level
        needs = serum_needs if code == "serum_m" else urine_needs
        return self._against(series, SERIES_NAMES[code], level, needs)

    def stand_in(self) -> list[Marker]:
        """Light chains where no M-protein is measurable; marrow where they are not either."""
        if self.facts.light_chain in CLONES and self._light_chains_measurable():
            series = flc_difference(self.cohort)
            return [self._against(series, "dFLC", difference_level, difference_needs)]
        marrow = self._against(series_of(self.cohort, "plasma_cells_marrow"), "marrow plasma cells", marrow_level,
                               marrow_needs, repeated=False, least=MARROW.amount)  # fmt: skip
        return [marrow] if marrow.baseline else []

    def light_chains_unnamed(self) -> bool:
        """Free light chains would be followed, and which one is the clone's is not recorded."""
        stated = self.facts.measurable
        followed = "flc" in stated if stated else bool(self.values(flc_difference(self.cohort)))
        return followed and self.facts.light_chain not in CLONES

    def _light_chains_measurable(self) -> bool:
        if self.facts.measurable:
            return "flc" in self.facts.measurable
        series = flc_difference(self.cohort)
        base = self.baseline(self.values(series))
        return base is not None and bool(involved_flc_measurable(self.cohort, INVOLVED_FLC)[base.row])

    def _against(
        self,
        series: Series,
        name: str,
        level: Callable[[Value, Value], int],
        needs: Callable[[Value, Series, int], str],
        *,
        repeated: bool = True,
        least: int = 1,
    ) -> Marker:
        values = self.values(series)
        base = self.baseline(values)
        if base is None or base.low < least:
            return Marker(name, SD, (), f"{name} at the start of the line", lambda _: "", repeated=repeated)
        held = base
        readings = tuple(
            Reading(one.day, level(one, held), interval_text(one.low, one.high, series))
            for one in self.after(values, held)
        )
        begin = interval_text(base.low, base.high, series)
        absent = f"{name} since the start of the line, by the assay of the baseline"
        named = f"from {begin} on {day_text(to_date(base.day))}"
        return Marker(name, SD, readings, absent, lambda one: needs(held, series, one), named, repeated)

    def complete(self, *, by_light_chains: bool) -> list[Marker]:
        """What complete response asks for beside the marker that is followed."""
        bands = [
            self._bands(serum(self.cohort), "immunofixation of serum"),
            self._bands(urine(self.cohort), "immunofixation of urine"),
        ]
        return [
            *bands,
            *self._lesions(),
            self._marrow(),
            self._ratio(CR if by_light_chains else SCR),
            self._clonality(),
        ]

    def _bands(self, fluid: Fluid, name: str) -> Marker:
        series = fluid.series
        readings = tuple(
            Reading(int(series.day[row]), CR + 1 if gone(int(fluid.band[row])) else VGPR, _band_text(fluid, row))
            for row in range(series.size)
            if fluid.band[row] != Band.NOT_DONE and self.start < series.day[row] <= self.last
        )
        return Marker(name, CR, readings, f"{name}: not done in this line", lambda _: f"{name} negative for the clone")

    def _marrow(self) -> Marker:
        series = series_of(self.cohort, "plasma_cells_marrow")
        readings = daily(
            Reading(
                one.day, SCR if one.high < MARROW_COMPLETE.amount else VGPR, interval_text(one.low, one.high, series)
            )
            for one in self.values(series)
            if one.day > self.start
        )
        needs = f"marrow plasma cells below {MARROW_COMPLETE}"
        return Marker("marrow plasma cells", CR, readings, f"{needs}: no marrow in this line", lambda _: needs,
                      repeated=False)  # fmt: skip

    def _ratio(self, needed_from: int) -> Marker:
        series = flc_difference(self.cohort)
        possibly = abnormal_ratio(self.cohort)[1] | outside(self.cohort)
        below = VGPR if needed_from == CR else CR
        readings = daily(
            Reading(one.day, below if possibly[one.row] else SCR, "abnormal" if possibly[one.row] else "normal")
            for one in self.values(series)
            if one.day > self.start
        )
        needs = "a normal ratio of free light chains"
        return Marker("ratio of free light chains", needed_from, readings, f"{needs}: not measured in this line",
                      lambda _: needs)  # fmt: skip

    def _clonality(self) -> Marker:
        """Clonality of marrow plasma cells; residual disease by flow that found nothing says the same."""
        stained, flow = series_of(self.cohort, "marrow_clonality"), series_of(self.cohort, "mrd_flow")
        read = [(one.day, one.low == 0, "clonal" if one.low else "polyclonal") for one in self.values(stained)]
        read += [(one.day, one.low == 0, f"by flow {'none' if one.low == 0 else 'found'}") for one in self.values(flow)]
        readings = daily(
            Reading(day, SCR if clear else CR, text) for day, clear, text in sorted(read) if day > self.start
        )
        needs = "no clonal plasma cells in marrow by immunohistochemistry or flow"
        return Marker("clonality of marrow plasma cells", SCR, readings, f"{needs}: not on record in this line",
                      lambda _: needs, repeated=False)  # fmt: skip

    def _lesions(self) -> list[Marker]:
        """The sum of products of diameters, where there were lesions at the start of the line."""
        series = series_of(self.cohort, "lesion_spd")
        base = self.baseline(self.values(series))
        if base is None or base.low == 0:
            return []
        marker = self._against(
            series, "sum of products of lesion diameters", lesion_level, lesion_needs, repeated=False
        )
        return [Marker(marker.name, PR, marker.readings, marker.absent, marker.needs, marker.baseline, repeated=False)]


SERIES_NAMES = {"serum_m": "serum M-protein", "urine_m": "urine M-protein"}


def gone(band: int) -> bool:
    """Whether immunofixation shows no band of the clone."""
    return band in (Band.NEGATIVE, Band.OTHER)


def _band_text(fluid: Fluid, row: int) -> str:
    words = {
        Band.NEGATIVE: "negative",
        Band.OTHER: "positive for another isotype only",
        Band.SAME: "positive for the clone",
        Band.EQUIVOCAL: "equivocal",
        Band.OPEN: "positive, not typed in full",
    }
    drug = ", which may be a therapeutic antibody (interference test)" if fluid.may_be_drug[row] else ""
    return words[int(fluid.band[row])] + drug
