"""What the pages have in common on which something about a patient is recorded.

What was typed stays in the form whatever is refused; each refusal stands beside its field.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from patients.models import Patient
from patients.problems import problems_of
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.signed_in import SignedInRequest

Check = Callable[..., None]
REFUSED = 422

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def day_input() -> forms.DateInput:
    """A date field as browsers know it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def only_if(check: Check) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let the view through only to whom this check of `patients.access` lets through."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: SignedInRequest, patient: Patient, **kwargs: Any) -> HttpResponse:
            check(request.user, patient)
            return view(request, patient, **kwargs)

        return checked

    return decorate


def attempt(form: forms.BaseForm, record: Callable[[], Any]) -> Any:
    """What the action returned; None when it refused, and the refusal is in the form."""
    try:
        return record()
    except ValidationError as error:
        add_problems(form, error)
        return None


def add_problems(form: forms.BaseForm, error: ValidationError) -> None:
    """Put each problem beside its field, or above the form when it has none."""
    for problem in problems_of(error):
        form.add_error(problem.where if problem.where in form.fields else None, f"{problem.what} {problem.mend}")


def entry_page(
    request: SignedInRequest,
    patient: Patient | None,
    form: forms.BaseForm,
    *,
    title: str | Promise,
    save: str | Promise,
    back: str,
    template: str = "entry/form.html",
    **more: Any,
) -> HttpResponse:
    """The page of a form, with the patient in sight."""
    context = {"form": form, "title": title, "save": save, "back": back, **more}
    if patient is not None:
        context |= {"patient": patient, "banner": banner_of(patient, today=clock.today_at(patient.site))}
    return render(request, template, context, status=REFUSED if form.is_bound else 200)
