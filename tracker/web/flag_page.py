"""What the page of one signal shows besides its reasoning: banner, the chart of its marker, what may be done."""

from __future__ import annotations

from datetime import date
from typing import Any

from labs.models import Flag
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.inbox import marker_of
from labs.selectors.trend import measured_results, trends_of
from patients.access import can_review
from patients.models import User
from patients.selectors.patients import banner_of, visible_patient
from tracker.web import clock
from tracker.web.charts import DrawnChart, draw
from tracker.web.flag_forms import ResolveForm
from tracker.web.marker_groups import group_of
from tracker.web.trend_charts import background_of, bars_of_finding, chart_of


def flag_context(user: User, flag: Flag, form: ResolveForm) -> dict[str, Any]:
    """Context of `flags/flag.html`."""
    patient = visible_patient(user=user, patient_id=flag.patient_id)
    today = clock.today_at(patient.site)
    steps = REVIEW_TRANSITIONS[flag.review] if can_review(user, patient) else {}
    return {
        "flag": flag,
        "finding": flag.finding,
        "patient": patient,
        "today": today,
        "banner": banner_of(patient, today=today),
        "chart": _chart(flag, patient, today),
        "form": form,
        "steps": steps,
    }


def _chart(flag: Flag, patient: Any, today: date) -> DrawnChart | None:
    """The marker the signal is about, with the bars it was held against."""
    group = group_of(marker_of(flag))
    if group is None:
        return None
    background = background_of(
        patient.diagnoses.all(), list(patient.treatment_events.order_by("started_on")), today=today
    )
    found = trends_of(measured_results(patient=patient, analytes=group.analytes))
    return draw(chart_of(group, found, background, bars_of_finding(flag, group)))
