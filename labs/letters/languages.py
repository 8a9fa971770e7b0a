"""The languages letters are written in, each from its file: dates, names of tests, wordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from labs.letters.wording import CHANNELS, KINDS, Wording, faults_of, fill
from labs.vocabulary.test_kinds import label_of

FOLDER = Path(__file__).resolve().parent / "wordings"
PAGES = ("a4", "us-letter")
SENTENCES = ("booked", "booked_at", "not_booked", "planned", "was_due", "at")
DEFAULT = "en"
MONTHS = 12


class UnreadableLanguage(ValueError):
    """A language's file cannot be used; the message says what is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes letters."""

    code: str
    name: str
    page: str
    day_form: str
    months: tuple[str, ...]
    closing: str
    sentences: Mapping[str, str]
    tests: Mapping[str, str]
    wordings: Mapping[tuple[str, str], Wording]
    first_day: str = "1"

    def written(self, day: date) -> str:
        """The day with its month as a word, so that nobody takes 5 April for 4 May."""
        number = self.first_day if day.day == 1 else str(day.day)
        return fill(self.day_form, {"day": number, "month": self.months[day.month - 1], "year": str(day.year)})

    def say(self, sentence: str, **values: str) -> str:
        """One of its sentences, filled in."""
        return fill(self.sentences[sentence], values)

    def test(self, kind: str) -> str:
        """What patients call a kind of test; the name the unit uses where the file does not know the kind yet."""
        return self.tests.get(kind) or label_of(kind)


@lru_cache
def languages() -> Mapping[str, Language]:
    """Every language that has a file, by its code."""
    return {path.stem: read_language(path.stem, _merged(path)) for path in sorted(FOLDER.glob("*.yaml"))}


def language_for(*wanted: str) -> Language:
    """The first of these codes that has a file, else the file of its base (`de` for `de-at`), else English."""
    known = languages()
    for code in (*wanted, DEFAULT):
        for candidate in (code.lower(), code.lower().partition("-")[0]):
            if candidate in known:
                return known[candidate]
    raise UnreadableLanguage(f"{DEFAULT}.yaml is missing")


def read_language(code: str, given: Mapping[str, Any]) -> Language:
    """A language from the content of its file. Raises `UnreadableLanguage`."""
    needed = ("name", "page", "date", "months", "closing", "sentences", "tests", "letters")
    if missing := [key for key in needed if key not in given]:
        raise UnreadableLanguage(f"{code}.yaml lacks {', '.join(missing)}")
    if given["page"] not in PAGES or len(given["months"]) != MONTHS:
        raise UnreadableLanguage(f"{code}.yaml: page is one of {', '.join(PAGES)}, and there are {MONTHS} months")
    if missing := [key for key in SENTENCES if key not in given["sentences"]]:
        raise UnreadableLanguage(f"{code}.yaml: sentences lacks {', '.join(missing)}")
    return Language(
        code=code,
        name=given["name"],
        page=given["page"],
        day_form=given["date"],
        months=tuple(given["months"]),
        closing=given["closing"],
        sentences=dict(given["sentences"]),
        tests=dict(given["tests"]),
        wordings={(kind, channel): _wording(code, given, kind, channel) for kind in KINDS for channel in CHANNELS},
        first_day=given.get("first_day", "1"),
    )


def _wording(code: str, given: Mapping[str, Any], kind: str, channel: str) -> Wording:
    words = given["letters"].get(kind, {}).get(channel)
    if words is None:
        raise UnreadableLanguage(f"{code}.yaml: letters lacks {kind}, {channel}")
    wording = Wording(words.get("subject", "").strip(), words["body"].strip())
    if faults := faults_of(wording, kind=kind, channel=channel):
        raise UnreadableLanguage(f"{code}.yaml: {kind}, {channel}, line {faults[0].line}: {faults[0].what}")
    return wording


def _merged(path: Path) -> dict[str, Any]:
    own: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    base = own.pop("based_on", None)
    return (_merged(FOLDER / f"{base}.yaml") if base else {}) | own
