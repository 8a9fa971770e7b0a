"""Writing a site's own protocol in a form, with the dates it gives a sample patient; and taking one in from a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from labs.actions.derive_protocol import ProtocolRefused, SavedMeanwhileError, derive_protocol, load_site_protocol
from labs.models import Protocol
from labs.protocols.comparing import compared_until
from labs.protocols.nodes import Problem, Problems
from labs.protocols.reading import steps_of
from labs.protocols.writing import read_definition
from labs.selectors.protocol_preview import PREVIEW_MONTHS, preview_of
from labs.selectors.protocols import newest_version, original_of, own_code, protocol_lines
from patients.access import AccessRefused, check_can_write_protocols
from patients.models import Site
from tracker.web import clock
from tracker.web.entry import REFUSED, get_or_post
from tracker.web.protocol_forms import DeriveForm, UploadForm
from tracker.web.protocol_page import compared_rows, writable_sites
from tracker.web.protocol_rows import (
    LEFT_OUT,
    SOURCE,
    STEP,
    Typed,
    definition_of,
    typed_of,
    with_empty_row,
    without_row,
)
from tracker.web.protocol_words import ANCHORS
from tracker.web.protocols import chosen_site, opens_protocol
from tracker.web.signed_in import SignedInRequest

NO_SITE = gettext_lazy(
    "Only physicians and administrators write protocols, for the sites they work for. Ask an administrator for access."
)


@get_or_post
@opens_protocol
def derive(request: SignedInRequest, source: Protocol) -> HttpResponse:
    """The form, filled with the source; each button adds or takes out a row, shows the dates, or saves."""
    site = _site(request)
    if request.method != "POST":
        return _page(request, source, site, _first_typed(source, site))
    typed = {name: str(value) for name, value in request.POST.items()}
    do, _colon, number = request.POST.get("do", "preview").partition(":")
    if do == "save":
        return _save(request, source, site, typed)
    for sort in (STEP, SOURCE, LEFT_OUT):
        if do == f"add-{sort}":
            return _page(request, source, site, with_empty_row(typed, sort), opened=sort)
        if do == f"remove-{sort}" and number.isdecimal():
            return _page(request, source, site, without_row(typed, sort, int(number)), opened=sort)
    if request.headers.get("HX-Request"):
        return render(request, "protocols/preview.html", _preview(source, site, typed, DeriveForm(typed)))
    return _page(request, source, site, typed, checked=True)


@get_or_post
def upload(request: SignedInRequest) -> HttpResponse:
    """Take a site's own protocol in from a file; every mistake is named with its line."""
    sites = writable_sites(request.user)
    if not sites:
        raise AccessRefused(NO_SITE)
    originals = [line.newest for line in protocol_lines(request.user) if line.newest.site_id is None]
    form = UploadForm(request.POST or None, request.FILES or None, sites=sites, originals=originals)
    mistakes: list[str] = []
    if form.is_valid():
        given = form.cleaned_data
        try:
            stored = load_site_protocol(
                text=given["file"], site=given["site"], original=given["original"], by=request.user
            )
        except Problems as error:
            mistakes = [str(problem) for problem in error.problems]
        except ProtocolRefused as refused:
            form.add_error("file", str(refused))
        else:
            return _stored(request, stored)
    context = {"form": form, "mistakes": mistakes}
    return render(request, "protocols/upload.html", context, status=REFUSED if form.is_bound else 200)


def _save(request: SignedInRequest, source: Protocol, site: Site, typed: Typed) -> HttpResponse:
    form = DeriveForm(typed)
    try:
        stored = derive_protocol(
            source=source,
            site=site,
            definition=definition_of(typed),
            seen_version=_seen(typed),
            by=request.user,
        )
    except Problems as error:
        form.refuse(error.problems)
    except SavedMeanwhileError as refused:
        typed["seen_version"] = str(refused.newest.version)
        return _page(request, source, site, typed, form=form, meanwhile=refused)
    except ProtocolRefused as refused:
        form.general.append(str(refused))
    else:
        return _stored(request, stored)
    return _page(request, source, site, typed, form=form)


