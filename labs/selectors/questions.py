"""Several statements in one message to the database.

A message there and back takes as long as most of the statements that read one patient, so these are sent together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from django.db import connection

Name = TypeVar("Name")
Rows = list[tuple[Any, ...]]


class Question(NamedTuple):
    """A statement that reads rows, and what is given to it by name."""

    statement: str
    given: Mapping[str, Any]


def answers_to(questions: Mapping[Name, Question]) -> dict[Name, Rows]:
    """The rows of each. Every statement sees what is committed when it begins, as if it were asked alone."""
    given: dict[str, Any] = {}
    for one in questions.values():
        if any(given.setdefault(name, value) != value for name, value in one.given.items()):
            raise ValueError(f"two questions give different things one name: {', '.join(sorted(one.given))}")
    with connection.cursor() as cursor:
        cursor.execute(";".join(one.statement for one in questions.values()), given)
        # Counted from the end: what keeps the history moves the cursor on, and may put a statement of its own first.
        return {name: cursor.set_result(place - len(questions)).fetchall() for place, name in enumerate(questions)}


def answer_to(question: Question) -> Rows:
    """The rows of one."""
    return answers_to({"": question})[""]
