"""The cohort as files says the same as the cohort itself, in the contract of the imports."""

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

from labs.intake.csv.patients import read_patients
from labs.intake.csv.results import read_results
from labs.intake.incoming import IncomingPatient, IncomingReport, IncomingResult, Refused, Skipped
from tracker.demo.cohort import stories
from tracker.demo.csv_files import write_csv
from tracker.demo.options import CohortOptions
from tracker.demo.outcome import COLUMNS

OPTIONS = CohortOptions(as_of=date(2026, 3, 1), patients=25, seed=5)


def plain(result: IncomingResult) -> IncomingResult:
    """A result without what only says where it stood."""
    return replace(result, where="", row=None)


def test_every_patient_is_read_back_as_told(tmp_path: Path) -> None:
    files = write_csv(OPTIONS, tmp_path / "cohort")
    with files.patients.open("rb") as stream:
        outcomes = list(read_patients(stream, as_of=OPTIONS.as_of))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Refused | Skipped)]
    read = [replace(outcome, where="", row=None) for outcome in outcomes if isinstance(outcome, IncomingPatient)]
    assert read == [replace(story.patient, where="") for story, _ in stories(OPTIONS)]
    assert files.patient_rows == 25


def test_every_result_is_read_back_as_told(tmp_path: Path) -> None:
    files = write_csv(OPTIONS, tmp_path)
    with files.results.open("rb") as stream:
        outcomes = list(read_results(stream, as_of=OPTIONS.as_of))
    assert not [outcome for outcome in outcomes if isinstance(outcome, Refused | Skipped)]
    read = [plain(result) for report in outcomes if isinstance(report, IncomingReport) for result in report.results]
    told = [plain(result) for story, _ in stories(OPTIONS) for report in story.reports for result in report.results]
    assert read == told
    assert files.result_rows == len(told)


def test_the_truth_stands_in_its_own_file_only(tmp_path: Path) -> None:
    files = write_csv(OPTIONS, tmp_path)
    with files.outcomes.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 25
    assert tuple(rows[0]) == COLUMNS
    for other in (files.patients, files.results):
        header = other.read_text(encoding="utf-8").splitlines()[0].split(",")
        assert not set(header) & (set(COLUMNS) - {"mrn"})


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first, second = write_csv(OPTIONS, tmp_path / "a"), write_csv(OPTIONS, tmp_path / "b")
    assert first.results.read_bytes() == second.results.read_bytes()
    assert first.outcomes.read_bytes() == second.outcomes.read_bytes()
