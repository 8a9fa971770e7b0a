"""patients.csv: who is to be registered, and why a row is not taken."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.intake.csv.patients import COLUMNS, read_patients
from labs.intake.incoming import MRN, IncomingDiagnosis, IncomingPatient, IncomingSubject, Reason, Refused, Skipped

TODAY = date(2026, 1, 7)
HEADER = "mrn,family_name,given_name,birth_date,sex,site"
GOOD = "007,Okafor,Ines,1958-03-14,female,NORTH"
REAL = Path(__file__).parents[5] / "shared" / "data" / "ifm-dfci" / "patients.csv"


def rows(*lines: str, header: str = HEADER) -> list[IncomingPatient | Skipped | Refused]:
    data = "\n".join([header, *lines]).encode()
    return list(read_patients(io.BytesIO(data), as_of=TODAY))


def patient(row: str, header: str = HEADER) -> IncomingPatient:
    (only,) = rows(row, header=header)
    assert isinstance(only, IncomingPatient), only
    return only


def fact(column: str, text: str, disease: str = "MM") -> IncomingPatient | Skipped | Refused:
    (only,) = rows(f"{GOOD},{disease},{text}", header=f"{HEADER},diagnosis,{column}")
    return only


def test_a_row_becomes_a_person() -> None:
    assert patient(GOOD) == IncomingPatient(
        subject=IncomingSubject(
            identifiers=((MRN, "007"),),
            family_name="Okafor",
            given_name="Ines",
            birth_date=date(1958, 3, 14),
            birth_date_text="1958-03-14",
            sex="female",
        ),
        where="row 2",
        site="NORTH",
        row=2,
    )


def test_every_fact_of_the_disease_is_kept() -> None:
    header = f"{HEADER},{','.join(COLUMNS.optional)}"
    found = patient(f"{GOOD},mm,2020-01-02,igg,Kappa,intact,flc; serum_m,2020-09-01,vgpr,2021-01-01,high", header)
    assert found.diagnosis == IncomingDiagnosis(
        disease="MM",
        diagnosed_on=date(2020, 1, 2),
        heavy_chain="IgG",
        light_chain="kappa",
        disease_type="intact",
        measurable=("serum_m", "flc"),
        remission_on=date(2020, 9, 1),
        response="VGPR",
        therapy_ended_on=date(2021, 1, 1),
        risk_group="high",
    )


def test_names_are_trimmed_and_composed() -> None:
    found = patient("007,  Mu\u0308ller   Lu\u0308denscheidt ,\u00a0Ren\u0065\u0301e ,1958-03-14,female,NORTH").subject
    assert (found.family_name, found.given_name) == ("Müller Lüdenscheidt", "Renée")


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        (",Okafor,Ines,1958-03-14,female,NORTH", Reason.MISSING_VALUE, "mrn"),
        ("007,,Ines,1958-03-14,female,NORTH", Reason.MISSING_VALUE, "family_name"),
        ("007,Okafor,Ines,,female,NORTH", Reason.MISSING_VALUE, "birth_date"),
        ("007,Okafor,Ines,1958-03-14,,NORTH", Reason.MISSING_VALUE, "sex"),
        ("007,Okafor,Ines,1958-03-14,female,", Reason.MISSING_VALUE, "site"),
        ("007,Okafor,Ines,14/03/1958,female,NORTH", Reason.BAD_DATE, "birth_date"),
        ("007,Okafor,Ines,04/03/1958,female,NORTH", Reason.AMBIGUOUS_DATE, "birth_date"),
        ("007,Okafor,Ines,2058-03-14,female,NORTH", Reason.FUTURE_DATE, "birth_date"),
        ("007,Okafor,Ines,1958-03-14,F,NORTH", Reason.BAD_VALUE, "sex"),
        ("007,Okafor,Ines,1958-03-14,female,North ward", Reason.BAD_VALUE, "site"),
        ("0\t07,Okafor,Ines,1958-03-14,female,NORTH", Reason.BAD_VALUE, "mrn"),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_are_taken(row: str, reason: Reason, column: str) -> None:
    before, refused, after = rows(GOOD.replace("007", "001"), row, GOOD.replace("007", "002"))
    assert isinstance(before, IncomingPatient)
    assert isinstance(after, IncomingPatient)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.column, refused.row) == (reason, column, 3)
    assert refused.remedy


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("heavy_chain", "G"),
        ("light_chain", "k"),
        ("disease_type", "whole"),
        ("measurable", "serum_m;blood"),
        ("response", "fine"),
        ("risk_group", "III"),
    ],
)
def test_a_word_outside_the_closed_list_is_refused_with_the_list(column: str, text: str) -> None:
    refused = fact(column, text)
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.column) == (Reason.BAD_VALUE, column)
    assert "Enter " in refused.remedy


@pytest.mark.parametrize("column", ["heavy_chain", "light_chain", "disease_type", "measurable"])
def test_facts_of_myeloma_beside_a_leukaemia_are_refused(column: str) -> None:
    text = {"heavy_chain": "IgG", "light_chain": "kappa", "disease_type": "intact", "measurable": "flc"}[column]
    assert isinstance(fact(column, text), IncomingPatient)
    refused = fact(column, text, disease="AML")
    assert isinstance(refused, Refused)
    assert refused.column == column


def test_facts_without_a_disease_are_refused() -> None:
    refused = fact("remission_on", "2020-01-01", disease="")
    assert isinstance(refused, Refused)
    assert refused.reason == Reason.FACT_WITHOUT_DIAGNOSIS


def test_remission_before_diagnosis_is_refused() -> None:
    (refused,) = rows(f"{GOOD},MM,2020-01-02,2020-01-01", header=f"{HEADER},diagnosis,diagnosed_on,remission_on")
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.column) == (Reason.DATES_OUT_OF_ORDER, "remission_on")


def test_the_same_row_twice_is_skipped() -> None:
    first, second = rows(GOOD, GOOD)
    assert isinstance(first, IncomingPatient)
    assert isinstance(second, Skipped)
    assert (second.reason, second.row) == (Reason.REPEATED_ROW, 3)
    assert "row 2" in second.message


def test_another_row_under_the_same_mrn_is_refused_and_names_both() -> None:
    first, second = rows(GOOD, GOOD.replace("Ines", "Irma"))
    assert isinstance(first, IncomingPatient)
    assert isinstance(second, Refused)
    assert second.reason == Reason.CONTRADICTING_ROWS
    assert "2" in second.remedy
    assert "3" in second.remedy


def test_numbers_that_differ_by_a_leading_zero_are_two_people() -> None:
    assert all(isinstance(outcome, IncomingPatient) for outcome in rows(GOOD, GOOD.replace("007", "7")))


def test_a_header_alone_is_nothing_wrong() -> None:
    (note,) = rows()
    assert isinstance(note, Skipped)
    assert note.reason == Reason.NO_ROWS


@given(st.binary(max_size=300))
def test_any_bytes_below_a_good_header_give_outcomes_and_no_exception(data: bytes) -> None:
    for outcome in read_patients(io.BytesIO(HEADER.encode() + b"\n" + data), as_of=TODAY):
        assert isinstance(outcome, IncomingPatient | Refused | Skipped)


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/ifm-dfci is not there")
def test_every_patient_of_the_trial_is_read() -> None:
    with REAL.open("rb") as file:
        outcomes = list(read_patients(file, as_of=TODAY))
    assert len(outcomes) == 374
    assert all(isinstance(outcome, IncomingPatient) and outcome.diagnosis for outcome in outcomes)
