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
        ("from_month: 12", "from_month: 6", 16, "overlaps 'cbc-early' (line 10)"),
        ("until_month: 12", "until_month: 0", 13, "at least 1"),
        ("until_month: 12\n", "from_month: 3\n    until_month: 3\n", 14, "not after it begins"),
        ("step: cbc-late", "step: cbc-early", 16, "already on line 10"),
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
    ],
)
def test_a_mistake_is_named_with_its_line(old, new, line, reason):
    assert old in GOOD
    found = problems_of(GOOD.replace(old, new, 1))
    assert any(problem.startswith(f"line {line}:") and reason in problem for problem in found), found


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
