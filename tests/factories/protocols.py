"""Protocols with steps: short ones that tests can change."""

from __future__ import annotations

from typing import Any

from labs.actions.load_protocols import load_protocols
from labs.models import Protocol
from patients.actions.system_account import system_account
from patients.models import Site
from tests.factories.counter import next_number
from tests.factories.plans import make_protocol


def shipped_protocol(code: str = "mm-maintenance") -> Protocol:
    """One of the protocols shipped with Vigil, all of which are loaded."""
    return next(one for one in load_protocols(by=system_account()) if one.code == code)


def short_definition(**fields: Any) -> dict[str, Any]:
    """A definition without mistakes: a monthly blood count that tapers after a year, and a yearly visit."""
    said = {"source": "A", "confidence": "seen"}
    whole: dict[str, Any] = {
        "code": "mm-short",
        "version": 1,
        "disease": "MM",
        "title": "Short follow-up",
        "summary": "For tests.",
        "anchor": "remission",
        "sources": {"A": "a guideline"},
        "steps": [
            {"step": "cbc-early", "kind": "cbc", "every": "1 month", "until_month": 12, **said},
            {"step": "cbc-late", "kind": "cbc", "every": "3 months", "from_month": 12, **said},
            {"step": "visit", "kind": "visit", "every": "12 months", **said},
        ],
    }
    return {**whole, **fields}


def make_short_protocol(*, code: str = "", site: Site | None = None, version: int = 1, **fields: Any) -> Protocol:
    """A protocol with the steps of `short_definition`; with `site`, that site's own."""
    code = code or f"mm-short-{next_number()}"
    definition = short_definition(code=code, version=version)
    return make_protocol(
        code=code, version=version, title=definition["title"], definition=definition, site=site, **fields
    )
