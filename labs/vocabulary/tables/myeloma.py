"""Monoclonal protein, immunofixation, free light chains, immunoglobulins, beta-2 microglobulin."""

from labs.vocabulary.analyte import Analyte, Range, limits
from labs.vocabulary.units import factors

IFE_SCALE = ("negative", "equivocal", "positive")
SERUM = frozenset({"serum", "plasma"})

_GRAMS = ("g/dL", "g/L", "mg/dL", "mg/L", "mg/mL")
_PROTEIN = ("mg/L", "mg/dL", "g/L", "g/dL", "ug/mL", "mg/mL", "ug/L", "ng/mL")


def _serum(
    code: str,
    name: str,
    loinc: tuple[str, ...],
    unit: str,
    accepted: tuple[str, ...],
    hard: Range,
    soft: Range | None,
    group: str,
) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen="serum",
        specimens=SERUM,
        unit=unit,
        group=group,
        factors=factors("mass", unit, only=accepted),
        families=("mass",),
        hard=hard,
        soft=soft,
        absent=code == "serum_m",
    )


def _immunofixation(code: str, name: str, loinc: tuple[str, ...], specimen: str, specimens: frozenset[str]) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=loinc,
        specimen=specimen,
        specimens=specimens,
        unit="",
        group="paraprotein",
        kind="coded",
        places=0,
        scale=IFE_SCALE,
    )


_URINE_M = Analyte(
    code="urine_m",
    name="Urine M-protein, 24 h",
    loinc=("42482-0",),
    specimen="urine_24h",
    specimens=frozenset({"urine_24h", "urine"}),
    unit="mg/(24.h)",
    group="paraprotein",
    factors=factors("mass_rate", "mg/(24.h)"),
    families=("mass_rate",),
    hard=limits("0", "60000"),
    soft=limits("0", "15000"),
    absent=True,
    collection="24h",
)

_RATIO = Analyte(
    code="flc_ratio",
    name="Free light chain ratio kappa/lambda",
    loinc=("104546-7", "48378-4", "80517-6", "40844-3"),
    specimen="serum",
    specimens=SERUM,
    unit="{ratio}",
    group="light_chains",
    factors=factors("ratio", "{ratio}"),
    families=("ratio",),
    hard=limits("0.00001", "100000"),
)

MYELOMA = (
    _serum(
        "serum_m",
        "Serum M-protein",
        ("33358-3", "51435-6"),
        "g/dL",
        _GRAMS,
        limits("0", "15"),
        limits("0", "8"),
        "paraprotein",
    ),
    _URINE_M,
    _immunofixation("ife_serum", "Serum immunofixation", ("49275-1", "25700-6"), "serum", SERUM),
    _immunofixation("ife_urine", "Urine immunofixation", ("49276-9",), "urine", frozenset({"urine", "urine_24h"})),
    _serum(
        "flc_kappa",
        "Free kappa light chains",
        ("104544-2", "36916-5", "80515-0"),
        "mg/L",
        _PROTEIN,
        limits("0.01", "300000"),
        limits("0.5", "20000"),
        "light_chains",
    ),
    _serum(
        "flc_lambda",
        "Free lambda light chains",
        ("33944-0", "80516-8"),
        "mg/L",
        _PROTEIN,
        limits("0.01", "300000"),
        limits("0.5", "20000"),
        "light_chains",
    ),
    _RATIO,
    _serum(
        "igg",
        "Immunoglobulin G",
        ("2465-3",),
        "mg/dL",
        _GRAMS,
        limits("0", "20000"),
        limits("50", "8000"),
        "immunoglobulins",
    ),
    _serum("iga", "Immunoglobulin A", ("2458-8",), "mg/dL", _GRAMS, limits("0", "20000"), None, "immunoglobulins"),
    _serum("igm", "Immunoglobulin M", ("2472-9",), "mg/dL", _GRAMS, limits("0", "20000"), None, "immunoglobulins"),
    _serum(
        "b2m",
        "Beta-2 microglobulin",
        ("1952-1",),
        "mg/L",
        _PROTEIN,
        limits("0.1", "200"),
        limits("0.5", "60"),
        "chemistry",
    ),
)
