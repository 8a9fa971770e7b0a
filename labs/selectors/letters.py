"""Letters and messages: the log, those of one patient, and the sheets that are printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from labs.letters.languages import language_for
from labs.letters.paper import Sheet
from labs.models import ContactAttempt, Letter, LetterState
from labs.models.contact import Channel
from labs.selectors.site_calendar import settings_of
from patients.access import visible_to
from patients.models import Patient, User
from patients.selectors.keyset import Key, Page, page_of, read_instant

PAGE_SIZE = 50
NEWEST_FIRST = (Key("made_at", descending=True, read=read_instant), Key("id", descending=True, read=int))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the log a person wants to see; empty means all. `made_at`: the letters of one batch."""

    state: str = ""
    channel: str = ""
    kind: str = ""
    made_at: datetime | None = None

    def apply(self, letters: QuerySet[Letter]) -> QuerySet[Letter]:
        """The letters that fit."""
        for name in ("state", "channel", "kind", "made_at"):
            if value := getattr(self, name):
                letters = letters.filter(**{name: value})
        return letters


def letters_for(user: User) -> QuerySet[Letter]:
    """The letters to patients this person may see."""
    return Letter.objects.filter(visible_to(user, "patient__")).select_related("patient__site", "made_by")


def letter_log(*, user: User, wanted: Wanted, after: str = "", before: str = "") -> Page[Letter]:
    """A page of the log, newest first."""
    return page_of(wanted.apply(letters_for(user)), NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def state_counts(*, user: User, wanted: Wanted) -> dict[str, int]:
    """How many letters stand in each state: the same conditions as the list, but for the state. One query."""
    letters = Wanted(channel=wanted.channel, kind=wanted.kind, made_at=wanted.made_at).apply(letters_for(user))
    counted = dict(letters.order_by().values_list("state").annotate(number=Count("pk")))
    return {state: counted.get(state, 0) for state in LetterState.values}


def letters_of(patient: Patient, limit: int = PAGE_SIZE) -> list[Letter]:
    """The letters of a patient, newest first."""
    return list(patient.letters.select_related("made_by")[:limit])


def contact_attempts_of(patient: Patient, limit: int = PAGE_SIZE) -> list[ContactAttempt]:
    """The times the unit tried to reach a patient, newest first."""
    return list(patient.contact_attempts.select_related("by")[:limit])


def sheets_of(letters: Iterable[Letter]) -> list[Sheet]:
    """Letters by post as they are printed. The letterhead is today's; words and address are those of the letter."""
    heads: dict[int, str] = {}
    sheets = []
    for letter in letters:
        if letter.channel != Channel.POST:
            continue
        site = letter.patient.site
        if site.pk not in heads:
            heads[site.pk] = settings_of(site).letterhead or site.name
        language = language_for(letter.language)
        sheets.append(
            Sheet(
                lang=language.code,
                page=language.page,
                letterhead=heads[site.pk],
                sender=", ".join(heads[site.pk].splitlines()),
                recipient=letter.recipient,
                date=language.written(letter.made_at.astimezone(site.zone).date()),
                subject=letter.subject,
                body=letter.body,
                closing=language.closing,
                signature=f"{letter.made_by}\n{site.name}",
            )
        )
    return sheets
