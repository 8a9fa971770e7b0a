"""Isotypes of a monoclonal protein: heavy and light chain, read from what laboratories print."""

import re
from typing import NamedTuple

HEAVY_CHAINS = ("IgG", "IgA", "IgM", "IgD", "IgE", "none")
LIGHT_CHAINS = ("kappa", "lambda")

_LIGHT = {"kappa": "kappa", "lambda": "lambda", "κ": "kappa", "λ": "lambda", "k": "kappa", "l": "lambda"}
_INTACT = re.compile(r"ig\s?([gamde])[\s\-/,]*(?:\(?(kappa|lambda|κ|λ|k|l)\)?)(?:\s(?:light\s)?chains?)?")
_FREE = re.compile(
    r"(?:free|bence[\s-]jones(?:\sprotein)?,?)\s?-?(kappa|lambda|κ|λ)(?:\s(?:light\s)?chains?)?|(kappa|lambda|κ|λ)\s(?:free\s)?light\schains?(?:\sonly)?"
)
_HEAVY_ONLY = re.compile(r"ig\s?([gamde])")


class Isotype(NamedTuple):
    """`heavy` is "none" for free light chains; an empty part was not said."""

    heavy: str
    light: str

    def __str__(self) -> str:
        if self.heavy == "none":
            return f"free {self.light}"
        return f"{self.heavy}-{self.light}" if self.light else self.heavy

    def may_be(self, other: "Isotype") -> bool:
        """No part contradicts the other: an unsaid part fits everything."""
        return all(not mine or not theirs or mine == theirs for mine, theirs in zip(self, other, strict=True))


def isotypes_in(finding: str) -> tuple[Isotype, ...]:
    """The isotypes of a stored finding (`Comparable.finding`), in the order printed."""
    _, _, named = finding.partition(": ")
    found = (isotype_of(part.replace("-", " ")) for part in named.split(", "))
    return tuple(isotype for isotype in found if isotype is not None)


def isotype_of(text: str) -> Isotype | None:
    """The isotype a short text names and nothing else; None otherwise."""
    word = " ".join(text.casefold().split())
    intact = _INTACT.fullmatch(word)
    if intact:
        return Isotype(f"Ig{intact[1].upper()}", _LIGHT[intact[2]])
    free = _FREE.fullmatch(word)
    if free:
        return Isotype("none", _LIGHT[free[1] or free[2]])
    heavy = _HEAVY_ONLY.fullmatch(word)
    return Isotype(f"Ig{heavy[1].upper()}", "") if heavy else None
