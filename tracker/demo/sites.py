"""Two invented units: their clocks, their laboratories and the way those laboratories write values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Writing:
    """How a laboratory writes one analyte.

    `factor` turns the canonical unit of `labs/vocabulary/analytes.py` into the written one. Below `detection` (written
    unit) the laboratory prints `<` and the limit.
    """

    code: str
    unit: str
    factor: float = 1.0
    decimals: int = 1
    detection: float = 0.0


@dataclass(frozen=True)
class DemoSite:
    """A unit, its laboratory, a second laboratory some samples go to, and the writing of each."""

    code: str
    name: str
    time_zone: str
    prefix: str
    laboratory: str
    second_laboratory: str
    writing: Mapping[str, Writing]
    other_writing: Mapping[str, Writing]
    """The same analytes as the second habit of the laboratory writes them: right, but in another unit."""
    methods: Mapping[str, str] = field(default_factory=dict)
    second_methods: Mapping[str, str] = field(default_factory=dict)
    second_bias: Mapping[str, float] = field(default_factory=dict)
    """What the second laboratory's assay reads, as a multiple of the first one's."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clock of the unit."""
        return ZoneInfo(self.time_zone)


NORTHERN_WRITING: dict[str, Writing] = {
    "haemoglobin": Writing("718-7", "g/dL", 1, 1),
    "rbc": Writing("789-8", "10*6/uL", 1, 2),
    "haematocrit": Writing("4544-3", "%", 1, 1),
    "mcv": Writing("787-2", "fL", 1, 1),
    "wbc": Writing("6690-2", "K/uL", 1, 1, 0.1),
    "neutrophils": Writing("751-8", "K/uL", 1, 1, 0.1),
    "lymphocytes": Writing("731-0", "K/uL", 1, 1, 0.1),
    "monocytes": Writing("742-7", "K/uL", 1, 1),
    "platelets": Writing("777-3", "K/uL", 1, 0, 2),
    "blasts_blood_percent": Writing("26446-5", "%", 1, 0),
    "creatinine": Writing("2160-0", "mg/dL", 1, 2),
    "calcium": Writing("17861-6", "mg/dL", 1, 1),
    "albumin": Writing("1751-7", "g/dL", 1, 1),
    "total_protein": Writing("2885-2", "g/dL", 1, 1),
    "ldh": Writing("2532-0", "U/L", 1, 0),
    "crp": Writing("1988-5", "mg/L", 1, 1, 0.5),
    "b2m": Writing("1952-1", "mg/L", 1, 1),
    "igg": Writing("2465-3", "mg/dL", 1, 0, 10),
    "iga": Writing("2458-8", "mg/dL", 1, 0, 5),
    "igm": Writing("2472-9", "mg/dL", 1, 0, 5),
    "serum_m": Writing("33358-3", "g/dL", 1, 2, 0.1),
    "ife_serum": Writing("49275-1", ""),
    "flc_kappa": Writing("36916-5", "mg/L", 1, 1, 0.6),
    "flc_lambda": Writing("33944-0", "mg/L", 1, 1, 1.3),
    "flc_ratio": Writing("48378-4", "{ratio}", 1, 3, 0.001),
    "urine_m": Writing("42482-0", "mg/24h", 1, 0, 5),
    "urine_protein_24h": Writing("2889-4", "mg/24h", 1, 0),
    "urine_pcr": Writing("2890-2", "mg/g", 1, 0),
    "plasma_cells_marrow": Writing("11118-7", "%", 1, 0),
    "blasts_marrow": Writing("11150-0", "%", 1, 0),
    "csf_wbc": Writing("26465-5", "/uL", 1, 0),
    "csf_rbc": Writing("26454-9", "/uL", 1, 0),
    "csf_blasts": Writing("26447-3", "%", 1, 0),
}

