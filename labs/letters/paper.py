"""Letters as PDF for the post: the page, its fonts and its place for the address.

Compiled by typst with the fonts it brings along, so that a letter looks the same on every machine. What people typed is
handed over as data. The PDF keeps to PDF/UA-1: it can be read aloud, and what no font can print is refused, not printed
as empty boxes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import typst

TEMPLATE = Path(__file__).resolve().parent / "letter.typ"
STANDARD: Final = "ua-1"


class CannotPrint(ValueError):
    """The letters cannot be printed; the message says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One letter, its lines apart by "\\n". `page`: paper as typst names it; `sender`: the line above the address."""

    lang: str
    page: str
    letterhead: str
    sender: str
    recipient: str
    date: str
    subject: str
    body: str
    closing: str
    signature: str


def as_pdf(sheets: Sequence[Sheet], *, title: str) -> bytes:
    """The letters in one PDF, each on a page of its own. Raises `CannotPrint`."""
    data = json.dumps([asdict(sheet) for sheet in sheets])
    try:
        return typst.compile(
            TEMPLATE, sys_inputs={"sheets": data, "title": title}, pdf_standards=STANDARD, ignore_system_fonts=True
        )
    except typst.TypstError as error:
        raise CannotPrint(_reason(str(error))) from None


def as_pictures(sheets: Sequence[Sheet]) -> list[bytes]:
    """The same pages as PNG, to look at."""
    data = json.dumps([asdict(sheet) for sheet in sheets])
    made: bytes | list[bytes] = typst.compile(
        TEMPLATE, sys_inputs={"sheets": data, "title": "-"}, format="png", ppi=80, ignore_system_fonts=True
    )
    return [made] if isinstance(made, bytes) else made


def _reason(message: str) -> str:
    """What typst says, in words for who prints: a character without a letter in the font is the one expected cause."""
    if "could not be displayed" in message:
        text = message.partition('`"')[2].partition('"`')[0]
        return f"No font can print “{text}”. Write the name or address in Latin, Greek or Cyrillic letters."
    return "The page could not be set."
