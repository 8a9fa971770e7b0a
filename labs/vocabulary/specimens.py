"""Specimens: Vigil's own few words, and the codes and texts laboratories use for them."""

from collections.abc import Mapping
from functools import lru_cache

from labs.vocabulary.printed_words import phrases

SPECIMENS: Mapping[str, str] = {
    "blood": "Blood",
    "serum": "Serum",
    "plasma": "Plasma",
    "bone_marrow": "Bone marrow",
    "urine": "Urine",
    "urine_24h": "Urine, 24 h collection",
    "csf": "Cerebrospinal fluid",
    "tissue": "Tissue",
}

# Not collected over a day.
SPOT_URINE = phrases(
    """urine random; random urine; spot urine; urine, random; urine, spot; urine spot; urc; midstream urine;
    clean catch urine; first morning urine; urinary sediment"""
)

_TEXTS: Mapping[str, frozenset[str]] = {
    "blood": phrases(
        """bld; whole blood; venous blood; peripheral blood; blood venous; bldv; blda; bldc; wb; edta blood;
        edta whole blood; capillary blood; arterial blood; pb; blood, venous; blood, peripheral"""
    ),
    "serum": phrases("ser; sera; serum or plasma; ser/plas; serplas; ser/plas/bld; serum/plasma; sst"),
    "plasma": phrases("plas; edta plasma; heparin plasma; li-heparin plasma; plr; ppp; prp"),
    "bone_marrow": phrases(
        """bm; bon; mar; marrow; bone marrow aspirate; marrow aspirate; bma; aspirate, marrow; bone marrow biopsy;
        bone marrow trephine; bmar"""
    ),
    "urine": phrases("ur; urn; urt") | SPOT_URINE,
    "urine_24h": phrases(
        """24 h urine; 24h urine; 24 hour urine; 24-hour urine; 24-h urine; urine 24h; urine 24 h; urine, 24h;
        urine, 24 h; urine 24 hour; urine, 24 hour; timed urine 24 h; 24hr urine; 24 hr urine; ur24h"""
    ),
    "csf": phrases("cerebral spinal fluid; cerebrospinal fluid; spinal fluid; liquor; cerebrospinal fluid (csf)"),
    "tissue": phrases("tiss; tis; biopsy; tissue biopsy"),
}

_BY_TEXT = {
    text: specimen for specimen, texts in _TEXTS.items() for text in (*texts, specimen, specimen.replace("_", " "))
}


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


@lru_cache(maxsize=1024)
def specimen_of(text: str) -> str | None:
    """Vigil's word for a specimen given as a code of HL7 table 0487 or as text; None when it is not listed."""
    return _BY_TEXT.get(_plain(text))


def is_spot_urine(text: str) -> bool:
    """The text says that the urine was not collected over a day."""
    return _plain(text) in SPOT_URINE
