"""A protocol file is read, or every mistake in it is named with its line."""

from __future__ import annotations

import pytest

from labs.protocols.nodes import Problems
from labs.protocols.reading import read_protocol, shipped, steps_of

GOOD = """\
code: mm-short
version: 2
disease: MM
title: A short protocol
summary: For tests.
anchor: remission
sources:
  A: "somebody"
steps:
  - step: cbc-early
    kind: cbc
    every: 1 month
    until_month: 12
    source: A
    confidence: seen
  - step: cbc-late
    kind: cbc
    every: 3 months
    from_month: 12
    window_days: 10
    source: A
    confidence: project
"""


def problems_of(text: str) -> list[str]:
    with pytest.raises(Problems) as caught:
        read_protocol(text)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_is_read_and_its_definition_gives_the_same_steps():
    protocol = read_protocol(GOOD)
    assert (protocol.code, protocol.version, protocol.disease, protocol.anchor) == ("mm-short", 2, "MM", "remission")
    assert [step.code for step in protocol.steps] == ["cbc-early", "cbc-late"]
    assert steps_of(protocol.definition) == protocol.steps


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("every: 1 month", "every: 0 months", 12, "never come to an end"),
        ("every: 1 month", "every: monthly", 12, "is not an interval"),
        ("every: 1 month\n", "note: none\n", 10, "either 'every' or 'at'"),
        ("    kind: cbc\n    every: 1", "    kind: cbx\n    every: 1", 11, "'cbx' is not a known kind"),
        (
            "from_month: 12",
            "from_month: 6",
            16,
            "overlaps 'cbc-early': both plan 'cbc' in the same months (see line 10)",
        ),
        ("until_month: 12", "until_month: 0", 13, "at least 1"),
        ("until_month: 12\n", "from_month: 3\n    until_month: 3\n", 14, "not after it begins"),
        ("step: cbc-late", "step: cbc-early", 16, "there already (see line 10)"),
        ("step: cbc-late", "step: CBC late", 16, "small letters"),
        ("window_days: 10", "window_days: 45", 20, "overlaps the next one"),
        ("source: A\n    confidence: project", "source: B\n    confidence: project", 21, "'B' is not listed"),
        ("confidence: project", "confidence: sure", 22, "'sure' is not a known confidence"),
        ("disease: MM", "disease: CLL", 3, "'CLL' is not a known disease"),
        ("anchor: remission", "anchor: birthday", 6, "'birthday' is not a known anchor"),
        ("version: 2", "version: two", 2, "whole number"),
        ("title: A short protocol\n", "", 1, "needs 'title'"),
        ("title: A short", "titel: x\ntitle: A short", 4, "no field 'titel'"),
        ("version: 2", "version: 2\nversion: 3", 3, "stands here twice"),
        ("version: 2", "version: 10000", 2, "9999 at most"),
        ("until_month: 12", "until_month: 601", 13, "600 at most"),
        ("every: 1 month", "every: 13 months", 13, "no test would ever fall due"),
        ("every: 1 month", "every: 373 days", 13, "no test would ever fall due"),
        ("every: 3 months", "every: 121 months", 18, "120 months at most"),
        ("title: A short protocol", "title: " + "a" * 161, 4, "160 are allowed"),
        ("summary: For tests.", 'summary: "bell \\a"', 5, "no part of a text"),
        ("summary: For tests.", "summary: [a, b]", 5, "must be a text"),
        ('A: "somebody"', "A: [a]", 8, "'A' must be a text"),
        ('A: "somebody"', 'A: "somebody"\n  "B, C": "others"', 8, "no space and no comma"),
        ("confidence: project", "confidence: project\n    note: [a]", 23, "'note' must be a text"),
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, line, reason):
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    assert any(problem.startswith(f"line {line}:") and reason in problem for problem in found), found


