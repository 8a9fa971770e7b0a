"""Each rule with its oracle, and what to draw patients from (`generated.py`) so that its bars are reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.oracles import (
    bands,
    cerebrospinal,
    counts,
    immunoglobulin,
    lesions,
    low_counts,
    marrow,
    mrd_negative,
    myeloma,
    others,
    paraprotein,
    ponte_di_legno,
    ranges,
    ratio,
    residual,
    sites,
    symptoms,
)
from tests.oracles.plain import PlainPatient


@dataclass(frozen=True)
class Case:
    """A rule, its oracle, and values that lie close to its bars.

    stable  values of three earlier results that half of the patients have, so that there is something to compare with
    panel   most days measure all analytes together
    falls   half of the patients have their values in falling order, but for a few
    therapy  most patients have a day on which therapy ended
    specimens  specimens an analyte may come from, where they matter
    ranges     limits an analyte may be printed with: (lower, upper), "" for none
    details    limit of detection, cells counted and target an analyte may come with
    course     remissions and relapses are recorded as dated rows
    sexes, heavy  what may be recorded of the patient; `dated` draws the day of diagnosis
    """

    rule: str
    oracle: Callable[[PlainPatient], Any]
    values: dict[str, Sequence[str]]
    diseases: Sequence[str] = ("MM", "MM", "MM", "AML")
    comparators: Sequence[str] = ("", "", "", "", "<", ">")
    gaps: Sequence[int] = (0, 1, 5, 7, 8, 30)
    kinds: Sequence[str] = ()
    remission: bool = False
    responses: Sequence[str] = ("",)
    chains: bool = False
    extra: dict[str, Sequence[str]] = field(default_factory=dict)
    stable: dict[str, str] = field(default_factory=dict)
    panel: bool = False
    falls: bool = False
    therapy: bool = False
    specimens: dict[str, Sequence[str]] = field(default_factory=dict)
    ranges: dict[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    details: dict[str, Sequence[tuple[str, int | None, str]]] = field(default_factory=dict)
    course: bool = False
    sexes: Sequence[str] = ("",)
    heavy: Sequence[str] = ("",)
    dated: bool = False


SERUM = ("0", "0.1", "0.2", "0.3", "0.5", "0.7", "0.8", "1.0", "1.25", "1.5", "4", "4.99", "5", "5.99", "6", "6.25")
PARAPROTEIN = ("0", "0.3", "0.5", "0.6", "0.99", "1.0", "1.19", "1.2", "1.5", "1.6", "2", "2.2", "2.99", "3", "3.2")
RISING = (
    "0",
    "0.1",
    "0.2",
    "0.3",
    "0.39",
    "0.4",
    "0.5",
    "0.6",
    "0.7",
    "1.0",
    "1.24",
    "1.25",
    "3",
    "3.49",
    "3.5",
    "3.6",
)
PARAPROTEIN_FLC = ("0", "10", "10", "10", "20", "121", "122", "209", "210", "210", "220", "808", "1000", "1250")
URINE = ("0", "100", "150", "199", "200", "300", "349.9", "350", "1000", "1249", "1250")
FLC = ("0", "5", "10", "10", "10", "20", "110", "110.01", "115", "130", "130", "500", "625")
HB = ("7.9", "8.0", "9", "10.4", "10.5", "10.8", "11.4", "11.49", "11.5", "11.6", "12.4", "12.5", "12.6", "12.8", "14")
RBC = ("3.4", "3.5", "3.643", "3.644", "3.7", "3.9", "4.0", "4.1", "4.2", "4.4", "5")
CREATININE = ("0.8", "1.0", "1.1", "1.3", "1.49", "1.5", "1.8", "2.9", "3.0", "3.2")
CALCIUM = ("9", "10.2", "10.21", "10.7", "10.71", "11", "11.01", "12")
BLASTS = {"blasts_blood_percent": ("0", "0", "1", "2"), "blasts_blood_count": ("0", "0.02")}
BANDS = {
    "serum_m": ("0", "0", "0.05", "0.0999", "0.1", "0.11", "0.3"),
    "ife_serum": (
        "negative",
        "negative",
        "equivocal",
        "equivocal: IgG-kappa",
        "positive",
        "positive: IgG",
        "positive: IgG-kappa",
        "positive: IgG-kappa, IgA-lambda",
        "positive: IgA-lambda",
    ),
}
CHAINS = {"flc_kappa": FLC, "flc_lambda": FLC}
FEW_CHAINS = {"flc_kappa": ("10", "120"), "flc_lambda": ("10",)}
M_PROTEINS = {"serum_m": ("0.3", "1.2"), "urine_m": ("0", "300")}
FLAT = {"flc_kappa": "10", "flc_lambda": "10"}
LOW_COUNTS = {
    "haemoglobin": ("8", "9.9", "10", "12"),
    "neutrophils": ("0.4", "1.49", "1.5", "2"),
    "platelets": ("20", "99", "100", "200"),
}
TRANSFUSION = ("transfusion_red_cells",)
LIMITS = (("", None, ""), ("0.01", None, ""), ("0.05", 500, ""), ("0.01", None, "NPM1"), ("", None, "NPM1"))
REGENERATION = {"mrd_flow": ("0", "0.99", "1"), "hematogones": ("0", "1")}

CASES = (
    Case("MM-PD-SERUM-M", myeloma.serum, {"serum_m": SERUM}, stable={"serum_m": "0.2"}),
    Case(
        "MM-PARAPROTEIN-SERUM",
        paraprotein.serum,
        {"serum_m": PARAPROTEIN},
        gaps=(1, 30, 61, 62, 63),
        stable={"serum_m": "0.6"},
    ),
    Case(
        "MM-PARAPROTEIN-URINE",
        paraprotein.urine,
        {"urine_m": ("0", "100", "150", "600", "649.9", "650", "700", "1149", "1150", "1200")},
        stable={"urine_m": "150"},
    ),
    Case(
        "MM-PARAPROTEIN-FLC",
        paraprotein.light_chains,
        {"flc_kappa": PARAPROTEIN_FLC, "flc_lambda": PARAPROTEIN_FLC},
        chains=True,
        panel=True,
        stable=FLAT,
    ),
    Case(
        "MM-CR-LOSS",
        bands.loss,
        BANDS | {"urine_m": ("0", "0", "60"), "ife_urine": ("negative", "positive: free kappa", "positive")},
        kinds=("antibody", "ivig"),
        remission=True,
        responses=("CR", "CR", "CR", "sCR", "VGPR", ""),
        chains=True,
        heavy=("IgG", "IgG", "IgA", "none", ""),
        details={"serum_m": (("", None, ""), ("", None, ""), ("0.05", None, ""))},
    ),
    Case(
        "MM-OLIGOCLONAL",
        bands.oligoclonal,
        BANDS | {"ife_urine": ("negative", "positive: IgA-lambda", "positive: free lambda")},
        kinds=("antibody",),
        remission=True,
        chains=True,
        heavy=("IgG", "IgA", "none", ""),
    ),
    Case(
        "MM-DRUG-BAND",
        bands.drug,
        BANDS,
        kinds=("antibody",),
        remission=True,
        responses=("CR", "CR", "sCR", "PR", ""),
        chains=True,
        heavy=("IgG", "IgG", "IgA", ""),
    ),
    Case(
        "MM-FLC-RATIO",
        ratio.light_chains,
        {
            "flc_kappa": ("3.3", "20", "20", "20", "43.2", "43.21", "49.5", "78.7", "95", "95", "99", "99.1"),
            "flc_lambda": ("5.7", "16", "16", "16", "16", "20", "30", "38", "95"),
            "egfr": ("90", "60", "59.9", "45", "44.9", "30", "29.9", "25"),
            "flc_ratio": ("1", "2"),
        },
        extra={"creatinine": ("0", "1.0", "1.5", "2.0", "3.2")},
        comparators=("", "", "", "", "", "", "", "", "<", ">"),
        gaps=(1, 30, 31),
        kinds=("dialysis",),
        chains=True,
        panel=True,
        sexes=("male", "female", ""),
        stable={"flc_kappa": "20", "flc_lambda": "16"},
        ranges={
            "flc_ratio": (("", ""), ("", ""), ("0.26", "1.65"), ("0.37", "3.1")),
            "flc_kappa": (("", ""), ("", ""), ("3.3", "22.5")),
        },
    ),
    Case(
        "MM-IG-RISE",
        immunoglobulin.rising,
        {
            "igg": ("400", "800", "800", "1299", "1300", "1300", "1400", "2400", "2999", "3000"),
            "iga": ("400", "800", "800", "1299", "1300", "1300", "1400", "2400", "2999", "3000"),
        },
        extra={"serum_m": ("0.29", "0.3"), "flc_kappa": ("20",), "flc_lambda": ("18", "5")},
        comparators=("", "", "", "", "", "", "<", ">"),
        gaps=(0, 1, 30, 31),
        kinds=("ivig", "antibody"),
        chains=True,
        heavy=("IgA", "IgA", "IgG", "IgG", "IgD", ""),
        stable={"igg": "800", "iga": "800"},
    ),
    Case(
        "MM-CR-SIGNS",
        bands.signs,
        {
            "plasma_cells_marrow": ("2", "4.9", "5", "9"),
            "lesion_new": ("no", "osteoporotic fracture", "yes"),
        },
        remission=True,
        responses=("CR", "CR", "sCR", "PR", ""),
    ),
    Case(
        "MM-MRD-LOSS",
        mrd_negative.loss,
        {
            "mrd_flow": ("0", "0", "0.0009", "0.001", "0.0011", "0.02"),
            "mrd_sequencing": ("0", "0.0001", "0.0002", "0.02"),
            "imaging_disease": ("negative", "equivocal", "positive"),
            "plasma_cells_marrow": ("2", "4.9", "5", "7"),
            "marrow_clonality": ("clonal", "clonal", "polyclonal"),
        },
        comparators=("", "", "<", "<", ">"),
        gaps=(0, 0, 1, 90),
        details={
            "mrd_flow": (("", None, ""), ("", None, ""), ("0.001", None, ""), ("0.0011", None, "")),
            "mrd_sequencing": (("", None, ""), ("0.0001", None, "")),
        },
    ),
    Case("MM-RISING", paraprotein.rising, {"serum_m": RISING}, stable={"serum_m": "0.2"}),
    Case(
        "MM-PD-CIRCULATING",
        paraprotein.circulating,
        {"plasma_cells_blood_count": ("0", "0.1", "0.199", "0.2", "0.299", "0.3", "0.4", "0.6")},
        extra={"serum_m": ("0.3", "1.2")} | FEW_CHAINS,
        chains=True,
        stable={"plasma_cells_blood_count": "0.1"},
    ),
    Case(
        "SYMPTOM-URGENT",
        symptoms.urgent,
        {"symptom": ("0", "1", "1")},
        comparators=("",),
        specimens={"symptom": ("headache", "confusion", "fatigue", "")},
    ),
    Case(
        "SYMPTOM-OTHER",
        symptoms.other,
        {"symptom": ("0", "1", "1")},
        comparators=("",),
        specimens={"symptom": ("headache", "bone_pain", "fatigue", "")},
    ),
    Case(
        "TEST-OVERDUE",
        symptoms.overdue,
        {"overdue": ("0", "45", "46")},
        diseases=("MM", "AML", "ALL"),
        comparators=("",),
        specimens={"overdue": ("flc", "spep", "marrow")},
        ranges={"overdue": (("", "46"), ("", "46"), ("", "90"), ("", ""))},
    ),
    Case("MM-PD-URINE-M", myeloma.urine, {"urine_m": URINE}, stable={"urine_m": "150"}),
    Case("MM-PD-FLC", myeloma.flc, CHAINS, extra=M_PROTEINS, chains=True, panel=True, stable=FLAT),
    Case(
        "MM-LIGHT-CHAIN-ESCAPE",
        myeloma.escape,
        CHAINS,
        extra=M_PROTEINS,
        chains=True,
        panel=True,
        stable=FLAT | {"serum_m": "1.2"},
    ),
    Case(
        "MM-PD-MARROW",
        myeloma.marrow,
        {"plasma_cells_marrow": ("0", "2", "3", "9", "10", "11", "12.99", "13", "14", "50", "59", "63")},
        extra={"serum_m": ("0.3", "1.2")} | FEW_CHAINS,
        chains=True,
    ),
    Case(
        "MM-PD-MARROW-2011",
        myeloma.marrow_2011,
        {"plasma_cells_marrow": ("0", "2", "3", "7.9", "8", "9.99", "10", "11", "12.49", "12.5", "50", "62.5")},
        extra={"serum_m": ("0.3", "1.2")} | FEW_CHAINS,
        chains=True,
    ),
    Case("MM-HB", myeloma.haemoglobin, {"haemoglobin": HB}, kinds=TRANSFUSION, stable={"haemoglobin": "12.8"}),
    Case("MM-CREATININE", myeloma.creatinine, {"creatinine": CREATININE}, gaps=(0, 1, 2, 3, 7, 8, 60)),
    Case(
        "MM-CALCIUM",
        myeloma.calcium,
        {"calcium": CALCIUM, "albumin": ("2.5", "3.0", "4.0", "4.6"), "calcium_corrected": ("10.9", "11.2", "11.6")},
        comparators=("",),
        gaps=(0, 0, 1, 9),
    ),
    Case(
        "MM-LESION-NEW",
        lesions.new,
        {"lesion_new": ("no", "no", "osteoporotic fracture", "yes")},
        gaps=(0, 1, 30, 90),
        specimens={"lesion_new": ("iliac", "rib")},
    ),
    Case(
        "MM-LESION-GROWTH",
        lesions.growth,
        {"lesion_spd": ("0", "60", "89.9", "90", "199", "200", "299", "300", "301", "600", "899", "900")},
        comparators=("",),
        gaps=(0, 30, 90),
        specimens={"lesion_spd": ("iliac", "iliac+rib")},
    ),
    Case(
        "MM-PD-LESION-DIAMETER",
        lesions.diameter,
        {
            "lesion_diameter": ("0", "8", "12", "16", "20", "23.9", "24", "29.9", "30", "45"),
            "lesion_short_axis": ("0", "9", "10", "10.1", "12"),
        },
        comparators=("",),
        gaps=(0, 30, 90),
        panel=True,
        specimens={"lesion_diameter": ("iliac", "iliac", "rib"), "lesion_short_axis": ("iliac", "iliac", "rib")},
    ),
    Case(
        "MM-EXTRAMEDULLARY",
        lesions.extramedullary,
        {"extramedullary": ("0", "1", "2"), "biopsy": ("0", "1", "2")},
        comparators=("",),
        specimens={"extramedullary": ("skin", "Skin", "liver"), "biopsy": ("skin", "liver", "bone marrow")},
        remission=True,
    ),
    Case("MM-HYPERVISCOSITY", lesions.hyperviscosity, {"hyperviscosity": ("absent", "absent", "suspected", "present")}),
    Case(
        "AML-MARROW",
        marrow.acute_myeloid,
        {"blasts_marrow": ("0", "1", "2.9", "3", "4.9", "5", "5", "6", "30")},
        diseases=("AML", "AML", "MM"),
        remission=True,
        course=True,
    ),
    Case(
        "ALL-MARROW",
        marrow.acute_lymphoblastic,
        {"blasts_marrow": ("0", "2.9", "3", "4.9", "5", "8", "8.1", "24.9", "25")} | REGENERATION,
        diseases=("ALL", "ALL", "AML"),
        gaps=(1, 6, 7, 8, 30),
        remission=True,
        therapy=True,
    ),
    Case(
        "ALL-MARROW-PDL",
        ponte_di_legno.marrow,
        {
            "mrd_receptor": ("0", "0.99", "1", "4.99", "5", "8", "24.9", "25"),
            "mrd_flow": ("0", "0.99", "1", "3", "5"),
            "mrd_fish": ("0", "0.99", "1", "6"),
            "blasts_marrow": ("0", "0.99", "1", "4.9", "5", "25", "60"),
        },
        diseases=("ALL", "ALL", "ALL", "AML"),
        gaps=(0, 1, 6, 7, 28, 29),
        remission=True,
        course=True,
        panel=True,
    ),
    Case(
        "ALL-MARROW-M3",
        marrow.older_paediatric,
        {"blasts_marrow": ("0", "4.9", "5", "5", "8", "8.1", "25", "25.1")} | REGENERATION,
        diseases=("ALL", "ALL", "AML"),
        gaps=(1, 6, 7, 8, 30),
        remission=True,
        course=True,
        therapy=True,
    ),
    Case(
        "AML-MRD",
        residual.acute_myeloid,
        {
            "mrd_molecular": ("0", "0", "0", "0.003", "0.01", "0.05", "0.499", "0.5", "1.9", "2", "20"),
            "mrd_flow": ("0", "0", "0.05", "0.099", "0.1", "0.2", "1.0", "2"),
        },
        details={"mrd_molecular": LIMITS, "mrd_flow": LIMITS[:3]},
        diseases=("AML", "AML", "AML", "MM"),
        remission=True,
        course=True,
        gaps=(0, 1, 28, 90),
    ),
    Case(
        "ALL-MRD",
        residual.acute_lymphoblastic,
        {
            "mrd_receptor": ("0", "0", "0.004", "0.0099", "0.01", "0.05", "0.0999", "0.1", "3"),
            "mrd_molecular": ("0", "0.004", "0.01", "0.0399", "0.04", "0.1"),
        },
        details={"mrd_receptor": LIMITS[:3], "mrd_molecular": LIMITS},
        diseases=("ALL", "ALL", "ALL", "MM"),
        remission=True,
        course=True,
        gaps=(0, 1, 28, 90),
    ),
    Case(
        "AML-COUNTS",
        low_counts.acute_myeloid,
        {"platelets": ("20", "99", "99.9", "100", "200"), "neutrophils": ("0.4", "0.99", "1.0", "2")},
        diseases=("AML", "AML", "AML", "MM"),
        kinds=("chemotherapy", "transfusion_platelets", "g_csf", "transplant_allogeneic"),
        remission=True,
        course=True,
        panel=True,
        gaps=(0, 1, 7, 28, 90),
    ),
    Case(
        "ALL-CNS",
        cerebrospinal.acute_lymphoblastic,
        {
            "csf_blasts": ("0", "0", "1", "12"),
            "csf_wbc": ("0", "4.9", "5", "12"),
            "csf_rbc": ("0", "9.9", "10", "600", "3999", "4000"),
            "wbc": ("6.0", "6.0", "2"),
            "rbc": ("4.0", "4.0", "3"),
        },
        extra={"cns_signs": ("0", "1", "1")},
        diseases=("ALL", "ALL", "ALL", "MM"),
        remission=True,
        course=True,
        panel=True,
        gaps=(0, 1, 7, 28),
    ),
    Case(
        "AML-EXTRAMEDULLARY",
        sites.acute_myeloid,
        {"extramedullary": ("0", "1", "2"), "biopsy": ("0", "1", "2")},
        diseases=("AML", "AML", "MM"),
        comparators=("",),
        specimens={"extramedullary": ("skin", "Skin", "orbit"), "biopsy": ("skin", "orbit", "bone marrow")},
        remission=True,
        course=True,
    ),
    Case(
        "ALL-EXTRAMEDULLARY",
        sites.acute_lymphoblastic,
        {"extramedullary": ("0", "1", "2"), "biopsy": ("0", "1", "2")},
        diseases=("ALL", "ALL", "MM"),
        comparators=("",),
        specimens={"extramedullary": ("skin", "Skin", "orbit"), "biopsy": ("skin", "left testis", "bone marrow")},
        remission=True,
        course=True,
    ),
    Case(
        "ALL-TESTIS",
        sites.testicular,
        {"testis": ("0", "1", "2"), "biopsy": ("0", "1", "2")},
        diseases=("ALL", "ALL", "MM"),
        comparators=("",),
        specimens={"testis": ("left", "right", ""), "biopsy": ("left testis", "skin", "testis")},
        remission=True,
        course=True,
    ),
    Case("AML-BLOOD-2017", others.aml_blood_2017, BLASTS, diseases=("AML", "AML", "MM"), remission=True, course=True),
    Case(
        "AML-BLOOD",
        others.aml_blood,
        BLASTS,
        diseases=("AML", "AML", "MM"),
        remission=True,
        course=True,
        gaps=(0, 1, 6, 7, 8),
    ),
    Case("ALL-BLOOD", others.all_blood, BLASTS, diseases=("ALL", "ALL", "MM"), remission=True, course=True),
    Case(
        "CBC-HB-FALL",
        others.cbc_haemoglobin,
        {"haemoglobin": HB},
        diseases=("MM", "AML", "ALL"),
        kinds=("transfusion_red_cells", "esa", "g_csf"),
        remission=True,
        stable={"haemoglobin": "12.5"},
    ),
    Case(
        "CBC-RBC-FALL",
        others.cbc_red_cells,
        {"rbc": RBC, "haemoglobin": ("11", "11.5", "12", "12.5", "12.6", "13")},
        diseases=("MM", "AML", "ALL"),
        kinds=TRANSFUSION,
        remission=True,
        stable={"rbc": "4.0", "haemoglobin": "12.5"},
        panel=True,
    ),
    Case(
        "CBC-CYTOPENIA",
        counts.cytopenia,
        LOW_COUNTS,
        diseases=("MM", "AML", "ALL"),
        kinds=("transfusion_red_cells", "transfusion_platelets", "g_csf", "esa"),
        remission=True,
        extra={"ldh": ("400", "500", "501"), "blasts_blood_percent": ("0", "1")},
        stable={"haemoglobin": "12", "neutrophils": "2", "platelets": "200"},
        panel=True,
        gaps=(0, 1, 5, 14, 15, 30),
        ranges={"ldh": (("", ""), ("", "250"))},
    ),
    Case(
        "CBC-TREND",
        counts.haemoglobin_trend,
        {"haemoglobin": ("10.5", "10.51", "11", "11.5", "11.9", "12", "12.2", "12.4", "12.5", "12.6", "13")},
        diseases=("MM", "AML", "ALL"),
        comparators=("", "", "", "", "", "", "", "<", ">"),
        gaps=(7, 20, 21, 22, 23, 30, 90),
        kinds=("transfusion_red_cells", "esa", "g_csf"),
        remission=True,
        falls=True,
        sexes=("", "female", "male"),
        ranges={"haemoglobin": (("", ""), ("", ""), ("10.5", ""), ("10.51", ""), ("11", "15"))},
    ),
    Case(
        "CBC-PLATELETS",
        counts.platelets,
        {"platelets": ("49.9", "50", "99.9", "100", "130", "139", "140", "140.1", "150", "180", "200", "210")},
        diseases=("MM", "AML", "ALL"),
        kinds=("transfusion_platelets", "transfusion_red_cells", "g_csf"),
        remission=True,
        stable={"platelets": "200"},
    ),
    Case(
        "CBC-NEUTROPHILS",
        counts.neutrophils,
        {"neutrophils": ("0.4", "0.49", "0.5", "0.9", "0.99", "1.0", "1.5", "2")},
        diseases=("MM", "AML", "ALL"),
        remission=True,
        extra={"symptom": ("0", "1", "1")},
        gaps=(0, 1, 2, 3, 4, 8, 30),
        specimens={"symptom": ("fever", "fever", "fatigue", "")},
    ),
    Case(
        "CBC-WBC",
        ranges.white_cells,
        {"wbc": ("5", "11", "14.9", "15", "15.1", "16.5", "16.6", "21.8", "29.9", "30", "30.1")},
        diseases=("MM", "AML", "ALL"),
        kinds=("g_csf", "steroid"),
        remission=True,
        extra={"blasts_blood_percent": ("0", "1"), "blasts_blood_count": ("0", "0.02")},
        ranges={"wbc": (("", ""), ("", ""), ("4", "10"), ("", "10"), ("4", ""))},
    ),
    Case(
        "CBC-LYMPHOCYTES",
        ranges.lymphocytes,
        {"lymphocytes": ("1", "2", "3.9", "4", "4.01", "5", "7", "7.01", "8.1")},
        diseases=("ALL", "ALL", "ALL", "MM"),
        remission=True,
        course=True,
        ranges={"lymphocytes": (("", ""), ("1", "4"), ("1", "5"))},
    ),
    Case(
        "MM-PLASMA-CELLS",
        ranges.plasma_cells,
        {"plasma_cells_blood_percent": ("0", "0", "4.9", "5", "6", "30")},
        diseases=("MM", "MM", "AML"),
        remission=True,
    ),
    Case("CBC-BLASTS", ranges.myeloma_blasts, BLASTS, diseases=("MM", "MM", "AML"), remission=True),
    Case(
        "CBC-LDH",
        ranges.lactate_dehydrogenase,
        {"ldh": ("180", "200", "320", "375", "375.1", "376", "376.1", "400", "470", "471", "750", "750.1", "760")},
        diseases=("MM", "AML", "ALL"),
        remission=True,
        extra={"platelets": ("99", "100"), "haemoglobin": ("9.9", "10"), "neutrophils": ("1.4", "1.5")},
        stable={"ldh": "200"},
        gaps=(0, 1, 7, 14, 15, 30),
        ranges={"ldh": (("", ""), ("120", "250"), ("", "250"), ("", "320"))},
    ),
    Case(
        "CBC-EGFR",
        ranges.filtration,
        {"egfr": ("20", "29.9", "30", "40", "45", "57", "59.9", "60", "70", "76", "80", "90", "120")},
        diseases=("MM", "AML", "ALL"),
        stable={"egfr": "80"},
    ),
    Case(
        "CBC-CREATININE",
        ranges.creatinine,
        {"creatinine": (*CREATININE, "0.5", "0.79", "0.75", "0.2")},
        diseases=("MM", "AML", "ALL"),
        stable={"creatinine": "1.0"},
    ),
    Case(
        "CBC-TRANSFUSION",
        ranges.transfusion_need,
        {"haemoglobin": ("7", "12"), "platelets": ("9", "200")},
        diseases=("MM", "AML", "ALL"),
        kinds=("transfusion_red_cells", "transfusion_platelets", "chemotherapy", "transplant_autologous", "car_t"),
        remission=True,
        course=True,
    ),
    Case(
        "ASSAY-CHANGED",
        others.assay_changed,
        {
            "serum_m": ("0.3", "0.8", "0.9"),
            "haemoglobin": ("12", "13"),
            "mrd_flow": ("0", "0.01", "0.02"),
            "mrd_molecular": ("0", "0.01", "0.02"),
        },
    ),
)
