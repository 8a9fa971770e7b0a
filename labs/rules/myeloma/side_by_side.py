"""Several signs of one patient in one series, each in segments of its own: none confirms or ends another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labs.rules.arrays import Ints
from labs.rules.markers import concatenated
from labs.rules.series import Series


def side_by_side(parts: Sequence[Series]) -> tuple[Series, Ints]:
    """The rows of every part, a patient's together, and where each stood in the parts one after the other.

    The parts have as many sources each; a row is shown with the name and unit of its own analyte.
    """
    joined = concatenated(parts[0], parts)
    order = joined.patient.argsort(kind="stable")
    first = np.concatenate([part.first for part in parts])[order]
    return joined.only_rows(order)._replace(first=first, mixed=True), order
