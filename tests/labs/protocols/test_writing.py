"""A definition is written as YAML that reads back as the same definition."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from labs.protocols.dates import Interval
from labs.protocols.nodes import Problems
from labs.protocols.reading import CONFIDENCE, read_protocol, shipped
from labs.protocols.writing import read_definition, written
from labs.vocabulary.test_kinds import TEST_KINDS

TEXTS = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\x85"), min_size=1, max_size=60
).filter(str.strip)


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """A definition without mistakes: each kind of test once, every interval shorter than its span."""
    kinds = draw(st.lists(st.sampled_from(sorted(TEST_KINDS)), min_size=1, max_size=6, unique=True))
    steps = []
    for number, kind in enumerate(kinds):
        step: dict[str, Any] = {"step": f"step-{number}", "kind": kind, "source": "A, B"}
        step["confidence"] = draw(st.sampled_from(CONFIDENCE))
        if draw(st.booleans()):
            step["every"] = str(Interval(draw(st.integers(1, 12)), draw(st.sampled_from(["day", "week", "month"]))))
            step["from_month"] = draw(st.integers(0, 60))
            if draw(st.booleans()):
                step["until_month"] = step["from_month"] + draw(st.integers(12, 60))
        else:
            days = draw(st.lists(st.integers(1, 2_000), min_size=1, max_size=4, unique=True))
            step["at"] = [str(Interval(day, "day")) for day in sorted(days)]
        if draw(st.booleans()):
            step["note"] = draw(TEXTS)
        steps.append(step)
    whole: dict[str, Any] = {
        "code": "a-code",
        "version": draw(st.integers(1, 99)),
        "disease": draw(st.sampled_from(["MM", "AML", "ALL"])),
        "title": draw(TEXTS),
        "summary": draw(TEXTS),
        "anchor": "remission",
        "sources": {"A": draw(TEXTS), "B": draw(TEXTS)},
        "steps": steps,
    }
    if draw(st.booleans()):
        whole["not_scheduled"] = [{"what": draw(TEXTS), "why": draw(TEXTS)}]
    return whole


@given(definitions())
def test_what_is_written_reads_back_the_same(definition: dict[str, Any]) -> None:
    assert read_definition(definition).definition == definition
    assert written(read_definition(definition).definition) == written(definition)


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_the_shipped_ones_read_back_the_same(path) -> None:
    shipped_one = read_protocol(path.read_text())
    assert read_definition(shipped_one.definition) == shipped_one
    assert yaml.safe_load(path.read_text()) == shipped_one.definition


def test_an_interval_has_one_spelling() -> None:
    (path,) = (path for path in shipped() if path.stem == "mm-maintenance")
    text = path.read_text()
    assert read_protocol(text.replace("every: 1 month", "every: 1 months")) == read_protocol(text)


def test_a_definition_with_a_mistake_is_refused_at_its_place() -> None:
    (path,) = (path for path in shipped() if path.stem == "mm-maintenance")
    definition = dict(read_protocol(path.read_text()).definition)
    definition["steps"] = [*definition["steps"], {**definition["steps"][0], "step": "again", "every": "0 months"}]
    with pytest.raises(Problems) as caught:
        read_definition(definition)
    assert {problem.place for problem in caught.value.problems} == {("steps", 7, "every")}
