"""Findings in words: immunofixation and test strips. What is not certain is not read."""

import pytest

from labs.vocabulary.coded_values import read_answer, read_grade, read_immunofixation
from labs.vocabulary.isotypes import Isotype, isotype_of, isotypes_in


@pytest.mark.parametrize(
    "text",
    [
        "IgG kappa?",
        "No change in IgG kappa",
        "IgG kappa no longer detected",
        "Previously identified IgG kappa not detected",
        "IgG kappa; no lambda",
        "Negative for IgG, positive for IgA kappa",
        "Not negative",
        "No definite monoclonal protein, faint IgG kappa",
        "Probable IgG kappa",
        "IgG kappa vs IgG lambda",
        "Not performed",
        "Oligoclonal pattern",
        "Polyclonal increase",
        "Normal",
        "Normal pattern",
        "Abnormal",
        "No interpretation",
        "No monoclonal protein detected. IgG kappa previously.",
        "monoclonal",
        "IgG kappa 0.3 g/dL",
        "IgX kappa",
        "IgG, kappa",
        "Bence-Jones protein, kappa",
        "kappa",
        "lambda",
        "",
        " ",
        "1",
    ],
)
def test_doubtful_findings_are_not_read(text: str) -> None:
    assert read_immunofixation(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Negative",
        "NEG",
        "negative.",
        "Not detected",
        "No monoclonal protein detected",
        "No monoclonal proteins identified.",
        "No monoclonal band seen",
        "No M-protein detected",
        "no paraprotein",
        "No paraprotein is present",
        "No evidence of a monoclonal protein",
        "No evidence of monoclonal gammopathy",
        "Immunofixation negative",
        "Immunofixation is negative for monoclonal protein",
        "Monoclonal protein not detected",
        "Normal immunofixation pattern",
    ],
)
def test_negative_findings(text: str) -> None:
    found = read_immunofixation(text)
    assert found is not None
    assert (found.coded, found.isotypes) == ("negative", ())


@pytest.mark.parametrize(
    "text",
    ["Equivocal", "indeterminate", "Cannot exclude a monoclonal protein", "Possible monoclonal protein", "Borderline"],
)
def test_equivocal_findings(text: str) -> None:
    found = read_immunofixation(text)
    assert found is not None
    assert (found.coded, found.isotypes) == ("equivocal", ())


@pytest.mark.parametrize(
    ("text", "isotypes"),
    [
        ("Positive", ""),
        ("Monoclonal protein detected", ""),
        ("IgG kappa", "IgG-kappa"),
        ("IgG-kappa", "IgG-kappa"),
        ("IgG/kappa", "IgG-kappa"),
        ("IgGκ", "IgG-kappa"),
        ("IgG κ", "IgG-kappa"),
        ("IgA lambda", "IgA-lambda"),
        ("IgM (kappa)", "IgM-kappa"),
        ("Positive: IgG kappa", "IgG-kappa"),
        ("Positive for IgG kappa", "IgG-kappa"),
        ("IgG kappa monoclonal protein", "IgG-kappa"),
        ("IgG kappa monoclonal protein detected", "IgG-kappa"),
        ("Monoclonal IgG kappa present", "IgG-kappa"),
        ("Monoclonal protein, IgG kappa type", "IgG-kappa"),
        ("Faint IgG kappa band", "IgG-kappa"),
        ("Faint monoclonal IgG kappa", "IgG-kappa"),
        ("A small IgG lambda paraprotein is present", "IgG-lambda"),
        ("IgG kappa and IgA lambda", "IgG-kappa IgA-lambda"),
        ("IgG kappa, IgG lambda", "IgG-kappa IgG-lambda"),
        ("IgG kappa + free kappa", "IgG-kappa free kappa"),
        ("IgG kappa with a faint IgM lambda", "IgG-kappa IgM-lambda"),
        ("Free lambda light chains", "free lambda"),
        ("lambda light chain only", "free lambda"),
        ("Bence Jones kappa", "free kappa"),
        ("IgG kappa and IgG kappa", "IgG-kappa"),
    ],
)
def test_positive_findings(text: str, isotypes: str) -> None:
    found = read_immunofixation(text)
    assert found is not None
    assert found.coded == "positive"
    expected = isotypes.replace("free ", "free_").split()
    assert [str(one).replace(" ", "_") for one in found.isotypes] == expected


