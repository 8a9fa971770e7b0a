"""`outcomes.csv`: periods of follow-up with their relapse."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from labs.intake.csv.outcomes import IncomingOutcome, read_outcomes
from labs.intake.incoming import Reason, Refused

TODAY = date(2026, 11, 1)


def read(text: str) -> list[IncomingOutcome | Refused]:
    return list(read_outcomes(BytesIO(text.encode()), as_of=TODAY))


def reason(text: str) -> Reason:
    (refused,) = read(text)
    assert isinstance(refused, Refused)
    return refused.reason


def test_a_row_needs_no_more_than_a_number_and_a_relapse() -> None:
    assert read("mrn,relapsed_on\n7,2025-03-01\n8,\n") == [
        IncomingOutcome("7", "row 2", date(2025, 3, 1)),
        IncomingOutcome("8", "row 3"),
    ]


def test_it_reads_the_columns_of_the_demo_and_leaves_others_alone() -> None:
    text = "mrn,disease,relapse_on,onset_on,followed_from,followed_until\n7,MM,2025-03-01,2024-12-01,2023-01-01,2025-03-01\n"
    days = (date(2025, 3, 1), date(2024, 12, 1), date(2023, 1, 1), date(2025, 3, 1))
    assert read(text) == [IncomingOutcome("7", "row 2", *days)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mrn\n7\n", Reason.MISSING_COLUMN),
        ("relapse_on\n2025-01-01\n", Reason.MISSING_COLUMN),
        ("", Reason.EMPTY_FILE),
        ("mrn,relapse_on\n,2025-01-01\n", Reason.MISSING_VALUE),
        ("mrn,relapse_on\n7,01/02/2025\n", Reason.AMBIGUOUS_DATE),
        ("mrn,relapse_on\n7,2027-01-02\n", Reason.FUTURE_DATE),
        ("mrn,relapse_on\n7,2025-01-01,x\n", Reason.WRONG_FIELD_COUNT),
        ("mrn,relapse_on,relapsed_on\n7,2025-01-01,2025-01-02\n", Reason.CONTRADICTING_ROWS),
        ("mrn,relapse_on,onset\n7,2025-01-01,2025-01-02\n", Reason.DATES_OUT_OF_ORDER),
        ("mrn,relapse_on,followed_from\n7,2025-01-01,2025-01-02\n", Reason.DATES_OUT_OF_ORDER),
        ("mrn,relapse_on,followed_from,followed_until\n7,,2025-01-02,2025-01-01\n", Reason.DATES_OUT_OF_ORDER),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(text: str, expected: Reason) -> None:
    assert reason(text) is expected


def test_a_refused_row_takes_no_other_with_it() -> None:
    first, second = read("mrn,relapse_on\n,2025-01-01\n7,2025-01-01\n")
    assert isinstance(first, Refused)
    assert isinstance(second, IncomingOutcome)
