"""Reports that closed no test: what was done though nothing asked for it, or too early or too late to count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from labs.models import Plan, Report, Result, ScheduledTest
from labs.selectors.outcomes import outcomes_of
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import TEST_KINDS
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Unplanned:
    """A report that gave no test a part of its panel. `kinds`: the tests it would have done completely."""

    report: Report
    on: date
    kinds: tuple[str, ...]


def unplanned_reports(*, patient: Patient, since: date | None = None) -> list[Unplanned]:
    """The reports collected since a day that did nothing for a scheduled test, the newest first. Five queries.

    `since` None: since the first plan of the patient began; without a plan nothing is unplanned. Only reports count
    that have part of a panel; a report that completed half of a panel is not unplanned.
    """
    if since is None:
        since = Plan.objects.filter(patient=patient).order_by("started_on").values_list("started_on", flat=True).first()
    if since is None:
        return []
    tests = ScheduledTest.objects.filter(patient=patient, kind__in=TEST_KINDS)
    used = {report for _test, outcome in outcomes_of(list(tests)) for report in outcome.reports}
    seen: dict[int, tuple[date, set[str]]] = {}
    results = Result.objects.filter(patient=patient, is_current=True, status__in=USABLE, collected_on__gte=since)
    for number, day, analyte in results.values_list("report_id", "collected_on", "analyte").order_by("collected_on"):
        if number not in used and analyte in PANELS:
            seen.setdefault(number, (day, set()))[1].add(analyte)
    reports = Report.objects.in_bulk(list(seen))
    found = [Unplanned(reports[number], day, _complete(analytes)) for number, (day, analytes) in seen.items()]
    return sorted(found, key=lambda one: (one.on, one.report.pk), reverse=True)


PANELS = frozenset().union(*(need.any_of for kind in TEST_KINDS.values() for need in kind.needs))


def _complete(analytes: set[str]) -> tuple[str, ...]:
    return tuple(code for code, kind in TEST_KINDS.items() if kind.needs and not kind.missing(analytes))
