"""The cohort as `patients.csv` and `results.csv`, in the contract of the imports, and the truth as `outcomes.csv`."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from labs.intake.incoming import IncomingPatient, IncomingReport, IncomingResult
from tracker.demo.cohort import stories
from tracker.demo.options import CohortOptions
from tracker.demo.outcome import COLUMNS as OUTCOME_COLUMNS
from tracker.demo.outcome import row_of

PATIENT_COLUMNS = (
    "mrn", "family_name", "given_name", "birth_date", "sex", "site", "diagnosis", "diagnosed_on", "heavy_chain",
    "light_chain", "disease_type", "measurable", "remission_on", "response", "therapy_ended_on", "risk_group",
)  # fmt: skip
RESULT_COLUMNS = (
    "mrn", "accession", "collected_at", "code", "value", "unit", "status", "specimen", "method", "laboratory",
    "reference_low", "reference_high", "note",
)  # fmt: skip
NAMES = ("patients.csv", "results.csv", "outcomes.csv")


@dataclass(frozen=True, slots=True)
class Files:
    """What was written."""

    patients: Path
    results: Path
    outcomes: Path
    patient_rows: int
    result_rows: int


def write_csv(options: CohortOptions, folder: Path) -> Files:
    """Write the three files into `folder` (made where it is missing), one patient at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in NAMES]
    patients = results = 0
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w", encoding="utf-8", newline="")) for path in paths]
        writers = [csv.writer(file, lineterminator="\n") for file in files]
        for writer, columns in zip(writers, (PATIENT_COLUMNS, RESULT_COLUMNS, OUTCOME_COLUMNS), strict=True):
            writer.writerow(columns)
        for story, outcome in stories(options):
            writers[0].writerow(patient_row(story.patient))
            rows = list(result_rows(story.mrn, story.reports))
            writers[1].writerows(rows)
            writers[2].writerow(row_of(outcome))
            patients, results = patients + 1, results + len(rows)
    return Files(paths[0], paths[1], paths[2], patients, results)


def patient_row(patient: IncomingPatient) -> list[object]:
    """One row of `patients.csv`."""
    subject, diagnosis = patient.subject, patient.diagnosis
    mrn = subject.identifiers[0][1]
    who = [mrn, subject.family_name, subject.given_name, subject.birth_date, subject.sex, patient.site]
    if diagnosis is None:
        return [*who, *[""] * (len(PATIENT_COLUMNS) - len(who))]
    return [
        *who,
        diagnosis.disease,
        diagnosis.diagnosed_on,
        diagnosis.heavy_chain,
        diagnosis.light_chain,
        diagnosis.disease_type,
        ";".join(diagnosis.measurable),
        diagnosis.remission_on,
        diagnosis.response,
        diagnosis.therapy_ended_on,
        diagnosis.risk_group,
    ]


def result_rows(mrn: str, reports: Iterable[IncomingReport]) -> Iterator[list[object]]:
    """The rows of `results.csv` of one patient, in the order of arrival."""
    for report in reports:
        for result in report.results:
            yield _result_row(mrn, result)


def _result_row(mrn: str, result: IncomingResult) -> list[object]:
    collected = (
        result.collected_on if result.collected_at is None else result.collected_at.isoformat(timespec="minutes")
    )
    return [
        mrn, result.accession, collected, result.code, result.value_text, result.unit, result.status, result.specimen,
        result.method, result.laboratory, result.reference_low, result.reference_high, result.note,
    ]  # fmt: skip
