"""The response of acute myeloid leukaemia at its latest marrow, for display (ELN 2022). No rule rests on it.

    CR     marrow blasts below 5 %, none in blood, no extramedullary disease, neutrophils >= 1.0 and platelets >= 100
    CRh    the same, but neutrophils >= 0.5 and platelets >= 50 ×10⁹/L only
    CRi    the same, but one of the two bars of CR is not met
    MLFS   the same, but neither is; in a marrow of at least 200 cells
    PR     counts of CR, marrow blasts 5 to 25 % and at most half of what they were

Counts are those nearest to the marrow, from a week before to two weeks after it, a default of this project. What is not
on record is named and never guessed. Source: Döhner 2022 (ELN); spicules and cellularity, which ELN takes in place of
200 cells, are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from labs.rules import sites
from labs.rules.base import Threshold
from labs.rules.blasts import cells_of, never_reaches
from labs.rules.cohort import Cohort, day_number, to_date
from labs.rules.evidence import value_text
from labs.rules.markers import pooled
from labs.rules.series import Series
from labs.rules.sources import DOEHNER_2022, VIGIL
from labs.rules.wording import day_text

SINCE = date(2022, 9, 22)
BLASTS = Threshold("5", "%", DOEHNER_2022, SINCE)
PARTIAL = Threshold("25", "%", DOEHNER_2022, SINCE)
NEUTROPHILS = Threshold("1.0", "10*3/uL", DOEHNER_2022, SINCE)
PLATELETS = Threshold("100", "10*3/uL", DOEHNER_2022, SINCE)
SOME_NEUTROPHILS = Threshold("0.5", "10*3/uL", DOEHNER_2022, SINCE)
SOME_PLATELETS = Threshold("50", "10*3/uL", DOEHNER_2022, SINCE)
CELLS = Threshold("200", "{cells}", DOEHNER_2022, SINCE, places=0)
BEFORE = Threshold("7", "d", VIGIL, date(2026, 1, 1))
AFTER = Threshold("14", "d", VIGIL, date(2026, 1, 1))
NEAR = "from a week before to two weeks after the marrow"


@dataclass(frozen=True, slots=True)
class Response:
    """A category on the day of the marrow, what it rests on, and what is missing.

    category  CR, CRh, CRi, MLFS, PR; "none" for none of these; "" where it cannot be told
    """

    category: str
    on: date | None = None
    rests_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def response_of(cohort: Cohort, as_of: date) -> Response:
    """The response of the only patient of a cohort at the latest marrow up to a day."""
    marrows = pooled(cohort, "blasts_marrow")
    until = np.flatnonzero(marrows.day <= day_number(as_of))
    if not until.size:
        return Response("", missing=("a marrow with a share of blasts",))
    return _Marrow(cohort, marrows, int(until[-1]), day_number(as_of)).response()


class _Marrow:
    """The latest marrow with what belongs to it."""

    def __init__(self, cohort: Cohort, marrows: Series, row: int, last: int) -> None:
        self.cohort, self.marrows, self.row, self.last = cohort, marrows, row, last
        self.day = int(marrows.day[row])
        self.rests = [f"blasts in marrow {value_text(marrows, row)} on {day_text(to_date(self.day))}"]
        self.missing: list[str] = []

    def response(self) -> Response:
        """The category of this marrow."""
        return Response(self._category(), to_date(self.day), tuple(self.rests), tuple(self.missing))

    def _category(self) -> str:
        circulating = self._circulating()
        neutrophils, some_neutrophils = self._reaches("neutrophils", NEUTROPHILS, SOME_NEUTROPHILS)
        platelets, some_platelets = self._reaches("platelets", PLATELETS, SOME_PLATELETS)
        if circulating or self._elsewhere():
            return "none"
        if self._below(BLASTS):
            if circulating is None:
                return ""
            if neutrophils and platelets:
                return "CR"
            if some_neutrophils and some_platelets:
                return "" if None in (neutrophils, platelets) else "CRh"
            if None in (neutrophils, platelets):
                return ""
            return "CRi" if neutrophils or platelets else self._leukaemia_free()
        if self._halved() and neutrophils and platelets:
            return "PR"
        return "" if self.missing else "none"

    def _leukaemia_free(self) -> str:
        """Without recovery of counts the marrow itself must be large enough to be judged."""
        cells = cells_of(self.marrows, self.row)
        if cells is None:
            self.missing.append(f"the number of cells counted in the marrow: at least {CELLS.value} make it MLFS")
            return ""
        return "MLFS" if cells >= CELLS.amount else "none"

    def _below(self, bar: Threshold) -> bool:
        high = int(self.marrows.high[self.row])
        return high < bar.amount or bool(never_reaches(self.marrows, bar)[self.row])

    def _halved(self) -> bool:
        """5 to 25 %, and at most half of the greatest earlier share in this line of therapy."""
        low, high = int(self.marrows.low[self.row]), int(self.marrows.high[self.row])
        if low < BLASTS.amount or high > PARTIAL.amount:
            return False
        earlier = np.flatnonzero((self.marrows.day < self.day) & (self.marrows.day >= self._line_start()))
        if not earlier.size:
            self.missing.append("an earlier marrow of this line of therapy, to tell whether blasts are halved")
            return False
        return 2 * high <= int(self.marrows.low[earlier].max())

    def _line_start(self) -> int:
        start = self.cohort.line_start(0, self.day)
        return int(self.marrows.day[0]) if start is None else day_number(start)

    def _circulating(self) -> bool | None:
        """Whether there were blasts in blood near the marrow; None where nobody looked."""
        blood = pooled(self.cohort, "blasts_blood_percent", "blasts_blood_count")
        near = self._near(blood)
        if not near:
            self.missing.append(f"a look for blasts in blood {NEAR}")
            return None
        worst = max(near, key=lambda row: int(blood.low[row]))
        self.rests.append(f"blasts in blood {value_text(blood, worst)} on {self._on(blood, worst)}")
        return bool(blood.low[worst] > 0)

    def _reaches(self, code: str, bar: Threshold, some: Threshold) -> tuple[bool | None, bool | None]:
        """Whether the count nearest to the marrow surely reaches the bar of CR, and that of CRh; None: not known."""
        counts = pooled(self.cohort, code)
        near = self._near(counts)
        if not near:
            self.missing.append(f"{counts.name.lower()} {NEAR}")
            return None, None
        row = min(near, key=lambda at: (abs(int(counts.day[at]) - self.day), -int(counts.day[at])))
        self.rests.append(f"{counts.name.lower()} {value_text(counts, row)} on {self._on(counts, row)}")
        return bool(counts.low[row] >= bar.amount), bool(counts.low[row] >= some.amount)

    def _elsewhere(self) -> bool:
        """Whether disease outside of marrow and blood stands at a site, by the latest word on it."""
        found = sites.found_at(self.cohort, "extramedullary", sites.not_marrow, sites.same)
        until = [row for row in range(found.size) if found.day[row] <= min(self.last, self.day + int(AFTER.value))]
        latest = {sites.same(sites.site_at(found, row)): row for row in until}
        standing = [row for row in latest.values() if found.low[row] >= sites.SUSPECTED]
        self.rests += [
            sites.sentence("extramedullary disease", found, row).removesuffix(".") for row in sorted(standing)
        ]
        if not latest:
            self.missing.append("a clinician's word on extramedullary disease: none is recorded, and none is assumed")
        return bool(standing)

    def _near(self, series: Series) -> list[int]:
        first, end = self.day - int(BEFORE.value), min(self.day + int(AFTER.value), self.last)
        return [int(row) for row in np.flatnonzero((series.day >= first) & (series.day <= end))]

    @staticmethod
    def _on(series: Series, row: int) -> str:
        return day_text(to_date(int(series.day[row])))
