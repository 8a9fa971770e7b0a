"""Blood counts, differential, blasts and plasma cells in blood and marrow."""

from dataclasses import replace
from fractions import Fraction

from labs.vocabulary.analyte import Analyte, limits
from labs.vocabulary.units import factors, molar

_CONFIRM_ANY = "any value above zero is confirmed by a look at the smear"


def _cells(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    hard: tuple[str, str],
    soft: tuple[str, str] | None,
    unit: str = "10*3/uL",
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen="blood",
        specimens=frozenset({"blood"}),
        unit=unit,
        group="blood_count",
        factors=factors("count", unit),
        families=("count",),
        hard=limits(*hard),
        soft=limits(*soft) if soft else None,
    )


def _percent(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    *,
    specimen: str = "blood",
    high: str = "100",
    soft: tuple[str, str] | None = None,
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen=specimen,
        specimens=frozenset({specimen}),
        unit="%",
        group="marrow" if specimen == "bone_marrow" else "blood_count",
        factors=factors("percent", "%"),
        families=("percent",),
        hard=limits("0", high),
        soft=limits(*soft) if soft else None,
    )


def _abnormal(analyte: Analyte) -> Analyte:
    """Cells that do not belong in blood: a laboratory may say "none seen", and whatever is above zero is confirmed."""
    return replace(analyte, soft=limits("0", "0"), soft_note=_CONFIRM_ANY, absent=True)


_HAEMOGLOBIN = Analyte(
    code="haemoglobin",
    name="Haemoglobin",
    loinc=("718-7", "59260-0"),
    specimen="blood",
    specimens=frozenset({"blood"}),
    unit="g/dL",
    group="blood_count",
    factors=molar("g/dL", millimoles_per_unit="0.6206", only=("g/dL", "g/L", "mg/dL", "mg/mL", "mmol/L")),
    families=("mass", "substance"),
    hard=limits("1", "30"),
    soft=limits("5", "20"),
)

_HAEMATOCRIT = Analyte(
    code="haematocrit",
    name="Haematocrit",
    loinc=("4544-3", "20570-8"),
    specimen="blood",
    specimens=frozenset({"blood"}),
    unit="%",
    group="blood_count",
    factors={"%": Fraction(1), "L/L": Fraction(100)},
    families=("percent", "volume_fraction"),
    hard=limits("3", "80"),
    soft=limits("15", "60"),
)

_MCV = Analyte(
    code="mcv",
    name="Mean corpuscular volume",
    loinc=("787-2", "30428-7"),
    specimen="blood",
    specimens=frozenset({"blood"}),
    unit="fL",
    group="blood_count",
    factors=factors("volume", "fL"),
    families=("volume",),
    hard=limits("30", "180"),
    soft=limits("60", "130"),
)

BLOOD = (
    _HAEMOGLOBIN,
    _cells("rbc", "Red cells", ("789-8", "26453-1"), ("0.3", "10"), ("1.5", "7.5"), unit="10*6/uL"),
    _HAEMATOCRIT,
    _MCV,
    _percent("reticulocytes", "Reticulocytes", ("17849-1",), high="80", soft=("0", "25")),
    _cells("wbc", "White cells", ("6690-2", "26464-8", "804-5"), ("0", "1500"), ("0.2", "100")),
    _cells("neutrophils", "Neutrophils", ("751-8", "26499-4", "753-4"), ("0", "500"), ("0", "60")),
    _cells("lymphocytes", "Lymphocytes", ("731-0", "26474-7", "732-8"), ("0", "500"), ("0", "60")),
    _cells("monocytes", "Monocytes", ("742-7", "26484-6", "743-5"), ("0", "500"), ("0", "60")),
    _cells("platelets", "Platelets", ("777-3", "26515-7"), ("0", "5000"), ("5", "1500")),
    _abnormal(_percent("blasts_blood_percent", "Blasts in blood", ("26446-5", "709-6"))),
    _abnormal(_cells("blasts_blood_count", "Blasts in blood, count", ("30376-8", "708-8"), ("0", "1000"), None)),
    _abnormal(_percent("plasma_cells_blood_percent", "Plasma cells in blood", ("13047-6",))),
    _abnormal(_cells("plasma_cells_blood_count", "Plasma cells in blood, count", ("30458-4",), ("0", "500"), None)),
    replace(
        _percent("plasma_cells_marrow", "Plasma cells in marrow", ("11118-7",), specimen="bone_marrow"),
        absent=True,
    ),
    replace(
        _percent(
            "plasma_cells_marrow_flow", "Abnormal plasma cells in marrow by flow", ("93021-4",), specimen="bone_marrow"
        ),
        absent=True,
    ),
    replace(
        _percent("blasts_marrow", "Blasts in marrow", ("11150-0",), specimen="bone_marrow"),
        absent=True,
    ),
)
