"""The repository speaks of Vigil and of nothing else; its pages agree with its code."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import call_command

from tracker.env import ROOT

FOREIGN = re.compile(
    r"/wo[r]k/|/tmp/pl[a]n|co-found[e]r|\bsub-?ag[e]nt|\bprom[p]t engineering|language mod[e]l|chatb[o]t|\bLL[M]s?\b|\bAI ass[i]stant",
    re.IGNORECASE,
)
"""Written so that this line does not match itself."""
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
SKIPPED = ("tracker/static/vendor/", "tracker/frontend/")


def tracked() -> list[Path]:
    """Files under version control; all of them when this is no checkout."""
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    paths = [ROOT / name for name in listing if name and not name.startswith(SKIPPED)]
    return [path for path in paths if path.is_file()]


FILES = tracked()
PAGES = [path for path in FILES if path.suffix == ".md"]


def test_there_are_files_to_look_at() -> None:
    assert FILES or not (ROOT / ".git").exists()


def test_no_word_of_where_it_was_written() -> None:
    found = []
    for path in FILES:
        if path.suffix in {".png", ".svg", ".ico", ".mo"}:
            continue
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if FOREIGN.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    broken = [
        target
        for target in LINK.findall(path.read_text("utf-8"))
        if "://" not in target and not target.startswith("docs/images/") and not (path.parent / target).exists()
    ]
    assert not broken


def test_generated_pages_are_up_to_date() -> None:
    errors = io.StringIO()
    try:
        call_command("build_docs", "--check", stderr=errors)
    except SystemExit:
        pytest.fail(errors.getvalue())


def test_every_setting_is_on_its_page() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    reading = re.compile(r"""(?:read\.\w+|words|number|switch|environ\.get|environ\.setdefault)\(\s*"([A-Z_]{4,})\"""")
    files = [*(ROOT / "tracker").glob("*.py"), ROOT / "tracker" / "management" / "commands" / "run.py"]
    names = {name for path in files for name in reading.findall(path.read_text("utf-8"))}
    names -= {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}
    assert names, "the pattern finds nothing any more"
    assert not {name for name in names if f"`{name}`" not in page}


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text("utf-8")
    for path in folder.glob("0*.md"):
        assert path.name in index
        assert "**State:**" in path.read_text("utf-8")
