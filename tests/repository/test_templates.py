"""Pages: every text can be translated, nothing comes from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tracker.env import ROOT

TEMPLATES = sorted((ROOT / "tracker" / "templates").rglob("*.html"))
TRANSLATED = re.compile(r"{%\s*blocktrans.*?endblocktrans\s*%}", re.DOTALL)
NOT_SPOKEN = re.compile(
    r"{%\s*block (?:main_class|scripts)\s*%}.*?{%\s*endblock|{#.*?#}|{%\s*comment.*?endcomment", re.DOTALL
)
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
SPOKEN_ATTRIBUTES = {"placeholder", "aria-label", "title", "alt"}
NAMES = {"Vigil", "Enter", "html", "HL7", "FHIR", "CSV", "XLSX", "NDJSON", "Parquet", "UTC"}
SILENT = {"script", "style", "svg", "kbd", "code"}
OUTSIDE = re.compile(r"""(?:src|href|action|url\()\s*=?\s*["'(]?\s*(?:https?:)?//""")


class Texts(HTMLParser):
    """Words a person would read that no translation passes through."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        for name, value in attrs:
            if name in SPOKEN_ATTRIBUTES:
                self._note(value or "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self._note(data)

    def _note(self, text: str) -> None:
        words = [word for word in WORD.findall(text) if word not in NAMES]
        if words:
            self.found.append(" ".join(words))


SPEAKING = [path for path in TEMPLATES if path.parent.name != "elements"]  # their tags are variables, their words slots


@pytest.mark.parametrize("path", SPEAKING, ids=lambda path: path.name)
def test_every_text_goes_through_translation(path: Path) -> None:
    source = NOT_SPOKEN.sub(" ", TRANSLATED.sub(" ", path.read_text("utf-8")))
    texts = Texts()
    texts.feed(TAGS.sub(" ", source))
    assert not texts.found, f"put through trans: {texts.found}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_elsewhere(path: Path) -> None:
    assert not OUTSIDE.search(path.read_text("utf-8"))


def test_our_own_styles_and_scripts_load_nothing_from_elsewhere() -> None:
    for path in (ROOT / "tracker" / "static" / "vigil").rglob("*.*"):
        if path.suffix in {".css", ".js", ".svg"}:
            text = path.read_text("utf-8").replace("http://www.w3.org/", "")
            assert not re.search(r"https?://", text), path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_script_or_style_is_written_into_a_page(path: Path) -> None:
    source = TAGS.sub(" ", path.read_text("utf-8"))
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", source)
    assert not re.search(r"<style\b|\son\w+=", source)
