"""The charts of a patient, in the order of their disease."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from labs.selectors.bars import Held, bars, usable_now
from labs.selectors.findings import finding_trends
from labs.selectors.readings import grading_of, moves
from labs.selectors.said import said_of
from labs.selectors.trend import measured_results, trends_of
from patients.models import Disease, Patient
from tracker.web.charts import DrawnChart, draw
from tracker.web.marker_groups import MAIN, groups_for
from tracker.web.readings import latest_read
from tracker.web.trend_charts import background_of, bars_of_rules, chart_of


@dataclass(frozen=True, slots=True)
class Course:
    """Charts with values, and the names of those that are missed."""

    charts: list[DrawnChart]
    absent: list[str]


def course_of(patient: Patient, *, today: date) -> Course:
    """Every chart of a patient read by `visible_patient`. Four queries: results, treatment events, what was said."""
    diagnoses = list(patient.diagnoses.all())
    groups = groups_for(frozenset(one.disease for one in diagnoses))
    results = measured_results(patient=patient, analytes={code for group in groups for code in group.analytes})
    events = list(patient.treatment_events.order_by("started_on", "id"))
    said = said_of(patient_ids=[patient.pk], site_ids=[patient.site_id])
    held: dict[str, Held] = {}
    for one in diagnoses:
        codes = [code for group in groups for code in group.rules]
        held |= bars(patient=patient, diagnosis=one, results=usable_now(results), events=events, rules=codes, said=said)
    background = background_of(diagnoses, events, today=today, since=results[0].collected_on if results else None)
    lines = bars_of_rules(groups, held)
    trends, moved = trends_of(results), moves(patient=patient, results=results, events=events, said=said)
    trends |= finding_trends(patient=patient, analytes={code for group in groups for code in group.analytes})
    grading = grading_of(patient)
    drawn = [
        replace(
            draw(chart_of(group, trends, background, lines)),
            reading=latest_read(group.analytes, results, patient=patient, moved=moved, grading=grading),
        )
        for group in groups
    ]
    expected = {key for one in diagnoses for key in MAIN[Disease(one.disease)]}
    return Course(
        charts=[chart for chart in drawn if chart.rows],
        absent=[chart.title for chart in drawn if not chart.rows and chart.key in expected],
    )
