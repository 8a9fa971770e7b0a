"""Which markers are charted for which disease, in which order, and how their axis behaves."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.models import Disease, EventKind

ALL_DISEASES = frozenset(Disease.values)
MYELOMA = frozenset({Disease.MM})
LEUKAEMIAS = frozenset({Disease.AML, Disease.ALL})
RED_CELLS = (EventKind.TRANSFUSION_RED_CELLS, EventKind.ESA)
PLATELETS = (EventKind.TRANSFUSION_PLATELETS,)
PROTEINS = (EventKind.IVIG, EventKind.ANTIBODY)


@dataclass(frozen=True, slots=True)
class MarkerGroup:
    """One chart: its analytes share a unit. `ticks`: events that move these markers and are marked on the time axis.

    `rules`: whose reference and criterion are drawn as lines; the first that applies to the patient.
    """

    key: str
    title: str | Promise
    analytes: tuple[str, ...]
    diseases: frozenset[str]
    vanishes: bool = True
    offers_log: bool = False
    starts_log: bool = False
    ticks: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


GROUPS = (
    MarkerGroup("serum-m", _("Serum M-protein"), ("serum_m",), MYELOMA, ticks=PROTEINS, rules=("MM-PD-SERUM-M",)),
    MarkerGroup("flc", _("Free light chains"), ("flc_kappa", "flc_lambda"), MYELOMA, offers_log=True),
    MarkerGroup(
        "flc-ratio",
        _("Ratio of free light chains, kappa/lambda"),
        ("flc_ratio",),
        MYELOMA,
        vanishes=False,
        offers_log=True,
        ticks=(EventKind.DIALYSIS,),
    ),
    MarkerGroup("urine-m", _("Urine M-protein, 24 h"), ("urine_m",), MYELOMA, rules=("MM-PD-URINE-M",)),
    MarkerGroup(
        "immunoglobulins", _("Immunoglobulins"), ("igg", "iga", "igm"), MYELOMA, vanishes=False, ticks=PROTEINS
    ),
    MarkerGroup(
        "plasma-cells",
        _("Plasma cells in marrow"),
        ("plasma_cells_marrow",),
        MYELOMA,
        rules=("MM-PD-MARROW", "MM-PD-MARROW-2011"),
    ),
    MarkerGroup(
        "blasts-marrow",
        _("Blasts in marrow"),
        ("blasts_marrow",),
        LEUKAEMIAS,
        rules=("AML-MARROW", "ALL-MARROW", "ALL-MARROW-M3"),
    ),
    MarkerGroup("mrd-molecular", _("Molecular residual disease"), ("mrd_molecular",), ALL_DISEASES, starts_log=True),
    MarkerGroup("mrd-flow", _("Residual disease by flow"), ("mrd_flow",), ALL_DISEASES, starts_log=True),
    MarkerGroup(
        "mrd-receptor", _("Residual disease by receptor PCR"), ("mrd_receptor",), ALL_DISEASES, starts_log=True
    ),
    MarkerGroup(
        "mrd-sequencing", _("Residual disease by sequencing"), ("mrd_sequencing",), ALL_DISEASES, starts_log=True
    ),
    MarkerGroup("mrd-fish", _("Leukaemic cells by FISH"), ("mrd_fish",), LEUKAEMIAS, starts_log=True),
    MarkerGroup("blasts-blood", _("Blasts in blood"), ("blasts_blood_percent",), ALL_DISEASES),
    MarkerGroup(
        "haemoglobin",
        _("Haemoglobin"),
        ("haemoglobin",),
        ALL_DISEASES,
        vanishes=False,
        ticks=RED_CELLS,
        rules=("CBC-HB-FALL", "MM-HB"),
    ),
    MarkerGroup("neutrophils", _("Neutrophils"), ("neutrophils",), ALL_DISEASES, ticks=(EventKind.G_CSF,)),
    MarkerGroup("platelets", _("Platelets"), ("platelets",), ALL_DISEASES, ticks=PLATELETS),
    MarkerGroup(
        "creatinine",
        _("Creatinine"),
        ("creatinine",),
        ALL_DISEASES,
        vanishes=False,
        ticks=(EventKind.DIALYSIS,),
        rules=("MM-CREATININE",),
    ),
    MarkerGroup("lesions", _("Sum of products of lesions"), ("lesion_spd",), MYELOMA, rules=("MM-LESION-GROWTH",)),
    MarkerGroup("lesion-diameter", _("Lesions"), ("lesion_diameter",), MYELOMA, rules=("MM-PD-LESION-DIAMETER",)),
    MarkerGroup("calcium", _("Calcium"), ("calcium_corrected", "calcium"), MYELOMA, vanishes=False),
    MarkerGroup(
        "egfr",
        _("eGFR"),
        ("egfr",),
        ALL_DISEASES,
        vanishes=False,
        ticks=(EventKind.DIALYSIS,),
        rules=("CBC-EGFR",),
    ),
    MarkerGroup("wbc", _("White cells"), ("wbc",), ALL_DISEASES, ticks=(EventKind.G_CSF,)),
    MarkerGroup("lymphocytes", _("Lymphocytes"), ("lymphocytes",), frozenset({Disease.ALL})),
    MarkerGroup("ldh", _("Lactate dehydrogenase"), ("ldh",), ALL_DISEASES, vanishes=False),
)
MAIN = {
    Disease.MM: ("serum-m", "flc"),
    Disease.AML: ("blasts-marrow", "mrd-molecular", "haemoglobin", "neutrophils", "platelets"),
    Disease.ALL: ("blasts-marrow", "mrd-flow", "haemoglobin", "neutrophils", "platelets"),
}
"""Charts that are missed when they are empty: their absence is said."""


def groups_for(diseases: frozenset[str]) -> list[MarkerGroup]:
    """The charts of a patient with these diseases."""
    return [group for group in GROUPS if group.diseases & diseases]


def group_of(analyte: str) -> MarkerGroup | None:
    """The chart that holds this analyte."""
    return next((group for group in GROUPS if analyte in group.analytes), None)
