"""Which shipped protocol fits a patient. A suggestion for a person to accept, never a decision. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

MOLECULAR = re.compile(r"NPM1|CBF|RUNX1::RUNX1T1|CBFB::MYH11|t\(8;21\)|inv\(16\)|t\(16;16\)", re.IGNORECASE)
PROMYELOCYTIC = re.compile(r"PML[:-]+RARA|\bAPL\b|promyelocytic|t\(15;17\)", re.IGNORECASE)
PHILADELPHIA = re.compile(r"BCR[:-]+ABL|\bPh\+|Philadelphia|t\(9;22\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Situation:
    """What the choice rests on. `words` is the subtype and the findings behind the risk group, as recorded;
    `on_maintenance`: a line of maintenance runs."""

    disease: str
    disease_type: str = ""
    high_risk: bool = False
    words: Collection[str] = ()
    remission_on: date | None = None
    therapy_ended_on: date | None = None
    transplant_on: date | None = None
    on_maintenance: bool = False

    def anchor_on(self, anchor: str) -> date | None:
        """The day a protocol's months are counted from; None while it is not recorded."""
        return {
            "remission": self.remission_on,
            "therapy_end": self.therapy_ended_on,
            "transplant": self.transplant_on,
        }[anchor]


def suggested_protocol(patient: Situation) -> str | None:
    """The code of the shipped protocol that fits best; None for a disease without one."""
    return {"MM": _myeloma, "AML": _acute_myeloid, "ALL": _acute_lymphoblastic}.get(patient.disease, _none)(patient)


def _myeloma(patient: Situation) -> str:
    if patient.disease_type == "nonsecretory":
        return "mm-nonsecretory-high-risk" if patient.high_risk else "mm-nonsecretory"
    if patient.disease_type == "light_chain_only":
        return "mm-light-chain-high-risk" if patient.high_risk else "mm-light-chain-only"
    if patient.high_risk:
        return "mm-high-risk"
    return "mm-observation" if patient.therapy_ended_on else "mm-maintenance"


def _acute_myeloid(patient: Situation) -> str:
    if patient.transplant_on:
        return "aml-after-allogeneic"
    if _mentions(PROMYELOCYTIC, patient):
        return "aml-apl"
    if _mentions(MOLECULAR, patient):
        return "aml-molecular"
    return "aml-maintenance" if patient.on_maintenance else "aml-after-chemotherapy"


def _acute_lymphoblastic(patient: Situation) -> str:
    if _mentions(PHILADELPHIA, patient):
        return "all-ph-positive"
    return "all-off-therapy" if patient.therapy_ended_on else "all-maintenance"


def _mentions(pattern: re.Pattern[str], patient: Situation) -> bool:
    return any(pattern.search(word) for word in patient.words)


def _none(_: Situation) -> None:
    return None
