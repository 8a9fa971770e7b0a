"""What clinicians said, in the form in which rules read it: new starts, bridges of assays, remissions and relapses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

from labs.models import AssayBridge, Rebaseline
from labs.rules.cohort import Bridge
from labs.rules.cohort import Rebaseline as Anew
from labs.selectors.questions import Question, Rows, answer_to
from patients.models import CourseEvent, CourseKind, Diagnosis
from patients.models.withdrawal import STANDING

# Written out: it is asked whenever a result arrives.
DAYS_SAID: Final = f"""
    select c.kind, c.diagnosis_id, '', c."on"
    from {CourseEvent._meta.db_table} c join {Diagnosis._meta.db_table} d on d.id = c.diagnosis_id
    where d.patient_id = any(%(patients)s) and c.withdrawn_at is null
    union all
    select '', r.patient_id, r.analyte, r.starts_on from {Rebaseline._meta.db_table} r
    where r.patient_id = any(%(patients)s) and r.withdrawn_at is null
"""  # noqa: S608 (our own tables)

Days = tuple[date, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """New starts by patient, bridges by site, days of remissions and relapses by diagnosis. What was taken back is not
    there, nor a bridge nobody confirmed."""

    rebaselines: Mapping[int, tuple[Anew, ...]] = field(default_factory=dict)
    bridges: Mapping[int, tuple[Bridge, ...]] = field(default_factory=dict)
    remissions: Mapping[int, Days] = field(default_factory=dict)
    relapses: Mapping[int, Days] = field(default_factory=dict)

    def facts(self, *, patient: int, site: int, diagnosis: int | None) -> dict[str, Any]:
        """What `PatientFacts` takes of it."""
        return {
            "rebaselines": self.rebaselines.get(patient, ()),
            "bridges": self.bridges.get(site, ()),
            "remissions": self.remissions.get(diagnosis or 0, ()),
            "relapses": self.relapses.get(diagnosis or 0, ()),
        }


def said_of(*, patient_ids: Collection[int], site_ids: Collection[int]) -> Said:
    """What was said of these patients and sites. Two statements, whatever their number."""
    return said_from(answer_to(days_said(patient_ids)), site_ids)


def days_said(patient_ids: Collection[int]) -> Question:
    """(remission or relapse, diagnosis, "", day) and ("", patient, analyte, day)."""
    return Question(DAYS_SAID, {"patients": list(patient_ids)})


def said_from(read: Rows, site_ids: Collection[int], *, any_bridge: bool = True) -> Said:
    """What was said, from the answer to `days_said`; bridges are read here.

    `any_bridge=False`: it is known that no assay was ever bridged, and none is asked about.
    """
    anew: dict[int, list[Anew]] = defaultdict(list)
    days: dict[str, dict[int, list[date]]] = {kind: defaultdict(list) for kind in CourseKind.values}
    for kind, number, analyte, day in sorted(read, key=lambda said: (said[3], said[2])):  # the earliest day first
        if kind in days:
            days[kind][number].append(day)
        else:
            anew[number].append(Anew(analyte, day))
    return Said(
        rebaselines=_fixed(anew),
        bridges=_bridges(site_ids) if any_bridge else {},
        remissions=_fixed(days[CourseKind.REMISSION]),
        relapses=_fixed(days[CourseKind.RELAPSE]),
    )


def _fixed(found: Mapping[int, list[T]]) -> dict[int, tuple[T, ...]]:
    return {number: tuple(rows) for number, rows in found.items()}


def _bridges(site_ids: Collection[int]) -> dict[int, tuple[Bridge, ...]]:
    found: dict[int, list[Bridge]] = defaultdict(list)
    rows = AssayBridge.objects.filter(STANDING, site_id__in=set(site_ids), confirmed_at__isnull=False)
    for row in rows.order_by("since", "pk"):
        found[row.site_id].append(Bridge(row.analyte, row.new, row.old, row.since))
    return _fixed(found)
