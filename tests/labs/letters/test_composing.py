"""Letters as they are written from a wording and what is known of a patient."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from labs.letters.composing import Asked, CannotWrite, Facts, write
from labs.letters.discretion import revealing
from labs.letters.languages import languages
from labs.letters.wording import CHANNELS, KINDS, OPEN_TO_OTHERS, PLACEHOLDER, Wording

BLOOD = Asked("cbc", date(2026, 11, 20), booked_for=date(2026, 11, 23), booked_time=time(9, 30), place="Day clinic")
MARROW = Asked("marrow", date(2026, 12, 1))
FACTS = Facts("Ines", "Okafor", "North Unit", "+44 20 7946 0000", (MARROW, BLOOD), date(2026, 8, 3))
ENGLISH = languages()["en"]


def written(kind: str = "due", channel: str = "post", facts: Facts = FACTS, code: str = "en") -> str:
    language = languages()[code]
    found = write(language.wordings[kind, channel], language, facts, kind=kind, channel=channel)
    return f"{found.subject}\n{found.body}"


def test_tests_stand_in_the_order_of_their_days_with_day_time_and_place() -> None:
    text = written()
    assert (
        "– Blood count: 23 November 2026, 09:30, Day clinic\n– Bone marrow examination: about 1 December 2026" in text
    )
    assert "You have an appointment on 23 November 2026 at 09:30." in text
    assert text.startswith("Your next tests\nDear Ines Okafor,")


def test_who_has_no_appointment_is_asked_to_call() -> None:
    text = written(facts=replace(FACTS, tests=(MARROW,)))
    assert "Please call us to arrange an appointment." in text
    assert "+44 20 7946 0000" in text


def test_an_appointment_without_a_time_names_the_day_only() -> None:
    facts = replace(FACTS, tests=(replace(BLOOD, booked_time=None, place=""),))
    assert "You have an appointment on 23 November 2026.\n" in written(facts=facts)


def test_a_missed_test_was_due() -> None:
    assert "– Bone marrow examination: was due on 1 December 2026" in written("missed")


def test_a_stable_letter_names_the_results_and_the_next_date() -> None:
    text = written("stable")
    assert "results of your tests of 3 August 2026" in text
    assert "about 23 November 2026" in text
    assert "If you have not heard from us within 3 weeks" in text


@pytest.mark.parametrize("code", sorted(languages()))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channel", sorted(OPEN_TO_OTHERS))
def test_a_message_tells_nothing_of_the_patient(code: str, kind: str, channel: str) -> None:
    text = written(kind, channel, code=code)
    named = ("Ines", "Okafor", "North Unit", "Day clinic", *languages()[code].tests.values())
    assert not [word for word in named if word in text]
    assert revealing(text) == ""
    assert "+44 20 7946 0000" in text


@pytest.mark.parametrize("code", sorted(languages()))
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channel", CHANNELS)
def test_no_placeholder_is_left(code: str, kind: str, channel: str) -> None:
    assert not PLACEHOLDER.search(written(kind, channel, code=code))


def test_without_a_way_to_reach_the_site_nothing_is_written() -> None:
    with pytest.raises(CannotWrite, match="how to reach us"):
        written(facts=replace(FACTS, contact=" "))


def test_without_a_test_nothing_is_written() -> None:
    with pytest.raises(CannotWrite):
        written(facts=replace(FACTS, tests=()))


@pytest.mark.parametrize("channel", sorted(OPEN_TO_OTHERS))
def test_what_the_site_wrote_of_itself_may_not_tell_either(channel: str) -> None:
    facts = replace(FACTS, contact="Haematology, +44 20 7946 0000")
    with pytest.raises(CannotWrite, match="haematology"):
        written(channel=channel, facts=facts)
    assert "Haematology" in written(facts=facts)


def test_a_text_message_that_became_too_long_is_refused() -> None:
    with pytest.raises(CannotWrite, match="320"):
        write(Wording("", "{contact}"), ENGLISH, replace(FACTS, contact="1" * 321), kind="due", channel="sms")
    assert write(Wording("", "{contact}"), ENGLISH, replace(FACTS, contact="1" * 320), kind="due", channel="sms")
