"""A protocol's definition as the fields of a form, and back: rows of steps, sources and what is left out.

Every field is a text as it was typed. Nothing is judged here: what comes out is checked by the code that checks files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labs.protocols.reading import MOST_STEPS

STEP, SOURCE, LEFT_OUT = "step", "source", "left"
FIELDS: dict[str, tuple[str, ...]] = {
    STEP: (
        "code",
        "kind",
        "count",
        "unit",
        "at",
        "from_month",
        "until_month",
        "window_days",
        "source",
        "confidence",
        "note",
    ),
    SOURCE: ("name", "text"),
    LEFT_OUT: ("what", "why"),
}
WHOLE = ("title", "summary", "changed_because")
COPIED = ("from_month", "until_month", "window_days", "source", "confidence", "note")
UNITS = ("day", "week", "month")
MOST_ROWS = MOST_STEPS * 2
Typed = dict[str, str]


def typed_of(definition: Mapping[str, Any]) -> Typed:
    """The fields of a form that shows this definition."""
    typed = {name: str(definition.get(name, "")) for name in WHOLE}
    rows: dict[str, list[Mapping[str, str]]] = {
        STEP: [_step_fields(step) for step in definition.get("steps", ())],
        SOURCE: [{"name": name, "text": text} for name, text in definition.get("sources", {}).items()],
        LEFT_OUT: list(definition.get("not_scheduled", ())),
    }
    for sort, found in rows.items():
        for number, row in enumerate(found):
            typed |= {f"{sort}-{number}-{name}": row.get(name, "") for name in FIELDS[sort]}
    return typed


def definition_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """The definition that was typed; a row left empty is no row."""
    whole: dict[str, Any] = {name: typed[name].strip() for name in WHOLE if typed.get(name, "").strip()}
    whole["sources"] = {row["name"]: row["text"] for row in filled(typed, SOURCE)}
    whole["steps"] = _steps(filled(typed, STEP))
    left_out = [{name: value for name, value in row.items() if value} for row in filled(typed, LEFT_OUT)]
    return {**whole, "not_scheduled": left_out} if left_out else whole


def rows_of(typed: Mapping[str, str], sort: str) -> list[dict[str, str]]:
    """The rows of one sort in their order, every field with what was typed."""
    numbers = {int(found[1]) for name in typed if (found := re.fullmatch(rf"{sort}-(\d{{1,4}})-\w+", name))}
    return [
        {name: typed.get(f"{sort}-{number}-{name}", "").strip() for name in FIELDS[sort]}
        for number in sorted(numbers)[:MOST_ROWS]
    ]


def filled(typed: Mapping[str, str], sort: str) -> list[dict[str, str]]:
    """The rows in which something was typed; the number of a row here is its number in the definition."""
    return [row for row in rows_of(typed, sort) if any(row[name] for name in row if name not in ("code", "unit"))]


def with_rows(typed: Mapping[str, str], sort: str, rows: Sequence[Mapping[str, str]]) -> Typed:
    """The same fields with these rows of one sort, numbered anew."""
    rest = {name: value for name, value in typed.items() if not name.startswith(f"{sort}-")}
    return rest | {f"{sort}-{number}-{name}": value for number, row in enumerate(rows) for name, value in row.items()}


def with_empty_row(typed: Mapping[str, str], sort: str) -> Typed:
    """One more row of this sort, to be filled in."""
    return with_rows(typed, sort, [*filled(typed, sort), dict.fromkeys(FIELDS[sort], "")])


def without_row(typed: Mapping[str, str], sort: str, number: int) -> Typed:
    """The row of this number taken out."""
    return with_rows(typed, sort, [row for place, row in enumerate(rows_of(typed, sort)) if place != number])


def _step_fields(step: Mapping[str, Any]) -> dict[str, str]:
    count, _space, unit = step.get("every", "").partition(" ")
    fields = {"code": step["step"], "kind": step["kind"], "count": count, "unit": unit.rstrip("s")}
    fields["at"] = ", ".join(step.get("at", ()))
    return fields | {name: str(step.get(name, "")) for name in COPIED}


def _steps(rows: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    taken = {row["code"] for row in rows}
    steps = []
    for row in rows:
        code = row["code"] or _new_code(row["kind"], taken)
        taken.add(code)
        step: dict[str, Any] = {"step": code, "kind": row["kind"], "every": _every(row)}
        step["at"] = [text.strip() for text in row["at"].split(",") if text.strip()]
        step |= {name: row[name] for name in COPIED}
        steps.append({name: value for name, value in step.items() if value})
    return steps


def _every(row: Mapping[str, str]) -> str:
    if not row["count"]:
        return ""
    unit = row["unit"] if row["unit"] in UNITS else "month"
    return f"{row['count']} {unit}{'' if row['count'] == '1' else 's'}"


def _new_code(kind: str, taken: set[str]) -> str:
    """A name for a step that was added: its kind, numbered where that is taken."""
    stem = re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-") or "step"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, MOST_ROWS + 2))
    return next(name for name in names if name not in taken)