def test_a_mistake_is_named_with_its_place_in_a_form():
    with pytest.raises(Problems) as caught:
        read_protocol(GOOD.replace("every: 1 month", "every: 0 months").replace("title: A short protocol\n", ""))
    assert {problem.place for problem in caught.value.problems} == {("title",), ("steps", 0, "every")}


@pytest.mark.parametrize(
    ("old", "new"),
    [("until_month: 12", "until_month: 600"), ("every: 1 month", "every: 12 months"), ("version: 2", "version: 9999")],
)
def test_what_is_just_allowed(old, new):
    later = GOOD.replace("from_month: 12", "from_month: 599") if "600" in new else GOOD
    assert read_protocol(later.replace(old, new).replace("from_month: 599", "from_month: 600")).steps


def test_single_days_after_a_row_do_not_overlap_it_and_within_it_do():
    step = "  - {step: cbc-x, kind: cbc, at: [%s], source: A, confidence: seen}\n"
    ended = GOOD.replace("    from_month: 12\n", "    from_month: 12\n    until_month: 24\n")
    assert read_protocol(ended + step % "36 months, 48 months").steps
    for day in ("12 months", "24 months", "100 days"):
        assert any("overlaps" in problem for problem in problems_of(ended + step % day)), day


def test_what_is_left_out_on_purpose_says_why():
    assert read_protocol(GOOD + "not_scheduled:\n  - {what: imaging, why: on symptoms}\n").steps
    assert problems_of(GOOD + "not_scheduled:\n  - {what: imaging}\n") == ["line 24: what is left out needs 'why'"]


def test_every_text_stays_as_it_was_written():
    """YAML would read yes as true, 1.10 as 1.1 and a day as a date."""
    protocol = read_protocol(GOOD.replace("For tests.", "yes").replace('"somebody"', "2020-13-45"))
    assert protocol.definition["summary"] == "yes"
    assert protocol.definition["sources"] == {"A": "2020-13-45"}
    assert protocol.definition["steps"][0]["until_month"] == 12


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the file is empty"),
        ("a: [1, 2", "not YAML"),
        ("- a\n- b\n", "written as 'field: value' lines"),
        ("\x00", "not YAML"),
        (GOOD.split("steps:")[0] + "steps: []\n", "at least one entry"),
        (GOOD.split("steps:")[0] + "steps: none\n", "must be a list"),
        (GOOD.split("steps:")[0] + "steps:\n  - just words\n", "a step is written as"),
        (GOOD.replace("A short protocol", "&x A") + "    note: *x\n", "line 23: write it out"),
        (GOOD.replace("A short protocol", "!!python/object:os.system A"), "line 4: write it out"),
        ("[" * 5_000 + "]" * 5_000, "too deeply"),
        ("#" * 100_001, "100000 are allowed"),
        (GOOD + "  - {step: a, kind: cbc, every: 1 month, source: A, confidence: seen}\n" * 60, "60 steps, not 62"),
    ],
)
def test_a_file_of_another_form_is_refused(text, reason):
    assert any(reason in problem for problem in problems_of(text))


def test_all_mistakes_are_named_at_once():
    found = problems_of(GOOD.replace("1 month", "0 months").replace("disease: MM", "disease: X"))
    assert len(found) == 2


def test_single_days_rise_and_stand_alone():
    step = "  - {step: chi, kind: chimerism, at: [60 days, 30 days], from_month: 3, source: A, confidence: seen}\n"
    found = problems_of(GOOD + step)
    assert any("must rise" in problem for problem in found)
    assert any("counted from the anchor" in problem for problem in found)


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_every_shipped_file_is_named_by_its_code_and_cited(path):
    protocol = read_protocol(path.read_text())
    assert protocol.code == path.stem
    assert protocol.code.startswith(protocol.disease.lower())
    used = {key.strip() for step in protocol.definition["steps"] for key in step["source"].split(",")}
    assert used == set(protocol.definition["sources"])


def test_there_is_a_protocol_for_every_disease():
    assert {read_protocol(path.read_text()).disease for path in shipped()} == {"MM", "AML", "ALL"}
