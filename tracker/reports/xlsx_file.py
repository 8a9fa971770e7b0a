"""A report as XLSX, written row by row in constant memory."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.db.models import QuerySet

from tracker.reports.report import Report, Value

ROWS_A_SHEET = 1_000_000
"""Below the 1,048,576 rows a sheet can hold; a longer report goes on in further sheets."""
LONGEST_CELL = 32_767
CUT = " … [cut here: a cell holds no more; CSV and NDJSON hold all]"
WIDTHS = {"text": 18, "date": 12, "instant": 26, "number": 14, "integer": 10}


class Sheets:
    """A workbook whose rows flow from sheet to sheet."""

    def __init__(self, report: Report, path: Path) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        self._report = report
        self._book = xlsxwriter.Workbook(str(path), options)
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._row = 0
        self.count = 0
        self._open_sheet()

    def _open_sheet(self) -> None:
        number = self.count // ROWS_A_SHEET + 1
        self._sheet = self._book.add_worksheet(self._report.code if number == 1 else f"{self._report.code} {number}")
        self._sheet.freeze_panes(1, 0)
        for index, column in enumerate(self._report.columns):
            self._sheet.set_column(index, index, WIDTHS[column.kind])
        for index, column in enumerate(self._report.columns):
            self._sheet.write_string(0, index, column.name, self._bold)
        self._row = 1

    def add(self, row: tuple[Value, ...]) -> None:
        """Write one row. Text is written as text, so that nothing in it can be run as a formula."""
        if self._row > ROWS_A_SHEET:
            self._open_sheet()
        for index, value in enumerate(row):
            self._write(index, value)
        self._row += 1
        self.count += 1

    def _write(self, index: int, value: Value) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            self._sheet.write_string(self._row, index, value.isoformat())
        elif isinstance(value, date):
            self._sheet.write_datetime(self._row, index, datetime(value.year, value.month, value.day), self._day)  # noqa: DTZ001
        elif isinstance(value, int | Decimal):
            self._sheet.write_number(self._row, index, float(value))
        else:
            self._sheet.write_string(self._row, index, _fitting(value))

    def close(self, about: dict[str, str]) -> None:
        """Add a sheet that says what the file holds, and finish the file."""
        sheet = self._book.add_worksheet("about")
        sheet.set_column(0, 0, 20)
        sheet.set_column(1, 1, 60)
        for row, (name, value) in enumerate({**about, "rows": str(self.count)}.items()):
            sheet.write_string(row, 0, name, self._bold)
            sheet.write_string(row, 1, value)
        self._book.close()


def _fitting(text: str) -> str:
    """The text, or as much of it as a cell holds with a word that it goes on: never shortened unseen."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(CUT)] + CUT


def write_xlsx(report: Report, query: QuerySet[Any], path: Path, about: dict[str, str]) -> int:
    """Write the file; the number of rows."""
    sheets = Sheets(report, path)
    for row in report.rows(query):
        sheets.add(row)
    sheets.close(about)
    return sheets.count
