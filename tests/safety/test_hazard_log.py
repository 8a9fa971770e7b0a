"""The hazard log: each control names tests that exist, and each rule is in it."""

from __future__ import annotations

import ast
from functools import lru_cache

import pytest

from labs.rules.registry import RULES
from tracker.docs.hazards import Hazard, read_hazards
from tracker.env import ROOT

HAZARDS = read_hazards()
SEVERITIES = {"minor", "significant", "considerable", "major", "catastrophic"}
LIKELIHOODS = {"very_low", "low", "medium", "high"}
TESTS = [(hazard.id, test) for hazard in HAZARDS for control in hazard.controls for test in control.tests]


@lru_cache
def names_in(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.exists():
        return frozenset()
    return frozenset(
        node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    )


@pytest.mark.parametrize(("hazard", "test"), TESTS)
def test_the_named_test_exists(hazard: str, test: str) -> None:
    path, _colons, name = test.partition("::")
    assert name in names_in(path), f"{hazard} names {test}, which does not exist"


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard.id)
def test_a_hazard_is_complete(hazard: Hazard) -> None:
    assert hazard.causes
    assert hazard.severity in SEVERITIES
    assert hazard.likelihood in LIKELIHOODS
    assert hazard.controls
    assert all(control.text.endswith(".") and control.tests for control in hazard.controls)


def test_numbers_are_used_once_and_in_order() -> None:
    assert [hazard.id for hazard in HAZARDS] == [f"H{number:02d}" for number in range(1, len(HAZARDS) + 1)]


def test_every_rule_is_in_a_hazard() -> None:
    codes = {rule.code for rule in RULES}
    named = {code for hazard in HAZARDS for code in hazard.rules}
    assert named <= codes, f"no such rules: {sorted(named - codes)}"
    missing = codes - named
    assert not missing, f"name these rules under a hazard in docs/safety/hazards.yaml: {sorted(missing)}"
