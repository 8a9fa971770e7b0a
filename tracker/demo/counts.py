"""True blood counts and chemistry on each visit."""

import numpy as np

from tracker.demo.biology import Usual
from tracker.demo.course import Floats
from tracker.demo.illness import Illness
from tracker.demo.influences import Influences
from tracker.demo.therapy import Therapy

Values = dict[str, Floats]


def true_counts(
    usual: Usual, illness: Illness, blasts: Floats, burden: Floats, by: Influences, therapy: Therapy
) -> Values:
    """Blood count. `burden`: share (0 to 1) of the disease at diagnosis; `blasts`: per cent of marrow, 0 in myeloma."""
    crowded = 1 / (1 + (blasts / 22) ** 2) if illness.disease != "MM" else 1 - 0.3 * burden
    drug = _maintenance_effect(therapy.maintenance_drug)
    haemoglobin = usual.haemoglobin * (1 - 0.30 * (1 - crowded if illness.disease != "MM" else burden**0.8))
    haemoglobin = (
        np.maximum(haemoglobin * (1 - 0.28 * by.suppression) * (1 - drug[0] * by.maintenance), 5.5) + by.transfused
    )
    neutrophils = usual.neutrophils * crowded * (1 - 0.75 * by.suppression) * (1 - drug[1] * by.maintenance)
    neutrophils *= (1 + 1.3 * by.infection) * (1 + 3.0 * by.growth_factor)
    lymphocytes = (
        usual.lymphocytes * (1 - 0.6 * by.suppression) * (1 - drug[2] * by.maintenance) * (1 - 0.5 * by.irradiated)
    )
    platelets = usual.platelets * crowded * (1 - 0.65 * by.suppression) * (1 - drug[3] * by.maintenance)
    monocytes = usual.monocytes * (1 - 0.6 * by.suppression) * np.sqrt(crowded)
    circulating = (
        np.where(blasts > 8, np.minimum((blasts - 8) * 0.8, 80), 0.0)
        if illness.disease != "MM"
        else np.zeros_like(burden)
    )
    mch = usual.mch * (1.06 if therapy.maintenance_drug == "6-mercaptopurine" else 1.0)
    parts = np.maximum(neutrophils, 0.02) + np.maximum(lymphocytes, 0.05) + monocytes + 0.2
    return {
        "haemoglobin": haemoglobin,
        "rbc": haemoglobin * 10 / mch,
        "haematocrit": haemoglobin * 2.95,
        "mcv": np.full(len(burden), mch * 2.95),
        "neutrophils": np.maximum(neutrophils, 0.02),
        "lymphocytes": np.maximum(lymphocytes, 0.05),
        "monocytes": monocytes,
        "wbc": parts / (1 - circulating / 100),
        "platelets": np.maximum(platelets + by.platelets_given, 4),
        "blasts_blood_percent": circulating,
    }


def _maintenance_effect(drug: str) -> tuple[float, float, float, float]:
    """Shares by which maintenance lowers haemoglobin, neutrophils, lymphocytes, platelets."""
    return {
        "lenalidomide": (0.04, 0.40, 0.15, 0.25),
        "daratumumab": (0.01, 0.10, 0.20, 0.05),
        "ixazomib": (0.01, 0.08, 0.05, 0.20),
        "azacitidine": (0.05, 0.35, 0.20, 0.25),
        "6-mercaptopurine": (0.08, 0.50, 0.50, 0.15),
        "imatinib": (0.06, 0.25, 0.15, 0.15),
    }.get(drug, (0.0, 0.0, 0.0, 0.0))


def true_chemistry(usual: Usual, illness: Illness, burden: Floats, by: Influences, traits: tuple[bool, bool]) -> Values:
    """Chemistry. `traits`: whether this person's disease hurts the kidneys, and whether it dissolves bone."""
    renal, bony = traits
    return {
        "creatinine": usual.creatinine * (1 + (2.6 if renal else 0.15) * burden),
        "calcium": usual.calcium + (3.4 if bony else 0.2) * burden**1.5,
        "albumin": usual.albumin * (1 - 0.18 * burden) * (1 - 0.08 * by.infection),
        "ldh": usual.ldh * (1 + (2.2 if illness.disease != "MM" else 0.5) * burden) * (1 + 0.15 * by.infection)
        * (1 + 0.4 * by.growth_factor),
        "crp": usual.crp * (1 + 60 * by.infection),
    }  # fmt: skip


def burden_of(level: Floats, illness: Illness) -> Floats:
    """Share of the disease at diagnosis, 0 to 1."""
    return np.clip((level - illness.residual) / illness.top, 0.0, 1.0)
