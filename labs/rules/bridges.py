"""Assays declared interchangeable: one goes on with the series of the other. Values and evidence stay as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from labs.rules.arrays import AnyInts, Ints
from labs.rules.columns import EPOCH_DAY, Columns
from labs.rules.facts import Bridge, Group, PatientFacts


def bridged(
    patients: Sequence[PatientFacts], columns: Columns, groups: Sequence[Group], codes: Mapping[str, int]
) -> AnyInts:
    """The group whose series each row belongs to; the column itself where no bridge applies."""
    declared: dict[tuple[Bridge, ...], list[int]] = {}
    for place, facts in enumerate(patients):
        if facts.bridges:
            declared.setdefault(facts.bridges, []).append(place)
    if not declared:
        return columns.group
    out = columns.group.copy()
    places = {group: place for place, group in enumerate(groups)}
    for bridges, owners in declared.items():
        rows = np.flatnonzero(np.isin(columns.patient, owners))
        for bridge in sorted(bridges, key=lambda one: one.since):
            _follow(bridge, rows, out, columns, places, codes)
    return out


def _follow(
    bridge: Bridge,
    rows: Ints,
    out: AnyInts,
    columns: Columns,
    places: Mapping[Group, int],
    codes: Mapping[str, int],
) -> None:
    """Rows of the one group, from the day on, take the group that the other's series has by now.

    Of a patient who was never measured by the other there is nothing to go on with: the rows stay where they are.
    """
    joins, onto = places.get(bridge.joins), places.get(bridge.onto)
    if joins is None or onto is None or bridge.analyte not in codes:
        return
    of_analyte = columns.analyte[rows] == codes[bridge.analyte]
    moved = of_analyte & (columns.group[rows] == joins) & (columns.day[rows] >= bridge.since.toordinal() - EPOCH_DAY)
    others = rows[of_analyte & (columns.group[rows] == onto)]
    target = dict(zip(columns.patient[others].tolist(), out[others].tolist(), strict=True))
    for row in rows[moved].tolist():
        out[row] = target.get(int(columns.patient[row]), out[row])
