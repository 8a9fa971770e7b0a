"""What was stated about results, assays and the course: who, when, why, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from labs.models import AssayBridge, Flag, Rebaseline, Result, SpuriousMark
from labs.models.flag_states import ON_SCREEN
from labs.rules.cohort import Group
from labs.selectors.rows import MARKED
from patients.models import CourseEvent, Patient, Site, User


@dataclass(frozen=True, slots=True)
class Statements:
    """Of one patient, the newest first; what was taken back is among them."""

    course: list[CourseEvent]
    starts: list[Rebaseline]
    marks: list[SpuriousMark]


def statements_of(patient: Patient) -> Statements:
    """Everything stated about a patient. Three queries."""
    course = CourseEvent.objects.filter(diagnosis__patient=patient)
    starts = Rebaseline.objects.filter(patient=patient).select_related("recorded_by", "withdrawn_by")
    marks = SpuriousMark.objects.filter(result__patient=patient)
    return Statements(
        course=list(course.select_related("diagnosis", "recorded_by", "withdrawn_by").order_by("-on", "-pk")),
        starts=list(starts.order_by("-starts_on", "-pk")),
        marks=list(marks.select_related("result", "marked_by", "withdrawn_by").order_by("-pk")),
    )


def result_of(patient: Patient, number: int) -> Result:
    """One result of the patient, with whether it is marked. Raises Result.DoesNotExist."""
    results = Result.objects.filter(patient=patient).annotate(marked=MARKED).select_related("report", "supersedes")
    return results.get(pk=number)


def versions_of(result: Result) -> list[Result]:
    """Every version of what was measured, by report and analyte on that day, the newest first."""
    same = Result.objects.filter(
        patient_id=result.patient_id, report_id=result.report_id, analyte=result.analyte
    ).annotate(marked=MARKED)
    return list(same.order_by("-version", "-pk"))


def marks_of(results: Iterable[Result]) -> list[SpuriousMark]:
    """Marks of these results, the newest first."""
    found = SpuriousMark.objects.filter(result__in=list(results)).select_related("result", "marked_by", "withdrawn_by")
    return list(found.order_by("-pk"))


def flags_resting_on(result: Result) -> list[Flag]:
    """Signals on screen that have this result as evidence: those that may change when it is marked."""
    flags = Flag.objects.filter(patient_id=result.patient_id, signal__in=ON_SCREEN).order_by("-onset_on", "rule")
    return [flag for flag in flags if any(one["result"] == result.pk for one in flag.finding.get("evidence", ()))]


def bridges_for(user: User) -> QuerySet[AssayBridge]:
    """Bridges of the sites this person works for, the newest first."""
    joined = AssayBridge.objects.select_related("site", "declared_by", "confirmed_by", "withdrawn_by")
    return joined.filter(site__in=user.sites.values("pk")).order_by("-declared_at", "-pk")


def assays_of(site: Site, analyte: str) -> list[Group]:
    """Assays by which results of a site were measured: specimen, method family (with target), laboratory."""
    rows = Result.objects.filter(patient__site=site, analyte=analyte, is_current=True).order_by()
    found = rows.values_list("specimen", "method_family", "target", "laboratory").distinct()
    return sorted({(specimen, f"{method} {target}".strip(), lab) for specimen, method, target, lab in found})


def assay_of(result: Result) -> Group:
    """The assay of one result, as rules tell assays apart."""
    return result.specimen, f"{result.method_family} {result.target}".strip(), result.laboratory


def assays_compared(flag: Flag) -> tuple[Group, Group, Result] | None:
    """The assay before and the one now of a signal about a change of assay, and the first result of the new one."""
    roles = {item["role"]: item["result"] for item in flag.finding.get("evidence", ())}
    results = Result.objects.in_bulk([number for number in (roles.get("before"), roles.get("onset")) if number])
    before, now = results.get(roles.get("before", 0)), results.get(roles.get("onset", 0))
    return None if before is None or now is None else (assay_of(before), assay_of(now), now)
