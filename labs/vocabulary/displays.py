"""What the sender's own name of a test says it is: enough to notice a code used for something else."""

import re
from functools import lru_cache

LONGEST = 300

# Concept -> words that name it. The first concept found is the one named: the narrower stand before the wider.
_CONCEPTS: tuple[tuple[str, str], ...] = (
    ("imaging", r"\bx-?ray\b|\bankle\b|\bmri\b|radiograph"),
    ("hba1c", r"a1c|glycated|glycosylated|glycohemoglobin"),
    (
        "red_cell_index",
        r"\bmchc?\b|corpuscular ha?emoglobin|\brdw\b|distribution width|platelet (?:mean )?volume|\bmpv\b",
    ),
    ("promyelocytes", r"promyelocyt"),
    ("myelocytes", r"myelocyt"),
    ("eosinophils", r"eosin"),
    ("basophils", r"basoph"),
    ("bands", r"\bbands? (?:form|neutrophil)|\bstabs?\b|neutrophils?\.band|band form"),
    ("plasma_cells", r"plasma cell|plasmacyte|\bplasma\.?cells"),
    ("nucleated_red_cells", r"nucleated (?:red|erythrocyte)|\bnrbc|normoblast|erythroblast"),
    ("blasts", r"blast"),
    ("neutrophils", r"neutrophil|\banc\b|granulocyte"),
    ("lymphocytes", r"lymphocyte|\balc\b"),
    ("monocytes", r"monocyte"),
    ("reticulocytes", r"reticulocyte|\bretic"),
    ("platelets", r"platelet|thrombocyte|\bplt\b"),
    ("mcv", r"\bmcv\b|corpuscular volume"),
    ("haematocrit", r"h[a]?ematocrit|\bhct\b|packed cell volume|\bpcv\b"),
    ("beta2_globulin", r"beta[- ]?2[- ]globulin"),
    ("b2m", r"(?:beta|β)[-. ]?2[-. ]?microglobulin|\bb2m\b|\bβ2m\b|microglobulin"),
    ("immunofixation", r"immunofix|\bife\b|\bifix"),
    ("m_protein", r"monoclonal|m[- ]spike|m[- ]protein|paraprotein|m[- ]component"),
    (
        "flc_ratio",
        r"(?:kappa.*lambda|\bk/l\b|κ/λ).*(?:ratio)?.*free.*ratio|(?:kappa|κ|\bk)\W*(?:\.free)?/\W*(?:lambda|λ|l\b)|kappa.*lambda.*ratio",
    ),
    ("flc_kappa", r"free.*(?:kappa|κ)|(?:kappa|κ).*free"),
    ("flc_lambda", r"free.*(?:lambda|λ)|(?:lambda|λ).*free"),
    ("total_light_chains", r"(?:kappa|lambda|κ|λ)"),
    ("ig_subclass", r"\bigg ?[1-4]\b|subclass"),
    ("igg", r"\bigg\b|immunoglobulin g\b"),
    ("iga", r"\biga\b|immunoglobulin a\b"),
    ("igm", r"\bigm\b|immunoglobulin m\b"),
    ("ige", r"\bige\b|immunoglobulin e\b"),
    ("igd", r"\bigd\b|immunoglobulin d\b"),
    ("acr", r"albumin/creat|microalbumin.*creat|\bacr\b|albumin.*creat.*ratio"),
    ("pcr", r"protein/creat|\bpcr\b|\bupcr\b|protein.*creat.*ratio"),
    ("urea_creatinine", r"(?:urea|bun).*creat"),
    ("clearance", r"creatinine (?:renal )?clearance"),
    ("egfr_mdrd", r"mdrd"),
    ("egfr", r"glomerular|\be?gfr\b|\begfr"),
    ("creatinine", r"creatinine"),
    ("calcium_ionised", r"ioni[sz]ed|calcium\.ion|free calcium|calcium,? free"),
    ("calcium_corrected", r"calcium.*(?:corrected|adjusted)|(?:corrected|adjusted).*calcium|albumin[- ]adjusted"),
    ("calcium", r"calcium"),
    ("ldh", r"lactate dehydrogenase|lactic dehydrogenase|\bldh?\b"),
    ("lactate", r"\blactate\b"),
    ("crp", r"c[- ]reactive|\bcrp\b"),
    ("albumin", r"albumin"),
    ("globulin", r"globulin"),
    ("glucose", r"glucose"),
    ("wbc", r"leu[ck]o[ck]yte|white (?:blood )?cell|\bwbc\b"),
    ("rbc", r"erythroc|red (?:blood )?cell|\brbc\b"),
    ("nucleated_cells", r"nucleated"),
    ("haemoglobin", r"h[a]?emoglobin|\bhgb\b|\bhb\b"),
    ("protein", r"protein"),
)
_PATTERNS = tuple((concept, re.compile(pattern)) for concept, pattern in _CONCEPTS)

_OWN: dict[str, frozenset[str]] = {
    "blasts_blood_percent": frozenset({"blasts"}),
    "blasts_blood_count": frozenset({"blasts"}),
    "blasts_marrow": frozenset({"blasts"}),
    "csf_blasts": frozenset({"blasts"}),
    "plasma_cells_blood_percent": frozenset({"plasma_cells"}),
    "plasma_cells_blood_count": frozenset({"plasma_cells"}),
    "plasma_cells_marrow": frozenset({"plasma_cells"}),
    "plasma_cells_marrow_flow": frozenset({"plasma_cells"}),
    "serum_m": frozenset({"m_protein"}),
    "urine_m": frozenset({"m_protein"}),
    "ife_serum": frozenset({"immunofixation", "m_protein"}),
    "ife_urine": frozenset({"immunofixation", "m_protein"}),
    "egfr_mdrd": frozenset({"egfr", "egfr_mdrd"}),
    "egfr_ckd_epi_2009": frozenset({"egfr"}),
    "total_protein": frozenset({"protein"}),
    "urine_protein_24h": frozenset({"protein"}),
    "urine_protein_dipstick": frozenset({"protein"}),
    "urine_protein_dipstick_mass": frozenset({"protein"}),
    "urine_acr": frozenset({"acr", "albumin"}),
    "urine_pcr": frozenset({"pcr", "protein"}),
    "csf_wbc": frozenset({"wbc", "nucleated_cells"}),
    "csf_rbc": frozenset({"rbc"}),
    "csf_protein": frozenset({"protein"}),
    "csf_glucose": frozenset({"glucose"}),
}


@lru_cache(maxsize=4096)
def concept_named(display: str) -> str | None:
    """The concept a name speaks of; None when it speaks of none known."""
    words = " ".join(display[:LONGEST].casefold().split())
    return next((concept for concept, pattern in _PATTERNS if pattern.search(words)), None)


@lru_cache(maxsize=8192)
def contradicts(analyte: str, display: str) -> str | None:
    """The other concept a sender's name speaks of; None when the name fits the analyte or says nothing known.

    Analytes reached without a LOINC code (residual disease) are not checked: their names vary without end.
    """
    if not display or analyte.startswith("mrd_"):
        return None
    named = concept_named(display)
    if named is None or named in _OWN.get(analyte, frozenset({analyte})):
        return None
    return named
