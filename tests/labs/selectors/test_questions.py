"""Several statements in one message are answered as each alone would be."""

from __future__ import annotations

import pghistory
import pytest

from labs.selectors.questions import Question, answer_to, answers_to

pytestmark = pytest.mark.django_db

ONE = Question("select %(given)s::int", {"given": 1})
MANY = Question("select * from generate_series(1, 3)", {})
NONE = Question("select 1 where false", {})


def test_each_question_gets_its_own_rows() -> None:
    assert answers_to({"one": ONE, "none": NONE, "many": MANY}) == {
        "one": [(1,)],
        "none": [],
        "many": [(1,), (2,), (3,)],
    }
    assert answer_to(MANY) == [(1,), (2,), (3,)]


def test_while_a_history_is_kept_too() -> None:
    with pghistory.context(of="a test"):
        assert answers_to({"none": NONE, "one": ONE}) == {"none": [], "one": [(1,)]}
        assert answers_to({"written first": Question("with t as (select 2) select * from t", {}), "one": ONE}) == {
            "written first": [(2,)],
            "one": [(1,)],
        }


def test_one_name_for_two_things_is_refused() -> None:
    with pytest.raises(ValueError, match="given"):
        answers_to({"one": ONE, "two": Question("select %(given)s::int", {"given": 2})})
