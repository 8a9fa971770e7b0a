"""Conventions that matter, held by tests: each says in its failure what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from tracker.env import ROOT

APPS = ("patients", "labs", "tracker")
PURE = ("labs/rules", "labs/intake", "labs/vocabulary")
LONGEST_FILE = 340  # 300 is the aim; beyond this, split it or say below why not
LONGEST_VIEW = 25


def sources(*folders: str) -> list[Path]:
    """Python files of the apps, without migrations."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts and "node_modules" not in path.parts]


@lru_cache(maxsize=1024)
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def calls(path: Path) -> Iterator[tuple[str, int]]:
    """Names of what is called, with the line."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            yield name, node.lineno


def places(found: list[tuple[Path, int]]) -> str:
    return ", ".join(f"{path.relative_to(ROOT)}:{line}" for path, line in found)


def test_only_actions_and_commands_write() -> None:
    writing = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete"}
    allowed = ("/actions/", "/management/", "/demo/")
    found = [
        (path, line)
        for path in sources(*APPS)
        if not any(part in path.as_posix() for part in allowed)
        for name, line in calls(path)
        if name in writing
    ]
    assert not found, f"write in an action of its own: {places(found)}"


def test_objects_are_made_in_actions_only() -> None:
    allowed = ("/actions/", "/management/", "/demo/")
    pattern = re.compile(r"objects\.create\(")
    found = [
        (path, number)
        for path in sources(*APPS)
        if not any(part in path.as_posix() for part in allowed)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"make rows in an action: {places(found)}"


def test_pure_code_does_not_read_the_clock() -> None:
    clocks = {"today", "now", "utcnow", "localdate", "localtime"}
    found = [
        (path, line)
        for path in sources(*PURE, "labs/protocols", "labs/letters")
        for name, line in calls(path)
        if name in clocks
    ]
    assert not found, f"time is a parameter: {places(found)}"


def test_actions_and_selectors_are_told_the_time() -> None:
    folders = ("patients/actions", "patients/selectors", "labs/actions", "labs/selectors")
    clocks = {"today", "now", "utcnow", "localdate"}
    found = [(path, line) for path in sources(*folders) for name, line in calls(path) if name in clocks]
    assert not found, f"take `now` as a parameter: {places(found)}"


SIGNALS = r"@receiver|django\.dispatch|models\.signals|import signals|(?<!field\.)\b(?:pre|post)_(?:save|delete)"
"""`field.pre_save` is a field's own method: what a column gets on being written."""


def test_there_are_no_signals() -> None:
    found = [path for path in sources(*APPS) if re.search(SIGNALS, path.read_text("utf-8"))]
    assert not found, f"call what should happen from the action: {found}"


def test_models_do_not_override_save() -> None:
    found = [
        (path, node.lineno)
        for path in sources("patients/models", "labs/models")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete", "bulk_create"}
    ]
    assert not found, f"bulk writes would skip it; put it into an action or a constraint: {places(found)}"


def test_nothing_is_called_utils() -> None:
    empty_words = {
        "utils",
        "util",
        "helpers",
        "common",
        "misc",
        "manager",
        "managers",
        "service",
        "services",
        "signals_",
    }
    found = [path for path in sources(*APPS) if path.stem in empty_words or empty_words & set(path.parts)]
    assert not found, f"name it by what it is: {found}"


def test_actions_name_who_acts() -> None:
    """A public function of an action module that writes takes its arguments by keyword, `by` among them."""
    unnamed = []
    for path in sources("patients/actions", "labs/actions"):
        for node in tree(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            writes = any(isinstance(one, ast.Attribute) and one.attr == "atomic" for one in _decorators(node))
            keywords = {argument.arg for argument in node.args.kwonlyargs}
            if writes and "by" not in keywords and path.stem not in ACT_FOR_OTHERS:
                unnamed.append((path, node.lineno))
    assert not unnamed, f"name the actor with by=: {places(unnamed)}"


ACT_FOR_OTHERS = {"record_course", "system_account"}
"""Modules whose functions hand `by` through, or are the actor."""


def _decorators(node: ast.FunctionDef) -> list[ast.expr]:
    return [one.func if isinstance(one, ast.Call) else one for one in node.decorator_list]


@pytest.mark.parametrize("path", sources(*APPS), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_says_what_it_is(path: Path) -> None:
    if path.read_text("utf-8").strip():
        assert ast.get_docstring(tree(path)), "begin the file with one line that says what it holds"


def test_files_stay_short() -> None:
    long = [path for path in sources(*APPS) if len(path.read_text("utf-8").splitlines()) > LONGEST_FILE]
    long = [path for path in long if "/tables/" not in path.as_posix() and path.name not in ALLOWED_TO_BE_LONG]
    assert not long, f"look twice: {[str(path.relative_to(ROOT)) for path in long]}"


ALLOWED_TO_BE_LONG = {
    "access.py",  # who may do what, each check beside its answer, to be read in one place
    "embedded_postgres.py",  # one thing, with every way in which it can fail
    "receive_report.py",  # the one way in, kept in one piece
    "series.py",  # every word rules are written in, to be read in one place
}


def test_views_stay_short() -> None:
    long = [
        (path, node.lineno)
        for path in sources("tracker/web")
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef)
        and node.args.args
        and node.args.args[0].arg == "request"
        and (node.end_lineno or 0) - node.lineno >= LONGEST_VIEW
    ]
    assert not long, f"a view looks up, checks and calls: {places(long)}"
