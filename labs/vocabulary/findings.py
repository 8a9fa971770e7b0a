"""What clinicians find: for each kind how it may be seen, whether it has a place, and who may state it.

The kinds are the analytes with `entered="clinician"` (`tables/clinician.py`); here is what only people need to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from labs.vocabulary.analyte import Analyte
from labs.vocabulary.analytes import ANALYTES

Place = Literal["none", "optional", "required"]

MODALITIES: Mapping[str, str] = MappingProxyType(
    {
        "mri": "MRI",
        "ct": "CT",
        "low_dose_ct": "Whole-body low-dose CT",
        "pet_ct": "PET-CT",
        "pet_mri": "PET-MRI",
        "ultrasound": "Ultrasound",
        "radiograph": "Radiograph",
        "examination": "Examination",
        "biopsy": "Biopsy",
        "cytology": "Cytology",
        "flow": "Flow cytometry",
        "immunohistochemistry": "Immunohistochemistry",
        "morphology": "Morphology",
    }
)
"""Code -> what it is called: the ways in which something is found. A closed list, so that series can be compared."""

IMAGING = ("mri", "ct", "low_dose_ct", "pet_ct", "pet_mri", "ultrasound", "radiograph")
CROSS_SECTIONS = ("mri", "ct", "low_dose_ct", "pet_ct", "pet_mri", "ultrasound")
TISSUE = ("biopsy", "cytology")

JOINT = "+"
TOGETHER = f" {JOINT} "
"""Between the names of lesions whose products were summed: sums of the same lesions alone can be compared."""


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One kind of finding.

    methods    the ways in which it may be found; the first is offered first; empty: it has none
    place      whether it belongs to a place of the body, a named lesion, a named sign
    place_is   what the place is called in forms ("Lesion", "Site")
    judged     a judgement that only physicians state; else nurses may copy it from a report or an examination
    example    what to write, for forms
    """

    analyte: Analyte
    methods: tuple[str, ...]
    place: Place
    place_is: str = "Site"
    judged: bool = True
    example: str = ""

    @property
    def code(self) -> str:
        """The code of its analyte."""
        return self.analyte.code

    @property
    def measured(self) -> bool:
        """Whether it is a number with a unit."""
        return self.analyte.kind == "quantity"


_LESION = "as named in every report: left iliac bone"
_SITE = "left orbit, skin of the chest, lymph node"

_KINDS = (
    FindingKind(ANALYTES["lesion_new"], (*IMAGING, "examination"), "required", "Lesion", judged=False, example=_LESION),
    FindingKind(ANALYTES["lesion_diameter"], CROSS_SECTIONS, "required", "Lesion", judged=False, example=_LESION),
    FindingKind(ANALYTES["lesion_short_axis"], CROSS_SECTIONS, "required", "Lesion", judged=False, example=_LESION),
    FindingKind(
        ANALYTES["lesion_spd"], CROSS_SECTIONS, "required", "Lesions", judged=False, example="left iliac bone + rib 7"
    ),
    FindingKind(ANALYTES["imaging_disease"], IMAGING, "none", judged=False),
    FindingKind(
        ANALYTES["extramedullary"], (*TISSUE, *IMAGING, "examination"), "required", example="left orbit, skin, kidney"
    ),
    FindingKind(ANALYTES["biopsy"], TISSUE, "required", example=_SITE),
    FindingKind(
        ANALYTES["testis"], ("examination", "ultrasound", *TISSUE), "optional", "Side", judged=False, example="left"
    ),
    FindingKind(
        ANALYTES["cns_signs"],
        ("examination", "mri", "ct"),
        "required",
        "Sign",
        judged=False,
        example="left facial palsy",
    ),
    FindingKind(ANALYTES["hyperviscosity"], ("examination",), "none"),
    FindingKind(ANALYTES["marrow_clonality"], ("flow", "immunohistochemistry"), "none"),
    FindingKind(ANALYTES["hematogones"], ("flow",), "none"),
)

FINDING_KINDS: Mapping[str, FindingKind] = MappingProxyType({kind.code: kind for kind in _KINDS})


def place_of(text: str) -> str:
    """The name of a place without superfluous blanks."""
    return " ".join(text.split())


def same_place(one: str, other: str) -> bool:
    """Whether two names mean one place: upper and lower case and blanks make no difference."""
    return place_of(one).casefold() == place_of(other).casefold()


def sum_of_products(lesions: Mapping[str, tuple[Decimal, Decimal]]) -> tuple[str, Decimal]:
    """Lesion -> (longest diameter, short axis) in mm: the names together in a fixed order, and the sum in mm2."""
    names = sorted(lesions, key=str.casefold)
    return TOGETHER.join(names), sum((lesions[name][0] * lesions[name][1] for name in names), Decimal())


def several_lesions(place: str) -> bool:
    """Whether a sum of products is of more than one lesion, by its name."""
    return JOINT in place
