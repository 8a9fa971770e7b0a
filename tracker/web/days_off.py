"""The days on which a site sees no patients: by year, added one by one or as a list, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from labs.actions.record_closure import record_closure, record_closures, withdraw_closure
from labs.intake.days_off import LONGEST_LIST, LONGEST_NAME, read_days_off
from labs.models import Closure
from labs.selectors.days_off import booked_on_days_off, closures_for, closures_of, in_year
from labs.selectors.site_calendar import settings_of
from labs.selectors.worklist import sites_of
from patients.access import can_set_days_off, check_can_set_days_off, check_can_work_at
from patients.models import Site
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt, day_input, entry_page, get_or_post
from tracker.web.protocol_forms import file_line
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest


class DayOffForm(forms.Form):
    """One day off, or several on end."""

    first_on = forms.DateField(label=gettext_lazy("First day"), widget=day_input())
    last_on = forms.DateField(label=gettext_lazy("Last day (empty: one day)"), required=False, widget=day_input())
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        error_messages={"required": gettext_lazy("Name it: people read why a day is not offered.")},
    )


class ListForm(forms.Form):
    """Days off as a list, pasted or from a file."""

    text = forms.CharField(
        label=gettext_lazy("Days, one a line"),
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "2027-03-26, Good Friday. For several days on end: 2027-12-24, 2027-12-31, Winter break."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("or a file: CSV, or a calendar (.ics) of whole-day events"),
        required=False,
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def clean_file(self) -> str:
        """The text of the file; "" without one."""
        file = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size > LONGEST_LIST * 4:
            raise forms.ValidationError(_("The file is too large for a list of days off."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            words = _("Line %(line)d is not in UTF-8. Save the file as UTF-8 and send it again.")
            raise forms.ValidationError(words % {"line": file_line(error)}) from None

    def clean(self) -> dict[str, Any]:
        """The list in `text`, from wherever it came; one place, not two."""
        given = super().clean() or {}
        pasted, from_file = given.get("text", ""), given.get("file") or ""
        if pasted.strip() and from_file:
            self.add_error("file", _("Either paste the days or choose a file, not both."))
        elif not pasted.strip() and not from_file and "file" not in self.errors:
            self.add_error("text", _("Paste the days here, or choose a file."))
        return given


@require_safe
def sites(request: SignedInRequest) -> HttpResponse:
    """The sites one works for; with one site, its days off."""
    found = sites_of(request.user)
    if len(found) == 1:
        return redirect("days_off", found[0].code)
    return render(request, "sites/sites.html", {"sites": found})


@require_safe
def days_off(request: SignedInRequest, site_code: str) -> HttpResponse:
    """The days off of one year, and who is booked on one of them."""
    return _page(request, site_of(request, site_code))


@require_POST
def record(request: SignedInRequest, site_code: str) -> HttpResponse:
    """Add days off."""
    site = site_of(request, site_code)
    check_can_set_days_off(request.user, site)
    form = DayOffForm(request.POST)
    added: Closure | None = None
    if form.is_valid():
        added = attempt(form, lambda: record_closure(site=site, by=request.user, now=clock.now(), **form.cleaned_data))
    if added is None:
        return _page(request, site, one=form)
    return _done(request, site, [added], 0)


@require_POST
def record_list(request: SignedInRequest, site_code: str) -> HttpResponse:
    """Add a list of days off: all of them, or none while a line is wrong."""
    site = site_of(request, site_code)
    check_can_set_days_off(request.user, site)
    form = ListForm(request.POST, request.FILES)
    bad: list[str] = []
    if form.is_valid():
        found = read_days_off(form.cleaned_data["file"] or form.cleaned_data["text"])
        bad = [str(line) for line in found.bad]
        if not bad:
            try:
                done = record_closures(site=site, days=found.days, by=request.user, now=clock.now())
            except ValidationError as error:
                bad = error.messages
            else:
                return _done(request, site, done.added, done.known)
    return _page(request, site, many=form, bad=bad)


@get_or_post
def take_back(request: SignedInRequest, site_code: str, closure_id: int) -> HttpResponse:
    """The site is open after all."""
    site = site_of(request, site_code)
    check_can_set_days_off(request.user, site)
    closure = closures_for(request.user).filter(site=site, pk=closure_id).first()
    if closure is None:
        raise Http404(_("No such days off."))
    form = ReasonForm(request.POST or None)
    back = f"{reverse('days_off', args=[site.code])}?year={closure.first_on.year}"
    if form.is_valid() and attempt(
        form, lambda: withdraw_closure(closure=closure, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Taken back: the site is open on these days."))
        return redirect(back)
    title = _("Take back: %(name)s") % {"name": closure.name}
    return entry_page(request, None, form, title=title, save=_("Take it back"), back=back)


def site_of(request: SignedInRequest, code: str) -> Site:
    """The site, if this person works for it."""
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise Http404(_("There is no such site."))
    check_can_work_at(request.user, site)
    return site


def _done(request: SignedInRequest, site: Site, added: list[Closure], known: int) -> HttpResponse:
    """Say what was recorded, and whom it concerns."""
    today = clock.today_at(site)
    messages.success(
        request, ngettext("%(n)d entry recorded.", "%(n)d entries recorded.", len(added)) % {"n": len(added)}
    )
    if known:
        words = ngettext("%(n)d was recorded already.", "%(n)d were recorded already.", known)
        messages.info(request, words % {"n": known})
    booked = booked_on_days_off(site=site, user=request.user, today=today, among=added)
    patients = {patient.pk for day in booked for patient in day.patients}
    if patients:
        words = ngettext(
            "%(n)d patient is booked on a day that is off now: see the list below.",
            "%(n)d patients are booked on days that are off now: see the list below.",
            len(patients),
        )
        messages.warning(request, words % {"n": len(patients)})
    year = min((closure.first_on.year for closure in added), default=today.year)
    return redirect(f"{reverse('days_off', args=[site.code])}?year={year}")


def _year(request: SignedInRequest, present: int) -> int:
    """The year the address asks for; the present one where it asks for none."""
    asked = request.GET.get("year", "")
    return int(asked) if asked.isdecimal() and 1990 <= int(asked) <= 2100 else present


def _page(
    request: SignedInRequest,
    site: Site,
    *,
    one: DayOffForm | None = None,
    many: ListForm | None = None,
    bad: Sequence[str] = (),
) -> HttpResponse:
    today = clock.today_at(site)
    year = _year(request, today.year)
    closures = list(in_year(closures_of(site), year))
    context = {
        "site": site,
        "year": year,
        "standing": [closure for closure in closures if closure.stands],
        "taken_back": [closure for closure in closures if not closure.stands],
        "booked": booked_on_days_off(site=site, user=request.user, today=today),
        "works_weekends": settings_of(site).works_weekends,
        "may_set": can_set_days_off(request.user, site),
        "one": one or DayOffForm(),
        "many": many or ListForm(),
        "bad": bad,
        "faulty": one or many,
    }
    return render(request, "sites/days_off.html", context, status=REFUSED if one or many else 200)
