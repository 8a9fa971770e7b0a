"""Measurable residual disease: no single LOINC code exists, so these come by a local code or by Vigil's own."""

from labs.vocabulary.analyte import Analyte, limits
from labs.vocabulary.fixed_point import MRD_PLACES
from labs.vocabulary.units import factors

_NO_CODE = "no single LOINC code covers it; 98847-0 was seen once with a doubtful local meaning and is not accepted"


def _residual(code: str, name: str) -> Analyte:
    return Analyte(
        code=code,
        name=name,
        loinc=(),
        specimen="",
        specimens=frozenset({"bone_marrow", "blood"}),
        unit="%",
        group="mrd",
        factors=factors("residual", "%"),
        families=("residual",),
        hard=limits("0", "100"),
        places=MRD_PLACES,
        absent=True,
        unverified={"": _NO_CODE},
    )


RESIDUAL_DISEASE = (
    _residual("mrd_flow", "Residual disease by flow cytometry"),
    _residual("mrd_molecular", "Residual disease by transcript per 100 control gene copies"),
    _residual("mrd_receptor", "Residual disease by immunoglobulin/T-cell receptor PCR"),
    _residual("mrd_sequencing", "Residual disease by sequencing"),
    _residual("mrd_fish", "Leukaemic cells by FISH or cytogenetics"),
)