def _stored(request: SignedInRequest, stored: Protocol) -> HttpResponse:
    words = {"code": stored.code, "version": stored.version}
    done = _("Version %(version)d of %(code)s is saved. Plans that run stay on the version they began with.") % words
    messages.success(request, done)
    return redirect("protocol", stored.code, stored.version)


def _site(request: SignedInRequest) -> Site:
    """The site it is written for."""
    sites = writable_sites(request.user)
    if not sites:
        raise AccessRefused(NO_SITE)
    site = chosen_site(request, sites)
    if site is None:
        named = Site.objects.filter(code=request.GET.get("site", "")).first()
        if named is not None:
            check_can_write_protocols(request.user, named)
        raise Http404(_("Say for which site: choose it on the page of the protocol."))
    return site


def _first_typed(source: Protocol, site: Site) -> Typed:
    typed = typed_of({**source.definition, "changed_because": ""})
    newest = newest_version(own_code(site=site, source=source))
    return typed | {
        "seen_version": str(newest.version if newest else 0),
        "anchor_on": clock.today_at(site).isoformat(),
    }


def _page(
    request: SignedInRequest,
    source: Protocol,
    site: Site,
    typed: Typed,
    *,
    form: DeriveForm | None = None,
    meanwhile: SavedMeanwhileError | None = None,
    opened: str = "",
    checked: bool = False,
) -> HttpResponse:
    shown = form or DeriveForm(typed)
    preview = _preview(source, site, typed, shown, refuse=checked)
    context = {
        "form": shown,
        "errors": shown.summary(),
        "meanwhile": meanwhile,
        "opened": opened,
        **_about(source, site, typed),
        **preview,
    }
    refused = bool(context["errors"]["general"] or context["errors"]["fields"] or meanwhile)
    return render(request, "protocols/derive.html", context, status=REFUSED if refused else 200)


def _about(source: Protocol, site: Site, typed: Typed) -> dict[str, Any]:
    """What is written from, for whom, and as which version."""
    seen = _seen(typed)
    return {
        "source": source,
        "site": site,
        "code": own_code(site=site, source=source),
        "seen_version": seen,
        "next_version": seen + 1,
        "anchor": ANCHORS.get(source.definition["anchor"], ""),
    }


def _seen(typed: Typed) -> int:
    """The newest own version the person saw when the form was opened."""
    seen = typed.get("seen_version", "")
    return int(seen) if seen.isdecimal() and len(seen) < 6 else 0


def _preview(source: Protocol, site: Site, typed: Typed, form: DeriveForm, *, refuse: bool = False) -> dict[str, Any]:
    """The dates of the sample patient; what stands in their way where there are none."""
    original = original_of(source)
    whole = {**definition_of(typed), "code": "preview", "version": 1, "disease": source.disease}
    problems: tuple[Problem, ...] = ()
    rows, compared, years = [], [], 0
    try:
        steps = read_definition({**whole, "anchor": source.definition["anchor"]}).steps
    except Problems as error:
        problems = error.problems
        if refuse:
            form.refuse(problems)
    else:
        compared = compared_rows(steps, original)
        years = compared_until(steps, steps_of(original.definition)) // 12
        if form.anchor.is_valid():
            anchor_on = form.anchor.cleaned_data["anchor_on"]
            rows = preview_of(steps=steps, original=steps_of(original.definition), anchor=anchor_on, site=site)
    return {
        "preview": rows,
        "preview_problems": problems,
        "anchor_form": form.anchor,
        "compared": compared,
        "less": [one for one in compared if one.asked.is_less],
        "compared_years": years,
        "original": original,
        "months": PREVIEW_MONTHS,
    }
