"""When free light chains are the marker of progression: only if neither serum nor urine M-protein is measurable."""

from __future__ import annotations

from dataclasses import dataclass

from labs.rules.arrays import Bools
from labs.rules.base import NOT_EVALUABLE
from labs.rules.cohort import Cohort
from labs.rules.myeloma.light_chains import clones, flc_difference
from labs.rules.myeloma.measurable import Marker, marker_states, stated_not_measurable
from labs.rules.series import Series
from labs.rules.signals import Silence


@dataclass(frozen=True, slots=True)
class FlcMarker:
    """For each row: free light chains are the marker, another one is, or the record cannot tell."""

    yes: Bools
    no: Bools
    open: Bools


def flc_marker(cohort: Cohort) -> FlcMarker:
    """Whether free light chains are what is followed, for each row of dFLC."""
    return cohort.worked_out(_flc_marker)


def _flc_marker(cohort: Cohort) -> FlcMarker:
    series = flc_difference(cohort)
    serum, urine = marker_states(cohort, "serum_m", series), marker_states(cohort, "urine_m", series)
    no = (serum == Marker.YES) | (urine == Marker.YES) | stated_not_measurable(cohort, "flc")[series.patient]
    unknown = ~no & ((serum == Marker.UNKNOWN) | (urine == Marker.UNKNOWN))
    return FlcMarker(~(no | unknown), no, unknown)


def unless_clone_known(cohort: Cohort, series: Series) -> Silence:
    """Without the light chain of the clone there is no involved chain."""
    return Silence(clones(cohort)[series.patient] == 0, NOT_EVALUABLE, "the light chain of the clone (kappa or lambda)")
