"""Every test of the vocabulary starts with nothing remembered, so that what it asks for is worked out, not looked up."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

import labs.vocabulary


@cache
def _remembering() -> tuple[Any, ...]:
    modules = [
        importlib.import_module(f"labs.vocabulary.{found.name}")
        for found in pkgutil.iter_modules(labs.vocabulary.__path__)
    ]
    values = {id(value): value for module in modules for value in vars(module).values()}
    return tuple(value for value in values.values() if hasattr(value, "cache_clear"))


def pytest_runtest_setup() -> None:
    for remembering in _remembering():
        remembering.cache_clear()
