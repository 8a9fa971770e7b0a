"""What people do with a patient's plans: start, pause, end, change and restart them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from labs.actions.end_plan import Ended, end_plan, reopen_plan
from labs.actions.pause_plan import change_pause, end_pause, pause_plan, take_back_pause
from labs.actions.plan_refusals import PlanRefused
from labs.actions.replace_plan import Replaced, change_keeping, change_protocol, restart_plan
from labs.actions.start_plan import start_plan
from labs.models import Keeping, Plan, PlanPause, ScheduledTest
from labs.vocabulary.test_kinds import label_of
from patients.access import check_can_plan
from patients.models import Patient
from patients.models.withdrawal import STANDING
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.plan_forms import (
    EndForm,
    PauseForm,
    ProtocolForm,
    RestartForm,
    StartForm,
    UntilForm,
    diagnoses_of,
    tried,
)
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest


@get_or_post
@opens_record("start_plan")
@only_if(check_can_plan)
def start(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """Put the patient on a protocol."""
    diagnoses = diagnoses_of(patient)
    if not diagnoses:
        messages.error(request, _("Record the diagnosis first: a plan belongs to one."))
        return redirect("record_diagnosis", patient.pk)
    form = StartForm(request.POST or None, diagnoses=diagnoses)
    if form.is_valid():
        protocol, diagnosis = form.chosen()
        given = {"anchor_on": form.cleaned_data["anchor_on"], "keeps": form.cleaned_data["keeps"]}
        plan = tried(
            form,
            lambda: start_plan(diagnosis=diagnosis, protocol=protocol, by=request.user, now=clock.now(), **given),
        )
        if plan:
            words = {"protocol": plan.protocol.title, "n": plan.tests.count()}
            messages.success(request, _("“%(protocol)s” is started: %(n)d tests are planned.") % words)
            return _back(patient)
    return _page(request, patient, form, title=_("Start a plan"), save=_("Start this plan"))


@get_or_post
@opens_record("pause_plan")
@only_if(check_can_plan)
def pause(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """Ask for nothing for a while."""
    plan = _plan_of(patient, plan_id)
    form = PauseForm(request.POST or None, initial={"starts_on": clock.today_at(patient.site)})
    if form.is_valid():
        given = form.cleaned_data
        done = tried(form, lambda: pause_plan(plan=plan, by=request.user, now=clock.now(), **given))
        if done:
            until = {"day": date_format(done.pause.until_on)}
            messages.success(request, _("Paused until %(day)s; what is due then is asked for at once.") % until)
            _name_bookings(request, done.booked)
            return _back(patient)
    return _page(request, patient, form, title=_("Pause: %(plan)s") % {"plan": plan.protocol.title}, save=_("Pause"))


@get_or_post
@opens_record("change_pause")
@only_if(check_can_plan)
def move_end(request: SignedInRequest, patient: Patient, pause_id: int) -> HttpResponse:
    """Prolong or shorten a pause."""
    standing = _pause_of(patient, pause_id)
    form = UntilForm(request.POST or None, initial={"until_on": standing.until_on})
    if form.is_valid():
        given = form.cleaned_data
        done = tried(form, lambda: change_pause(pause=standing, by=request.user, now=clock.now(), **given))
        if done:
            messages.success(request, _("The pause lasts until %(day)s.") % {"day": date_format(done.pause.until_on)})
            _name_bookings(request, done.booked)
            return _back(patient)
    return _page(request, patient, form, title=_("Prolong or shorten the pause"), save=_("Save the last day"))


@require_POST
@opens_record("end_pause")
@only_if(check_can_plan)
def resume(request: SignedInRequest, patient: Patient, pause_id: int) -> HttpResponse:
    """The patient is back."""
    try:
        end_pause(pause=_pause_of(patient, pause_id), by=request.user, now=clock.now())
    except PlanRefused as refused:
        messages.error(request, str(refused))
    except ValidationError as error:
        messages.error(request, " ".join(f"{one.what} {one.mend}" for one in problems_of(error)))
    else:
        messages.success(request, _("The pause is over: tests are asked for from today on."))
    return _back(patient)


@get_or_post
@opens_record("take_back_pause")
@only_if(check_can_plan)
def take_back(request: SignedInRequest, patient: Patient, pause_id: int) -> HttpResponse:
    """The pause was recorded in error."""
    standing = _pause_of(patient, pause_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            take_back_pause(pause=standing, because=form.cleaned_data["reason"], by=request.user, now=clock.now())
        except PlanRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("The pause is taken back. It stays on record."))
            return _back(patient)
    return _page(request, patient, form, title=_("Take back the pause"), save=_("Take it back"))


@get_or_post
@opens_record("end_plan")
@only_if(check_can_plan)
def end(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """Follow-up by this plan is over."""
    plan = _plan_of(patient, plan_id)
    form = EndForm(request.POST or None, initial={"ended_on": clock.today_at(patient.site)})
    if form.is_valid():
        given = form.cleaned_data
        done: Ended | None = tried(form, lambda: end_plan(plan=plan, by=request.user, now=clock.now(), **given))
        if done:
            messages.success(request, _("“%(plan)s” has ended.") % {"plan": plan.protocol.title})
            _name_bookings(request, done.booked)
            return _back(patient)
    return _page(
        request, patient, form, title=_("End: %(plan)s") % {"plan": plan.protocol.title}, save=_("End this plan")
    )


@require_POST
@opens_record("reopen_plan")
@only_if(check_can_plan)
def reopen(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """The plan did not end after all."""
    try:
        plan = reopen_plan(plan=_plan_of(patient, plan_id), by=request.user, now=clock.now())
    except PlanRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("“%(plan)s” goes on.") % {"plan": plan.protocol.title})
    return _back(patient)


@get_or_post
@opens_record("change_protocol")
@only_if(check_can_plan)
def change(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """Another protocol from today on."""
    plan = _plan_of(patient, plan_id)
    diagnoses = [one for one in diagnoses_of(patient) if one.pk == plan.diagnosis_id]
    form = ProtocolForm(request.POST or None, diagnoses=diagnoses, without=plan.protocol_id)
    if form.is_valid():
        protocol, _of = form.chosen()
        anchor_on = form.cleaned_data["anchor_on"]
        done = tried(
            form,
            lambda: change_protocol(
                plan=plan, protocol=protocol, anchor_on=anchor_on, by=request.user, now=clock.now()
            ),
        )
        if done:
            return _replaced(request, patient, done)
    return _page(
        request,
        patient,
        form,
        title=_("Change the protocol"),
        save=_("Change to this protocol"),
        lead=_("“%(plan)s” ends today. Bookings go along where the new protocol asks for the same test.")
        % {"plan": plan.protocol.title},
    )


@get_or_post
@opens_record("restart_plan")
@only_if(check_can_plan)
def restart(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """Follow-up begins anew after a new remission, transplant or end of therapy."""
    plan = _plan_of(patient, plan_id)
    diagnoses = [one for one in diagnoses_of(patient) if one.pk == plan.diagnosis_id]
    form = RestartForm(request.POST or None, diagnoses=diagnoses, initial={"protocol": str(plan.protocol_id)})
    if form.is_valid():
        protocol, _of = form.chosen()
        anchor_on = form.cleaned_data["anchor_on"]
        done = tried(
            form,
            lambda: restart_plan(plan=plan, anchor_on=anchor_on, protocol=protocol, by=request.user, now=clock.now()),
        )
        if done:
            return _replaced(request, patient, done)
    return _page(request, patient, form, title=_("Restart after a new remission"), save=_("Restart from this day"))


@require_POST
@opens_record("change_keeping")
@only_if(check_can_plan)
def keep_otherwise(request: SignedInRequest, patient: Patient, plan_id: int) -> HttpResponse:
    """Count the next dates the other way."""
    plan = _plan_of(patient, plan_id)
    other = Keeping.ACTUAL if plan.keeps == Keeping.CALENDAR else Keeping.CALENDAR
    try:
        done = change_keeping(plan=plan, keeps=other, by=request.user, now=clock.now())
    except PlanRefused as refused:
        messages.error(request, str(refused))
        return _back(patient)
    return _replaced(request, patient, done)


def _replaced(request: SignedInRequest, patient: Patient, done: Replaced) -> HttpResponse:
    words = {
        "plan": done.plan.protocol.title,
        "day": date_format(done.plan.anchor_on),
        "follow": done.plan.get_keeps_display(),
    }
    messages.success(
        request, _("“%(plan)s” runs from today on, counted from %(day)s; dates follow %(follow)s.") % words
    )
    _name_bookings(request, done.left)
    return _back(patient)


def _name_bookings(request: SignedInRequest, booked: Sequence[ScheduledTest]) -> None:
    if booked:
        names = ", ".join(f"{label_of(test.kind)} {date_format(test.booked_for)}" for test in booked if test.booked_for)
        words = ngettext("A booking still stands: %(names)s. ", "Bookings still stand: %(names)s. ", len(booked))
        messages.warning(request, words % {"names": names} + _("Tell the patient and the place if it is not to be."))


def _page(request: SignedInRequest, patient: Patient, form: forms.Form, **words: Any) -> HttpResponse:
    return entry_page(request, patient, form, back=reverse("patient_plan", args=[patient.pk]), **words)


def _back(patient: Patient) -> HttpResponse:
    return redirect("patient_plan", patient.pk)


def _plan_of(patient: Patient, plan_id: int) -> Plan:
    """The plan of this patient, or "not found"."""
    plans = Plan.objects.select_related("patient__site", "protocol", "diagnosis")
    plan = plans.filter(patient=patient, pk=plan_id).first()
    if plan is None:
        raise Http404(_("No such plan."))
    return plan


def _pause_of(patient: Patient, pause_id: int) -> PlanPause:
    """The pause of this patient, or "not found"."""
    pauses = PlanPause.objects.filter(STANDING).select_related("plan__patient__site", "plan__protocol")
    found = pauses.filter(plan__patient=patient, pk=pause_id).first()
    if found is None:
        raise Http404(_("No such pause."))
    return found
