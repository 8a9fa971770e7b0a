"""When the clone grows back: the truth that no rule may see."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tracker.demo.illness import Illness, Marker
from tracker.demo.options import DAYS_A_YEAR, CohortOptions

Floats = NDArray[np.float64]
Days = NDArray[np.int64]

BEFORE_ONSET = 100
AFTER_RELAPSE = 150
CLEARANCE = {"MM": 16.0, "AML": 5.0, "ALL": 5.0}
"""Days in which treatment of a relapse halves the disease."""
IN_HOSPITAL = 48
"""Days after the beginning of that treatment in which nobody comes to follow-up."""
USUAL_GAP = {"MM": 75.0, "AML": 60.0, "ALL": 60.0}


class Stage(StrEnum):
    """How far a return of the disease has come on the day the cohort is looked at."""

    REMISSION = "remission"
    DAWNING = "dawning"
    FRESH = "fresh"
    CONFIRMED = "confirmed"
    PAST = "past"


SHARES = (
    (0.20, Stage.PAST),
    (0.31, Stage.CONFIRMED),
    (0.41, Stage.FRESH),
    (0.47, Stage.DAWNING),
    (1.0, Stage.REMISSION),
)


@dataclass(frozen=True, slots=True)
class Growth:
    """Log-linear regrowth, as multiples of the level in remission."""

    doubling_days: float
    criterion_fold: float
    """Multiple at which the level (without noise) meets the published criterion."""
    clinical_fold: float
    """Multiple at which the disease would be noticed without laboratory follow-up."""

    @property
    def to_criterion(self) -> float:
        """Days from the beginning of the regrowth to the criterion."""
        return self.doubling_days * float(np.log2(self.criterion_fold))

    @property
    def to_clinic(self) -> float:
        """Days from the beginning of the regrowth to the clinical relapse."""
        return self.doubling_days * float(np.log2(self.clinical_fold))


@dataclass(frozen=True, slots=True)
class Course:
    """The days that matter, as day numbers. `onset`, `criterion`, `relapse` are None without regrowth."""

    stage: Stage
    growth: Growth
    gap: float
    clearance: float
    diagnosed: int
    remission: int
    last_visit: int
    onset: int | None = None
    criterion: int | None = None
    relapse: int | None = None
    second_line: int | None = None
    lost: int | None = None
    """Day after which the patient came no more."""

    def level(self, days: Days, *, top: float, residual: float, regrows: bool = True) -> Floats:
        """True level on the days of something with this level at diagnosis: falls, rests, doubles, falls again."""
        to_remission = (self.remission - days) / max(self.remission - self.diagnosed, 1)
        fold = (top / residual) ** np.clip(to_remission, 0, 1)
        if self.onset is not None and regrows:
            fold = np.maximum(fold, self._regrown(days, top / residual))
        return np.asarray(fold * residual, np.float64)

    def _regrown(self, days: Days, top: float) -> Floats:
        onset = days[-1] if self.onset is None else self.onset
        until = days if self.second_line is None else np.minimum(days, self.second_line)
        grown = np.minimum(np.exp2(np.maximum(until - onset, 0) / self.growth.doubling_days), top)
        if self.second_line is None:
            return grown
        return np.asarray(
            np.maximum(grown * np.exp2(-np.maximum(days - self.second_line, 0) / self.clearance), 1.0), np.float64
        )


def draw_growth(rng: np.random.Generator, illness: Illness) -> Growth:
    """Doubling time and the two levels of this illness. Myeloma doubles in months, acute leukaemia in days to weeks."""
    if illness.disease == "MM":
        doubling = float(np.clip(rng.lognormal(np.log(60), 0.4), 25, 180))
    else:
        doubling = float(np.clip(rng.lognormal(np.log(12 if illness.disease == "AML" else 13), 0.3), 6, 28))
    low, high = _levels(rng, illness)
    return Growth(doubling, max(low / illness.residual, 1.2), max(high / illness.residual, 2.0))


def _levels(rng: np.random.Generator, illness: Illness) -> tuple[float, float]:
    """(level that meets the criterion, level of clinical relapse), a little beyond the published figure."""
    rest = illness.residual
    ends = {
        Marker.SERUM_M: (rest + 1.12 * max(0.5, 0.25 * rest), rest + rng.uniform(1.6, 3.0)),
        Marker.URINE_M: (rest + 260, rest + rng.uniform(900, 2500)),
        Marker.FLC: (rest + 130, rest + rng.uniform(450, 1500)),
        Marker.ESCAPE: (rest + 130, rest + rng.uniform(450, 1500)),
        Marker.MARROW: (rest + 11, rng.uniform(28, 45)),
        Marker.MOLECULAR: (0.02, rng.uniform(15, 45)),
        Marker.FLOW: (0.15 if illness.disease == "AML" else 0.02, rng.uniform(15, 45)),
        Marker.BLASTS: (7.0, rng.uniform(25, 50)),
        Marker.CNS: (7.0, rng.uniform(25, 50)),
    }
    return ends[illness.marker]


def draw_course(rng: np.random.Generator, illness: Illness, place: float, options: CohortOptions) -> Course:
    """A course of the stage at `place`, with all of it inside the years asked for."""
    stage = next(stage for share, stage in SHARES if place < share)
    growth = _fitting(draw_growth(rng, illness), stage, options)
    gap = USUAL_GAP[illness.disease] * options.density.stretch
    today, span = options.today, int(options.years * DAYS_A_YEAR)
    last = today - int(rng.integers(0, 5 if stage in (Stage.FRESH, Stage.CONFIRMED) else max(int(gap * 0.6), 6)))
    onset = _draw_onset(rng, stage, growth, gap, last, span)
    remission = today - int(rng.uniform(0.55, 1.0) * span)
    if onset is not None:
        remission = max(today - span, min(remission, onset - int(rng.uniform(BEFORE_ONSET, 240))))
    relapse = None if onset is None else onset + round(growth.to_clinic)
    lost = today - int(rng.uniform(110, 260)) if stage is Stage.REMISSION and rng.random() < 0.12 else None
    return Course(
        stage=stage,
        growth=growth,
        gap=gap,
        clearance=CLEARANCE[illness.disease],
        diagnosed=remission - int(rng.uniform(120, 260)),
        remission=remission,
        last_visit=last,
        onset=onset,
        criterion=None if onset is None else onset + round(growth.to_criterion),
        relapse=relapse,
        second_line=relapse + int(rng.integers(7, 28)) if relapse is not None and stage is Stage.PAST else None,
        lost=lost,
    )


def _fitting(growth: Growth, stage: Stage, options: CohortOptions) -> Growth:
    """The same growth, made fast enough to happen within the years asked for."""
    needed = growth.to_clinic if stage is Stage.PAST else growth.to_criterion
    room = options.years * DAYS_A_YEAR - BEFORE_ONSET - AFTER_RELAPSE - 30
    if needed <= room:
        return growth
    return Growth(growth.doubling_days * room / needed, growth.criterion_fold, growth.clinical_fold)


def _draw_onset(rng: np.random.Generator, stage: Stage, growth: Growth, gap: float, last: int, span: int) -> int | None:
    """Day the regrowth begins, so that on the last visit it stands where the stage says."""
    doubling, to_criterion = growth.doubling_days, growth.to_criterion
    after = growth.to_clinic - to_criterion
    if stage is Stage.REMISSION:
        return None
    if stage is Stage.DAWNING:
        return last - round(to_criterion * rng.uniform(0.35, 0.75))
    if stage is Stage.FRESH:
        return last - round(to_criterion + rng.uniform(0.3, 0.6) * min(doubling, gap * 0.8))
    if stage is Stage.CONFIRMED:
        ago = min(rng.uniform(1.2, 2.0) * gap, 0.85 * after)
        return last - round(to_criterion + max(ago, 10))
    earliest = last - span + BEFORE_ONSET
    latest = max(last - AFTER_RELAPSE - round(growth.to_clinic), earliest + 1)
    return int(rng.integers(earliest, latest))
