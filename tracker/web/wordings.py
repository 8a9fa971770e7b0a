"""The wording of a site's letters: the list, and the page of one with an example that follows what is typed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.actions.word_letter import reset_wording, word_letter
from labs.letters.composing import Asked, CannotWrite, Facts, Written, write
from labs.letters.languages import Language, languages
from labs.letters.wording import Wording, allowed_in, faults_of
from labs.models import LetterKind, LetterTemplate
from labs.models.contact import Channel
from labs.selectors.site_calendar import settings_of
from labs.selectors.wordings import listed_wordings, wordings_of
from labs.selectors.worklist import sites_of
from patients.access import can_word, check_can_word, check_can_work_at
from patients.models import Site
from tracker.web import clock
from tracker.web.entry import REFUSED, attempt, get_or_post
from tracker.web.signed_in import SignedInRequest

WordingView = Callable[..., HttpResponse]


class WordingForm(forms.Form):
    """The words of one letter."""

    subject = forms.CharField(label=gettext_lazy("Subject"), required=False, max_length=160)
    body = forms.CharField(
        label=gettext_lazy("Text"), required=False, widget=forms.Textarea(attrs={"rows": 18}), strip=False
    )

    def __init__(self, *args: Any, channel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if channel == Channel.SMS:
            del self.fields["subject"]


def opens_wording(view: WordingView) -> Callable[..., HttpResponse]:
    """Hand the view the site and the language, if the person may change words there and there is such a letter."""

    @wraps(view)
    def opened(request: SignedInRequest, site_code: str, kind: str, channel: str, language: str) -> HttpResponse:
        site = _site(request, site_code)
        check_can_word(request.user, site)
        spoken = languages().get(language)
        if spoken is None or (kind, channel) not in spoken.wordings:
            raise Http404(_("There is no such letter."))
        return view(request, site, kind, channel, spoken)

    return opened


@require_safe
def wordings(request: SignedInRequest) -> HttpResponse:
    """The sites one works for; with one site, its wordings."""
    sites = sites_of(request.user)
    if len(sites) == 1:
        return redirect("site_wordings", sites[0].code)
    return render(request, "letters/sites.html", {"sites": sites})


@require_safe
def site_wordings(request: SignedInRequest, site_code: str) -> HttpResponse:
    """Every wording of a site, and which are its own."""
    site = _site(request, site_code)
    listed = listed_wordings(site)
    by_language = [(one, [row for row in listed if row.language.code == one.code]) for one in languages().values()]
    labels = {"kinds": dict(LetterKind.choices), "channels": dict(Channel.choices)}
    own = settings_of(site).language
    by_language.sort(key=lambda pair: (pair[0].code != own, pair[0].name))
    context = {"site": site, "by_language": by_language, "may_word": can_word(request.user, site), **labels}
    return render(request, "letters/wordings.html", context)


@get_or_post
@opens_wording
def wording(request: SignedInRequest, site: Site, kind: str, channel: str, language: Language) -> HttpResponse:
    """The form of one wording, and what it saves."""
    present = wordings_of([site.pk]).of(site.pk, kind, channel, language)
    initial = {"subject": present.subject, "body": present.body}
    form = WordingForm(request.POST or None, channel=channel, initial=initial)
    if form.is_valid() and attempt(form, lambda: _save(request, site, kind, channel, language, form)):
        messages.success(request, _("The wording is saved. Letters made from now on use it."))
        return redirect("site_wordings", site.code)
    context = _context(form, site, kind, channel, language)
    return render(request, "letters/wording.html", context, status=REFUSED if form.is_bound else 200)


@require_POST
@opens_wording
def wording_example(request: SignedInRequest, site: Site, kind: str, channel: str, language: Language) -> HttpResponse:
    """The example alone, as it is with what is typed now; nothing is saved."""
    form = WordingForm(request.POST, channel=channel)
    context = _context(form, site, kind, channel, language)
    whole = request.headers.get("HX-Request") is None
    return render(request, "letters/wording.html" if whole else "letters/example.html", context)


@require_POST
@opens_wording
def reset(request: SignedInRequest, site: Site, kind: str, channel: str, language: Language) -> HttpResponse:
    """Back to the words shipped with Vigil."""
    reset_wording(site=site, kind=kind, channel=channel, language=language.code, by=request.user, now=clock.now())
    messages.success(request, _("The wording shipped with Vigil is used again."))
    return redirect("wording", site.code, kind, channel, language.code)


def _save(
    request: SignedInRequest, site: Site, kind: str, channel: str, language: Language, form: WordingForm
) -> LetterTemplate:
    return word_letter(
        site=site,
        kind=kind,
        channel=channel,
        language=language.code,
        subject=form.cleaned_data.get("subject", ""),
        body=form.cleaned_data["body"],
        by=request.user,
        now=clock.now(),
    )


def _context(form: WordingForm, site: Site, kind: str, channel: str, language: Language) -> dict[str, Any]:
    typed = Wording((form["subject"].value() or "") if "subject" in form.fields else "", form["body"].value() or "")
    example, faults = _example(typed, site, kind, channel, language)
    return {
        "form": form,
        "site": site,
        "kind": kind,
        "channel": channel,
        "language": language,
        "kind_label": LetterKind(kind).label,
        "channel_label": Channel(channel).label,
        "placeholders": sorted(allowed_in(kind, channel)),
        "shipped": language.wordings[kind, channel],
        "example": example,
        "faults": faults,
    }


def _example(
    typed: Wording, site: Site, kind: str, channel: str, language: Language
) -> tuple[Written | None, list[str]]:
    """The letter to a patient who does not exist, or what keeps it from being written."""
    found = faults_of(typed, kind=kind, channel=channel)
    if found:
        told = _("Line %(line)s: %(what)s. %(mend)s")
        return None, [told % {"line": one.line, "what": one.what, "mend": one.mend} for one in found]
    today = clock.today_at(site)
    tests = (
        Asked("cbc", today + timedelta(days=21), booked_for=today + timedelta(days=22), place=_("Day clinic")),
        Asked("visit", today + timedelta(days=28)),
    )
    contact = settings_of(site).contact_line or _("(how to reach us)")
    facts = Facts(_("Given name"), _("Family name"), site.name, contact, tests, today - timedelta(days=10))
    try:
        return write(typed, language, facts, kind=kind, channel=channel), []
    except CannotWrite as reason:
        return None, [str(reason)]


def _site(request: SignedInRequest, code: str) -> Site:
    site = Site.objects.filter(code=code).first()
    if site is None:
        raise Http404(_("There is no such site."))
    check_can_work_at(request.user, site)
    return site
