"""The criteria of a site: what holds since when and by whose word, what is proposed, what it would change."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from labs.actions.criteria_steps import CriteriaRefused
from labs.actions.decide_criteria import approve_criteria, reject_criteria, withdraw_criteria
from labs.actions.propose_criteria import propose_criteria
from labs.actions.replay_criteria import AT_ONCE, check_can_replay, patients_concerned, replay_criteria
from labs.jobs import catch_up_soon, replay_soon
from labs.models import CriteriaChange, CriteriaState
from labs.rules.criteria import sets_of
from labs.selectors.criteria import criteria_of, in_force_at
from labs.selectors.worklist import sites_of
from labs.vocabulary.grades import NAMES
from patients.access import can_propose_criteria, check_can_propose_criteria, check_can_work_at
from patients.models import Disease, Site
from tracker.web import clock
from tracker.web.criteria_forms import BecauseForm, ProposeForm
from tracker.web.criteria_page import change_context, named_rules
from tracker.web.entry import REFUSED, add_problems, get_or_post
from tracker.web.signed_in import SignedInRequest

ChangeView = Callable[..., HttpResponse]


def opens_change(view: ChangeView) -> Callable[..., HttpResponse]:
    """Hand the view the change it names, if this person works for its site."""

    @wraps(view)
    def opened(request: SignedInRequest, change_id: int) -> HttpResponse:
        people = ("proposed_by", "replayed_by", "replayed_against", "approved_by", "closed_by")
        change = CriteriaChange.objects.select_related("site", *people).filter(pk=change_id).first()
        if change is None:
            raise Http404(_("There is no such change of criteria."))
        check_can_work_at(request.user, change.site)
        return view(request, change)

    return opened


@require_safe
def criteria(request: SignedInRequest) -> HttpResponse:
    """The sites one works for; with one site, its criteria."""
    sites = sites_of(request.user)
    if len(sites) == 1:
        return redirect("site_criteria", sites[0].code)
    return render(request, "criteria/sites.html", {"sites": sites})


@require_safe
def site_criteria(request: SignedInRequest, site_code: str) -> HttpResponse:
    """What holds for each disease, what waits for a decision, and what was before."""
    site = _site(request, site_code)
    shown = [
        (Disease(one.in_force.disease).label, one, named_rules(one.in_force.left_out), NAMES.get(one.in_force.grading))  # type: ignore[call-overload]
        for one in criteria_of(site)
    ]
    context = {"site": site, "shown": shown, "may_propose": can_propose_criteria(request.user, site)}
    return render(request, "criteria/site.html", context)


@get_or_post
def propose(request: SignedInRequest, site_code: str, disease: str) -> HttpResponse:
    """The form of a proposal, filled with what holds."""
    site = _site(request, site_code)
    check_can_propose_criteria(request.user, site)
    if not sets_of(disease):
        raise Http404(_("There are no criteria to choose from for this disease."))
    form = ProposeForm(request.POST or None, in_force=in_force_at(site, disease))
    if form.is_valid():
        change = _proposed(request, site, disease, form)
        if change is not None:
            messages.success(request, _("Proposed. Now run the replay, so that the other person sees what it changes."))
            return redirect("criteria_change", change.pk)
    context = {"form": form, "site": site, "disease": Disease(disease).label}
    return render(request, "criteria/propose.html", context, status=REFUSED if form.is_bound else 200)


@require_safe
@opens_change
def change(request: SignedInRequest, change: CriteriaChange) -> HttpResponse:
    """One change: what was proposed, what it would do, who decided."""
    return render(request, "criteria/change.html", change_context(request.user, change))


@require_POST
@opens_change
def replay(request: SignedInRequest, change: CriteriaChange) -> HttpResponse:
    """Compare what holds and what is proposed on the site's own patients."""
    try:
        check_can_replay(request.user, change)
        if patients_concerned(change).count() > AT_ONCE:
            replay_soon(change_id=change.pk, by=request.user)
            done = _("The replay is run in the background. Read this page again in a few minutes.")
        else:
            replay_criteria(change_id=change.pk, by=request.user, now=clock.now())
            done = _("The replay is done. Nothing of any patient was changed.")
    except CriteriaRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect("criteria_change", change.pk)


@require_POST
@opens_change
def approve(request: SignedInRequest, change: CriteriaChange) -> HttpResponse:
    """The second person's word, on the replay the page showed."""
    try:
        seen = parse_datetime(request.POST.get("replayed_at", ""))
    except ValueError:
        raise BadRequest(_("The replay that was seen cannot be read.")) from None
    try:
        done = approve_criteria(change_id=change.pk, replayed_at=seen, by=request.user, now=clock.now())
    except CriteriaRefused as refused:
        messages.error(request, str(refused))
        return redirect("criteria_change", change.pk)
    if done.state == CriteriaState.ACTIVE:
        catch_up_soon()
        messages.success(request, _("In force. The patients concerned are evaluated anew; until then they say so."))
    else:
        messages.success(request, _("Approved. It comes into force on its day."))
    return redirect("criteria_change", change.pk)


@require_POST
@opens_change
def reject(request: SignedInRequest, change: CriteriaChange) -> HttpResponse:
    """The second person says no."""
    return _closed(request, change, "reject", reject_criteria)


@require_POST
@opens_change
def withdraw(request: SignedInRequest, change: CriteriaChange) -> HttpResponse:
    """Take a change back before it is in force."""
    return _closed(request, change, "withdraw", withdraw_criteria)


def _closed(request: SignedInRequest, change: CriteriaChange, verb: str, close: Callable[..., Any]) -> HttpResponse:
    form = BecauseForm(request.POST, auto_id=f"{verb}-%s")
    if form.is_valid():
        try:
            close(change_id=change.pk, because=form.cleaned_data["because"], by=request.user, now=clock.now())
        except CriteriaRefused as refused:
            messages.error(request, str(refused))
            return redirect("criteria_change", change.pk)
        except ValidationError as error:
            add_problems(form, error)
        else:
            messages.success(request, _("Saved. What holds stays as it is."))
            return redirect("criteria_change", change.pk)
    context = change_context(request.user, change, **{verb: form}) | {"refused": form}
    return render(request, "criteria/change.html", context, status=REFUSED)


def _proposed(request: SignedInRequest, site: Site, disease: str, form: ProposeForm) -> CriteriaChange | None:
    """The stored proposal; None when it was refused, and the refusal is in the form."""
    try:
        return propose_criteria(site=site, disease=disease, by=request.user, now=clock.now(), **form.choice())
    except ValidationError as error:
        add_problems(form, error)
    except CriteriaRefused as refused:
        form.add_error(None, str(refused))
    return None


def _site(request: SignedInRequest, code: str) -> Site:
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise Http404(_("There is no such site."))
    check_can_work_at(request.user, site)
    return site
