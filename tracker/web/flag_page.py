"""What the page of one signal shows besides its reasoning: banner, the chart of its marker, what may be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from labs.models import Flag, Result, Review
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.bars import Held, bars, usable_now
from labs.selectors.findings import finding_trends
from labs.selectors.inbox import marker_of
from labs.selectors.said import said_of
from labs.selectors.trend import measured_results, trends_of
from patients.access import can_bridge, can_have_inbox, can_review
from patients.models import Diagnosis, Patient, TreatmentEvent, User
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.charts import DrawnChart, draw
from tracker.web.flag_forms import ResolveForm
from tracker.web.marker_groups import group_of
from tracker.web.trend_charts import background_of, bars_of_rules, chart_of

ASSAY_CHANGED = "ASSAY-CHANGED"


def flag_context(user: User, flag: Flag, form: ResolveForm) -> dict[str, Any]:
    """Context of `flags/flag.html`."""
    patient = flag.patient
    today = clock.today_at(patient.site)
    steps = REVIEW_TRANSITIONS[Review(flag.review)] if can_review(user, patient) else {}
    return {
        "flag": flag,
        "finding": flag.finding,
        "patient": patient,
        "today": today,
        "banner": banner_of(patient, today=today),
        "chart": _chart(flag, patient, today),
        "form": form,
        "steps": steps,
        "has_inbox": can_have_inbox(user),
        "now": clock.now(),
        "may_bridge": flag.rule == ASSAY_CHANGED and can_bridge(user, patient.site),
    }


def _chart(flag: Flag, patient: Patient, today: date) -> DrawnChart | None:
    """The marker the signal is about, with the bars its rule holds the latest value against."""
    group = group_of(marker_of(flag))
    if group is None:
        return None
    group = replace(group, rules=(flag.rule,))
    results = measured_results(patient=patient, analytes=group.analytes)
    events = list(patient.treatment_events.order_by("started_on", "id"))
    diagnosis = flag.diagnosis and next((one for one in patient.diagnoses.all() if one.pk == flag.diagnosis_id), None)
    held = _held(patient, diagnosis, usable_now(results), events, flag.rule) if diagnosis else {}
    background = background_of(patient.diagnoses.all(), events, today=today)
    trends = trends_of(results) | finding_trends(patient=patient, analytes=group.analytes)
    return draw(chart_of(group, trends, background, bars_of_rules([group], held)))


def _held(
    patient: Patient, diagnosis: Diagnosis, results: list[Result], events: list[TreatmentEvent], rule: str
) -> dict[str, Held]:
    said = said_of(patient_ids=[patient.pk], site_ids=[patient.site_id])
    return bars(patient=patient, diagnosis=diagnosis, results=results, events=events, rules=[rule], said=said)
