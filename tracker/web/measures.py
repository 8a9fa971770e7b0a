"""How well follow-up works, in figures: for the sites a person works for."""

from __future__ import annotations

import csv
import io
from typing import Any, cast

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.selectors.measures.lost import LostPatient, lost_patients
from labs.selectors.worklist import sites_of
from patients.access import CLINICIANS
from patients.models import Disease, Patient, Role, User
from tracker.reports.plain_values import harmless
from tracker.web import clock
from tracker.web.for_roles import for_roles
from tracker.web.measure_pages import MEASURES
from tracker.web.measure_pages.parts import MeasurePage, Scope, scope_of
from tracker.web.signed_in import SignedInRequest

LISTED = 50
"""Lost patients named on the page, the longest late first."""
MONTHS = (("6", gettext_lazy("6 months")), ("12", gettext_lazy("12 months")), ("24", gettext_lazy("24 months")))
for_readers = for_roles(
    CLINICIANS | {Role.ADMINISTRATOR}, gettext_lazy("Only nurses, physicians and administrators read the measures.")
)


class MeasureForm(forms.Form):
    """Of which site, disease and how many months."""

    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    disease = forms.ChoiceField(
        label=gettext_lazy("Disease"), required=False, choices=[("", gettext_lazy("all diseases")), *Disease.choices]
    )
    months = forms.ChoiceField(label=gettext_lazy("Months"), required=False, choices=MONTHS)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites_of(user)
        choices = [("", gettext_lazy("all my sites")), *((site.code, site.name) for site in self.sites)]
        cast(forms.ChoiceField, self.fields["site"]).choices = choices
        self.initial.setdefault("months", "12")


@require_safe
@for_readers
def measures(request: SignedInRequest, code: str = "on-time") -> HttpResponse:
    """One measure: a sentence, a picture, the tables, and what each number means."""
    form, scope = what_is_asked(request)
    context: dict[str, Any] = {"form": form, "measures": MEASURES, "query": request.GET.urlencode(), "code": code}
    context |= {"page": _page(code, scope), "title": MEASURES[code][0], "meanings": f"measures/meanings/{code}.html"}
    context["data_url"] = reverse("measure_data", args=[code])
    if code == "lost":
        found = lost_patients(scope.asked)
        context |= {"lost_count": len(found), "lost": _named(found[:LISTED])}
    return render(request, "measures/page.html", context)


@require_safe
@for_readers
def measure_data(request: SignedInRequest, code: str) -> HttpResponse:
    """The data of the picture as CSV. Figures alone: no row is about a person."""
    _form, scope = what_is_asked(request)
    return figure_data(_page(code, scope), f"vigil-{code}-{scope.asked.now:%Y-%m-%d}.csv")


def figure_data(page: MeasurePage, filename: str) -> HttpResponse:
    """The first table of a page as CSV."""
    table = page.tables[0]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([table.title, *(head.name for head in table.heads)])
    writer.writerows([harmless(row.label), *map(str, row.cells)] for row in table.rows)
    answer = HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    return answer


def what_is_asked(request: SignedInRequest) -> tuple[MeasureForm, Scope]:
    """What the address asks for; what it says wrongly is shown beside its field, and all is shown."""
    form = MeasureForm(request.GET or None, user=request.user)
    chosen = form.cleaned_data if form.is_valid() else {}
    sites = {site.pk: site.name for site in form.sites if chosen.get("site") in (None, "", site.code)}
    months = int(chosen.get("months") or 12)
    return form, scope_of(sites=sites, disease=chosen.get("disease", ""), months=months, now=clock.now())


def _page(code: str, scope: Scope) -> MeasurePage:
    if code not in MEASURES:
        raise Http404(_("There is no such measure."))
    _title, build = MEASURES[code]
    return build(scope)


def _named(found: list[LostPatient]) -> list[tuple[Patient, LostPatient]]:
    people = Patient.objects.select_related("site", "care_team__nurse").in_bulk([one.patient_id for one in found])
    return [(people[one.patient_id], one) for one in found]
