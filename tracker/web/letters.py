"""Letters and messages: the log, one letter, printing, and the steps people take with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from labs.actions.letter_steps import cancel_letters, post_letters, queue_letters
from labs.actions.prepare_letters import MOST_AT_ONCE, LettersRefused
from labs.letters.paper import CannotPrint, as_pdf
from labs.models import Letter, LetterKind, LetterState
from labs.models.contact import Channel
from labs.models.letter_states import UNDERWAY
from labs.selectors.letter_checks import why_not_now
from labs.selectors.letters import Wanted, letter_log, letters_for, sheets_of, state_counts
from patients.access import CLINICIANS, can_write_to
from patients.actions.record_access import record_access_to_each
from patients.models import Role
from patients.selectors.patients import banner_of
from tracker.web import clock
from tracker.web.for_roles import for_roles
from tracker.web.paging import cursors, refuses_bad_cursors
from tracker.web.patient import record_of
from tracker.web.signed_in import SignedInRequest

CHANNELS = [(one.value, one.label) for one in (Channel.POST, Channel.EMAIL, Channel.SMS)]
SHOWN_REASONS = 12
MANY = 2_000
for_readers_of_letters = for_roles(
    CLINICIANS | {Role.ADMINISTRATOR}, gettext_lazy("Only nurses, physicians and administrators see letters.")
)


class LogFilter(forms.Form):
    """What of the log to show; anything unreadable falls back to everything."""

    channel = forms.ChoiceField(
        label=gettext_lazy("How"), required=False, choices=[("", gettext_lazy("every way")), *CHANNELS]
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("About"),
        required=False,
        choices=[("", gettext_lazy("everything")), *LetterKind.choices],
    )


@require_safe
@for_readers_of_letters
@refuses_bad_cursors
def letters(request: SignedInRequest) -> HttpResponse:
    """The log, one state at a time, newest first."""
    form = LogFilter(request.GET)
    wanted = _wanted(request, form)
    counts = state_counts(user=request.user, wanted=wanted)
    context = {
        "page": letter_log(user=request.user, wanted=wanted, **cursors(request)),
        "wanted": wanted,
        "tabs": [(state, counts[state]) for state in LetterState],
        "all_count": sum(counts.values()),
        "form": form,
        "underway": UNDERWAY,
        "may_act": request.user.role in CLINICIANS,
        "here": request.get_full_path(),
    }
    return render(request, "letters/log.html", context)


@require_safe
@for_readers_of_letters
def letter(request: SignedInRequest, letter_id: int) -> HttpResponse:
    """One letter: its words, its address, what became of it, and whether it may still go out."""
    found = _one(request, letter_id)
    record_access_to_each(by=request.user, patient_ids=[found.patient_id], view="letter")
    patient = record_of(request.user, found.patient_id)
    waits = found.state in {LetterState.PREPARED, LetterState.WAITING, LetterState.FAILED}
    context = {
        "letter": found,
        "patient": patient,
        "banner": banner_of(patient, today=clock.today_at(patient.site)),
        "why_not": why_not_now([found], now=clock.now()).get(found.pk, "") if waits else "",
        "may_act": can_write_to(request.user, patient),
        "underway": UNDERWAY,
    }
    return render(request, "letters/letter.html", context)


@require_safe
@for_readers_of_letters
def letter_pdf(request: SignedInRequest, letter_id: int) -> HttpResponse:
    """One letter by post as PDF."""
    return _printed(request, [_one(request, letter_id)], back=redirect("letter", letter_id))


@require_POST
@for_readers_of_letters
def print_letters(request: SignedInRequest) -> HttpResponse:
    """The ticked letters by post in one PDF."""
    chosen = list(letters_for(request.user).filter(pk__in=ticked(request), channel=Channel.POST).order_by("pk"))
    if not chosen:
        messages.error(request, _("Tick at least one letter by post."))
        return redirect("letters")
    return _printed(request, chosen, back=redirect("letters"))


@require_POST
@for_readers_of_letters
def step(request: SignedInRequest, verb: str) -> HttpResponse:
    """Queue, post or cancel the ticked letters: all of them, or none."""
    if verb not in STEPS:
        raise Http404(_("There is no such step."))
    take, done = STEPS[verb]
    try:
        moved = take(letters=ticked(request), by=request.user, now=clock.now())
    except LettersRefused as refused:
        say_reasons(request, refused)
    else:
        if moved:
            messages.success(request, done(len(moved)))
        else:
            messages.error(request, _("Tick at least one letter."))
    one = request.POST.get("one", "")
    return redirect("letter", int(one)) if one.isdecimal() and len(one) < len(str(2**63)) else redirect("letters")


def ticked(request: HttpRequest, name: str = "letter") -> list[int]:
    """The numbers ticked in a form or carried by an address; damaged ones are refused."""
    data = request.POST if request.method == "POST" else request.GET
    texts = data.getlist(name)
    if len(texts) > MANY or any(not one.isdecimal() or int(one) >= 2**63 for one in texts):
        raise BadRequest(_("The ticked rows cannot be read. Go back and tick them again."))
    return [int(one) for one in texts]


def say_reasons(request: HttpRequest, refused: LettersRefused) -> None:
    """Tell for whom it is not possible and why; nothing was done for the others either."""
    messages.error(request, _("Nothing was done: for at least one patient it is not possible."))
    for patient, why in refused.reasons[:SHOWN_REASONS]:
        messages.error(request, f"{patient}: {why}")
    if (more := len(refused.reasons) - SHOWN_REASONS) > 0:
        messages.error(request, ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})


def _wanted(request: HttpRequest, form: LogFilter) -> Wanted:
    form.is_valid()
    chosen = getattr(form, "cleaned_data", {})
    state = request.GET.get("state", "")
    try:
        made_at = parse_datetime(request.GET.get("made", ""))
    except ValueError:
        made_at = None
    return Wanted(
        state=state if state in LetterState.values else "",
        channel=chosen.get("channel", ""),
        kind=chosen.get("kind", ""),
        made_at=made_at if made_at is None or made_at.tzinfo else None,
    )


def _one(request: SignedInRequest, letter_id: int) -> Letter:
    found = letters_for(request.user).filter(pk=letter_id).first()
    if found is None:
        raise Http404(_("No such letter, or not one you may see."))
    return found


def _printed(request: SignedInRequest, chosen: Sequence[Letter], *, back: HttpResponse) -> HttpResponse:
    """The PDF; or back to the page with what stands against printing. What was sent can always be printed again."""
    if len(chosen) > MOST_AT_ONCE:
        messages.error(request, _("Print at most %(n)s letters at once.") % {"n": MOST_AT_ONCE})
        return back
    reasons = why_not_now([one for one in chosen if one.state == LetterState.PREPARED], now=clock.now())
    if reasons:
        say_reasons(request, LettersRefused([(one.patient, reasons[one.pk]) for one in chosen if one.pk in reasons]))
        return back
    try:
        pdf = as_pdf(sheets_of(chosen), title=_("Letters"))
    except CannotPrint as refused:
        messages.error(request, str(refused))
        return back
    record_access_to_each(by=request.user, patient_ids={one.patient_id for one in chosen}, view="letters_pdf")
    name = f"letter-{chosen[0].pk}" if len(chosen) == 1 else "letters"
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


Take = Callable[..., list[Letter]]
STEPS: dict[str, tuple[Take, Callable[[int], Any]]] = {
    "queue": (
        queue_letters,
        lambda n: ngettext("%(n)s message waits to be sent.", "%(n)s messages wait to be sent.", n) % {"n": n},
    ),
    "post": (
        post_letters,
        lambda n: ngettext("%(n)s letter is noted as posted.", "%(n)s letters are noted as posted.", n) % {"n": n},
    ),
    "cancel": (
        cancel_letters,
        lambda n: ngettext("%(n)s letter was cancelled.", "%(n)s letters were cancelled.", n) % {"n": n},
    ),
}
