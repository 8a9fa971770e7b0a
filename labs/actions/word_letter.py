"""A site's own wording of a letter: checked before it is kept, so that no letter goes out with a hole in it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.letters.languages import languages
from labs.letters.wording import CHANNELS, KINDS, Fault, Wording, faults_of
from labs.models import LetterTemplate
from patients.access import check_can_word
from patients.actions.audit import record
from patients.models import Site, User
from patients.problems import Problem, problem, refusal


@transaction.atomic
def word_letter(
    *, site: Site, kind: str, channel: str, language: str, subject: str, body: str, by: User, now: datetime
) -> LetterTemplate:
    """Keep these words for letters of this kind, channel and language of the site. Nothing new writes nothing.

    A placeholder that is not known, a word that tells others about the disease: refused, with the line. Letters made
    before keep their words.
    """
    check_can_word(by, site)
    if kind not in KINDS or channel not in CHANNELS or language not in languages():
        raise problem("", _("There is no such letter."), _("Choose it from the list of wordings."))
    wording = Wording(" ".join(subject.split()), "\n".join(line.rstrip() for line in body.strip().splitlines()))
    _check(wording, kind, channel)
    Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
    key = {"site": site, "kind": kind, "channel": channel, "language": language}
    row = LetterTemplate.objects.filter(**key).first() or LetterTemplate(**key)
    if row.pk is not None and (row.subject, row.body) == (wording.subject, wording.body):
        return row
    row.subject, row.body, row.saved_by, row.saved_at = wording.subject, wording.body, by, now
    row.save()
    detail = {"site": site.code, "kind": kind, "channel": channel, "language": language}
    record(by=by, verb="letter.word", target=row, detail=detail)
    return row


def reset_wording(*, site: Site, kind: str, channel: str, language: str, by: User, now: datetime) -> LetterTemplate:
    """Go back to the words shipped with Vigil; those of the site stay in the history."""
    check_can_word(by, site)
    if language not in languages() or (kind, channel) not in languages()[language].wordings:
        raise problem("", _("There is no such letter."), _("Choose it from the list of wordings."))
    shipped = languages()[language].wordings[kind, channel]
    return word_letter(
        site=site,
        kind=kind,
        channel=channel,
        language=language,
        subject=shipped.subject,
        body=shipped.body,
        by=by,
        now=now,
    )


def _check(wording: Wording, kind: str, channel: str) -> None:
    if len(wording.subject) > LetterTemplate._meta.get_field("subject").max_length:  # type: ignore[operator]
        raise problem("subject", _("The subject is too long."), _("Shorten it."))
    if not wording.body:
        raise problem("body", _("The text is empty."), _("Write it, or go back to the shipped one."))
    if faults := faults_of(wording, kind=kind, channel=channel):
        raise refusal([_as_problem(fault) for fault in faults])


def _as_problem(fault: Fault) -> Problem:
    if fault.line == 0:
        return Problem("subject", _("%(what)s.") % {"what": fault.what}, fault.mend)
    return Problem("body", _("Line %(line)s: %(what)s.") % {"line": fault.line, "what": fault.what}, fault.mend)
