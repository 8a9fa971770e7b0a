"""Every test of one marrow on one day: residual disease by several ways, FISH, morphology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labs.rules.acute_lymphoblastic.hematogones import of_marrow
from labs.rules.arrays import UNBOUNDED, Bools, Ints
from labs.rules.cohort import Cohort
from labs.rules.markers import concatenated, one_a_day, pooled
from labs.rules.series import Series
from labs.vocabulary.fixed_point import MRD_PLACES, PLACES

RESIDUAL = ("mrd_flow", "mrd_receptor", "mrd_sequencing", "mrd_molecular")
READS = (*RESIDUAL, "mrd_fish", "blasts_marrow")
FINER = 10 ** (MRD_PLACES - PLACES)


@dataclass(frozen=True, slots=True)
class MarrowTests:
    """The tests of each marrow: bounds by test, whether it was made; and what they come to."""

    names: tuple[str, ...]
    low: Ints
    high: Ints
    made: Bools

    @property
    def residual(self) -> Bools:
        """Marrows with a residual disease test."""
        made: Bools = np.logical_or.reduce(self.made[: len(RESIDUAL)], axis=0)
        return made

    def greatest(self, bound: Ints) -> Ints:
        """The greatest residual disease, else the greatest of the other tests."""
        held = np.where(self.made, bound, 0)
        among = len(RESIDUAL)
        greatest: Ints = np.where(self.residual, held[:among].max(axis=0), held[among:].max(axis=0))
        return greatest

    def count(self, least: int) -> Ints:
        """How many tests are surely at least so much."""
        count: Ints = (self.made & (self.low >= least)).sum(axis=0)
        return count


def marrows(cohort: Cohort) -> tuple[Series, MarrowTests]:
    """A row for each patient and day with any test of marrow, and the tests of that day."""
    parts = [*(of_marrow(cohort, code) for code in READS[:-1]), _finer(pooled(cohort, "blasts_marrow"))]
    joined = concatenated(parts[0], parts)
    days = one_a_day(joined, (joined.low,))
    rows = [days.on_the_same_day(part) for part in parts]
    low, high = (
        np.array([_held(getattr(part, bound), at) for part, at in zip(parts, rows, strict=True)])
        for bound in ("low", "high")
    )
    sources = tuple(np.where(at >= 0, _held(part.sources[0], at), -1) for part, at in zip(parts, rows, strict=True))
    names = tuple(part.name for part in parts)
    made = np.array(rows).reshape(len(parts), days.size) >= 0
    days = days._replace(name="Leukaemic cells in marrow", sources=sources)
    return days, MarrowTests(names, low, high, made)


def _held(values: Ints, rows: Ints) -> Ints:
    return values[np.maximum(rows, 0)] if values.size else np.zeros(rows.size, np.int64)


def _finer(blasts: Series) -> Series:
    """Blasts in the fixed point of residual disease."""
    low = blasts.low * FINER
    high = np.where(blasts.high >= UNBOUNDED, UNBOUNDED, blasts.high * FINER) if blasts.censored else low
    return blasts._replace(low=low, high=high, places=MRD_PLACES)
