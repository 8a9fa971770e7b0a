"""Which disease, how it shows, and how deep the remission is."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np


class Marker(StrEnum):
    """What shows the return of the disease first. Level in: g/dL, mg/24 h, mg/L of dFLC, % of marrow cells."""

    SERUM_M = "serum_m"
    URINE_M = "urine_m"
    FLC = "flc"
    MARROW = "marrow"
    ESCAPE = "light_chain_escape"
    MOLECULAR = "molecular"
    FLOW = "flow"
    BLASTS = "blasts"
    CNS = "cns"


@dataclass(frozen=True, slots=True)
class Illness:
    """A diagnosis as a clinic records it, with the hidden levels of the clone behind it."""

    disease: str
    subtype: str
    response: str
    risk_group: str
    risk_findings: tuple[str, ...]
    icd10: str
    marker: Marker
    top: float
    """Level of the marker at diagnosis."""
    residual: float
    """Level left in remission; often below what the laboratory can see."""
    heavy_chain: str = ""
    light_chain: str = ""
    disease_type: str = ""
    measurable: tuple[str, ...] = ()
    serum_top: float = 0.0
    """Serum M-protein at diagnosis, g/dL: differs from `top` when the marker is another one."""
    serum_residual: float = 0.0


def disease_at(place: float) -> str:
    """Half of the cohort has myeloma, over a quarter AML."""
    if place < 0.50:
        return "MM"
    return "AML" if place < 0.78 else "ALL"


def draw_illness(rng: np.random.Generator, disease: str) -> Illness:
    """One diagnosis of the disease."""
    return {"MM": _draw_myeloma, "AML": _draw_aml, "ALL": _draw_all}[disease](rng)


def _draw_myeloma(rng: np.random.Generator) -> Illness:
    light = "kappa" if rng.random() < 0.62 else "lambda"
    risk, findings = _draw_myeloma_risk(rng)
    kind = rng.random()
    if kind < 0.77:
        return _draw_intact(rng, light, risk, findings)
    if kind < 0.93:
        urine = rng.random() < 0.4
        return Illness(
            "MM", "light chain myeloma", "VGPR" if rng.random() < 0.4 else "CR", risk, findings, "C90.01",
            marker=Marker.URINE_M if urine else Marker.FLC,
            top=float(rng.uniform(800, 5000) if urine else rng.uniform(350, 4000)),
            residual=float(rng.uniform(12, 60) if urine else rng.uniform(4, 25)),
            heavy_chain="none", light_chain=light, disease_type="light_chain_only",
            measurable=("urine_m", "flc") if urine else ("flc",),
        )  # fmt: skip
    return Illness(
        "MM", "oligo- or non-secretory myeloma", "CR", risk, findings, "C90.01",
        marker=Marker.MARROW, top=float(rng.uniform(40, 80)), residual=float(rng.uniform(1, 2.5)),
        heavy_chain="none", light_chain=light, disease_type="nonsecretory", measurable=("marrow",),
    )  # fmt: skip


def _draw_intact(rng: np.random.Generator, light: str, risk: str, findings: tuple[str, ...]) -> Illness:
    heavy = str(rng.choice(["IgG", "IgA", "IgD"], p=[0.66, 0.31, 0.03]))
    serum_top = float(np.clip(rng.lognormal(np.log(3.4), 0.35), 1.4, 7.5))
    response = str(rng.choice(["sCR", "CR", "VGPR", "PR"], p=[0.18, 0.27, 0.35, 0.20]))
    depth = {"VGPR": rng.uniform(0.03, 0.09), "PR": rng.uniform(0.12, 0.28)}.get(response)
    serum_residual = float(rng.uniform(0.008, 0.04) if depth is None else serum_top * depth)
    escape = rng.random() < 0.07
    return Illness(
        "MM", f"{heavy} {light} myeloma", response, risk, findings, "C90.01",
        marker=Marker.ESCAPE if escape else Marker.SERUM_M,
        top=float(rng.uniform(400, 2500)) if escape else serum_top,
        residual=float(rng.uniform(5, 20)) if escape else serum_residual,
        heavy_chain=heavy, light_chain=light, disease_type="intact",
        measurable=("serum_m", "urine_m") if rng.random() < 0.2 else ("serum_m",),
        serum_top=serum_top, serum_residual=serum_residual,
    )  # fmt: skip


def _draw_myeloma_risk(rng: np.random.Generator) -> tuple[str, tuple[str, ...]]:
    high = (("del(17p) in 45 % of plasma cells",), ("t(4;14)", "+1q21"), ("TP53 mutation",), ("t(14;16)", "+1q21"))
    if rng.random() < 0.22:
        return "high", high[int(rng.integers(len(high)))]
    return "standard", ("hyperdiploidy",) if rng.random() < 0.5 else ()


def _draw_aml(rng: np.random.Generator) -> Illness:
    table: tuple[tuple[float, str, str, tuple[str, ...], Marker], ...] = (
        (0.30, "AML with NPM1 mutation", "favourable", ("NPM1 mutation", "no FLT3-ITD"), Marker.MOLECULAR),
        (0.40, "AML with RUNX1::RUNX1T1", "favourable", ("t(8;21)",), Marker.MOLECULAR),
        (0.65, "AML, normal karyotype", "intermediate", ("normal karyotype",), Marker.FLOW),
        (0.82, "AML with KMT2A rearrangement", "intermediate", ("t(9;11)",), Marker.BLASTS),
        (1.00, "AML, myelodysplasia-related", "adverse", ("ASXL1 mutation", "RUNX1 mutation"), Marker.FLOW),
    )
    place = rng.random()
    _, subtype, risk, findings, marker = next(row for row in table if place < row[0])
    response = "CR" if rng.random() < 0.8 else "CRi"
    return Illness(
        "AML", subtype, response, risk, findings, "C92.01",
        marker=marker, top=float(rng.uniform(35, 88)), residual=_draw_blast_residual(rng, marker),
    )  # fmt: skip


def _draw_all(rng: np.random.Generator) -> Illness:
    table: tuple[tuple[float, str, str, tuple[str, ...], Marker], ...] = (
        (0.45, "B-ALL, not otherwise specified", "standard", ("normal karyotype",), Marker.FLOW),
        (0.60, "B-ALL with ETV6::RUNX1", "standard", ("ETV6::RUNX1",), Marker.FLOW),
        (0.76, "B-ALL with BCR::ABL1", "high", ("BCR::ABL1",), Marker.MOLECULAR),
        (0.88, "T-ALL", "high", ("CNS2 at diagnosis",), Marker.CNS),
        (1.00, "B-ALL with KMT2A rearrangement", "high", ("t(4;11)",), Marker.BLASTS),
    )
    place = rng.random()
    _, subtype, risk, findings, marker = next(row for row in table if place < row[0])
    return Illness(
        "ALL", subtype, "CR", risk, findings, "C91.01",
        marker=marker, top=float(rng.uniform(50, 95)), residual=_draw_blast_residual(rng, marker),
    )  # fmt: skip


def _draw_blast_residual(rng: np.random.Generator, marker: Marker) -> float:
    """Per cent of marrow cells: below what the method of the marker can see."""
    median = {Marker.MOLECULAR: 2e-4, Marker.FLOW: 1.5e-3}.get(marker, 0.02)
    return float(median * rng.lognormal(0, 0.5))
