"""Specimens, statuses and methods: the words beside a value."""

import pytest

from labs.vocabulary.methods import FAMILIES, LONGEST, method_family, method_label
from labs.vocabulary.specimens import SPECIMENS, is_spot_urine, specimen_of
from labs.vocabulary.statuses import (
    HL7_REPORT_STATUS,
    HL7_RESULT_STATUS,
    REPORT_STATUSES,
    RESULT_STATUSES,
    USABLE,
    USABLE_REPORTS,
    is_usable,
    is_void,
    status_of,
)


@pytest.mark.parametrize(
    ("text", "specimen"),
    [
        ("serum", "serum"), ("SER", "serum"), ("Ser/Plas", "serum"), ("PLAS", "plasma"), ("BLD", "blood"), ("Whole  blood", "blood"),
        ("peripheral blood", "blood"), ("BM", "bone_marrow"), ("bone_marrow", "bone_marrow"), ("Bone marrow aspirate", "bone_marrow"),
        ("MAR", "bone_marrow"), ("UR", "urine"), ("24 h urine", "urine_24h"), ("Urine, 24 hour", "urine_24h"), ("CSF", "csf"),
        ("Cerebrospinal fluid", "csf"), ("urine_24h", "urine_24h"), ("tissue", "tissue"),
        ("", None), ("tube 3", None), ("saliva", None), ("serum?", None),
    ],
)  # fmt: skip
def test_specimens_by_code_and_text(text: str, specimen: str | None) -> None:
    assert specimen_of(text) == specimen
    assert specimen is None or specimen in SPECIMENS


def test_spot_urine_is_said_by_words_only() -> None:
    assert is_spot_urine("Random urine")
    assert not is_spot_urine("urine")
    assert not is_spot_urine("24 h urine")


@pytest.mark.parametrize("status", RESULT_STATUSES)
def test_only_final_results_are_usable(status: str) -> None:
    assert is_usable(status) == (status in ("final", "amended", "corrected"))
    assert is_void(status) == (status in ("cancelled", "entered-in-error"))
    assert not (is_usable(status) and is_void(status))


def test_hl7_statuses_are_complete_and_lead_to_known_ones() -> None:
    assert set("CDFINOPRSUVWXAB") == set(HL7_RESULT_STATUS)
    assert set("OISAPCRFXYZMN") == set(HL7_REPORT_STATUS)
    assert set(HL7_RESULT_STATUS.values()) <= {None, *RESULT_STATUSES}
    assert set(HL7_REPORT_STATUS.values()) <= {None, *REPORT_STATUSES}


@pytest.mark.parametrize(
    ("code", "usable"),
    [
        ("F", True),
        ("C", True),
        ("U", True),
        ("P", False),
        ("R", False),
        ("S", False),
        ("I", False),
        ("D", False),
        ("W", False),
        ("X", False),
    ],
)
def test_what_hl7_calls_preliminary_or_wrong_is_not_usable(code: str, usable: bool) -> None:
    status = HL7_RESULT_STATUS[code]
    assert status is not None
    assert is_usable(status) == usable


@pytest.mark.parametrize(
    ("code", "usable"), [("F", True), ("C", True), ("P", False), ("A", False), ("X", False), ("S", False)]
)
def test_hl7_report_statuses(code: str, usable: bool) -> None:
    assert (HL7_REPORT_STATUS[code] in USABLE_REPORTS) == usable


def test_an_appended_report_is_usable_and_a_result_is_never_appended() -> None:
    assert "appended" in USABLE_REPORTS
    assert "appended" not in USABLE
    assert "appended" not in RESULT_STATUSES


@pytest.mark.parametrize(
    ("text", "status"),
    [("Final", "final"), (" final ", "final"), ("Prelim", "preliminary"), ("Canceled", "cancelled"), ("Entered in error", "entered-in-error"),
     ("corrected", "corrected"), ("", None), ("done?", None), ("F", None)],
)  # fmt: skip
def test_printed_statuses(text: str, status: str | None) -> None:
    assert status_of(text) == status


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("SPEP", "spep"), ("UPEP", "spep"), ("PEP, agarose gel densitometry", "spep"), ("Serum protein electrophoresis", "spep"),
        ("Capillary electrophoresis", "capillary"), ("Sebia Capillarys 2", "capillary"), ("CZE", "capillary"),
        ("Immunosubtraction by capillary", "immunosubtraction"), ("Immunotyping", "immunosubtraction"),
        ("Immunofixation electrophoresis", "immunofixation"), ("Nephelometry", "nephelometry"), ("nephelometric IgG", "nephelometry"),
        ("Immunoturbidimetry", "turbidimetry"), ("Freelite", "freelite"), ("The Binding Site Optilite", "freelite"),
        ("Freelite, turbidimetry", "freelite"), ("N Latex FLC", "n_latex"), ("N-Latex, nephelometry", "n_latex"),
        ("Diazyme FLC", "diazyme"), ("Sebia FLC ELISA", "sebia_elisa"), ("Seralite", "seralite"), ("Hevylite", "heavy_light"),
        ("MALDI-TOF Mass-Fix", "mass_spectrometry"), ("Jaffe", "jaffe"), ("kinetic Jaffé", "jaffe"), ("Enzymatic", "enzymatic"),
        ("Automated count", "automated"), ("Manual differential", "manual"), ("flow cytometry, 8 colours", "flow"), ("NGF", "flow"),
        ("RT-qPCR", "rt_qpcr"), ("ddPCR", "digital_pcr"), ("clonoSEQ NGS", "sequencing"), ("CD138 IHC", "immunohistochemistry"),
        ("Morphology, 500 cells", "morphology"), ("", ""), ("  ", ""), ("BN II", "other:bn ii"), ("in-house", "other:in-house"),
        ("Freelite and N Latex", "other:freelite and n latex"),
        ("Diazyme, turbidimetry", "diazyme"), ("Seralite, nephelometry", "seralite"), ("Hevylite, nephelometry", "heavy_light"),
        ("Sebia FLC ELISA, turbidimetry", "sebia_elisa"), ("Freelite, automated", "freelite"),
        ("Freelite after electrophoresis", "freelite"), ("Nephelometry, automated analyser", "nephelometry"),
        ("Capillary electrophoresis, automated", "capillary"), ("Immunofixation, capillary", "other:immunofixation, capillary"),
        ("Freelite, flow cytometry", "other:freelite, flow cytometry"),
    ],
)  # fmt: skip
def test_method_texts(text: str, family: str) -> None:
    assert method_family(text) == family
    assert method_family(text.upper()) == family
    assert not family or family in FAMILIES or family.startswith("other:")


def test_assays_that_are_not_interchangeable_are_different_families() -> None:
    makers = ["Freelite", "N Latex", "Diazyme", "Sebia FLC", "Seralite"]
    assert len({method_family(text) for text in makers}) == len(makers)
    proteins = ["SPEP densitometry", "nephelometric IgG", "immunosubtraction", "Capillary electrophoresis"]
    assert len({method_family(text) for text in proteins}) == len(proteins)


def test_two_unknown_methods_are_two_families() -> None:
    assert method_family("alpha") != method_family("beta")
    assert method_family("  ALPHA  x") == method_family("alpha x")


def test_a_family_fits_its_column_and_has_a_label() -> None:
    assert len(method_family("a very long description of an in-house procedure of the laboratory")) <= LONGEST
    assert method_label("spep") == "Electrophoresis, densitometry"
    assert method_label("other:bn ii") == "bn ii"
    assert method_label("") == ""
    assert all(len(family) <= LONGEST for family in FAMILIES)