HARBOUR_WRITING: dict[str, Writing] = NORTHERN_WRITING | {
    "haemoglobin": Writing("718-7", "g/L", 10, 0),
    "rbc": Writing("789-8", "10*12/L", 1, 2),
    "haematocrit": Writing("4544-3", "%", 1, 0),
    "mcv": Writing("787-2", "fL", 1, 0),
    "wbc": Writing("6690-2", "10*9/L", 1, 2, 0.05),
    "neutrophils": Writing("751-8", "10*9/L", 1, 2, 0.05),
    "lymphocytes": Writing("731-0", "10*9/L", 1, 2, 0.05),
    "monocytes": Writing("742-7", "10*9/L", 1, 2),
    "platelets": Writing("777-3", "10*9/L", 1, 0, 3),
    "creatinine": Writing("14682-9", "umol/L", 88.42, 0),
    "calcium": Writing("2000-8", "mmol/L", 0.2495, 2),
    "albumin": Writing("1751-7", "g/L", 10, 0),
    "total_protein": Writing("2885-2", "g/L", 10, 0),
    "igg": Writing("2465-3", "g/L", 0.01, 2, 0.1),
    "iga": Writing("2458-8", "g/L", 0.01, 2, 0.05),
    "igm": Writing("2472-9", "g/L", 0.01, 2, 0.05),
    "serum_m": Writing("33358-3", "g/L", 10, 1, 0.5),
    "flc_kappa": Writing("36916-5", "mg/L", 1, 2, 0.5),
    "flc_lambda": Writing("33944-0", "mg/L", 1, 2, 0.7),
    "urine_m": Writing("42482-0", "g/24h", 0.001, 3, 0.01),
    "urine_protein_24h": Writing("2889-4", "g/24h", 0.001, 2),
    "urine_pcr": Writing("2890-2", "mg/mmol", 1 / 8.842, 1),
}

NORTHERN_OTHER = {
    "wbc": Writing("26464-8", "x10E3/uL", 1, 2, 0.05),
    "neutrophils": Writing("751-8", "x10E3/uL", 1, 2, 0.05),
    "platelets": Writing("777-3", "x10E3/uL", 1, 0, 2),
    "haemoglobin": Writing("718-7", "gm/dL", 1, 1),
    "serum_m": Writing("33358-3", "g/L", 10, 1, 1.0),
    "flc_kappa": Writing("36916-5", "mg/dL", 0.1, 2, 0.06),
    "flc_lambda": Writing("33944-0", "mg/dL", 0.1, 2, 0.13),
}
HARBOUR_OTHER = {
    "haemoglobin": Writing("718-7", "g/dL", 1, 1),
    "platelets": Writing("777-3", "G/L", 1, 0, 3),
    "wbc": Writing("6690-2", "G/L", 1, 2, 0.05),
    "neutrophils": Writing("751-8", "G/L", 1, 2, 0.05),
    "serum_m": Writing("33358-3", "g/dL", 1, 2, 0.05),
    "creatinine": Writing("2160-0", "mg/dL", 1, 2),
    "crp": Writing("1988-5", "mg/dL", 0.1, 2, 0.05),
    "urine_m": Writing("42482-0", "mg/24h", 1, 0, 10),
}

NORTHERN = DemoSite(
    code="northern", name="Northern unit", time_zone="America/Chicago", prefix="NU",
    laboratory="Northern core laboratory", second_laboratory="Ridge laboratory",
    writing=NORTHERN_WRITING, other_writing=NORTHERN_OTHER,
    methods={"serum_m": "SPEP agarose gel densitometry", "ife_serum": "immunofixation", "flc": "Freelite"},
    second_methods={"serum_m": "capillary zone electrophoresis", "ife_serum": "immunofixation", "flc": "N Latex FLC"},
    second_bias={"serum_m": 0.93, "flc_kappa": 0.85, "flc_lambda": 1.3},
)  # fmt: skip
HARBOUR = DemoSite(
    code="harbour", name="Harbour unit", time_zone="Europe/Berlin", prefix="HU",
    laboratory="Harbour central laboratory", second_laboratory="Quay laboratory",
    writing=HARBOUR_WRITING, other_writing=HARBOUR_OTHER,
    methods={"serum_m": "capillary zone electrophoresis", "ife_serum": "immunofixation", "flc": "N Latex FLC"},
    second_methods={"serum_m": "SPEP agarose gel densitometry", "ife_serum": "immunofixation", "flc": "Freelite"},
    second_bias={"serum_m": 1.06, "flc_kappa": 1.15, "flc_lambda": 0.8},
)  # fmt: skip
SITES = (NORTHERN, HARBOUR)
