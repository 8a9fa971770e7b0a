"""A confirmed relapse as part of the course: its day and sites, and perhaps the line of therapy it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from labs.actions.plan_refusals import written
from labs.actions.take_flag import ReviewRefused, as_refusal
from labs.models import Flag
from labs.selectors.inbox import marker_of
from patients.actions.record_remission import record_relapse
from patients.actions.record_treatment import record_line
from patients.models import CourseEvent, CourseKind, Diagnosis, Phase, RelapseSite, TreatmentLine, User
from patients.models.withdrawal import STANDING

SITES: Final[Mapping[str, str]] = {
    "blasts_marrow": RelapseSite.MARROW,
    "plasma_cells_marrow": RelapseSite.MARROW,
    "blasts_blood_percent": RelapseSite.BLOOD,
    "blasts_blood_count": RelapseSite.BLOOD,
    "plasma_cells_blood_count": RelapseSite.BLOOD,
    "csf_blasts": RelapseSite.CNS,
    "cns_signs": RelapseSite.CNS,
    "testis": RelapseSite.TESTIS,
    "extramedullary": RelapseSite.EXTRAMEDULLARY,
    "serum_m": RelapseSite.BIOCHEMICAL,
    "urine_m": RelapseSite.BIOCHEMICAL,
    "flc_kappa": RelapseSite.BIOCHEMICAL,
    "flc_lambda": RelapseSite.BIOCHEMICAL,
}
"""Where a relapse lies that a signal about this marker led to; of other markers it is not known."""


@dataclass(frozen=True, slots=True)
class Relapse:
    """The relapse as the physician states it. `on` None: the onset of the signal; `sites` None: that of its marker."""

    on: date | None = None
    sites: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """The line of therapy that begins. `number` None: the next one of the diagnosis."""

    regimen: str
    started_on: date
    number: int | None = None


def sites_of(flag: Flag) -> list[str]:
    """The sites that the marker of a signal speaks for."""
    analyte = marker_of(flag)
    return [SITES[analyte]] if analyte in SITES else []


def recorded_relapse(flag: Flag, on: date) -> CourseEvent | None:
    """The relapse of this episode that is on record already: the turn of the course before that day, or after it."""
    turns = CourseEvent.objects.filter(STANDING, diagnosis=flag.diagnosis_id).order_by("on", "pk")
    nearest = (turns.filter(on__lte=on).last(), turns.filter(on__gt=on).first())
    return next((turn for turn in nearest if turn is not None and turn.kind == CourseKind.RELAPSE), None)


def confirm_relapse(
    flag: Flag, relapse: Relapse | None, line: NewLine | None, *, by: User, now: datetime
) -> list[CourseEvent | TreatmentLine]:
    """Record the relapse, not twice, and the line. Without a diagnosis there is no course to record it in."""
    if flag.diagnosis is None:
        if relapse is not None or line is not None:
            raise ReviewRefused(_("This signal belongs to no diagnosis. Record the diagnosis first."))
        return []
    stated = relapse or Relapse()
    on = stated.on or flag.onset_on
    sites = sites_of(flag) if stated.sites is None else sorted(set(stated.sites))
    known = recorded_relapse(flag, on)
    created: list[CourseEvent | TreatmentLine] = []
    try:
        if known is None:
            row = record_relapse(diagnosis=flag.diagnosis, on=on, sites=sites, note=flag.rule, by=by, now=now)
            created.append(row)
        elif relapse is not None:
            _check_same(known, on, sites)
        if line is not None:
            created.append(_begin(flag.diagnosis, line, known.on if known else on, by=by, now=now))
    except ValidationError as error:
        raise as_refusal(error) from error
    return created


def _check_same(known: CourseEvent, on: date, sites: Sequence[str]) -> None:
    if known.on != on or sorted(known.sites) != list(sites):
        raise ReviewRefused(
            _("A relapse on %(day)s is recorded already. Correct that one on the course of the patient.")
            % {"day": written(known.on)}
        )


def _begin(diagnosis: Diagnosis, line: NewLine, relapsed_on: date, *, by: User, now: datetime) -> TreatmentLine:
    if not line.regimen.strip():
        raise ReviewRefused(_("Name the regimen of the new line."))
    if line.started_on < relapsed_on:
        raise ReviewRefused(
            _("The new line starts on %(day)s, before the relapse on %(relapse)s. Check both days.")
            % {"day": written(line.started_on), "relapse": written(relapsed_on)}
        )
    last = diagnosis.lines.aggregate(last=Max("number"))["last"] or 0
    return record_line(
        diagnosis=diagnosis,
        number=line.number or last + 1,
        phase=Phase.SALVAGE,
        regimen=line.regimen,
        started_on=line.started_on,
        by=by,
        now=now,
    )
