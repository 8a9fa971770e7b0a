"""What the laboratory reads on each visit: true values, with noise, in the panels that were taken."""

from dataclasses import dataclass

import numpy as np

from tracker.demo.biology import draw_usual, noise
from tracker.demo.counts import Values, burden_of, true_chemistry, true_counts
from tracker.demo.course import Course, Days, Floats
from tracker.demo.illness import Illness, Marker
from tracker.demo.influences import influences_on
from tracker.demo.markers import marrow_clone, serum_m_of_clone, true_leukaemia, true_myeloma
from tracker.demo.person import Person
from tracker.demo.therapy import Therapy
from tracker.demo.visits import Flags, Visits

COUNTS = ("haemoglobin", "rbc", "haematocrit", "mcv", "wbc", "neutrophils", "lymphocytes", "monocytes", "platelets")
CHEMISTRY = ("creatinine", "calcium", "albumin", "total_protein", "ldh", "crp")
PROTEINS = ("serum_m", "igg", "iga", "igm", "flc_kappa", "flc_lambda", "b2m")
URINE = ("urine_m", "urine_protein_24h")
URINALYSIS = ("urine_pcr",)
CSF = ("csf_wbc", "csf_rbc", "csf_blasts")
IMMUNOFIXATION_SEES = 0.03
"""g/dL of one immunoglobulin."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Analytes taken together; `visits` are indices into the days."""

    name: str
    specimen: str
    analytes: tuple[str, ...]
    visits: Days


@dataclass(frozen=True, slots=True)
class Measured:
    """Readings in canonical units on every visit, and which of them were asked for."""

    days: Days
    values: Values
    immunofixation: list[str]
    panels: tuple[Panel, ...]


def measure(
    rng: np.random.Generator,
    person: Person,
    illness: Illness,
    course: Course,
    therapy: Therapy,
    visits: Visits,
    infections: Days,
) -> Measured:
    """Read every analyte of the disease on every visit."""
    days = visits.days
    usual = draw_usual(rng, person, person.age_on(course.remission))
    by = influences_on(days, course, therapy, infections)
    level = course.level(days, top=illness.top, residual=illness.residual)
    burden = burden_of(level, illness)
    true = true_counts(usual, illness, marrow_clone(illness, level), burden, by, therapy)
    true |= true_chemistry(usual, illness, burden, by, (rng.random() < 0.25, rng.random() < 0.25))
    seen = [""] * len(days)
    if illness.disease == "MM":
        own = serum_m_of_clone(illness, course, days)
        true |= true_myeloma(usual, illness, level, burden, by, own)
        seen = _immunofixation(illness, own, by.antibody)
        globulins = (true["igg"] + true["iga"] + true["igm"]) / 1000
    else:
        true |= true_leukaemia(illness, level)
        globulins = np.full(len(days), (usual.igg + usual.iga + usual.igm) / 1000)
    true["total_protein"] = true["albumin"] + globulins + 1.6
    return Measured(days, _read(rng, true), seen, _panels(illness, visits))


def _read(rng: np.random.Generator, true: Values) -> Values:
    """True values times noise; white cells stay the sum of what was counted, the ratio that of the two readings."""
    factors = noise(rng, list(true), len(true["haemoglobin"]))
    read = {analyte: true[analyte] * factors[analyte] for analyte in true}
    parts = true["neutrophils"] + true["lymphocytes"] + true["monocytes"]
    counted = read["neutrophils"] + read["lymphocytes"] + read["monocytes"]
    read["wbc"] = read["wbc"] * np.maximum(counted / parts, 0.1)
    for share in (
        "blasts_marrow",
        "blasts_blood_percent",
        "plasma_cells_marrow",
        "mrd_flow",
        "mrd_molecular",
        "csf_blasts",
    ):
        if share in read:
            read[share] = np.minimum(read[share], 99.0)
    return read


def _immunofixation(illness: Illness, own: Floats, antibody: Floats) -> list[str]:
    """What the immunofixation says. Daratumumab is IgG kappa, whatever the clone is."""
    clone = f"{illness.heavy_chain} {illness.light_chain}"
    return [
        clone if level >= IMMUNOFIXATION_SEES else "IgG kappa" if drug > 0.4 else "Negative"
        for level, drug in zip(own, antibody, strict=True)
    ]


def _panels(illness: Illness, visits: Visits) -> tuple[Panel, ...]:
    every = np.arange(len(visits.days))
    leukaemia = illness.disease != "MM"
    panels = [
        Panel("counts", "blood", COUNTS + (("blasts_blood_percent",) if leukaemia else ()), every),
        Panel("chemistry", "serum", CHEMISTRY, every),
    ]
    if not leukaemia:
        panels.append(Panel("proteins", "serum", PROTEINS, _where(visits.proteins)))
        panels.append(Panel("urine", "urine_24h", URINE, _where(visits.urine)))
        panels.append(Panel("urinalysis", "urine", URINALYSIS, _where(visits.urinalysis)))
        panels.append(Panel("marrow", "bone_marrow", ("plasma_cells_marrow",), _where(visits.marrow)))
        panels.append(Panel("mrd", "bone_marrow", ("mrd_flow",), _where(visits.residual_disease)))
        return tuple(panels)
    panels.append(Panel("marrow", "bone_marrow", ("blasts_marrow",), _where(visits.marrow)))
    method = "mrd_molecular" if illness.marker is Marker.MOLECULAR else "mrd_flow"
    panels.append(Panel("mrd", "bone_marrow", (method,), _where(visits.residual_disease)))
    panels.append(Panel("csf", "csf", CSF, _where(visits.csf)))
    return tuple(panels)


def _where(flags: Flags) -> Days:
    return np.flatnonzero(flags).astype(np.int64)
