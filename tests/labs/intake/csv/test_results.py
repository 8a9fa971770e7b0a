"""results.csv: good rows are taken as they came, bad ones named with row, reason and remedy, and nothing is lost between."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.intake.csv.results import COLUMNS, read_results
from labs.intake.incoming import LOINC, MRN, IncomingReport, IncomingResult, Reason, Refused, Skipped

TODAY = date(2026, 1, 7)
HEADER = "mrn,accession,collected_at,code,value,unit,status"
GOOD = "007,A1,2021-01-07,33358-3,1.58,g/L,final"
REAL = Path(__file__).parents[5] / "shared" / "data" / "ifm-dfci" / "results.csv"

Outcome = IncomingReport | Skipped | Refused


def read(data: str | bytes) -> list[Outcome]:
    return list(read_results(io.BytesIO(data.encode() if isinstance(data, str) else data), as_of=TODAY))


def rows(*lines: str, header: str = HEADER) -> list[Outcome]:
    return read("\n".join([header, *lines]) + "\n")


def result(row: str, header: str = HEADER) -> IncomingResult:
    (report,) = rows(row, header=header)
    assert isinstance(report, IncomingReport), report
    (only,) = report.results
    return only


def refusal(row: str, header: str = HEADER) -> Refused:
    """The refusal of `row`, which stands between two good rows that must both be taken."""
    before, refused, after = rows(GOOD, row, GOOD.replace("A1", "A9"), header=header)
    assert isinstance(before, IncomingReport)
    assert isinstance(refused, Refused)
    assert isinstance(after, IncomingReport)
    assert refused.row == 3
    assert refused.where == "row 3"
    assert refused.message
    assert refused.remedy
    assert not refused.whole_file
    return refused


def test_a_row_is_kept_as_it_came() -> None:
    header = HEADER + ",specimen,method,laboratory,reference_low,reference_high,note"
    found = result("007,A1,2021-01-07T08:30:00+01:00,33358-3,<0.10,g/dL,final,serum,SPEP,Lab 1,0,0.5,see phone", header)
    assert found == IncomingResult(
        accession="A1",
        code="33358-3",
        code_system=LOINC,
        display="",
        value_text="<0.10",
        comparator="<",
        value=Decimal("0.10"),
        coded="",
        unit="g/dL",
        unit_system="",
        status="final",
        collected_at=datetime.fromisoformat("2021-01-07T08:30:00+01:00"),
        collected_on=date(2021, 1, 7),
        time_known=True,
        zone_known=True,
        specimen="serum",
        method="SPEP",
        laboratory="Lab 1",
        reference_low=Decimal(0),
        reference_high=Decimal("0.5"),
        reference_text="",
        note="see phone",
        where="row 2",
        row=2,
    )


def test_leading_zeros_of_the_mrn_stay() -> None:
    (report,) = rows(GOOD)
    assert isinstance(report, IncomingReport)
    assert report.subject.identifiers == ((MRN, "007"),)


@pytest.mark.parametrize("text", ["negative", "IgG kappa", "0,7", "1 band", "see note"])
def test_a_value_that_is_no_plain_number_is_text(text: str) -> None:
    found = result(f'007,A1,2021-01-07,33358-3,"{text}",,final')
    assert (found.value_text, found.value, found.comparator) == (text, None, "")


def test_a_range_that_is_not_two_numbers_is_text() -> None:
    found = result("007,A1,2021-01-07,33358-3,1,g/L,final,,<0.5", HEADER + ",reference_low,reference_high")
    assert (found.reference_low, found.reference_high, found.reference_text) == (None, None, "<0.5")


def test_adjacent_rows_of_one_accession_are_one_report_and_others_are_not() -> None:
    outcomes = rows(
        "007,A1,2021-01-07,718-7,12.1,g/dL,final",
        "007,A1,2021-01-07,777-3,250,10*9/L,preliminary",
        "008,A1,2021-01-07,718-7,12.1,g/dL,final",
        "007,A1,2021-01-07,6690-2,5,10*9/L,final",
    )
    assert all(isinstance(outcome, IncomingReport) for outcome in outcomes)
    reports = [outcome for outcome in outcomes if isinstance(outcome, IncomingReport)]
    assert [[found.code for found in report.results] for report in reports] == [
        ["718-7", "777-3"],
        ["718-7"],
        ["6690-2"],
    ]
    assert [report.status for report in reports] == ["unknown", "final", "final"]


def test_the_same_row_twice_is_passed_on_twice() -> None:
    (report,) = rows(GOOD, GOOD)
    assert isinstance(report, IncomingReport)
    assert len(report.results) == 2


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "registered"])
def test_a_value_may_be_missing_when_the_status_says_so(status: str) -> None:
    found = result(f"007,A1,2021-01-07,33358-3,,,{status}")
    assert (found.value_text, found.status) == ("", status)


@pytest.mark.parametrize("word", ["Final", "FINAL", " final "])
def test_case_and_space_of_a_status_do_not_matter(word: str) -> None:
    assert result(f"007,A1,2021-01-07,33358-3,1,g/L,{word}").status == "final"


@pytest.mark.parametrize(
    ("row", "reason", "column"),
    [
        ("007,A1,07/01/2021,33358-3,1.58,g/L,final", Reason.AMBIGUOUS_DATE, "collected_at"),
        ("007,A1,2021-02-30,33358-3,1.58,g/L,final", Reason.BAD_DATE, "collected_at"),
        ("007,A1,2031-01-01,33358-3,1.58,g/L,final", Reason.FUTURE_DATE, "collected_at"),
        ("007,A1,,33358-3,1.58,g/L,final", Reason.MISSING_VALUE, "collected_at"),
        (",A1,2021-01-07,33358-3,1.58,g/L,final", Reason.MISSING_VALUE, "mrn"),
        ("007,,2021-01-07,33358-3,1.58,g/L,final", Reason.MISSING_VALUE, "accession"),
        ("007,A1,2021-01-07,,1.58,g/L,final", Reason.MISSING_VALUE, "code"),
        ("007,A1,2021-01-07,33358-3,,g/L,final", Reason.MISSING_VALUE, "value"),
        ("007,A1,2021-01-07,33358-3,1.58,g/L,", Reason.MISSING_VALUE, "status"),
        ("007,A1,2021-01-07,33358-3,1.58,g/L,F", Reason.BAD_STATUS, "status"),
        ("007,A1,2021-01-07,33358-3,1.58,g/L,nonsense", Reason.BAD_STATUS, "status"),
        ("007,A1,2021-01-07,33358-3,1,58,g/L,final", Reason.WRONG_FIELD_COUNT, ""),
        ("007,A1,2021-01-07,33358-3,1.58,g/L", Reason.WRONG_FIELD_COUNT, ""),
        ("007;A1;2021-01-07;33358-3;1,58;g/L;final", Reason.WRONG_FIELD_COUNT, ""),
        ('007,A1,2021-01-07,33358-3,1.58,"g/L,final', Reason.UNCLOSED_QUOTE, ""),
        ('007,A1,2021-01-07,33358-3,1.58,"g"/L,final', Reason.UNCLOSED_QUOTE, ""),
        ("007\u200b,A1,2021-01-07,33358-3,1.58,g/L,final", Reason.BAD_VALUE, "mrn"),
        ("007,A1,2021-01-07,33358-3,1.58," + "g" * 61 + ",final", Reason.TOO_LONG, "unit"),
        ("007,A1,2021-01-07,33358-3,1.58,g/\0L,final", Reason.NUL_BYTE, ""),
        ("007,A1,2021-01-07,33358-3,1.58," + "g" * 70_000 + ",final", Reason.TOO_LONG, ""),
    ],
)
def test_a_bad_row_is_refused_and_its_neighbours_are_taken(row: str, reason: Reason, column: str) -> None:
    refused = refusal(row)
    assert (refused.reason, refused.column) == (reason, column)


def test_a_row_parted_by_semicolons_is_told_so() -> None:
    assert "semicolon" in refusal("007;A1;2021-01-07;33358-3;1.58;g/L;final").remedy


def test_a_byte_that_is_not_utf8_is_named_with_its_place() -> None:
    bad = "007,A1,2021-01-07,33358-3,1,g/L,final,Universitätslabor".encode("latin-1")
    good = GOOD.encode() + b"," + "Universitätslabor".encode()
    data = b"\n".join([(HEADER + ",laboratory").encode(), good, bad, good])
    first, refused, last = read(data)
    assert isinstance(first, IncomingReport)
    assert isinstance(refused, Refused)
    assert isinstance(last, IncomingReport)
    assert (refused.row, refused.reason) == (3, Reason.NOT_UTF8)
    assert f"position {data.index(bytes([0xE4]))}" in refused.message
    assert "0xE4" in refused.message


def test_a_quoted_field_may_hold_commas_quotes_and_lines_and_rows_are_counted_as_a_spreadsheet_does() -> None:
    first, second = rows(
        '007,A1,2021-01-07,33358-3,1,g/L,final,"one, ""two""',
        'three"',
        "",
        "007,A2,2021-01-07,33358-3,1,g/L,final,",
        header=HEADER + ",note",
    )
    assert isinstance(first, IncomingReport)
    assert first.results[0].note == 'one, "two"\nthree'
    assert isinstance(second, IncomingReport)
    assert second.row == 4


def test_a_quote_never_closed_does_not_swallow_the_file() -> None:
    many = [GOOD.replace("A1", f"B{number}") for number in range(300)]
    refused, *taken = rows('007,A1,2021-01-07,33358-3,1,g/L,"final', *many)
    assert isinstance(refused, Refused)
    assert refused.row == 2
    assert len(taken) == 300


def test_blank_rows_are_left_out_and_counted() -> None:
    _, second = rows(GOOD, "", ",,,,,,", "  ", GOOD.replace("A1", "A2"))
    assert isinstance(second, IncomingReport)
    assert second.row == 6


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", ["", "end"])
def test_line_ends_of_windows_a_byte_order_mark_and_no_last_line_end_are_fine(
    ending: str, mark: bytes, last: str
) -> None:
    text = HEADER + ending + GOOD + (ending if last else "")
    (report,) = read(mark + text.encode())
    assert isinstance(report, IncomingReport)
    assert report.results[0].status == "final"


def test_columns_may_stand_in_any_order() -> None:
    found = result("final,g/L,1.58,33358-3,2021-01-07,A1,007", "status,unit,value,code,collected_at,accession,mrn")
    assert (found.accession, found.unit, found.status) == ("A1", "g/L", "final")


def test_an_unknown_column_is_not_read_and_told_of() -> None:
    note, report = rows(GOOD + ",x", header=HEADER + ",ward")
    assert isinstance(note, Skipped)
    assert (note.reason, note.where) == (Reason.UNKNOWN_COLUMN, "header")
    assert "ward" in note.message
    assert isinstance(report, IncomingReport)


def test_a_header_alone_is_nothing_wrong() -> None:
    (note,) = read(HEADER + "\n")
    assert isinstance(note, Skipped)
    assert note.reason == Reason.NO_ROWS


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (b"", Reason.EMPTY_FILE, "empty"),
        (b"\xef\xbb\xbf", Reason.EMPTY_FILE, "empty"),
        (HEADER.replace(",", ";").encode() + b"\n", Reason.WRONG_DELIMITER, "semicolon"),
        (HEADER.replace(",", "\t").encode() + b"\n", Reason.WRONG_DELIMITER, "tab"),
        (HEADER.replace(",", "|").encode() + b"\n", Reason.WRONG_DELIMITER, "vertical bar"),
        (HEADER.replace(",status", "").encode() + b"\n", Reason.MISSING_COLUMN, "status"),
        (HEADER.upper().encode() + b"\n", Reason.MISSING_COLUMN, "mrn"),
        (HEADER.encode() + b",value\n", Reason.DUPLICATE_COLUMN, "value"),
        (HEADER.encode("utf-16"), Reason.NOT_UTF8, "UTF-16"),
        (HEADER.encode("utf-16-le"), Reason.NOT_UTF8, "UTF-16"),
        (HEADER.encode("utf-16-be"), Reason.NOT_UTF8, "UTF-16"),
        (HEADER.encode() + b",\xe4\n", Reason.NOT_UTF8, "0xE4"),
        (HEADER.encode() + b"\r" + GOOD.encode() + b"\r", Reason.WRONG_LINE_ENDS, "carriage return"),
        (b"x" * 70_000, Reason.TOO_LONG, "bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(data: bytes, reason: Reason, word: str) -> None:
    (refused,) = read(data)
    assert isinstance(refused, Refused)
    assert refused.whole_file
    assert refused.reason == reason
    assert word in refused.message
    assert refused.remedy


@given(st.binary(max_size=400))
def test_any_bytes_below_a_good_header_give_outcomes_and_no_exception(data: bytes) -> None:
    for outcome in read(HEADER.encode() + b"\n" + data):
        assert isinstance(outcome, IncomingReport | Refused | Skipped)


@given(st.binary(max_size=200))
def test_any_bytes_give_outcomes_and_no_exception(data: bytes) -> None:
    assert read(data)


cells = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cf"), include_characters='",\n ;\t'), min_size=1, max_size=20
)


@given(st.lists(cells, min_size=1, max_size=5))
def test_notes_written_by_another_csv_writer_come_back(notes: list[str]) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([*HEADER.split(","), "note"])
    for number, note in enumerate(notes):
        writer.writerow(["007", f"A{number}", "2021-01-07", "33358-3", "1", "g/L", "final", note])
    found = [report.results[0].note for report in read(file.getvalue()) if isinstance(report, IncomingReport)]
    assert [note.split() for note in found] == [note.split() for note in notes]


def generated(number_of_rows: int) -> Iterator[bytes]:
    yield HEADER.encode() + b"\n"
    for number in range(number_of_rows):
        yield f"P{number // 30},A{number},2021-01-07T08:{number % 60:02}:00+01:00,33358-3,{number % 900},g/L,final\n".encode()


class Endless(io.RawIOBase):
    """A file of many rows that is never in memory as a whole."""

    def __init__(self, number_of_rows: int) -> None:
        self._rows = generated(number_of_rows)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        line = next(self._rows, b"")
        buffer[: len(line)] = line
        return len(line)


@pytest.mark.slow
def test_a_long_file_is_read_in_flat_memory() -> None:
    number_of_rows = 250_000  # some 15 MB of text; caches of repeated words take about 3 MB whatever the length
    tracemalloc.start()
    count = sum(1 for _ in read_results(io.BufferedReader(Endless(number_of_rows)), as_of=TODAY))
    _, highest = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == number_of_rows
    assert highest < 6_000_000


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/ifm-dfci is not there")
def test_every_row_of_the_trial_is_read() -> None:
    with REAL.open("rb") as file:
        outcomes = list(read_results(file, as_of=TODAY))
    with REAL.open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert all(isinstance(outcome, IncomingReport) for outcome in outcomes)
    found = [
        (report.subject.identifiers[0][1], item.accession, str(item.collected_on), item.value_text, item.unit, item.row)
        for report in outcomes
        if isinstance(report, IncomingReport)
        for item in report.results
    ]
    assert found == [
        (row["mrn"], row["accession"], row["collected_at"], row["value"], row["unit"], number)
        for number, row in enumerate(expected, start=2)
    ]


def test_the_contract_is_the_one_of_the_design() -> None:
    assert ",".join(COLUMNS.required) == HEADER
    assert COLUMNS.optional == (
        *("specimen", "method", "laboratory", "reference_low", "reference_high", "note"),
        *("detection_limit", "cells_counted", "target"),
    )


DETAILS = HEADER + ",detection_limit,cells_counted,target"


def test_limit_cells_and_target_are_kept_as_they_came() -> None:
    found = result("007,A1,2021-01-07,mrd_molecular,<0.01,%,final,0.001,500000,AML1-ETO", DETAILS)
    assert (found.detection_limit, found.cells_counted, found.target) == (Decimal("0.001"), 500_000, "AML1-ETO")


def test_limit_cells_and_target_may_be_empty() -> None:
    found = result("007,A1,2021-01-07,mrd_molecular,<0.01,%,final,,,", DETAILS)
    assert (found.detection_limit, found.cells_counted, found.target) == (None, None, "")
    assert found == result("007,A1,2021-01-07,mrd_molecular,<0.01,%,final")


@pytest.mark.parametrize(
    ("details", "column"),
    [
        ("abc,,", "detection_limit"),
        ("0,,", "detection_limit"),
        ("-0.1,,", "detection_limit"),
        ("<0.01,,", "detection_limit"),
        (",0,", "cells_counted"),
        (",-5,", "cells_counted"),
        (",1.5,", "cells_counted"),
        (",2000000000,", "cells_counted"),
        (",٢٠٠,", "cells_counted"),
        (",,NPM\u200b1", "target"),
    ],
)
def test_a_limit_count_or_target_that_cannot_be_read_is_refused(details: str, column: str) -> None:
    refused, after = rows(
        f"007,A1,2021-01-07,mrd_molecular,0.05,%,final,{details}", GOOD.replace("A1", "A9") + ",,,", header=DETAILS
    )
    assert isinstance(refused, Refused)
    assert isinstance(after, IncomingReport)
    assert refused.remedy
    assert refused.reason == Reason.BAD_VALUE
    assert refused.column == column
    assert column in refused.message


def test_a_small_limit_may_be_written_as_a_power() -> None:
    assert result("007,A1,2021-01-07,mrd_molecular,0,%,final,1e-4,,", DETAILS).detection_limit == Decimal("0.0001")
