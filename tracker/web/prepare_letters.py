"""Preparing letters: the words of each before they are made, who gets none and why, and approving what was read."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from labs.actions.prepare_letters import MOST_AT_ONCE, LettersRefused
from labs.actions.prepare_letters import prepare_letters as make_letters
from labs.models import LetterKind
from labs.models.contact import Channel
from labs.selectors.letter_drafts import Draft, drafts, likely_kind
from labs.selectors.stability import candidates
from labs.selectors.worklist import sites_of
from patients.access import patients_visible_to
from patients.actions.record_access import record_access_to_each
from patients.models import Role, Site, User
from patients.selectors.keyset import Key, Page, page_of
from tracker.web import clock
from tracker.web.entry import REFUSED, get_or_post
from tracker.web.for_roles import for_clinicians, for_roles
from tracker.web.letters import CHANNELS, say_reasons, ticked
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.signed_in import SignedInRequest

for_physicians = for_roles(
    frozenset({Role.PHYSICIAN}), gettext_lazy("Only physicians tell patients that their results are stable.")
)


class KindForm(forms.Form):
    """What the letters are about, and by which way they go."""

    kind = forms.ChoiceField(label=gettext_lazy("About"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("How"), required=False, choices=CHANNELS)

    def __init__(self, data: Any, *, user: User, kind: str) -> None:
        super().__init__({"kind": data.get("kind") or kind, "channel": data.get("channel") or Channel.POST})
        kinds = [one for one in LetterKind if one != LetterKind.STABLE or user.role == Role.PHYSICIAN]
        cast(forms.ChoiceField, self.fields["kind"]).choices = [(one.value, one.label) for one in kinds]
        if not self.is_valid():
            raise BadRequest(_("There is no such letter. Choose what it is about and how it goes from the lists."))

    @property
    def choice(self) -> dict[str, str]:
        """The kind and the channel."""
        return {"kind": self.cleaned_data["kind"], "channel": self.cleaned_data["channel"]}


class StableForm(forms.Form):
    """Whose patients to look at."""

    site = forms.TypedChoiceField(label=gettext_lazy("Site"), required=False, coerce=int, empty_value=None)
    channel = forms.ChoiceField(label=gettext_lazy("How"), required=False, choices=CHANNELS)

    def __init__(self, data: Any, *, sites: list[Site]) -> None:
        super().__init__(data)
        cast(forms.ChoiceField, self.fields["site"]).choices = [(site.pk, site.name) for site in sites]


@get_or_post
@for_clinicians
def prepare_letters(request: SignedInRequest) -> HttpResponse:
    """The letters to the patients of the ticked tests, as they would go out; approved ones are made."""
    data = request.POST if request.method == "POST" else request.GET
    approved = _approved(request)
    tests, patients = ticked(request, "test"), ticked(request, "patient")
    if not tests and not patients:
        patients = list(approved)
    if len(set(tests)) > MOST_AT_ONCE or len(set(patients)) > MOST_AT_ONCE:
        raise BadRequest(_("At most %(n)s letters can be made at once.") % {"n": MOST_AT_ONCE})
    kind = likely_kind(user=request.user, now=clock.now(), tests=tests, patients=patients)
    form = KindForm(data, user=request.user, kind=kind)
    if approved:
        try:
            made = make_letters(
                tests=tests, patients=patients, seen=approved, by=request.user, now=clock.now(), **form.choice
            )
        except LettersRefused as refused:
            say_reasons(request, refused)
        else:
            return _to_batch(request, len(made), made[0].made_at.isoformat())
    elif data.get("step") == "approve":
        messages.error(request, _("Tick at least one letter."))
    found = drafts(user=request.user, now=clock.now(), tests=tests, patients=patients, **form.choice)
    return _preview(request, found, form, tests=tests, patients=patients, status=REFUSED if approved else 200)


@require_safe
@for_physicians
@refuses_bad_cursors
def stable_letters(request: SignedInRequest) -> HttpResponse:
    """The patients of a site whose last results are stable and who were not told yet, with the letter to each."""
    sites = sites_of(request.user)
    form = StableForm(request.GET, sites=sites)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    site = next((one for one in sites if one.pk == chosen.get("site")), sites[0] if sites else None)
    page: Page[Any] = Page()
    if site is not None:
        here = candidates(patients_visible_to(request.user).filter(site=site))
        page = page_of(here, (Key("pk", read=int),), size=MOST_AT_ONCE, **cursors(request))
    form = StableForm({"site": site.pk if site else "", "channel": chosen.get("channel") or Channel.POST}, sites=sites)
    form.is_valid()
    choice = {"kind": LetterKind.STABLE.value, "channel": form.cleaned_data["channel"]}
    found = drafts(user=request.user, now=clock.now(), patients=[one.pk for one in page.rows], **choice)
    return _preview(request, found, form, page=page, choice=choice, stable=True)


def _preview(
    request: SignedInRequest, found: list[Draft], form: Any, *, status: int = 200, choice: Any = None, **more: Any
) -> HttpResponse:
    """The page of drafts. It shows addresses: the look into each record is recorded."""
    record_access_to_each(by=request.user, patient_ids={draft.patient.pk for draft in found}, view="letter_drafts")
    context = {
        "form": form,
        "choice": choice or form.choice,
        "ready": [draft for draft in found if not draft.refused],
        "refused": [draft for draft in found if draft.refused],
        **more,
    }
    return render(request, "letters/prepare.html", context, status=status)


def _approved(request: HttpRequest) -> dict[int, str]:
    """Digests of the approved drafts by patient, from values such as `12:0a1b…`."""
    found = {}
    for text in request.POST.getlist("approve"):
        number, _colon, digest = text.partition(":")
        if not number.isdecimal() or int(number) >= 2**63:
            raise BadRequest(_("The ticked rows cannot be read. Go back and tick them again."))
        found[int(number)] = digest
    return found


def _to_batch(request: HttpRequest, count: int, made_at: str) -> HttpResponse:
    messages.success(
        request, _("%(n)s prepared. Print or send them now; nothing has left the house yet.") % {"n": count}
    )
    return redirect(f"{reverse('letters')}?{urlencode({'state': 'prepared', 'made': made_at})}")
