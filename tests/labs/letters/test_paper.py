"""The printed letter: what was typed stands in it, word for word, and is never read as markup."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labs.letters.paper import CannotPrint, Sheet, as_pdf, as_pictures
from tests.pdf_text import pages_of

SHEET = Sheet(
    lang="en",
    page="a4",
    letterhead="North Unit\n1 High Street",
    sender="North Unit, 1 High Street",
    recipient="Ines Okafor\n12 Mill Lane\nNewtown",
    date="20 November 2026",
    subject="Your next tests",
    body="Dear Ines Okafor,\n\n– Blood count: 23 November 2026\n– Visit: 24 November 2026\n\nPlease call us.",
    closing="Yours sincerely",
    signature="Dr A. Lund",
)


def words(*sheets: Sheet) -> list[str]:
    return [" ".join(page.split()) for page in pages_of(as_pdf(sheets, title="Letters"))]


def test_every_word_stands_on_the_page() -> None:
    (page,) = words(SHEET)
    for line in (
        *SHEET.letterhead.splitlines(), SHEET.sender, *SHEET.recipient.splitlines(), SHEET.date, SHEET.subject,
        "Dear Ines Okafor,", "– Blood count: 23 November 2026", "– Visit: 24 November 2026", SHEET.closing, SHEET.signature,
    ):  # fmt: skip
        assert line in page


@pytest.mark.parametrize(
    "name",
    [
        "*Ines*",
        "_Ines_",
        "#panic()",
        "$x$",
        r"\ Ines \n",
        "@label",
        "<label>",
        "= Ines",
        "`Ines`",
        '"Ines"',
        "#sys.inputs",
        "a//b/*c*/",
        "[x]",
        "{x}",
    ],
)
def test_what_looks_like_markup_is_printed_as_it_is(name: str) -> None:
    (page,) = words(replace(SHEET, recipient=f"{name} Okafor", subject=name, body=f"Dear {name},", signature=name))
    assert page.count(name) == 4


@pytest.mark.parametrize("name", ["Łukasz Žižek", "Ñandú Ağaoğlu", "Élodie Œuvrard", "Þórður Ðe", "Ελένη", "Олена"])
def test_names_of_europe_are_printed(name: str) -> None:
    (page,) = words(replace(SHEET, recipient=name))
    assert name in page


def test_what_no_font_can_print_is_refused_and_named() -> None:
    with pytest.raises(CannotPrint, match="名"):
        as_pdf([replace(SHEET, recipient="名字")], title="Letters")


def test_a_batch_begins_each_letter_on_a_page_of_its_own() -> None:
    pages = words(SHEET, replace(SHEET, recipient="Noor Lund", page="us-letter"), SHEET)
    assert ["Noor Lund" in page for page in pages] == [False, True, False]


def test_paper_follows_the_sheet() -> None:
    pdf = as_pdf([SHEET, replace(SHEET, page="us-letter")], title="Letters")
    assert b"MediaBox[0 0 595.2756 841.8898]" in pdf
    assert b"MediaBox[0 0 612 792]" in pdf


def test_a_long_letter_goes_on_and_its_further_pages_are_numbered() -> None:
    long = replace(SHEET, body="\n\n".join(f"Paragraph {number} of a long letter." for number in range(80)))
    pages = words(long, SHEET)
    assert len(pages) == 4
    assert [f"Paragraph {number} " in " ".join(pages) for number in (0, 40, 79)] == [True] * 3
    assert [page.split()[-1] for page in pages[1:3]] == ["2", "3"]
    assert SHEET.signature in pages[2]


def test_a_long_word_stays_on_the_page() -> None:
    assert len(as_pictures([replace(SHEET, body="x" * 3000)])) == 1


def test_the_language_is_told_to_who_reads_aloud() -> None:
    assert b"/Lang(de)" in as_pdf([replace(SHEET, lang="de")], title="Briefe").replace(b" ", b"")
