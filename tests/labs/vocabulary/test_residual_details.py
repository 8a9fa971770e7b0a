"""Targets of residual disease by their listed names, and what may not stand beside a value."""

from __future__ import annotations

from decimal import Decimal

import pytest

from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.quarantine import NotTaken, Quarantined, QuarantineReason
from labs.vocabulary.residual import TARGETS, target_of, unusable_detail

D = Decimal


@pytest.mark.parametrize("target", TARGETS)
def test_a_listed_target_keeps_its_name_however_it_is_spelt(target: str) -> None:
    assert target_of(target) == target
    assert target_of(f"  {target.lower()} ") == target
    assert target_of(target.replace("::", "-")) == target
    assert target_of(target.replace("::", "/")) == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("AML1-ETO", "RUNX1::RUNX1T1"),
        ("t(8;21)", "RUNX1::RUNX1T1"),
        ("inv(16)", "CBFB::MYH11"),
        ("t(15;17)", "PML::RARA"),
        ("BCR-ABL1 p210", "BCR::ABL1"),
        ("NPM1 type A", "NPM1"),
        ("MLL", "KMT2A fusion"),
        ("LAIP", "immunophenotype"),
        ("Ig/TCR", "IG/TR"),
    ],
)
def test_other_spellings_are_known(text: str, target: str) -> None:
    assert target_of(text) == target


def test_what_is_not_listed_stays_a_target_of_its_own() -> None:
    assert target_of("  WT1   expression ") == "WT1 expression"
    assert target_of("IGH") != target_of("TRG")
    assert target_of("FLT3") == "FLT3"
    assert target_of("") == ""
    assert len(target_of("x" * 90)) == 60


@pytest.mark.parametrize("target", ["DNMT3A", "dnmt3a", " TET2", "ASXL1"])
def test_genes_of_ageing_blood_are_not_followed(target: str) -> None:
    said = unusable_detail("mrd_sequencing", D(2), "", None, target)
    assert isinstance(said, NotTaken)
    assert target.strip() in said.reason
    assert said.code == "mrd_sequencing"


def test_only_residual_disease_is_asked_for_its_target() -> None:
    assert unusable_detail("blasts_marrow", D(2), "", None, "TET2") is None


@pytest.mark.parametrize(
    ("value", "comparator", "limit", "contradicts"),
    [
        ("0.01", "", "0.01", False),
        ("0.01", "", "0.010000001", True),
        ("0.01", "<", "0.01", False),
        ("0.001", "<", "0.01", True),
        ("0", "", "0.01", False),
        ("0.001", ">", "0.01", False),
        ("0.001", ">=", "0.01", False),
        ("0.02", "", None, False),
    ],
)
def test_a_value_below_its_own_limit_contradicts_itself(
    value: str, comparator: str, limit: str | None, contradicts: bool
) -> None:
    said = unusable_detail("mrd_molecular", D(value), comparator, None if limit is None else D(limit), "NPM1", "row 2")
    assert isinstance(said, Quarantined) is contradicts
    if isinstance(said, Quarantined):
        assert said.reason == QuarantineReason.LIMIT_ABOVE_VALUE
        assert (said.where, said.analyte) == ("row 2", "mrd_molecular")
        assert value in said.message
        assert "laboratory" in said.remedy


def test_a_contradicting_limit_is_said_in_full() -> None:
    assert unusable_detail("mrd_molecular", D("0.001"), "<", D("0.0100"), "NPM1") == Quarantined(
        QuarantineReason.LIMIT_ABOVE_VALUE,
        f"{ANALYTES['mrd_molecular'].name}: the limit of detection, 0.01 %, lies above the value, <0.001 %",
        "Ask the laboratory for the limit of detection in the unit of the value; then correct one of them.",
        "",
        "mrd_molecular",
    )
