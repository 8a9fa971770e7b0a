"""Asking for one more test, and giving one another day."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from labs.actions.add_test import add_test, move_test
from labs.models import ScheduledTest
from labs.vocabulary.test_kinds import label_of
from patients.access import check_can_plan
from patients.models import Patient
from tracker.web import clock
from tracker.web.entry import entry_page, get_or_post, only_if
from tracker.web.patient import opens_record
from tracker.web.plan_forms import AddForm, MoveForm, tried
from tracker.web.signed_in import SignedInRequest


@get_or_post
@opens_record("add_test")
@only_if(check_can_plan)
def add(request: SignedInRequest, patient: Patient) -> HttpResponse:
    """One more test, whatever the plans ask for."""
    form = AddForm(request.POST or None, initial={"due_on": clock.today_at(patient.site)})
    if form.is_valid():
        given = form.cleaned_data
        test = tried(form, lambda: add_test(patient=patient, by=request.user, now=clock.now(), **given))
        if test:
            words = {"test": _(label_of(test.kind)), "day": date_format(test.due_on)}
            messages.success(request, _("%(test)s is asked for, best on %(day)s.") % words)
            return redirect("patient_plan", patient.pk)
    back = reverse("patient_plan", args=[patient.pk])
    return entry_page(request, patient, form, title=_("Add a test"), save=_("Add this test"), back=back)


@get_or_post
@opens_record("move_test")
@only_if(check_can_plan)
def move(request: SignedInRequest, patient: Patient, test_id: int) -> HttpResponse:
    """Another due day for one test."""
    test = ScheduledTest.objects.filter(patient=patient, pk=test_id).select_related("patient__site").first()
    if test is None:
        raise Http404(_("No such test."))
    form = MoveForm(request.POST or None, initial={"due_on": test.due_on})
    if form.is_valid():
        given = form.cleaned_data
        moved = tried(form, lambda: move_test(test=test, by=request.user, now=clock.now(), **given))
        if moved:
            words = {"test": _(label_of(moved.kind)), "day": date_format(moved.due_on)}
            messages.success(request, _("%(test)s is best on %(day)s now.") % words)
            return redirect("patient_plan", patient.pk)
    back = reverse("patient_plan", args=[patient.pk])
    title = _("Another day for: %(test)s") % {"test": _(label_of(test.kind))}
    return entry_page(request, patient, form, title=title, save=_("Save this day"), back=back)
