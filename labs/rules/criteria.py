"""Criteria sets: where publications read one criterion differently, which reading a site follows.

A criterion with several readings has a rule for each; a set of a disease runs one of them. Rules outside `CRITERIA` run
under every set. The engine knows no sets: `PatientFacts.switched_off` names the rules that are not asked, and why, and
`switched_off()` here works that out. Empty means that every rule is asked, each reading of a criterion too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from labs.rules.base import Source
from labs.rules.registry import BY_CODE, RULES
from labs.rules.sources import (
    BUCHMANN_2022,
    DOEHNER_2017,
    DOEHNER_2022,
    KUMAR_2016,
    NCCN_ALL,
    PEDIATRIC_M2_M3,
    RAJKUMAR_2011,
)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion that publications read differently; `rules` are its readings, of which a set asks one."""

    code: str
    title: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CriteriaSet:
    """The criteria of one disease as one body published them. `reads`: criterion -> the rule that is asked."""

    code: str
    disease: str
    title: str
    differs: str
    sources: tuple[Source, ...]
    reads: Mapping[str, str]


MARROW_PROGRESSION: Final = Criterion(
    "marrow_progression", "progression by marrow plasma cells", ("MM-PD-MARROW", "MM-PD-MARROW-2011")
)
BLOOD_RELAPSE: Final = Criterion("blood_relapse", "blasts back in blood", ("AML-BLOOD", "AML-BLOOD-2017"))
MARROW_RELAPSE: Final = Criterion(
    "marrow_relapse", "relapse in marrow", ("ALL-MARROW", "ALL-MARROW-PDL", "ALL-MARROW-M3")
)
CRITERIA: Final = (MARROW_PROGRESSION, BLOOD_RELAPSE, MARROW_RELAPSE)

SETS: Final = (
    CriteriaSet(
        "IMWG-2016",
        "MM",
        "IMWG 2016",
        "Where nothing but marrow can be followed, progression is a rise of at least 10 points and 25 %. A marrow that "
        "meets the bar of 2011 only is shown as provisional.",
        (KUMAR_2016,),
        {"marrow_progression": "MM-PD-MARROW"},
    ),
    CriteriaSet(
        "IMWG-2011",
        "MM",
        "IMWG 2011",
        "Where nothing but marrow can be followed, progression is a share of at least 10 % and 25 % more than the "
        "lowest, whatever the rise in points. All else as in 2016.",
        (RAJKUMAR_2011,),
        {"marrow_progression": "MM-PD-MARROW-2011"},
    ),
    CriteriaSet(
        "ELN-2022",
        "AML",
        "ELN 2022",
        "Blasts in blood are relapse in two samples at least a week apart; one sample is urgent and provisional.",
        (DOEHNER_2022,),
        {"blood_relapse": "AML-BLOOD"},
    ),
    CriteriaSet(
        "ELN-2017",
        "AML",
        "ELN 2017",
        "One blood sample with blasts is enough for relapse. All else as in 2022.",
        (DOEHNER_2017,),
        {"blood_relapse": "AML-BLOOD-2017"},
    ),
    CriteriaSet(
        "NCCN-ALL",
        "ALL",
        "NCCN and ELN, adults",
        "At least 5 % lymphoblasts in marrow; in children at least 25 %, and 5 to 25 % asks for a second marrow.",
        (NCCN_ALL, PEDIATRIC_M2_M3),
        {"marrow_relapse": "ALL-MARROW"},
    ),
    CriteriaSet(
        "PDL-2021",
        "ALL",
        "Ponte di Legno 2021",
        "Residual disease in marrow weighed with the other tests of the same marrow: 25 % or more alone, 5 to 25 % "
        "with one other test, 1 to 5 % with two.",
        (BUCHMANN_2022,),
        {"marrow_relapse": "ALL-MARROW-PDL"},
    ),
    CriteriaSet(
        "PAEDIATRIC-M3",
        "ALL",
        "older paediatric protocols (M3)",
        "Relapse is more than 25 % blasts in marrow (M3), at any age; 5 to 25 % (M2) asks for a second marrow.",
        (PEDIATRIC_M2_M3,),
        {"marrow_relapse": "ALL-MARROW-M3"},
    ),
)
"""In the order of choice: the first of a disease holds at sites that never decided."""

GRADINGS: Final[Mapping[str, str]] = {
    "CTCAE-5": "Neutrophils are of grade 4 below 0.5, platelets below 25 (10*3/uL).",
    "CTCAE-6": "Neutrophils are of grade 4 below 0.1, platelets below 10 (10*3/uL).",
}
"""Editions of the toxicity grades shown beside counts, and what differs. A grade never raises a signal."""

SETS_BY_CODE: Final[Mapping[str, CriteriaSet]] = {one.code: one for one in SETS}
_CRITERION_OF: Final[Mapping[str, Criterion]] = {rule: one for one in CRITERIA for rule in one.rules}


def sets_of(disease: str) -> tuple[CriteriaSet, ...]:
    """The sets of a disease whose rules are all there, the default first; none for a disease that is not followed."""
    return tuple(one for one in SETS if one.disease == disease and BY_CODE.keys() >= set(one.reads.values()))


def default_set(disease: str) -> CriteriaSet:
    """The set that holds at a site that never decided. KeyError for a disease without sets."""
    for one in sets_of(disease):
        return one
    raise KeyError(disease)


def switched_off(disease: str, code: str = "", left_out: Mapping[str, str] | None = None) -> dict[str, str]:
    """Rules that a set (empty: the default) and a site's own choice (rule -> its reason) leave out, and why."""
    if not sets_of(disease):
        return {}
    chosen = SETS_BY_CODE[code] if code else default_set(disease)
    off = {
        rule: f"the criteria in force are {chosen.title}; they read {one.title} by {chosen.reads[one.code]}"
        for one in CRITERIA
        for rule in one.rules
        if one.code in chosen.reads and rule != chosen.reads[one.code]
    }
    return off | {rule: f"switched off at this site: {reason}" for rule, reason in (left_out or {}).items()}


def may_be_left_out(disease: str) -> tuple[str, ...]:
    """Codes of the rules a site may switch off for a disease: those of the disease that no set decides on."""
    return tuple(rule.code for rule in RULES if disease in rule.diseases and rule.code not in _CRITERION_OF)


def criterion_of(rule: str) -> str:
    """What a rule is a reading of: the code of its criterion, or its own for a rule that has no other reading."""
    return _CRITERION_OF[rule].code if rule in _CRITERION_OF else rule
