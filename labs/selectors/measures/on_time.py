"""Done in time: how many of the required tests, by kind, site, protocol and month, and how late the others came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from labs.protocols.adherence import Adherence
from labs.selectors.measures.judged import JUDGED, Asked
from patients.models import Site

DIMENSIONS = ("month", "kind", "site", "protocol")

# Counted in small groups by the workers of one parallel scan, then put together four ways. Quartiles of delays come
# from their counts.
TALLIES = f"""
    select kind, site_id, protocol, month, verdict, delay, sum(tests)::bigint
    from (
        select kind, site_id, protocol, month, verdict, delay, count(*) as tests
        from (
            select kind, site_id, coalesce(protocol, '') as protocol,
                   date_trunc('month', due_on::timestamp)::date as month, verdict,
                   case when verdict in ('on_time', 'late') then done_on - due_on end as delay
            from ({JUDGED}) as judged
        ) as judged
        group by kind, site_id, protocol, month, verdict, delay
    ) as cell
    group by grouping sets (
        (kind, verdict, delay), (site_id, verdict, delay), (protocol, verdict, delay), (month, verdict, delay)
    )
"""  # noqa: S608 (a statement of our own)
CELLS = f"""
    select site.code, coalesce(cell.protocol, ''), cell.kind, cell.month,
           cell.on_time, cell.late, cell.not_done, cell.not_required, cell.open
    from (
        select site_id, protocol, kind, date_trunc('month', due_on::timestamp)::date as month,
               count(*) filter (where verdict = 'on_time') as on_time,
               count(*) filter (where verdict = 'late') as late,
               count(*) filter (where verdict = 'not_done') as not_done,
               count(*) filter (where verdict = 'not_required') as not_required,
               count(*) filter (where verdict = 'open') as open
        from ({JUDGED}) as judged
        group by site_id, protocol, kind, date_trunc('month', due_on::timestamp)
    ) as cell
    join {Site._meta.db_table} as site on site.id = cell.site_id
    order by site.code, coalesce(cell.protocol, ''), cell.kind, cell.month
"""  # noqa: S608 (a statement of our own)


@dataclass(slots=True)
class Tally:
    """How the tests of one group came out. `delays`: by days from the due day to the day it was done, how many."""

    counts: Counter[str] = field(default_factory=Counter)
    delays: Counter[int] = field(default_factory=Counter)

    @property
    def adherence(self) -> Adherence:
        """The counts as a share with its parts."""
        return Adherence(**self.counts)


@dataclass(frozen=True, slots=True)
class OnTime:
    """Tallies by month (its first day), kind (code), site (id) and protocol (code; empty: outside a plan)."""

    by: Mapping[str, Mapping[Any, Tally]]

    @property
    def whole(self) -> Tally:
        """All tests asked for."""
        total = Tally()
        for tally in self.by["month"].values():
            total.counts += tally.counts
            total.delays += tally.delays
        return total


@dataclass(frozen=True, slots=True)
class Cell:
    """How the tests of one site, protocol, kind and month came out."""

    site: str
    protocol: str
    kind: str
    month: date
    adherence: Adherence


def on_time(asked: Asked) -> OnTime:
    """How the tests due in the range came out, grouped in each of the `DIMENSIONS`. One statement."""
    found: dict[str, dict[Any, Tally]] = {name: defaultdict(Tally) for name in DIMENSIONS}
    with connection.cursor() as cursor:
        cursor.execute(TALLIES, asked.as_parameters())
        for kind, site, protocol, month, verdict, delay, count in cursor.fetchall():
            keys = {"kind": kind, "site": site, "protocol": protocol, "month": month}
            name = next(name for name, key in keys.items() if key is not None)
            tally = found[name][keys[name]]
            tally.counts[verdict] += count
            if delay is not None:
                tally.delays[delay] += count
    return OnTime({name: dict(sorted(groups.items())) for name, groups in found.items()})


def cells(asked: Asked) -> Iterator[Cell]:
    """The same, one row for each site, protocol, kind and month that has tests, in this order. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(CELLS, asked.as_parameters())
        for site, protocol, kind, month, *counts in cursor.fetchall():
            yield Cell(site, protocol, kind, month, Adherence(*counts))
