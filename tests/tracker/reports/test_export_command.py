"""`manage.py export`."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from tests.factories.people import make_site
from tests.factories.persons import make_patient
from tests.factories.results import make_result

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str, int]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("export", *arguments, stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(str(stop.code))
    return out.getvalue(), err.getvalue(), code


def test_it_writes_a_file_and_says_what_is_in_it(tmp_path):
    make_result(make_patient(mrn="000123"))
    path = tmp_path / "results.csv"
    out, _, code = run("results", "--output", str(path), "--json")
    summary = json.loads(out.splitlines()[-1])
    assert (code, summary["rows"], summary["report"], summary["output"]) == (0, 1, "results", str(path))
    assert "000123" in path.read_text()


def test_without_a_file_it_writes_to_standard_output_and_talks_beside_it(capfdbinary):
    make_result(make_patient(mrn="000123"))
    out, err, code = run("results", "--format", "ndjson")
    line = capfdbinary.readouterr().out
    assert json.loads(line)["mrn"] == "000123"
    assert (out, code) == ("", 0)
    assert "1 rows" in err


def test_due_tests_may_be_written_either_way(tmp_path):
    for name in ("due_tests", "due-tests"):
        assert run(name, "--output", str(tmp_path / name))[2] == 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["patients"], "There is no report 'patients'"),
        (["flags", "--format", "pdf"], "PDF comes with"),
        (["flags", "--format", "doc"], "not a format"),
        (["flags", "--format", "xlsx"], "Name a file"),
        (["flags", "--since", "07/01/2021"], "not a day"),
        (["flags", "--since", "2026-02-01", "--until", "2026-01-01"], "before the first"),
        (["flags", "--site", "nowhere"], "not a site"),
        (["flags", "--level", "HIGH"], "not a level"),
        (["results", "--level", "URGENT"], "not a level"),
        (["due_tests", "--status", "late"], "not a status"),
        (["flags", "--disease", "CLL"], "not a disease"),
        (["flags", "--output", "/proc/nowhere/flags.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said_with_exit_status_2(arguments, reason):
    make_site(code="north")
    out, err, code = run(*arguments, "--json")
    assert code == 2
    assert reason in err
    assert reason.split()[0] in json.loads(out.splitlines()[-1])["error"]


def test_days_narrow_the_range_with_both_ends_in_it(tmp_path):
    for day in (date(2025, 1, 1), date(2025, 1, 2), date(2025, 1, 3)):
        make_result(collected_on=day)
    path = tmp_path / "r.csv"
    out, _, _ = run("results", "--since", "2025-01-02", "--until", "2025-01-03", "--output", str(path), "--json")
    assert json.loads(out.splitlines()[-1])["rows"] == 2
