"""The page of the hazard log, from docs/safety/hazards.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tracker.docs.markdown import code, listed, page, table
from tracker.env import ROOT

LOG = ROOT / "docs" / "safety" / "hazards.yaml"


@dataclass(frozen=True, slots=True)
class Control:
    """What holds a hazard down, and the tests that show it."""

    text: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hazard:
    """One line of the hazard log. `rules`: codes of the rules whose wrong or missing answer it is about."""

    id: str
    hazard: str
    causes: tuple[str, ...]
    effect: str
    harm: str
    severity: str
    likelihood: str
    controls: tuple[Control, ...]
    rules: tuple[str, ...] = ()


def read_hazards() -> list[Hazard]:
    """The hazard log."""
    return [_hazard(item) for item in yaml.safe_load(LOG.read_text(encoding="utf-8"))]


def hazard_pages() -> Mapping[str, str]:
    """Path -> text."""
    lead = (
        "In the form of ISO 14971 and DCB0129: what can go wrong, why, what it does, whom it harms, what holds it "
        "down, and which tests "
        "show that it does. Severity and likelihood are those after control, as the makers see them; a deployer "
        "judges them anew."
    )
    return {"docs/safety/hazards.md": page("Hazard log", lead, *_parts(read_hazards()))}


def _parts(hazards: list[Hazard]) -> Iterator[str]:
    rows = [(f"[{one.id}](#{one.id.lower()})", one.hazard, one.severity, _words(one.likelihood)) for one in hazards]
    yield table(("", "Hazard", "Severity", "Likelihood"), rows)
    for one in hazards:
        yield f"## {one.id}"
        yield f"**{one.hazard}.**"
        facts = [
            ("Causes", "; ".join(one.causes)),
            ("Effect", one.effect),
            ("Harm", one.harm),
            ("Severity, likelihood", f"{one.severity}, {_words(one.likelihood)}"),
            ("Rules", listed(one.rules)),
        ]
        yield table(("", ""), [fact for fact in facts if fact[1]])
        yield table(
            ("Control", "Shown by"),
            [(control.text, "<br>".join(code(test) for test in control.tests)) for control in one.controls],
        )


def _words(likelihood: str) -> str:
    return likelihood.replace("_", " ")


def _hazard(item: dict[str, Any]) -> Hazard:
    controls = tuple(Control(one["text"], tuple(one["tests"])) for one in item["controls"])
    return Hazard(
        **{name: item[name] for name in ("id", "hazard", "effect", "harm", "severity", "likelihood")},
        causes=tuple(item["causes"]),
        controls=controls,
        rules=tuple(item.get("rules", ())),
    )
