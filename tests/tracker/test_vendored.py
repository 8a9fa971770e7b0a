"""The vendored front end is what VENDORED.json says, and asks nothing of any other host."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "tracker" / "static"
VENDOR = STATIC / "vendor"
FRONTEND = ROOT / "tracker" / "frontend"
PARTS = json.loads((VENDOR / "VENDORED.json").read_text())["parts"]
FILES = {name: digest for part in PARTS for name, digest in part["files"].items()}
FETCHES = re.compile(
    r"""(?:url\(\s*['"]?|@import\s+['"]?|\bsrc\s*[=:]\s*['"]|\bfetch\(['"]|\bimport\(['"])\s*(?:https?:)?//"""
)


@pytest.mark.parametrize("name", sorted(FILES))
def test_file_has_the_recorded_sha256(name: str) -> None:
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == FILES[name]


def test_nothing_unrecorded_is_vendored() -> None:
    found = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert found - {"VENDORED.json"} == set(FILES)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part["name"])
def test_part_has_version_licence_and_its_text(part: dict[str, str]) -> None:
    locked = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    assert part["version"] == locked[f"node_modules/{part['name']}"]["version"]
    assert part["licence"]
    assert (VENDOR / part["licence_file"]).read_text().strip()


@pytest.mark.parametrize(
    "path", sorted(p for p in STATIC.rglob("*") if p.suffix in {".css", ".js"}), ids=lambda p: p.name
)
def test_stylesheet_or_script_fetches_from_no_other_host(path: Path) -> None:
    assert FETCHES.search(path.read_text()) is None


@pytest.mark.parametrize("palette", ["light", "dark"])
def test_stylesheet_has_no_frutiger_no_logo_and_no_nhs_blue(palette: str) -> None:
    css = (VENDOR / "nhsuk" / f"nhsuk-{palette}.css").read_text().lower()
    for mark in ("frutiger", "assets.nhs.uk", "nhsuk-header", "nhsuk-logo", "@font-face", "#005eb8", "#003087"):
        assert mark not in css


def test_lock_file_names_no_package_host() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    assert not [name for name, entry in lock["packages"].items() if "resolved" in entry]
    assert all(entry.get("integrity") for name, entry in lock["packages"].items() if name)
