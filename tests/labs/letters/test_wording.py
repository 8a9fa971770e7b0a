"""What may stand in a wording: strict placeholders, and nothing that tells others about the disease."""

from __future__ import annotations

import pytest

from labs.letters.discretion import revealing
from labs.letters.wording import CHANNELS, KINDS, LONGEST_SMS, OPEN_TO_OTHERS, Wording, allowed_in, faults_of, fill
from labs.models import LetterKind
from labs.models.contact import Channel


def faults(body: str, *, subject: str = "Hello", kind: str = "due", channel: str = "post") -> list[tuple[int, str]]:
    return [(fault.line, fault.what) for fault in faults_of(Wording(subject, body), kind=kind, channel=channel)]


def test_kinds_and_channels_are_those_of_the_model() -> None:
    assert set(KINDS) == set(LetterKind.values)
    assert set(CHANNELS) == {Channel.POST, Channel.EMAIL, Channel.SMS}


def test_a_good_wording_has_no_fault() -> None:
    assert not faults("Dear {given_name} {family_name},\n{tests}\n{appointment} {contact}")


def test_an_unknown_placeholder_is_refused_with_its_line() -> None:
    assert faults("Dear {name},\n{contact}\n{diagnosis}") == [
        (1, "{name} is not known here"),
        (3, "{diagnosis} is not known here"),
    ]


@pytest.mark.parametrize(
    "body", ["{contact} {", "{contact} }", "{contact} {date", "{contact} {{date}}", "{con\ntact} {contact}"]
)
def test_a_brace_without_its_partner_is_refused(body: str) -> None:
    assert any(what == "a brace without its partner" for _line, what in faults(body))


@pytest.mark.parametrize("name", ["contact.__class__", "contact!r", "contact:>90", "0", ""])
def test_nothing_but_a_name_stands_in_braces(name: str) -> None:
    assert (1, f"{{{name}}} is not known here") in faults(f"{{{name}}} {{contact}}")


def test_whom_to_call_must_be_said_and_in_a_stable_letter_the_next_date() -> None:
    assert faults("Hello") == [(1, "{contact} is missing")]
    assert faults("{contact}", kind="stable") == [(1, "{date} is missing")]


@pytest.mark.parametrize("channel", sorted(OPEN_TO_OTHERS))
@pytest.mark.parametrize("name", ["given_name", "family_name", "tests", "site", "results_on"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_others_may_read_holds_no_name_no_test_and_no_result(channel: str, name: str, kind: str) -> None:
    assert name not in allowed_in(kind, channel)


@pytest.mark.parametrize("kind", KINDS)
def test_results_are_named_in_stable_letters_only(kind: str) -> None:
    assert ("results_on" in allowed_in(kind, "post")) == (kind == "stable")


@pytest.mark.parametrize("channel", sorted(OPEN_TO_OTHERS))
@pytest.mark.parametrize(
    "word",
    [
        "leukaemia",
        "Leukämie",
        "LEUCÉMIE",
        "myeloma",
        "Krebs",
        "onkologische",
        "Hämatologie",
        "relapse",
        "Knochenmark",
        "results",
    ],
)
def test_a_word_that_tells_of_the_disease_is_refused_where_others_may_read(channel: str, word: str) -> None:
    found = faults(f"Hello,\nabout your {word}: {{contact}}", channel=channel)
    assert [line for line, what in found if "tells others" in what] == [2]
    assert not faults(f"Hello,\nabout your {word}: {{contact}}")


def test_the_subject_counts_as_well() -> None:
    assert [line for line, _what in faults("{contact}", subject="Your leukaemia", channel="email")] == [0]


@pytest.mark.parametrize(
    "words", ["Please call us on +44 20 7946 0000", "Sie haben am 20. November 2026 einen Termin.", "the consultation"]
)
def test_words_that_tell_nothing_are_let_through(words: str) -> None:
    assert revealing(words) == ""


def test_the_longest_text_message() -> None:
    fits = "{contact}" + "x" * (LONGEST_SMS - 9)
    assert not faults(fits, subject="", channel="sms")
    assert faults(fits + "x", subject="", channel="sms")


def test_a_letter_needs_a_subject_and_a_text_message_none() -> None:
    assert faults("{contact}", subject=" ") == [(0, "the subject is empty")]
    assert not faults("{contact}", subject="", channel="sms")


def test_what_a_value_holds_is_never_read_as_a_placeholder() -> None:
    assert fill("{given_name} {contact}", {"given_name": "{contact}", "contact": "us"}) == "{contact} us"
