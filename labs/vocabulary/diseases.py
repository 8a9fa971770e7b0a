"""Codes of the followed diseases (clinical reference section 7). The code follows the physician; no rule changes it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Course = Literal["not_in_remission", "in_remission", "in_relapse", ""]
Edition = Literal["CM", "WHO", "GM"]

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD_10_WHO = "http://hl7.org/fhir/sid/icd-10"
ICD_10_GM = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
ICD_O_3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"

EDITIONS: Mapping[str, Edition] = MappingProxyType({ICD_10_CM: "CM", ICD_10_WHO: "WHO", ICD_10_GM: "GM"})


class Category(NamedTuple):
    """A three or four character ICD-10 category; the last digit of the full code tells the course."""

    code: str
    disease: Literal["MM", "AML", "ALL"]
    name: str


CATEGORIES: Mapping[str, Category] = MappingProxyType(
    {
        category.code: category
        for category in (
            Category("C90.0", "MM", "Multiple myeloma"),
            Category("C92.0", "AML", "Acute myeloblastic leukaemia"),
            Category("C92.4", "AML", "Acute promyelocytic leukaemia"),
            Category("C92.5", "AML", "Acute myelomonocytic leukaemia"),
            Category("C92.6", "AML", "Acute myeloid leukaemia with 11q23 abnormality"),
            Category("C92.A", "AML", "Acute myeloid leukaemia with multilineage dysplasia"),
            Category("C93.0", "AML", "Acute monoblastic/monocytic leukaemia"),
            Category("C94.0", "AML", "Acute erythroid leukaemia"),
            Category("C94.2", "AML", "Acute megakaryoblastic leukaemia"),
            Category("C91.0", "ALL", "Acute lymphoblastic leukaemia"),
            Category("C91.A", "ALL", "Mature B-cell leukaemia Burkitt-type"),
        )
    }
)

# Neighbours that are not the followed diseases, though plasma cells are theirs too.
NEIGHBOURS: Mapping[str, str] = MappingProxyType(
    {"C90.1": "Plasma cell leukaemia", "C90.2": "Extramedullary plasmacytoma", "C90.3": "Solitary plasmacytoma"}
)

# The last digit. WHO's edition has none; ICD-10-GM has no digit for relapse.
_COURSES: Mapping[Edition, Mapping[str, Course]] = MappingProxyType(
    {
        "CM": {"0": "not_in_remission", "1": "in_remission", "2": "in_relapse"},
        "GM": {"0": "not_in_remission", "1": "in_remission"},
        "WHO": {},
    }
)

# ICD-O-3 morphology never tells the course.
MORPHOLOGIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "9732/3": ("MM", "Multiple myeloma"),
        "9861/3": ("AML", "AML, not otherwise specified"),
        "9866/3": ("AML", "Acute promyelocytic leukaemia"),
        "9896/3": ("AML", "AML with t(8;21)"),
        "9871/3": ("AML", "AML with inv(16)"),
        "9897/3": ("AML", "AML with t(9;11), KMT2A"),
        "9877/3": ("AML", "AML with mutated NPM1"),
        "9878/3": ("AML", "AML with mutated CEBPA"),
        "9895/3": ("AML", "AML, myelodysplasia-related"),
        "9920/3": ("AML", "Therapy-related myeloid neoplasm"),
        "9930/3": ("AML", "Myeloid sarcoma"),
        "9811/3": ("ALL", "B-ALL, not otherwise specified"),
        "9812/3": ("ALL", "B-ALL with BCR::ABL1"),
        "9813/3": ("ALL", "B-ALL with KMT2A rearrangement"),
        "9814/3": ("ALL", "B-ALL with ETV6::RUNX1"),
        "9815/3": ("ALL", "B-ALL, hyperdiploid"),
        "9816/3": ("ALL", "B-ALL, hypodiploid"),
        "9818/3": ("ALL", "B-ALL with TCF3::PBX1"),
        "9837/3": ("ALL", "T-ALL"),
        "9835/3": ("ALL", "ALL, not otherwise specified"),
    }
)


class CodedDisease(NamedTuple):
    """What a code says: the disease, the category's name, and the course where the edition tells one."""

    disease: str
    name: str
    course: Course


def coded_disease(code: str, edition: Edition = "CM") -> CodedDisease | None:
    """The followed disease an ICD-10 code names; None for any other disease and for a code of impossible form."""
    plain = code.strip().upper()
    category = CATEGORIES.get(plain[:5])
    if category is None or (plain[5:] and plain[5:] not in _COURSES[edition]):
        return None
    return CodedDisease(category.disease, category.name, _COURSES[edition].get(plain[5:], ""))


def code_for(category: str, course: Course, edition: Edition = "CM") -> str | None:
    """The full code of a category and a course; None where the edition cannot say it. WHO's is the category itself."""
    if category not in CATEGORIES:
        return None
    if edition == "WHO":
        return category
    return next((category + digit for digit, told in _COURSES[edition].items() if told == course), None)
