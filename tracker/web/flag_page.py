"""What the page of one signal shows besides its reasoning: the case it is judged by, drawn, and what may be done."""

from __future__ import annotations

from typing import Any

from labs.models import Flag, Review
from labs.models.flag_states import REVIEW_TRANSITIONS
from labs.selectors.case_of import case_of
from labs.selectors.opinions import colleagues_for
from patients.access import can_bridge, can_have_inbox, reviews
from patients.models import User
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.case_charts import charts_of
from tracker.web.distance_words import grouped
from tracker.web.flag_decisions import decisions_context
from tracker.web.flag_forms import ResolveForm

ASSAY_CHANGED = "ASSAY-CHANGED"


def flag_context(user: User, flag: Flag, form: ResolveForm, *, whole: bool = False, **answering: Any) -> dict[str, Any]:
    """Context of `flags/flag.html`. `whole`: charts of the whole course, not only of what was compared."""
    patient = flag.patient
    today = clock.today_at(patient.site)
    # that they may see the patient was asked when the signal was opened
    steps = REVIEW_TRANSITIONS[Review(flag.review)] if reviews(user) else {}
    case = case_of(flag=flag, today=today, colleagues=colleagues_for(patient, but=user))
    form.offer(case.beside["colleagues"])
    return {
        "flag": flag,
        "finding": flag.finding,
        "patient": patient,
        "today": today,
        "banner": banner_of(patient, today=today),
        "case": case,
        "charts": charts_of(case, whole=whole),
        "distances": grouped(case.other_distances),
        "form": form,
        "steps": steps,
        "has_inbox": can_have_inbox(user),
        "now": (now := clock.now()),
        **decisions_context(user, flag, may=bool(steps), now=now, **answering),
        "may_bridge": flag.rule == ASSAY_CHANGED and can_bridge(user, patient.site),
    }
