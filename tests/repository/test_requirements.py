"""The pinned requirements install with plain pip, whatever was released since."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]+)\])?==")


def _pinned(file: str) -> dict[str, set[str]]:
    """Name and extras of every pin."""
    found = (PIN.match(line) for line in (ROOT / file).read_text().splitlines())
    return {
        canonicalize_name(pin["name"]): {extra.strip() for extra in (pin["extras"] or "").split(",")} - {""}
        for pin in found
        if pin
    }


def _asked_with_extras(pins: dict[str, set[str]]) -> list[tuple[str, Requirement]]:
    asked = []
    for name, extras in pins.items():
        try:
            texts = requires(name) or []
        except PackageNotFoundError:  # another platform's
            continue
        for text in texts:
            one = Requirement(text)
            wanted = one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in {"", *extras})
            if one.extras and wanted:
                asked.append((name, one))
    return asked


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_a_package_asked_with_an_extra_is_pinned_with_it(file: str) -> None:
    """Without it pip takes the newest release for the extra and then refuses it for want of a hash."""
    pins = _pinned(file)
    asked = _asked_with_extras(pins)
    assert asked
    missing = [
        f"{name} asks {one}" for name, one in asked if not one.extras <= pins.get(canonicalize_name(one.name), set())
    ]
    assert not missing
