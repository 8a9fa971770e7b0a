"""The ground the tests stand on, and conventions of the repository that no tool knows."""

from __future__ import annotations

import re
import socket
import subprocess
import tomllib

import pytest

from tracker.env import ROOT


def tracked(*patterns: str) -> list[str]:
    done = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.splitlines() if (ROOT / name).exists()]


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("10.0.0.1", 443)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    with socket.socket() as probe, pytest.raises(RuntimeError, match="no other machine"):
        probe.connect(address)


def test_every_requirement_says_why_it_is_there() -> None:
    for name in ("requirements.in", "requirements-dev.in"):
        for line in (ROOT / name).read_text().splitlines():
            if line and not line.startswith(("#", "-r")):
                assert re.search(r"\S +# \S+", line), f"{name}: {line}"


def pins(name: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^ ;]+)", line):
            found.setdefault(match[1], set()).add(match[2])
    return found


def test_what_is_needed_to_run_has_the_same_versions_in_development() -> None:
    development = pins("requirements-dev.txt")
    assert {
        name: versions for name, versions in pins("requirements.txt").items() if development.get(name) != versions
    } == {}


def test_every_pin_has_a_hash_and_no_package_host() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        for block in re.split(r"\n(?=[A-Za-z0-9])", text)[1:]:
            assert "--hash=sha256:" in block, block[:80]
        assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)


def test_there_are_no_signals_and_no_utils() -> None:
    for name in tracked("patients/*.py", "labs/*.py", "tracker/*.py"):
        assert "@receiver" not in (ROOT / name).read_text(), name
        assert not re.search(r"(utils|helpers|common|misc)\.py$", name), name


def test_no_model_has_logic_in_save() -> None:
    for name in tracked("patients/models/*.py", "labs/models/*.py"):
        assert "def save(" not in (ROOT / name).read_text(), name


def test_every_marker_of_a_skip_says_why() -> None:
    for name in tracked("tests/*.py"):
        for call in re.findall(r"pytest\.mark\.(?:skip|xfail)(?:if)?(?:\([^\n]*\)|\b)", (ROOT / name).read_text()):
            assert "reason=" in call, f"{name}: {call}"


def test_the_import_contracts_name_every_disease() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (independent,) = (each for each in contracts if each["name"].startswith("The rules of one disease"))
    packages = {f"labs.rules.{path.parent.name}" for path in (ROOT / "labs" / "rules").glob("*/__init__.py")}
    assert packages - {"labs.rules.replay"} == set(independent["modules"])  # replay asks the rules of every disease
