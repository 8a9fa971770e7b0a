"""Ordinary values, and how much each analyte varies in one person and in one assay.

Within-person variation (CVI) is that of the reference change values Vigil uses: Coskun 2020 and the one-year study of
PubMed 1497462 for red cells, the EFLM database for white cells and platelets, EuBIVAS for chemistry, Katzmann 2011 for
M-protein, free light chains and urine (there it is total variation, so the assay's part is nought). Assay variation is
half of CVI where nothing is known.
"""

from dataclasses import dataclass

import numpy as np

from tracker.demo.course import Floats
from tracker.demo.person import Person


@dataclass(frozen=True, slots=True)
class Variation:
    """Coefficients of variation, per cent: within a person, and of the assay."""

    within: float
    assay: float

    @property
    def sigma(self) -> float:
        """Standard deviation of the natural logarithm of one measurement around the true level."""
        return float(np.sqrt(np.log1p((self.within**2 + self.assay**2) / 10_000)))


VARIATIONS: dict[str, Variation] = {
    "haemoglobin": Variation(2.7, 1.0),
    "rbc": Variation(3.0, 1.0),
    "haematocrit": Variation(2.9, 1.2),
    "mcv": Variation(0.8, 0.6),
    "neutrophils": Variation(12.5, 4.0),
    "lymphocytes": Variation(10.5, 4.0),
    "monocytes": Variation(13.0, 8.0),
    "platelets": Variation(7.3, 3.0),
    "wbc": Variation(3.0, 2.0),  # around the sum of its parts, which vary on their own
    "creatinine": Variation(4.4, 2.2),
    "calcium": Variation(1.8, 0.9),
    "albumin": Variation(2.5, 1.3),
    "total_protein": Variation(2.6, 1.0),
    "ldh": Variation(5.2, 2.6),
    "crp": Variation(42.0, 5.0),
    "b2m": Variation(3.6, 3.0),
    "igg": Variation(4.5, 2.5),
    "iga": Variation(5.0, 2.5),
    "igm": Variation(5.9, 3.0),
    "serum_m": Variation(7.8, 2.2),
    "flc_kappa": Variation(28.4, 0.0),
    "flc_lambda": Variation(28.4, 0.0),
    "urine_m": Variation(35.8, 0.0),
    "urine_protein_24h": Variation(30.0, 5.0),
    "urine_pcr": Variation(30.0, 5.0),
    "plasma_cells_marrow": Variation(20.0, 10.0),
    "blasts_marrow": Variation(15.0, 10.0),
    "blasts_blood_percent": Variation(15.0, 10.0),
    "mrd_flow": Variation(30.0, 20.0),
    "mrd_molecular": Variation(30.0, 20.0),
    "csf_wbc": Variation(20.0, 10.0),
    "csf_rbc": Variation(40.0, 10.0),
    "csf_blasts": Variation(15.0, 10.0),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """This person's own settling points, in canonical units."""

    haemoglobin: float
    neutrophils: float
    lymphocytes: float
    monocytes: float
    platelets: float
    mch: float
    creatinine: float
    calcium: float
    albumin: float
    ldh: float
    crp: float
    b2m: float
    igg: float
    iga: float
    igm: float
    kappa: float
    lambda_: float


SPREADS = np.array([5, 25, 22, 22, 18, 4, 13, 2.5, 5, 13, 60, 14, 22, 35, 40, 22, 22])
"""Between people, per cent, in the order of the fields of `Usual`."""


def draw_usual(rng: np.random.Generator, person: Person, age: float) -> Usual:
    """Settling points of a person of this age and sex."""
    spread = np.exp(rng.standard_normal(len(SPREADS)) * SPREADS / 100)
    child = age < 12
    haemoglobin = 12.9 if child else (13.1 if person.female else 14.5 if age >= 14 else 13.6)
    creatinine = 0.25 + 0.035 * age if age < 16 else (0.78 if person.female else 0.96)
    middle = (
        haemoglobin, 3.6, 2.6 if child else 1.7, 0.5, 300 if child else 240, 29.8, creatinine, 9.4, 4.2,
        250 if child else 175, 1.6, 2.0, 850, 150, 75, 11.5, 13.5,
    )  # fmt: skip
    return Usual(*(float(value * factor) for value, factor in zip(middle, spread, strict=True)))


def noise(rng: np.random.Generator, analytes: list[str], visits: int) -> dict[str, Floats]:
    """A log-normal multiple with mean 1 for each analyte and visit."""
    sigma = np.array([VARIATIONS[analyte].sigma for analyte in analytes])[:, None]
    drawn = np.exp(rng.standard_normal((len(analytes), visits)) * sigma - sigma**2 / 2)
    return dict(zip(analytes, drawn, strict=True))
