"""WCAG 2.2 AA contrast of every pair of colours that Vigil's styles put together, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parents[2] / "tracker" / "static" / "vigil" / "tokens.css").read_text()
LIGHT, DARK = (dict(re.findall(r"--v-([a-z0-9-]+): (#[0-9a-f]{6});", part)) for part in TOKENS.split("@media screen"))
TEXT = [
    *[(text, ground) for text in ("text", "muted", "accent") for ground in ("ground", "surface", "surface-2", "accent-soft")],
    ("on-accent", "accent"), ("on-urgent", "urgent"), ("on-review", "review"),
    ("urgent-text", "surface"), ("urgent-text", "urgent-soft"), ("urgent-text", "surface-2"),
    ("review-text", "review-soft"), ("good-text", "good-soft"), ("good-text", "surface"),
    ("text", "urgent-soft"), ("text", "review-soft"), ("text", "good-soft"), ("muted", "chart-therapy"),
    ("chart-nadir", "surface"), ("chart-threshold", "surface"), ("chart-line", "surface"), ("chart-2", "surface"), ("chart-3", "surface"),
]  # fmt: skip
GRAPHIC = [
    ("control", "surface"), ("control", "ground"), ("focus", "surface"), ("focus", "ground"), ("focus", "surface-2"), ("urgent", "surface"),
    ("review-edge", "surface"), ("accent", "surface"), ("chart-line", "chart-band"), ("chart-2", "chart-band"), ("chart-3", "chart-band"),
    ("chart-threshold", "chart-band"), ("chart-nadir", "chart-band"), ("chart-tick", "surface"), ("chart-threshold", "chart-therapy"),
]  # fmt: skip


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_text_stands_out_four_and_a_half_to_one(palette: dict[str, str], text: str, ground: str) -> None:
    assert contrast(palette[text], palette[ground]) >= 4.5


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), GRAPHIC)
def test_marks_and_edges_stand_out_three_to_one(palette: dict[str, str], mark: str, ground: str) -> None:
    assert contrast(palette[mark], palette[ground]) >= 3


def test_dark_redefines_every_colour() -> None:
    assert set(DARK) == set(LIGHT)
