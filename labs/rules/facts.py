"""What rules must know of a patient besides results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeAlias

Key: TypeAlias = str | int
Group: TypeAlias = tuple[str, str, str]
"""Specimen, method family, laboratory: values of one group are comparable."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something given to the patient that changes counts or markers. Without an end: one day, unless `ongoing`."""

    kind: str
    started_on: date
    ended_on: date | None = None
    ongoing: bool = False

    @property
    def last_day(self) -> date:
        """The last day it was given; the end of time while it goes on."""
        return date.max if self.ongoing else self.ended_on or self.started_on


class Rebaseline(NamedTuple):
    """A clinician's word that comparisons of an analyte ("" for all) start anew on a day."""

    analyte: str
    on: date


class Bridge(NamedTuple):
    """Two groups of an analyte declared interchangeable: from `since` on, `joins` goes on with the series of `onto`."""

    analyte: str
    joins: Group
    onto: Group
    since: date


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """What rules must know of a patient besides results. Empty means not recorded, never "no".

    measurable    of serum_m, urine_m, flc, marrow, as a physician stated it; empty: derived from the baseline
    line_starts   first days of the lines of therapy; each resets the values changes are measured from
    remission_on  first day of the first remission; `remissions`, `relapses`: every one that was recorded
    switched_off  rules the site's criteria leave out -> why
    """

    key: Key
    disease: str = ""
    birth_date: date | None = None
    sex: str = ""
    diagnosed_on: date | None = None
    heavy_chain: str = ""
    light_chain: str = ""
    disease_type: str = ""
    measurable: frozenset[str] = frozenset()
    line_starts: tuple[date, ...] = ()
    remission_on: date | None = None
    response: str = ""
    remissions: tuple[date, ...] = ()
    relapses: tuple[date, ...] = ()
    therapy_ended_on: date | None = None
    events: tuple[Event, ...] = ()
    rebaselines: tuple[Rebaseline, ...] = ()
    bridges: tuple[Bridge, ...] = ()
    switched_off: Mapping[str, str] = field(default_factory=dict)
