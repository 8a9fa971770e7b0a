"""What no laboratory measures and rules still need: clinicians' findings, told symptoms, tests that did not come.

These have no codes of LOINC and never arrive as results; each becomes rows of a cohort from a model of its own.
"""

from labs.vocabulary.analyte import Analyte, Entered, Range, limits
from labs.vocabulary.units import factors

FINDINGS = "findings"


def _coded(
    code: str, name: str, scale: tuple[str, ...], *, group: str = FINDINGS, entered: Entered = "clinician"
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=(),
        specimen="",
        unit="",
        group=group,
        kind="coded",
        places=0,
        scale=scale,
        entered=entered,
    )


def _measured(
    code: str, name: str, family: str, unit: str, hard: Range, *, group: str = FINDINGS, entered: Entered = "clinician"
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=(),
        specimen="",
        unit=unit,
        group=group,
        factors=factors(family, unit),
        families=(family,),
        hard=hard,
        entered=entered,
    )


CLINICIAN = (
    _coded("lesion_new", "New lesion or plasmacytoma", ("no", "osteoporotic fracture", "yes")),
    _measured("lesion_spd", "Sum of products of lesion diameters", "area", "mm2", limits("0", "1000000")),
    _measured("lesion_diameter", "Longest diameter of a lesion", "length", "mm", limits("0", "500")),
    _measured("lesion_short_axis", "Short axis of a lesion", "length", "mm", limits("0", "500")),
    _coded("imaging_disease", "Disease on imaging", ("negative", "equivocal", "positive")),
    _coded("extramedullary", "Extramedullary disease", ("absent", "suspected", "proven")),
    _coded("testis", "Testis", ("normal", "enlarged", "infiltrated")),
    _coded("biopsy", "Biopsy", ("no disease", "inconclusive", "disease")),
    _coded("cns_signs", "Sign of the central nervous system", ("absent", "present")),
    _coded("hyperviscosity", "Hyperviscosity", ("absent", "suspected", "present")),
    _coded("marrow_clonality", "Clonality of marrow plasma cells", ("polyclonal", "clonal")),
    _coded("hematogones", "Marrow blasts are regenerating precursors", ("no", "yes")),
)

NOT_MEASURED = (
    _coded("symptom", "Symptom", ("not told", "told"), group="symptoms", entered="patient"),
    _measured("overdue", "Days overdue", "days", "d", limits("0", "36500"), group="plan", entered="plan"),
)
