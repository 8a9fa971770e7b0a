"""Exports: what is in them, who may take them, and that each is written down."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import polars as pl
import pytest

from labs.models import Flag
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AccessEvent, AuditEvent
from tests.factories.flags import make_flag
from tests.factories.people import make_administrator, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_protocol, make_scheduled_test
from tests.factories.results import make_report, make_result
from tracker.reports.catalogue import REPORTS
from tracker.reports.export import FORMATS, STREAMED, Request, Taken, stream, write
from tracker.reports.report import Filters

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)


def ask(code: str, fmt: str = "csv", by=None, **filters) -> Request:
    return Request(REPORTS[code], fmt, Filters(**filters), by or system_account(), NOW)


def read_csv(request: Request) -> list[dict[str, str]]:
    text = b"".join(stream(request)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_results_are_printed_as_they_came_with_their_comparable_form():
    patient = make_patient(mrn="000123", site=make_site(code="north"))
    make_result(
        patient,
        "serum_m",
        "0.1",
        comparator="<",
        accession="A1",
        collected_on=date(2025, 3, 1),
        reference_high=Decimal("0.3"),
        method="SPEP",
    )
    make_result(patient, "serum_m", "0.4", is_current=False, collected_on=date(2025, 3, 1))
    (row,) = read_csv(ask("results"))
    assert row["mrn"] == "000123"
    assert (row["value"], row["comparator"], row["comparable_value"], row["comparable_unit"]) == (
        "<0.1",
        "<",
        "0.1",
        "g/dL",
    )
    assert (row["collected_at"], row["reference_high"], row["method"]) == ("2025-03-01", "0.3", "SPEP")


def test_a_known_time_is_printed_with_its_offset():
    make_result(collected_at=datetime(2025, 3, 1, 8, 30, tzinfo=UTC))
    assert read_csv(ask("results"))[0]["collected_at"] == "2025-03-01T08:30:00+00:00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_can_be_run_as_a_formula(start, tmp_path):
    evil = f'{start}cmd|" /C calc"!A0'
    make_result(note=evil, method=evil, value=None, value_printed=evil[:40])
    (row,) = read_csv(ask("results"))
    assert row["note"] == "'" + evil
    assert row["value"].startswith("'")
    path = tmp_path / "results.xlsx"
    write(ask("results", "xlsx"), path)
    sheet = openpyxl.load_workbook(path)["results"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_a_text_longer_than_a_cell_is_not_cut_unseen(tmp_path):
    make_result(note="n" * 40_000)
    path = tmp_path / "results.xlsx"
    write(ask("results", "xlsx"), path)
    header, row = openpyxl.load_workbook(path)["results"].iter_rows(values_only=True)
    note = row[header.index("note")]
    assert len(note) == 32_767
    assert note.endswith("CSV and NDJSON hold all]")


def test_numbers_stay_numbers_whatever_their_sign():
    make_result(value=None, value_printed="-1.5e-3", note="+5")
    (row,) = read_csv(ask("results"))
    assert (row["value"], row["note"]) == ("-1.5e-3", "+5")


def test_filters_narrow_by_site_disease_days_and_status():
    north, south = make_site(code="north"), make_site(code="south")
    one = make_diagnosis(make_patient(mrn="1", site=north)).patient
    two = make_diagnosis(make_patient(mrn="2", site=south), "AML").patient
    make_result(one, collected_on=date(2025, 1, 1))
    make_result(one, collected_on=date(2025, 1, 31), status="preliminary")
    make_result(two, collected_on=date(2025, 2, 1))

    def found(**filters) -> list[tuple[str, str]]:
        return [(row["mrn"], row["collected_at"]) for row in read_csv(ask("results", **filters))]

    assert len(found()) == 3
    assert found(site="south") == found(disease="AML") == [("2", "2025-02-01")]
    assert found(since=date(2025, 1, 31), until=date(2025, 1, 31)) == [("1", "2025-01-31")]
    assert found(status="preliminary") == [("1", "2025-01-31")]


def test_flags_as_ndjson_keep_the_contract_to_the_letter():
    patient = make_patient(mrn="M-1")
    item = {
        "accession": "A1",
        "analyte": "serum_m",
        "value": "1.0",
        "unit": "g/dL",
        "collected_on": "2025-05-01",
        "role": "latest",
    }
    finding = {"evidence": [item | {"result": 1}], "confounders": [{"kind": "ivig", "text": "IVIG"}], "missing": ["x"]}
    flag = make_flag(patient, finding=finding)
    (line,) = [json.loads(text) for text in b"".join(stream(ask("flags", "ndjson"))).decode().splitlines()]
    assert list(line) == [
        "mrn",
        "rule",
        "criteria_version",
        "level",
        "signal",
        "review",
        "onset_date",
        "detected_on",
        "explanation",
        "evidence",
        "confounders",
        "missing",
    ]
    assert (line["mrn"], line["rule"], line["review"]) == ("M-1", flag.rule, flag.review)
    assert (line["onset_date"], line["detected_on"]) == ("2025-05-01", "2025-06-01")
    (piece,) = line["evidence"]
    assert list(piece) == ["accession", "analyte", "value", "unit", "collected_at", "role"]
    assert (line["confounders"], line["missing"]) == (["IVIG"], ["x"])


def test_flags_are_narrowed_by_level_and_review():
    kept = make_flag(level="URGENT")
    make_flag(level="REVIEW")
    assert [row["rule"] for row in read_csv(ask("flags", level="URGENT"))] == [kept.rule]
    assert read_csv(ask("flags", status="resolved")) == []
    assert Flag.objects.count() == 2


def test_due_tests_stand_as_they_do_today():
    plan = make_plan(make_diagnosis(make_patient(mrn="7"), risk_group="high"))
    make_scheduled_test(plan.patient, due_on=date(2025, 5, 1), plan=plan, step="cbc")
    make_scheduled_test(plan.patient, due_on=date(2025, 9, 1), plan=plan, step="cbc", sequence=1)
    late, planned = read_csv(ask("due_tests"))
    assert (late["status"], late["days_late"], late["risk_group"], late["due_on"]) == (
        "overdue",
        "38",
        "high",
        "2025-05-01",
    )
    assert (planned["status"], planned["days_late"]) == ("planned", "")
    assert [row["status"] for row in read_csv(ask("due_tests", status="overdue"))] == ["overdue"]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("code", REPORTS)
def test_every_report_in_every_format_says_the_same_number_of_rows(code, fmt, tmp_path):
    patient = make_diagnosis(make_patient(mrn="5")).patient
    for number in range(3):
        make_result(patient, collected_on=date(2025, 1, 1 + number))
        make_scheduled_test(patient, due_on=date(2025, 3 + number, 1))
        make_flag(patient, ("MM-PD-SERUM-M", "MM-HB", "MM-CALCIUM")[number], onset_on=date(2025, 2, 1 + number))
    path = tmp_path / f"file.{fmt}"
    taken = write(ask(code, fmt), path)
    assert (taken.rows, taken.complete) == (3, True)
    assert taken.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert taken.size == path.stat().st_size
    counts = {
        "csv": lambda: len(list(csv.reader(io.StringIO(path.read_text(), newline="")))) - 1,
        "ndjson": lambda: len(path.read_text().splitlines()),
        "xlsx": lambda: openpyxl.load_workbook(path)[code].max_row - 1,
        "parquet": lambda: pl.read_parquet(path).height,
    }
    assert counts[fmt]() == 3


@pytest.mark.parametrize("fmt", FORMATS)
def test_an_empty_report_is_a_file_with_a_header_or_nothing(fmt, tmp_path):
    taken = write(ask("results", fmt), tmp_path / "empty")
    assert (taken.rows, taken.complete) == (0, True)


def test_a_spreadsheet_holds_true_dates_and_numbers_and_says_what_it_is(tmp_path):
    make_scheduled_test(make_patient(mrn="0042"), due_on=date(2025, 5, 1))
    path = tmp_path / "tests.xlsx"
    write(ask("due_tests", "xlsx", since=date(2025, 1, 1)), path)
    book = openpyxl.load_workbook(path)
    header, row = ([cell.value for cell in line] for line in book["due_tests"].iter_rows())
    values = dict(zip(header, row, strict=True))
    assert values["mrn"] == "0042"
    assert values["due_on"] == datetime(2025, 5, 1)
    assert values["days_late"] == 38
    about = {line[0].value: line[1].value for line in book["about"].iter_rows()}
    assert (about["report"], about["filter: since"], about["rows"]) == ("due_tests", "2025-01-01", "1")


def test_a_long_report_goes_on_in_further_sheets(tmp_path, monkeypatch):
    monkeypatch.setattr("tracker.reports.xlsx_file.ROWS_A_SHEET", 2)
    patient = make_patient()
    for number in range(5):
        make_result(patient, collected_on=date(2025, 1, 1 + number))
    path = tmp_path / "results.xlsx"
    assert write(ask("results", "xlsx"), path).rows == 5
    book = openpyxl.load_workbook(path)
    assert [(name, book[name].max_row) for name in book.sheetnames] == [
        ("results", 3),
        ("results 2", 3),
        ("results 3", 2),
        ("about", 4),
    ]


# Who may, and what is written down


def test_an_administrator_takes_only_what_her_sites_have():
    site = make_site()
    here = make_patient(mrn="here", site=site)
    make_result(here)
    make_result(make_patient(mrn="elsewhere"))
    admin = make_administrator(site)
    assert [row["mrn"] for row in read_csv(ask("results", by=admin))] == ["here"]
    assert list(AccessEvent.objects.values_list("patient", "by", "view", "purpose")) == [
        (here.pk, admin.pk, "export", "results")
    ]


@pytest.mark.parametrize("fmt", FORMATS)
def test_nobody_else_takes_anything(fmt, tmp_path):
    nurse = make_nurse(make_site())
    with pytest.raises(AccessRefused, match="administrators"):
        write(ask("results", fmt, by=nurse), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("fmt", FORMATS)
def test_every_export_is_written_down_with_its_rows_and_digest(fmt, tmp_path):
    make_result()
    taken = write(ask("results", fmt, disease="", since=date(2020, 1, 1)), tmp_path / "file")
    start, end = AuditEvent.objects.order_by("pk")
    assert (start.verb, end.verb) == ("start_export", "export")
    assert end.detail == {
        "report": "results",
        "format": fmt,
        "filters": {"since": "2020-01-01"},
        "rows": 1,
        "bytes": taken.size,
        "sha256": taken.sha256,
        "complete": True,
    }


@pytest.mark.parametrize("fmt", STREAMED)
def test_a_reader_who_goes_away_is_written_down_as_such(fmt, monkeypatch):
    monkeypatch.setattr(f"tracker.reports.{fmt}_file.BATCH", 1)
    patient = make_patient()
    for number in range(3):
        make_result(patient, collected_on=date(2025, 1, 1 + number))
    taken = Taken()
    parts = stream(ask("results", fmt), taken)
    next(parts)
    parts.close()
    assert not taken.complete
    assert AuditEvent.objects.get(verb="export").detail["complete"] is False
    assert AuditEvent.objects.get(verb="export").detail["rows"] == 1


def test_an_error_leaves_no_half_file(tmp_path, monkeypatch):
    make_result()

    def fails(*_):
        raise RuntimeError("disk")
        yield

    monkeypatch.setitem(STREAMED, "csv", fails)
    with pytest.raises(RuntimeError):
        write(ask("results"), tmp_path / "results.csv")
    assert list(tmp_path.iterdir()) == []
    assert AuditEvent.objects.get(verb="export").detail["complete"] is False


def test_explanations_hold_what_a_physician_sees_beside_the_contract():
    finding = {
        "evidence": [],
        "confounders": [{"kind": "g_csf", "text": "G-CSF until 1 Feb 2025", "started_on": "2025-01-20"}],
        "missing": ["a second assessment"],
        "comparisons": [{"what": "rise", "found": "0.6 g/dL", "needed": "at least 0.5 g/dL", "met": True}],
        "reference": {"value": "0.3 g/dL", "how": "lowest single value", "confirmed": False},
        "would_confirm": "A second assessment.",
        "would_clear": "The next one below.",
    }
    make_flag(finding=finding)
    (line,) = [json.loads(text) for text in b"".join(stream(ask("explanations", "ndjson"))).decode().splitlines()]
    (short,) = [json.loads(text) for text in b"".join(stream(ask("flags", "ndjson"))).decode().splitlines()]
    added = {"comparisons", "reference", "would_confirm", "would_clear"}
    assert line.keys() - short.keys() == added
    assert {name: line[name] for name in (*added, "confounders")} == {
        name: finding[name] for name in (*added, "confounders")
    }
    assert read_csv(ask("explanations"))[0].keys() == read_csv(ask("flags"))[0].keys()


# Figures


def test_shares_on_time_are_figures_by_site_protocol_test_and_month():
    site = make_site(code="north")
    plan = make_plan(make_diagnosis(make_patient(site=site)), protocol=make_protocol(code="mm-a"))
    done = {"closed_by": make_report(plan.patient), "collected_on": date(2025, 3, 2)}
    make_scheduled_test(plan.patient, "flc", plan=plan, step="flc", due_on=date(2025, 3, 1), **done)
    make_scheduled_test(plan.patient, "flc", plan=plan, step="flc", sequence=1, due_on=date(2025, 3, 20))
    make_scheduled_test(plan.patient, "flc", plan=plan, step="flc", sequence=2, due_on=date(2025, 9, 1))
    march, september = read_csv(ask("on_time"))
    keys = ("site", "protocol", "test", "month", "required", "on_time", "not_done", "share_on_time", "share_low")
    assert [march[key] for key in keys] == ["north", "mm-a", "flc", "2025-03-01", "2", "1", "1", "0.5", "0.0945"]
    assert (september["required"], september["not_counted_yet"], september["share_on_time"]) == ("0", "1", "")
    assert [row["month"] for row in read_csv(ask("on_time", since=date(2025, 9, 1)))] == ["2025-09-01"]
    assert read_csv(ask("on_time", disease="AML")) == []


def test_figures_open_nobodys_record_and_are_written_down_all_the_same():
    site = make_site()
    make_scheduled_test(make_patient(site=site))
    make_scheduled_test(make_patient(site=make_site(code="elsewhere")))
    rows = read_csv(ask("on_time", by=make_administrator(site)))
    assert [row["site"] for row in rows] == [site.code]
    assert not AccessEvent.objects.exists()
    assert AuditEvent.objects.get(verb="export").detail["rows"] == 1