@pytest.mark.parametrize(
    ("coded", "finding"),
    [
        ("http://loinc.org|LA6576-8", "positive"),
        ("http://loinc.org|LA6577-6", "negative"),
        ("LA11883-8", "negative"),
        ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation|POS", "positive"),
        ("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation|IND", "equivocal"),
        ("|POS", None),
        ("local|POS", None),
        ("local|ND", None),
        ("http://loinc.org|LA1", None),
        ("", None),
    ],
)
def test_coded_answers(coded: str, finding: str | None) -> None:
    assert read_answer(coded) == finding


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("Negative", "negative"), ("neg", "negative"), ("Trace", "trace"), ("±", "trace"), ("+/-", "trace"), ("1+", "1+"),
        ("+1", "1+"), ("+", "1+"), ("++", "2+"), ("+++", "3+"), ("++++", "4+"), ("4 +", "4+"), (">=4+", "4+"), (">3+", "4+"),
        ("2+ (100 mg/dL)", "2+"), ("trace (15)", "trace"), ("Negative (<10 mg/dL)", "negative"),
        ("0", None), ("1", None), ("5+", None), ("+++++", None), ("-", None), ("normal", None), ("1+ to 2+", None), ("", None),
        ("positive", None), ("30 mg/dL", None),
    ],
)  # fmt: skip
def test_grades_of_a_test_strip(text: str, grade: str | None) -> None:
    assert read_grade(text) == grade


def test_isotypes_that_may_be_the_same_clone() -> None:
    diagnosis = Isotype("IgG", "kappa")
    assert Isotype("IgG", "kappa").may_be(diagnosis)
    assert Isotype("IgG", "").may_be(diagnosis)
    assert diagnosis.may_be(Isotype("", "kappa"))
    assert not Isotype("IgG", "lambda").may_be(diagnosis)
    assert not Isotype("IgA", "kappa").may_be(diagnosis)
    assert not Isotype("none", "kappa").may_be(diagnosis)


@pytest.mark.parametrize(
    "isotypes",
    [(), (Isotype("IgG", "kappa"),), (Isotype("IgA", "lambda"), Isotype("none", "kappa"), Isotype("IgM", ""))],
)
def test_a_stored_finding_gives_its_isotypes_back(isotypes: tuple[Isotype, ...]) -> None:
    finding = "positive" + (": " + ", ".join(map(str, isotypes)) if isotypes else "")
    assert isotypes_in(finding) == isotypes


@pytest.mark.parametrize("text", ["", "kappa", "Ig", "IgZ kappa", "IgG kappa lambda", "IgG kappa?"])
def test_texts_that_name_no_isotype(text: str) -> None:
    assert isotype_of(text) is None


def test_160_characters_are_read_and_one_more_is_a_narrative() -> None:
    longest = "IgG kappa" + ", IgG kappa" + " and IgG kappa" * 10
    assert len(longest) == 160
    assert read_immunofixation(longest) == ("positive", (Isotype("IgG", "kappa"),))
    assert read_immunofixation(longest.replace(", ", " , ")) is None


def test_isotypes_in_words() -> None:
    assert [str(Isotype("IgG", "")), str(Isotype("IgG", "kappa")), str(Isotype("none", "kappa"))] == [
        "IgG",
        "IgG-kappa",
        "free kappa",
    ]
    assert isotypes_in("negative") == ()
    assert isotypes_in("IgG-kappa") == ()
