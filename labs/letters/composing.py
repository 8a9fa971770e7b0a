"""Writing one letter: a wording, a language and what is known of the patient give the words that are sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from labs.letters.discretion import revealing
from labs.letters.languages import Language
from labs.letters.wording import LONGEST_SMS, OPEN_TO_OTHERS, Wording, fill


class CannotWrite(ValueError):
    """The letter cannot be written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One test the letter is about: what, when it is due, and for when and where it is booked."""

    kind: str
    due_on: date
    booked_for: date | None = None
    booked_time: time | None = None
    place: str = ""

    @property
    def day(self) -> date:
        """The day to come: the booked one, else the one it is due."""
        return self.booked_for or self.due_on


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter may tell. `tests` are the ones it asks for; in a stable letter, the next ones."""

    given_name: str
    family_name: str
    site: str
    contact: str
    tests: Sequence[Asked]
    results_on: date | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The words as they go out."""

    subject: str
    body: str


def write(wording: Wording, language: Language, facts: Facts, *, kind: str, channel: str) -> Written:
    """The letter. Raises `CannotWrite` where something it needs is not known, or it would tell others too much."""
    if not facts.contact.strip():
        raise CannotWrite(
            "The site has not said how it is reached: fill in “how to reach us” in its follow-up settings."
        )
    if not facts.tests:
        raise CannotWrite("There is no test to name.")
    values = _values(language, facts, kind)
    written = Written(fill(wording.subject, values), fill(wording.body, values))
    if channel in OPEN_TO_OTHERS and (word := revealing(f"{written.subject}\n{written.body}")):
        raise CannotWrite(
            f"The message would say “{word}”, and others may read it. Change the wording or “how to reach us”."
        )
    if channel == "sms" and len(written.body) > LONGEST_SMS:
        raise CannotWrite(f"The text message is longer than {LONGEST_SMS} characters. Shorten the wording.")
    return written


def _values(language: Language, facts: Facts, kind: str) -> dict[str, str]:
    ordered = sorted(facts.tests, key=lambda test: (test.day, test.booked_time or time.max, test.kind))
    return {
        "given_name": facts.given_name,
        "family_name": facts.family_name,
        "site": facts.site,
        "contact": facts.contact.strip(),
        "tests": "\n".join(f"– {_line(language, test, kind)}" for test in ordered),
        "appointment": _appointment(language, ordered),
        "date": language.written(ordered[0].day),
        "results_on": language.written(facts.results_on) if facts.results_on else "",
    }


def _line(language: Language, test: Asked, kind: str) -> str:
    name = language.test(test.kind)
    if test.booked_for is None:
        return language.say("was_due" if kind == "missed" else "planned", test=name, date=language.written(test.due_on))
    when = [language.written(test.booked_for), f"{test.booked_time:%H:%M}" if test.booked_time else "", test.place]
    return language.say("at", test=name, when=", ".join(part for part in when if part))


def _appointment(language: Language, ordered: Sequence[Asked]) -> str:
    """The next booked day in a sentence, or the request to call."""
    booked = next((test for test in ordered if test.booked_for is not None), None)
    if booked is None or booked.booked_for is None:
        return language.say("not_booked")
    day = language.written(booked.booked_for)
    if booked.booked_time is None:
        return language.say("booked", date=day)
    return language.say("booked_at", date=day, time=f"{booked.booked_time:%H:%M}")
