"""The languages shipped, and that one more is one file."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml

from labs.letters.languages import FOLDER, UnreadableLanguage, language_for, languages, read_language
from labs.letters.wording import CHANNELS, KINDS, OPEN_TO_OTHERS
from labs.vocabulary.test_kinds import TEST_KINDS

CODES = sorted(languages())


def english() -> dict[str, Any]:
    return yaml.safe_load((FOLDER / "en.yaml").read_text("utf-8"))


def test_four_languages_and_one_that_differs_little() -> None:
    assert CODES == ["de", "en", "en-us", "es", "fr"]


@pytest.mark.parametrize(
    ("code", "written", "first"),
    [
        ("en", "20 November 2026", "1 May 2026"),
        ("en-us", "November 20, 2026", "May 1, 2026"),
        ("de", "20. November 2026", "1. Mai 2026"),
        ("fr", "20 novembre 2026", "1er mai 2026"),
        ("es", "20 de noviembre de 2026", "1 de mayo de 2026"),
    ],
)
def test_a_day_is_written_with_its_month_as_a_word(code: str, written: str, first: str) -> None:
    language = languages()[code]
    assert language.written(date(2026, 11, 20)) == written
    assert language.written(date(2026, 5, 1)) == first


@pytest.mark.parametrize("code", CODES)
def test_every_kind_of_test_has_a_name_in_every_language(code: str) -> None:
    assert languages()[code].tests.keys() >= TEST_KINDS.keys()


def test_a_kind_without_a_name_keeps_the_one_the_unit_uses() -> None:
    assert read_language("xx", english() | {"tests": {}}).test("cbc") == "Blood count"


@pytest.mark.parametrize("code", CODES)
def test_every_kind_and_channel_has_a_wording(code: str) -> None:
    assert set(languages()[code].wordings) == {(kind, channel) for kind in KINDS for channel in CHANNELS}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("channel", CHANNELS)
def test_a_stable_letter_asks_for_a_call_after_three_weeks_without_news(code: str, channel: str) -> None:
    body = languages()[code].wordings["stable", channel].body
    assert "3 " in body
    assert any(word in body for word in ("3 weeks", "3 Wochen", "3 semaines", "3 semanas"))


@pytest.mark.parametrize("code", CODES)
def test_a_letter_greets_by_name_and_a_message_does_not(code: str) -> None:
    for (_kind, channel), wording in languages()[code].wordings.items():
        assert ("{given_name}" in wording.body) == (channel not in OPEN_TO_OTHERS)


def test_the_first_known_language_is_taken_then_its_base_then_english() -> None:
    assert language_for("fr", "de").code == "fr"
    assert language_for("", "de").code == "de"
    assert language_for("de-at", "fr").code == "de"
    assert language_for("EN-US").code == "en-us"
    assert language_for("tr", "es").code == "es"
    assert language_for("tr", "").code == "en"


def test_paper_goes_with_the_language() -> None:
    assert [languages()[code].page for code in CODES] == ["a4", "a4", "us-letter", "a4", "a4"]


@pytest.mark.parametrize("key", ["name", "date", "months", "sentences", "letters"])
def test_a_file_that_lacks_something_says_what(key: str) -> None:
    given = english()
    del given[key]
    with pytest.raises(UnreadableLanguage, match=key):
        read_language("xx", given)


@pytest.mark.parametrize("change", [{"page": "b5"}, {"months": ["January"]}, {"sentences": {"booked": "x"}}])
def test_a_file_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableLanguage):
        read_language("xx", english() | change)


def test_a_wording_that_cannot_be_used_is_named_with_its_line() -> None:
    given = english()
    given["letters"]["due"]["sms"]["body"] = "{contact}\n{given_name}"
    with pytest.raises(UnreadableLanguage, match=r"due, sms, line 2: \{given_name\}"):
        read_language("xx", given)
    del given["letters"]["due"]["sms"]
    with pytest.raises(UnreadableLanguage, match="letters lacks due, sms"):
        read_language("xx", given)
