"""Assay bridges of the sites a person works for: declare, confirm, take back."""

from __future__ import annotations

import json
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.bridge_assays import confirm_bridge, declare_bridge, withdraw_bridge
from labs.models import AssayBridge, Flag
from labs.rules.cohort import Group
from labs.selectors.signals import visible_flag
from labs.selectors.statements import assays_compared, assays_of, bridges_for
from labs.vocabulary.analytes import ANALYTES
from patients.access import check_can_bridge
from patients.models import Role, Site, User
from patients.problems import problems_of
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt, day_input, entry_page, get_or_post
from tracker.web.for_roles import for_roles
from tracker.web.reasons import ReasonForm
from tracker.web.signed_in import SignedInRequest

for_bridging = for_roles(
    frozenset({Role.PHYSICIAN, Role.ADMINISTRATOR}),
    gettext_lazy("Only physicians and administrators declare assays equal."),
)


class AssayForm(forms.Form):
    """Which marker of which site."""

    site = forms.ModelChoiceField(label=gettext_lazy("Site"), queryset=Site.objects.none(), empty_label=None)
    analyte = forms.ChoiceField(
        label=gettext_lazy("Marker"),
        choices=[
            ("", "–"),
            *((code, one.name) for code, one in ANALYTES.items() if one.entered == "laboratory"),
        ],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Site]", self.fields["site"]).queryset = user.sites.all()


class BridgeForm(ReasonForm):
    """The two assays, from when, why, and who says so."""

    old = forms.ChoiceField(label=gettext_lazy("Assay whose series goes on"))
    new = forms.ChoiceField(label=gettext_lazy("Assay that goes on with it"))
    since = forms.DateField(label=gettext_lazy("For samples of the second from"), widget=day_input())
    source = forms.CharField(
        label=gettext_lazy("Statement of the laboratory"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Where it says so: letter, report of a comparison, with its date."),
        error_messages={"required": gettext_lazy("Say where the laboratory states it.")},
    )
    field_order = ("old", "new", "since", "source", "reason")

    def __init__(self, *args: Any, assays: list[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "–"), *((key_of(assay), in_words(assay)) for assay in assays)]
        for name in ("old", "new"):
            cast("forms.ChoiceField", self.fields[name]).choices = choices


@require_safe
@for_bridging
def bridges(request: SignedInRequest) -> HttpResponse:
    """Every bridge of these sites: waiting, counting, taken back."""
    rows = list(bridges_for(request.user))
    context = {"bridges": rows, "choose": AssayForm(user=request.user)}
    return render(request, "bridges/bridges.html", context)


@get_or_post
@for_bridging
def declare(request: SignedInRequest) -> HttpResponse:
    """The form of a bridge, for the marker and site of the address or of the signal it names (`?signal=`)."""
    site, analyte, initial = _subject(request)
    if site is None:
        choose = AssayForm(request.GET, user=request.user)
        choose.is_valid()
        shown = {"bridges": list(bridges_for(request.user)), "choose": choose}
        return render(request, "bridges/bridges.html", shown, status=REFUSED)
    check_can_bridge(request.user, site)
    assays = {key_of(assay): assay for assay in assays_of(site, analyte)}
    form = BridgeForm(request.POST or None, assays=list(assays.values()), initial=_keys(initial))

    def save() -> AssayBridge:
        given: dict[str, Any] = form.cleaned_data
        given |= {name: assays[given[name]] for name in ("old", "new")}
        return declare_bridge(site=site, analyte=analyte, by=request.user, now=clock.now(), **given)

    if form.is_valid() and attempt(form, save):
        messages.success(request, _("Declared. It counts once a second person has confirmed it."))
        return redirect("assay_bridges")
    return _entry(request, form, _("%(marker)s at %(site)s") % {"marker": ANALYTES[analyte].name, "site": site})


@require_POST
@for_bridging
def confirm(request: SignedInRequest, bridge_id: int) -> HttpResponse:
    """The second word."""
    try:
        confirm_bridge(bridge=_bridge_of(request.user, bridge_id), by=request.user, now=clock.now())
    except ValidationError as error:
        messages.error(request, " ".join(f"{one.what} {one.mend}" for one in problems_of(error)))
    else:
        messages.success(request, _("Confirmed. The rules are being asked again about the patients concerned."))
    return redirect("assay_bridges")


@get_or_post
@for_bridging
def withdraw(request: SignedInRequest, bridge_id: int) -> HttpResponse:
    """Why the two are told apart again."""
    bridge = _bridge_of(request.user, bridge_id)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and attempt(
        form, lambda: withdraw_bridge(bridge=bridge, by=request.user, now=clock.now(), **form.cleaned_data)
    ):
        messages.success(request, _("Taken back. The two assays are told apart again."))
        return redirect("assay_bridges")
    title = _("Take back: %(old)s and %(new)s") % {"old": in_words(bridge.old), "new": in_words(bridge.new)}
    return entry_page(request, None, form, title=title, save=_("Take it back"), back=reverse("assay_bridges"))


def in_words(assay: Group) -> str:
    """For example "North, electrophoresis, serum"."""
    specimen, method, laboratory = assay
    named = (laboratory or _("laboratory not named"), method or _("method not named"), specimen)
    return ", ".join(part for part in named if part)


def key_of(assay: Group) -> str:
    """The assay in a form: its own words, since its place in a list changes when results of another one arrive."""
    return json.dumps(assay)


def _entry(request: SignedInRequest, form: BridgeForm, subject: str) -> HttpResponse:
    lead = _(
        "Values stay as they are; the series of the two are joined. A wrong bridge hides a rise, or makes one: "
        "a second person has to confirm it, and one of the two is a physician."
    )
    title, save = _("Are these assays interchangeable? %(subject)s") % {"subject": subject}, _("Declare")
    return entry_page(request, None, form, title=title, save=save, back=reverse("assay_bridges"), lead=lead)


def _subject(request: SignedInRequest) -> tuple[Site | None, str, dict[str, Any]]:
    """Site, marker, and what a signal about a change of assay suggests."""
    number = request.GET.get("signal", "")
    if number.isdecimal():
        try:
            flag = visible_flag(user=request.user, flag_id=int(number))
        except Flag.DoesNotExist:
            raise Http404(_("No such signal, or not one you may see.")) from None
        compared = assays_compared(flag)
        if compared is not None:
            old, new, first = compared
            return flag.patient.site, first.analyte, {"old": old, "new": new, "since": first.collected_on}
    choose = AssayForm(request.GET, user=request.user)
    if not choose.is_valid():
        return None, "", {}
    return choose.cleaned_data["site"], choose.cleaned_data["analyte"], {}


def _keys(initial: dict[str, Any]) -> dict[str, Any]:
    """The suggestion in the form's own terms."""
    return {name: key_of(value) if name in ("old", "new") else value for name, value in initial.items()}


def _bridge_of(user: User, bridge_id: int) -> AssayBridge:
    bridge = bridges_for(user).filter(pk=bridge_id).first()
    if bridge is None:
        raise Http404(_("No such declaration, or not one of your sites."))
    return bridge
