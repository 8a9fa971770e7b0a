"""The words of notifications. They name no patient unless the site allows it, and never one to an address outside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import Flag, NotificationKind, SecondOpinion
from labs.selectors.notifications import Waiting
from patients.models import Site


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and text of a message."""

    subject: str
    body: str


def reference_of(flag: Flag) -> str:
    """What people on the telephone call a signal; it is not a number of the patient."""
    return f"S-{flag.pk}"


def urgent_words(flags: Sequence[Flag], *, named: bool, now: datetime) -> Words:
    """That urgent signals wait, of one patient or of several."""
    patients = len({flag.patient_id for flag in flags})
    counted = {"n": len(flags), "patients": patients}
    one, several = (
        _("An urgent signal waits for you in Vigil"),
        _("%(n)d urgent signals of one patient wait for you in Vigil"),
    )
    many = _("%(n)d urgent signals of %(patients)d patients wait for you in Vigil")
    head = (many if patients > 1 else several if len(flags) > 1 else one) % counted
    due = min((flag.answer_by for flag in flags if flag.answer_by), default=None)
    said = head
    if due is not None:
        said = _("%(head)s, answer by %(time)s") % {"head": head, "time": _time(due, flags[0].patient.site, now)}
    return Words(head, _text(f"{said}.", flags, named=named))


def corrected_words(flag: Flag, *, waits: bool, named: bool, now: datetime) -> Words:
    """That the evidence of a decision was corrected."""
    head = _("The evidence of a decision of yours in Vigil was corrected")
    said = _("%(head)s. The signal %(state)s.") % {
        "head": head,
        "state": _("waits for an answer again")
        if waits
        else _("no longer stands or has changed; see whether it still holds"),
    }
    return Words(head, _text(said, [flag], named=named))


def opinion_words(opinion: SecondOpinion, *, named: bool) -> Words:
    """That somebody's opinion is asked for; to an address outside without a link, which would lead nowhere."""
    flag, asker = opinion.flag, opinion.asked_by
    about = {"who": asker, "site": flag.patient.site, "day": date_format(opinion.due_on, "j M Y")}
    said = _("%(who)s (%(site)s) asks for your opinion about a signal in Vigil, by %(day)s.") % about
    head = _("A second opinion is asked of you")
    if opinion.colleague is not None:
        question = [_("Question: %(question)s") % {"question": opinion.question}] if named else []
        return Words(head, _text(said, [flag], named=named, more=question))
    lines = [said]
    if named:
        lines.append(_("Question: %(question)s") % {"question": opinion.question})
    if asker.email:
        lines.append(_("Please answer to %(address)s.") % {"address": asker.email})
    else:
        lines.append(_("Please get in touch with them: this message is sent by a machine and cannot be answered."))
    return Words(head, "\n".join([*lines, "", _reference([flag])]))


def opinion_given_words(opinion: SecondOpinion, *, named: bool) -> Words:
    """That an opinion was given."""
    head = _("A second opinion was given")
    said = _("%(head)s by %(who)s about a signal in Vigil.") % {
        "head": head,
        "who": opinion.colleague or opinion.address,
    }
    return Words(head, _text(said, [opinion.flag], named=named))


def digest_words(waiting: Waiting, site: Site) -> Words:
    """What waits, counted: it names nobody, whatever the site allows."""
    counted = {
        "urgent": waiting.urgent, "review": waiting.review, "site": site,
        "late": waiting.late, "passed": waiting.passed_on, "new": waiting.new,
    }  # fmt: skip
    n = waiting.urgent + waiting.review
    head = ngettext("%(n)d signal waits for you in Vigil", "%(n)d signals wait for you in Vigil", n) % {"n": n}
    lines = [
        _("At %(site)s wait for your answer: %(urgent)d urgent, %(review)d to review.") % counted,
        _("Of them late: %(late)d; passed on to you: %(passed)d; new since the last message: %(new)d.") % counted,
    ]
    return Words(head, "\n".join([*lines, *_link(reverse("inbox"))]))


def trial_words(site: Site) -> Words:
    """A trial."""
    head = _("A trial from Vigil")
    return Words(head, _("If you read this, messages from Vigil (%(site)s) arrive here.") % {"site": site})


def payload(
    kind: NotificationKind, site: Site, flags: Sequence[Flag], *, words: Words, named: bool, now: datetime
) -> str:
    """What a webhook is sent: docs/how-to/notifications.md describes it. `patients` only where the site allows it."""
    due = min((flag.answer_by for flag in flags if flag.answer_by), default=None)
    return json.dumps(
        {
            "version": 1,
            "kind": kind.value,
            "site": site.code,
            "text": words.subject,
            "signals": [reference_of(flag) for flag in flags],
            "answer_by": due and due.isoformat(),
            "link": next(iter(_link(_path(flags))), ""),
            "made_at": now.isoformat(),
            **({"patients": sorted({_named(flag) for flag in flags})} if named else {}),
        }
    )


def _text(said: str, flags: Sequence[Flag], *, named: bool, more: Sequence[str] = ()) -> str:
    lines = [said]
    if named:
        lines += [f"{_named(flag)}. {flag.rule}: {flag.explanation}" for flag in flags]
    return "\n".join([*lines, *more, *_link(_path(flags)), _reference(flags)])


def _named(flag: Flag) -> str:
    """The patient's name and first number."""
    first = flag.patient.identifiers.first()
    return f"{flag.patient}, {first.value}" if first else str(flag.patient)


def _reference(flags: Sequence[Flag]) -> str:
    names = ", ".join(reference_of(flag) for flag in flags[:10])
    return _("Reference: %(names)s") % {"names": names + (" …" if len(flags) > 10 else "")}


def _path(flags: Sequence[Flag]) -> str:
    return reverse("flag", args=[flags[0].pk]) if len(flags) == 1 else reverse("inbox")


def _link(path: str) -> list[str]:
    return [f"{settings.BASE_URL}{path}"] if settings.BASE_URL else []


def _time(due: datetime, site: Site, now: datetime) -> str:
    local = timezone.localtime(due, site.zone)
    same_day = local.date() == timezone.localtime(now, site.zone).date()
    return f"{date_format(local, 'H:i' if same_day else 'j M Y, H:i')} ({site.time_zone})"
