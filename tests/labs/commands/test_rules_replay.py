"""`manage.py rules replay`: from three files to figures, without a database."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tracker.demo.csv_files import write_csv
from tracker.demo.options import CohortOptions

PATIENTS = """mrn,family_name,given_name,birth_date,sex,site,diagnosis,heavy_chain,light_chain,measurable
0001,Alder,Ivo,1950-02-01,male,north,MM,IgG,kappa,serum_m
0002,Birch,Una,1951-03-02,female,north,MM,IgG,kappa,serum_m
"""
HEADER = "mrn,accession,collected_at,code,value,unit,status,specimen,method,laboratory\n"


def rows(mrn: str, *values: tuple[str, str]) -> str:
    return "".join(
        f"{mrn},{mrn}{number},{day},33358-3,{value},g/dL,final,serum,SPEP,North\n"
        for number, (day, value) in enumerate(values)
    )


RELAPSING = rows("0001", ("2024-01-05", "0.3"), ("2024-04-05", "0.3"), ("2024-07-05", "0.9"), ("2024-08-05", "1.0"))
FALSE_ALARM = rows("0002", ("2024-01-05", "0.3"), ("2024-04-05", "0.3"), ("2024-07-05", "0.9"), ("2025-01-03", "0.3"))
OUTCOMES = "mrn,relapsed_on\n0001,2024-10-05\n0002,\n"


class Run:
    """What came of one call."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        self.out = ""

    def __call__(self, results: str, outcomes: str, **options: Any) -> dict[str, Any]:
        given = {"patients": PATIENTS, "results": HEADER + results, "outcomes": outcomes}
        for name, text in given.items():
            (self.folder / f"{name}.csv").write_text(text)
        out, self.code = StringIO(), 0
        try:
            call_command(
                "rules",
                "replay",
                **{name: self.folder / f"{name}.csv" for name in given},
                output=self.folder / "report.json",
                stdout=out,
                **options,
            )
        except SystemExit as stop:
            self.code = int(str(stop.code))
        self.out = out.getvalue()
        report: dict[str, Any] = json.loads((self.folder / "report.json").read_text("utf-8"))
        return report


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def serum(report: dict[str, Any], stage: str = "raised") -> dict[str, Any]:
    (line,) = (line for line in report["tables"][stage] if line["rule"] == "MM-PD-SERUM-M")
    return dict(line)


def test_a_relapse_is_found_on_the_day_the_signal_was_first_raised(run: Run) -> None:
    report = run(RELAPSING + FALSE_ALARM, OUTCOMES, as_of_every_result=True)
    line = serum(report)
    assert (line["relapses"], line["found"], line["with_results"]) == (1, 1, 1)
    assert line["lead_time_days"] == [92, 92, 92]
    assert (line["false_signals"], line["patient_years"]) == (1, 1.0)
    assert serum(report, "confirmed")["lead_time_days"] == [61, 61, 61]
    assert serum(report, "confirmed")["false_signals"] == 0
    assert run.code == 0


def test_looking_back_leaves_out_what_was_given_up(run: Run) -> None:
    line = serum(run(RELAPSING + FALSE_ALARM, OUTCOMES))
    assert (line["lead_time_days"], line["false_signals"]) == ([61, 61, 61], 0)


def test_the_window_is_an_option_and_is_told(run: Run) -> None:
    report = run(RELAPSING, OUTCOMES, as_of_every_result=True, days_before=91)
    assert (serum(report)["found"], serum(report)["false_signals"]) == (0, 1)
    assert report["window_days"] == {"before": 91, "after": 0}
    assert "91 days" in report["definitions"]["window"]


def test_a_relapse_without_any_result_counts_as_missed(run: Run) -> None:
    line = serum(run(rows("0002", ("2024-01-05", "0.3")), "mrn,relapse_on\n0001,2024-10-05\n"))
    assert (line["relapses"], line["with_results"], line["found"]) == (1, 0, 0)


def test_two_relapses_of_one_patient_are_two_rows(run: Run) -> None:
    report = run(RELAPSING, "mrn,relapse_on\n0001,2026-05-01\n0001,2024-10-05\n", as_of_every_result=True)
    assert (serum(report)["relapses"], serum(report)["found"], report["periods"]) == (2, 1, 2)


def test_rows_that_overlap_are_refused(run: Run) -> None:
    outcomes = "mrn,relapse_on,followed_from,followed_until\n0001,,2024-01-01,2024-12-31\n0001,2025-02-01,2024-06-01,\n"
    report = run(RELAPSING, outcomes)
    assert [line["where"] for line in report["refused"]] == ["outcomes: row 3"]
    assert (report["periods"], run.code) == (1, 1)


def test_an_outcome_of_a_stranger_is_refused(run: Run) -> None:
    report = run(RELAPSING + FALSE_ALARM, OUTCOMES + "0009,2024-01-01\n")
    assert [line["reason"] for line in report["refused"]] == ["patient_unknown"]
    assert run.code == 1


def test_without_any_outcome_nothing_is_measured(run: Run) -> None:
    run(RELAPSING, "mrn,relapse_on\n")
    assert run.code == 2


def test_the_tables_are_printed_with_what_each_number_means(run: Run) -> None:
    report = run(RELAPSING + FALSE_ALARM, OUTCOMES, as_of_every_result=True)
    assert "1 of 1" in run.out
    assert all(f"{name}: " in run.out for name in report["definitions"])


def test_json_is_the_report(run: Run) -> None:
    assert run(RELAPSING, OUTCOMES, json=True) == json.loads(run.out)


def test_the_picture_shows_the_rule(run: Run) -> None:
    run(RELAPSING, OUTCOMES, as_of_every_result=True, svg=run.folder / "picture.svg")
    assert "92 (92 to 92)" in (run.folder / "picture.svg").read_text("utf-8")


@pytest.mark.parametrize("given", [{}, {"outcomes": Path("nowhere.csv")}])
def test_it_says_what_it_needs(given: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("rules", "replay", **given)


def test_a_window_cannot_be_negative(run: Run) -> None:
    run(RELAPSING, OUTCOMES)
    with pytest.raises(CommandError, match="negative"):
        run(RELAPSING, OUTCOMES, days_before=-1)


def test_it_measures_the_demo_cohort(tmp_path: Path) -> None:
    files = write_csv(CohortOptions(as_of=date(2026, 3, 1), patients=12, seed=3), tmp_path)
    out = StringIO()
    with pytest.raises(SystemExit) as stop:  # the demo holds rows nobody can read
        call_command(
            "rules",
            "replay",
            patients=files.patients,
            results=files.results,
            outcomes=files.outcomes,
            as_of_every_result=True,
            json=True,
            stdout=out,
        )
    assert stop.value.code in (0, 1)
    report = json.loads(out.getvalue())
    whole = report["tables"]["raised"][0]
    assert (report["periods"], whole["rule"]) == (12, "whole set")
    assert 0 < whole["found"] <= whole["relapses"]
    assert not report["failed_rules"]
