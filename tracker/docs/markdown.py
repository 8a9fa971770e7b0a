"""Parts of Markdown pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NOTE = "<!-- Made by `make docs` from the code. Do not edit. -->"


def page(title: str, *parts: str) -> str:
    """A whole page."""
    return "\n\n".join([f"# {title}", NOTE, *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; empty when there are no rows."""
    body = [_row(row) for row in rows]
    return "\n".join([_row(heads), _row(["---"] * len(heads)), *body]) if body else ""


def code(text: object) -> str:
    """Text as it is typed; empty text stays empty."""
    return f"`{text}`" if str(text) else ""


def listed(items: Iterable[object]) -> str:
    """Codes one after the other."""
    return ", ".join(code(item) for item in items)


def _row(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"
