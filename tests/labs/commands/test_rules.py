"""`manage.py rules`: list, show, and run on files without a database."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from labs.rules.registry import RULES

PATIENTS = """mrn,family_name,given_name,birth_date,sex,site,diagnosis,heavy_chain,light_chain,measurable
0001,Alder,Ivo,1950-02-01,male,north,MM,IgG,kappa,serum_m
0002,Birch,Una,1951-03-02,female,north,MM,IgG,kappa,serum_m
"""
HEADER = "mrn,accession,collected_at,code,value,unit,status,specimen,method,laboratory\n"


def row(mrn: str, accession: str, day: str, value: str, unit: str = "g/dL", status: str = "final") -> str:
    """One serum M-protein result."""
    return f"{mrn},{accession},{day},33358-3,{value},{unit},{status},serum,SPEP,North\n"


STABLE = row("0001", "A1", "2026-01-05", "0.3") + row("0001", "A2", "2026-04-06", "3", "g/L")


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Run the rules on the given rows: (exit code, summary, findings)."""

    def go(rows: str, patients: str = PATIENTS) -> tuple[int, dict[str, Any], list[dict[str, Any]]]:
        (tmp_path / "p.csv").write_text(patients)
        (tmp_path / "r.csv").write_text(HEADER + rows)
        out, code = StringIO(), 0
        try:
            call_command(
                "rules",
                "run",
                patients=tmp_path / "p.csv",
                results=tmp_path / "r.csv",
                output=tmp_path / "out.ndjson",
                json=True,
                stdout=out,
            )
        except SystemExit as stop:
            code = int(str(stop.code))
        findings = [json.loads(line) for line in (tmp_path / "out.ndjson").read_text().splitlines()]
        return code, json.loads(out.getvalue().splitlines()[-1]), findings

    return go


def test_stable_patients_have_no_finding(run: Any) -> None:
    assert run(STABLE)[2] == []


def test_a_confirmed_rise_is_written_with_the_keys_of_the_contract(run: Any) -> None:
    rises = row("0001", "A3", "2026-07-06", "0.9") + row("0001", "A4", "2026-08-03", "1.0")
    code, summary, findings = run(STABLE + rises)
    found = next(item for item in findings if item["rule"] == "MM-PD-SERUM-M")
    assert list(found) == [
        "mrn", "rule", "criteria_version", "level", "signal", "review", "onset_date", "detected_on", "explanation",
        "evidence", "confounders", "missing",
    ]  # fmt: skip
    assert (found["mrn"], found["signal"], found["onset_date"]) == ("0001", "confirmed", "2026-07-06")
    assert set(found["evidence"][0]) == {"accession", "analyte", "value", "unit", "collected_at", "role"}
    assert (code, summary["refused"]) == (0, [])


def test_a_corrected_row_replaces_the_first_and_order_does_not_matter_for_other_patients(run: Any) -> None:
    rises = row("0001", "A3", "2026-07-06", "0.9") + row("0001", "A3", "2026-07-06", "0.3", status="corrected")
    assert run(STABLE + rises)[2] == []


def test_a_cancelled_row_takes_its_value_away(run: Any) -> None:
    rises = row("0001", "A3", "2026-07-06", "0.9") + row("0001", "A3", "2026-07-06", "", "", status="cancelled")
    assert run(STABLE + rises)[2] == []


def test_rows_that_cannot_be_used_are_listed_and_the_rest_is_taken(run: Any) -> None:
    bad = row("0001", "A3", "07/01/2026", "0.9") + row("0001", "A4", "2026-08-03", "1.0", "furlong")
    bad += row("0009", "A5", "2026-08-03", "1.0")
    code, summary, _ = run(STABLE + bad)
    assert code == 1
    assert summary["results"] == 2
    assert {line["reason"] for line in summary["refused"]} == {"ambiguous_date", "unit_unknown", "patient_unknown"}
    assert all(line["where"] and line["message"] and line["remedy"] for line in summary["refused"])


def test_without_any_patient_nothing_could_be_done(run: Any) -> None:
    assert run(STABLE, PATIENTS.splitlines()[0] + "\n")[0] == 2


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"no file .*p\.csv") as refused:
        call_command("rules", "run", patients=tmp_path / "p.csv", results=tmp_path / "r.csv", output=tmp_path / "o")
    assert refused.value.returncode == 2


def test_every_rule_is_listed_and_can_be_shown() -> None:
    out = StringIO()
    call_command("rules", "list", json=True, stdout=out)
    assert [rule["rule"] for rule in json.loads(out.getvalue())["rules"]] == [rule.code for rule in RULES]
    for rule in RULES:
        call_command("rules", "show", rule.code, stdout=(shown := StringIO()))
        assert "Source" in shown.getvalue()
        assert rule.title in shown.getvalue()


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(CommandError, match="no rule 'MM-NONSENSE'"):
        call_command("rules", "show", "MM-NONSENSE")
