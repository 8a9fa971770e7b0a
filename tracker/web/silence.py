"""Silence: what nobody would notice by waiting, each row with since when and the one step that mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.schedule_next import NothingAsked, schedule_next
from labs.actions.start_plan import PlanRefused, start_plan
from labs.models import Plan, ScheduledTest
from labs.selectors import silence
from labs.selectors.silence import QuietFeed
from labs.selectors.suggested_plans import suggestions_for
from labs.vocabulary.test_kinds import label_of
from patients.models import Patient, User
from patients.selectors.patients import visible_patient
from tracker.web import clock
from tracker.web.for_roles import for_clinicians
from tracker.web.going_back import back
from tracker.web.signed_in import SignedInRequest

SHOWN = 50
"""Rows of each list; it says how many there are."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: who, since when (None: not known), what is known, and the step that mends it. `post` asks by POST."""

    name: str
    since: date | None
    about: str
    step: str | Promise
    url: str
    post: bool = False
    patient: Patient | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One way to fall silent: `rows` finds them, `line` shows one."""

    code: str
    title: str | Promise
    meaning: str | Promise
    rows: Callable[[User, datetime], Any]
    line: Callable[[Any], Line]
    people: tuple[str, ...] = ()

    def count(self, user: User, now: datetime) -> int:
        """How many there are."""
        rows = self.rows(user, now)
        return len(rows) if isinstance(rows, list) else rows.count()

    def lines(self, user: User, now: datetime) -> list[Line]:
        """The first of them."""
        rows = self.rows(user, now)
        found: Sequence[Any] = rows if isinstance(rows, list) else rows.select_related(*self.people)
        return [self.line(row) for row in found[:SHOWN]]


def _waiting(test: ScheduledTest) -> Line:
    url = f"{reverse('enter_result', args=[test.patient_id])}?kind={test.kind}"
    return Line(
        str(test.patient), test.collected_on, _(label_of(test.kind)), gettext_lazy("Enter results"), url,
        patient=test.patient,
    )  # fmt: skip


def _feed(feed: QuietFeed) -> Line:
    about = _("%(source)s; the last message came then") % {"source": feed.source}
    return Line(str(feed.sender), feed.last_at.date(), about, gettext_lazy("Look in quarantine"), reverse("quarantine"))


def _plan(plan: Plan) -> Line:
    url = reverse("schedule_next", args=[plan.patient_id])
    since = plan.since  # type: ignore[attr-defined]
    return Line(
        str(plan.patient), since, plan.protocol.title, gettext_lazy("Schedule its next tests"), url, post=True,
        patient=plan.patient,
    )  # fmt: skip


def _without_plan(patient: Patient) -> Line:
    url = reverse("start_plan_suggested", args=[patient.pk])
    since = patient.since  # type: ignore[attr-defined]
    step = gettext_lazy("Start the suggested plan")
    return Line(str(patient), since, _("no plan runs"), step, url, post=True, patient=patient)


def _without_owner(patient: Patient) -> Line:
    team = getattr(patient, "care_team", None)
    missing = [
        word
        for word, there in (
            (_("no responsible physician"), team and (team.physician_id or team.cover_id)),
            (_("no nurse"), team and team.nurse_id),
        )
        if not there
    ]
    url = reverse("assign_care_team", args=[patient.pk])
    since = patient.since  # type: ignore[attr-defined]
    return Line(str(patient), since, ", ".join(missing), gettext_lazy("Name who answers"), url, patient=patient)


def _gone(patient: Patient) -> Line:
    team = getattr(patient, "care_team", None)
    posts = (team.physician, team.nurse) if team else ()
    gone = [str(person) for person in posts if person is not None and not person.is_active]
    about = ", ".join(gone) or _("somebody a test is assigned to")
    url = reverse("assign_care_team", args=[patient.pk])
    if not gone:
        url = f"{reverse('worklist')}?q={patient.family_name}"
    return Line(
        str(patient), None, _("the account of %(who)s is closed") % {"who": about},
        gettext_lazy("Name who answers now"),
        url, patient=patient,
    )  # fmt: skip


def _lost(patient: Patient) -> Line:
    url = reverse("call_patient", args=[patient.test])  # type: ignore[attr-defined]
    since = patient.since  # type: ignore[attr-defined]
    return Line(str(patient), since, _("every test is late"), gettext_lazy("Call"), url, patient=patient)


ALARMS = (
    Alarm(
        "lost",
        gettext_lazy("Lost to follow-up"),
        gettext_lazy("Every test that waits is late for longer than the site allows. They stay on the worklist too."),
        silence.lost_to_follow_up,
        _lost,
    ),
    Alarm(
        "results",
        gettext_lazy("Samples without a result"),
        gettext_lazy("The sample was taken longer ago than a result may take."),
        silence.waiting_for_results,
        _waiting,
        ("patient",),
    ),
    Alarm(
        "feeds",
        gettext_lazy("Quiet interfaces"),
        gettext_lazy("Nothing came from this sender for longer than usual. An administrator closes what has ended."),
        silence.quiet_feeds,
        _feed,
    ),
    Alarm(
        "plans",
        gettext_lazy("Plans without a next test"),
        gettext_lazy("The plan runs and asks for nothing more."),
        silence.plans_without_next_test,
        _plan,
        ("patient", "protocol"),
    ),
    Alarm(
        "without-plan",
        gettext_lazy("Patients without a plan"),
        gettext_lazy("A disease is recorded and no plan follows it: nobody would notice a test not done."),
        silence.diagnosed_without_plan,
        _without_plan,
    ),
    Alarm(
        "without-owner",
        gettext_lazy("Nobody answers"),
        gettext_lazy("No responsible physician or no nurse is named."),
        silence.never_owned,
        _without_owner,
        ("care_team",),
    ),
    Alarm(
        "owner-gone",
        gettext_lazy("Who answered is gone"),
        gettext_lazy("The account of the physician, the nurse or of who had a test is closed."),
        silence.owner_gone,
        _gone,
        ("care_team__physician", "care_team__nurse"),
    ),
)


@require_safe
@for_clinicians
def silence_page(request: SignedInRequest) -> HttpResponse:
    """Every alarm with its rows."""
    now = clock.now()
    shown = [(alarm, alarm.count(request.user, now), alarm.lines(request.user, now)) for alarm in ALARMS]
    return render(request, "worklist/silence.html", {"alarms": shown, "most": SHOWN})


@require_safe
@for_clinicians
def silence_count(request: SignedInRequest) -> HttpResponse:
    """How many alarms there are in all: a part of the worklist that comes after it."""
    now = clock.now()
    number = sum(alarm.count(request.user, now) for alarm in ALARMS)
    style = "v-tabs__count v-tabs__count--alarm" if number else "v-tabs__count"
    return HttpResponse(format_html('<span class="{}">{}</span>', style, number))


@require_POST
@for_clinicians
def schedule(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Schedule what the patient's plans ask for next; where they ask for nothing more, lead to the plan."""
    patient = _seen(request, patient_id)
    try:
        added = schedule_next(patient=patient, by=request.user, now=clock.now())
    except NothingAsked as nothing:
        messages.warning(request, f"{patient}: {nothing}")
        return redirect("patient_plan", patient.pk)
    messages.success(request, _("%(n)d tests of %(patient)s are scheduled.") % {"n": added, "patient": patient})
    return back(request, reverse("silence"))


@require_POST
@for_clinicians
def start_suggested(request: SignedInRequest, patient_id: int) -> HttpResponse:
    """Put a patient on the protocol that fits; where none does, lead to what is missing."""
    patient, now = _seen(request, patient_id), clock.now()
    suggestion = suggestions_for([patient]).get(patient.pk)
    try:
        if suggestion is None or suggestion.protocol is None:
            raise PlanRefused(_("No protocol can be suggested: record the diagnosis first."))
        plan = start_plan(diagnosis=suggestion.diagnosis, protocol=suggestion.protocol, by=request.user, now=now)
    except PlanRefused as refused:
        messages.error(request, f"{patient}: {refused}")
        return redirect("patient_plan", patient.pk)
    words = {"patient": patient, "protocol": plan.protocol.title}
    messages.success(request, _("%(patient)s is followed by the plan “%(protocol)s” now.") % words)
    return back(request, reverse("silence"))


def _seen(request: SignedInRequest, patient_id: int) -> Patient:
    try:
        return visible_patient(user=request.user, patient_id=patient_id)
    except Patient.DoesNotExist:
        raise Http404(_("No such patient, or not one you may see.")) from None
