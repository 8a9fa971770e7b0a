"""A definition goes into the fields of a form and comes out the same; rows come and go without losing what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from labs.protocols.nodes import Problems
from labs.protocols.reading import read_protocol, shipped
from labs.protocols.writing import read_definition
from tests.factories.protocols import short_definition
from tests.labs.protocols.test_writing import definitions
from tracker.web.protocol_forms import DeriveForm
from tracker.web.protocol_rows import (
    LEFT_OUT,
    SOURCE,
    STEP,
    definition_of,
    rows_of,
    typed_of,
    with_empty_row,
    without_row,
)

FIXED = ("code", "version", "disease", "anchor")


def through_the_form(definition: dict[str, Any]) -> dict[str, Any]:
    kept = {name: definition[name] for name in FIXED}
    return dict(read_definition({**definition_of(typed_of(definition)), **kept}).definition)


def stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stripped(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [stripped(inner) for inner in value]
    return value.strip() if isinstance(value, str) else value


@given(definitions())
def test_what_the_form_builds_reads_back_the_same(definition: dict[str, Any]) -> None:
    assert through_the_form(definition) == stripped(definition)


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_the_shipped_ones_go_through_the_form_unchanged(path) -> None:
    definition = dict(read_protocol(path.read_text()).definition)
    assert through_the_form(definition) == definition


@pytest.mark.parametrize(("sort", "count"), [(STEP, 3), (SOURCE, 1), (LEFT_OUT, 0)])
def test_a_row_is_added_at_the_end_and_empty_ones_are_no_rows(sort: str, count: int) -> None:
    typed = with_empty_row(typed_of(short_definition()), sort)
    assert len(rows_of(typed, sort)) == count + 1
    assert not any(rows_of(typed, sort)[-1].values())
    assert len(rows_of(with_empty_row(typed, sort), sort)) == count + 1
    assert definition_of(typed) == definition_of(typed_of(short_definition()))


def test_a_row_taken_out_leaves_the_others_as_they_were_typed() -> None:
    typed = typed_of(short_definition()) | {"step-2-count": "not a number", "step-0-note": "kept"}
    left = without_row(typed, STEP, 1)
    assert [row["code"] for row in rows_of(left, STEP)] == ["cbc-early", "visit"]
    assert (left["step-0-note"], left["step-1-count"]) == ("kept", "not a number")
    assert rows_of(without_row(typed, STEP, 99), STEP) == rows_of(typed, STEP)


def test_a_new_step_is_named_by_its_kind_and_never_twice() -> None:
    typed = typed_of(short_definition())
    for number in (3, 4):
        typed |= {f"step-{number}-kind": "visit", f"step-{number}-count": "1"}
    assert [step["step"] for step in definition_of(typed)["steps"]][-2:] == ["visit-2", "visit-3"]
    odd = typed_of(short_definition(steps=[])) | {"step-0-kind": "!!", "step-0-note": "x"}
    assert definition_of(odd)["steps"][0]["step"] == "step"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"step-1-count": "0"}, "id_step-1-count"),
        ({"step-1-count": "x"}, "id_step-1-count"),
        ({"step-1-count": ""}, "step-1"),
        ({"step-1-at": "30 days"}, "id_step-1-at"),
        ({"step-1-kind": ""}, "id_step-1-kind"),
        ({"step-1-kind": "no-such"}, "id_step-1-kind"),
        ({"step-1-from_month": "6"}, "step-1"),
        ({"step-1-from_month": "-1"}, "id_step-1-from_month"),
        ({"step-0-until_month": "0"}, "id_step-0-until_month"),
        ({"step-1-window_days": "45"}, "id_step-1-window_days"),
        ({"step-1-source": ""}, "id_step-1-source"),
        ({"step-1-source": "Z"}, "id_step-1-source"),
        ({"step-1-confidence": "sure"}, "id_step-1-confidence"),
        ({"title": ""}, "id_title"),
        ({"summary": "a" * 1_001}, "id_summary"),
        ({"source-0-text": ""}, "id_source-0-text"),
        ({"left-0-what": "imaging"}, "id_left-0-why"),
    ],
)
def test_a_mistake_stands_at_its_step_and_field(change: dict[str, str], field: str) -> None:
    typed = typed_of(short_definition()) | change
    form = DeriveForm(typed)
    kept = {name: short_definition()[name] for name in FIXED}
    with pytest.raises(Problems) as caught:
        read_definition({**definition_of(typed), **kept})
    form.refuse(caught.value.problems)
    assert field in [fault.id_for_label for fault, _errors in form.summary()["fields"]]
    assert form.summary()["general"] == []


def test_an_empty_row_before_does_not_shift_the_place_of_a_mistake() -> None:
    typed = typed_of(short_definition()) | {"step-1-count": "", "step-1-source": "", "step-1-confidence": ""}
    typed |= {"step-1-kind": "", "step-1-from_month": "", "step-1-note": "", "step-2-count": "0"}
    form = DeriveForm(typed)
    kept = {name: short_definition()[name] for name in FIXED}
    with pytest.raises(Problems) as caught:
        read_definition({**definition_of(typed), **kept})
    form.refuse(caught.value.problems)
    assert [fault.id_for_label for fault, _errors in form.summary()["fields"]] == ["id_step-2-count"]


def test_a_protocol_without_steps_says_so_above_the_form() -> None:
    form = DeriveForm(typed_of(short_definition(steps=[])))
    with pytest.raises(Problems) as caught:
        read_definition(short_definition(steps=[]))
    form.refuse(caught.value.problems)
    assert any("steps" in reason for reason in form.general)
