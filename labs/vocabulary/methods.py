"""Method texts brought to method families. Values of two families are never held against each other.

A blank text has the family "". A text that is not listed is a family of its own, `other:<text>`: two unknown
methods are two methods until somebody says otherwise.
"""

import re
from functools import lru_cache
from types import MappingProxyType

LONGEST = 40

FAMILIES = MappingProxyType(
    {
        "spep": "Electrophoresis, densitometry",
        "capillary": "Capillary electrophoresis",
        "immunosubtraction": "Immunosubtraction (immunotyping)",
        "immunofixation": "Immunofixation",
        "mass_spectrometry": "Mass spectrometry",
        "heavy_light": "Heavy/light chain assay",
        "nephelometry": "Nephelometry",
        "turbidimetry": "Turbidimetry",
        "freelite": "Freelite",
        "n_latex": "N Latex FLC",
        "diazyme": "Diazyme",
        "sebia_elisa": "Sebia FLC ELISA",
        "seralite": "Seralite",
        "enzymatic": "Enzymatic",
        "jaffe": "Jaffe",
        "automated": "Automated count",
        "manual": "Manual count",
        "flow": "Flow cytometry",
        "rt_qpcr": "Quantitative PCR",
        "digital_pcr": "Digital PCR",
        "sequencing": "Sequencing",
        "morphology": "Morphology",
        "immunohistochemistry": "Immunohistochemistry",
    }
)

# Family -> words that name it; the first family found counts. The makers of light chain assays stand before the
# techniques. "BN II" is no family: N Latex and Freelite both run on it.
_WORDS: tuple[tuple[str, str], ...] = (
    ("freelite", r"freelite|free lite|optilite|spa ?plus|binding site"),
    ("n_latex", r"n[- ]?latex"),
    ("diazyme", r"diazyme"),
    ("seralite", r"seralite"),
    ("sebia_elisa", r"sebia.*(?:flc|elisa)|(?:flc|elisa).*sebia"),
    ("heavy_light", r"hevylite|heavy[ /-]?light"),
    ("mass_spectrometry", r"mass[- ]?(?:spec|fix)|maldi|\blc[- ]?ms|exent|mass spectrometry"),
    ("immunosubtraction", r"immuno-?subtraction|immuno-?typing|\bisub\b"),
    ("immunofixation", r"immuno-?fixation|\bife\b"),
    ("capillary", r"capillar|\bcze\b|\bcze?pep\b"),
    ("nephelometry", r"nephelo"),
    ("turbidimetry", r"turbidi"),
    ("spep", r"\bs?u?pep\b|densitom|agarose|electrophoresis|\belp\b|\belpho\b|hydragel"),
    ("enzymatic", r"enzymatic|\bidms\b.*enzym"),
    ("jaffe", r"jaff[eé]|picrate"),
    ("digital_pcr", r"\bdd?pcr\b|digital (?:droplet )?pcr|droplet"),
    ("rt_qpcr", r"pcr"),
    ("sequencing", r"\bngs\b|sequencing|clonoseq"),
    ("flow", r"\bflow\b|cytometr|\bmfc\b|\bngf\b|euroflow|facs"),
    ("immunohistochemistry", r"immuno-?histo|\bihc\b|cd138"),
    ("morphology", r"morpholog|aspirate smear|cytospin"),
    ("manual", r"manual|microscop"),
    ("automated", r"automat|analy[sz]er|impedance"),
)
_PATTERNS = tuple((family, re.compile(words)) for family, words in _WORDS)


@lru_cache(maxsize=4096)
def method_family(text: str) -> str:
    """The family of a method text; "" for a blank, `other:<text>` for one that is not listed or names several."""
    words = " ".join(text[:200].casefold().split())
    if not words:
        return ""
    found = [family for family, pattern in _PATTERNS if pattern.search(words)]
    if found and (len(found) == 1 or _one_assay(found)):
        return found[0]
    return f"other:{words}"[:LONGEST]


# Techniques named in one breath with a narrower one.
_BESIDE = {"immunosubtraction": {"capillary"}, "digital_pcr": {"rt_qpcr"}, "sequencing": {"rt_qpcr"}}


def _one_assay(found: list[str]) -> bool:
    """A maker's name with its technique, or a technique with its instrument, is still one assay."""
    makers = ("freelite", "n_latex", "diazyme", "seralite", "sebia_elisa", "heavy_light")
    techniques = {"nephelometry", "turbidimetry", "automated", "spep"}
    if found[0] in makers:
        return set(found[1:]) <= techniques
    return set(found[1:]) <= _BESIDE.get(found[0], set()) | {"automated", "spep"}


def method_label(family: str) -> str:
    """The English name of a family, or the unlisted text itself."""
    return FAMILIES.get(family, family.removeprefix("other:"))
