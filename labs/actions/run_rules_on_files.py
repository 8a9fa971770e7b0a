"""Files in, signals out, no database: the rules on `patients.csv` and `results.csv`, for studies and checks."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from labs.actions.prepare_results import canonical_limit
from labs.actions.result_versions import Lineage, Version
from labs.intake.csv.patients import read_patients
from labs.intake.csv.results import read_results
from labs.intake.incoming import IncomingPatient, IncomingReport, IncomingResult, Refused, Skipped
from labs.rules.cohort import NO_NOTE, Cohort, Note, PatientFacts, Row
from labs.rules.criteria import switched_off
from labs.rules.registry import evaluate
from labs.selectors.flag_line import flag_line
from labs.selectors.rows import range_limit
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, Quarantined, make_comparable
from labs.vocabulary.methods import method_family
from labs.vocabulary.statuses import is_usable

Identity = tuple[str, str, str, str]
"""mrn, laboratory, accession, analyte: the same again is the same result, sent again or corrected."""


@dataclass(slots=True)
class FileRun:
    """What was read, refused and found."""

    patients: int = 0
    results: int = 0
    findings: int = 0
    not_taken: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    failed_rules: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)

    def refuse(self, where: str, reason: str, message: str, remedy: str) -> None:
        """Note a row that could not be used."""
        self.refused.append({"where": where, "reason": reason, "message": message, "remedy": remedy})


def run_rules_on_files(*, patients: Path, results: Path, output: Path, today: date) -> FileRun:
    """Evaluate every rule on two CSV files and write one NDJSON line a finding (`flag_line`, always open).

    Rows that cannot be used are listed; values kept aside make "no" impossible for their patient, as in the database.
    """
    done = FileRun()
    said = evaluate(cohort_from_files(patients=patients, results=results, today=today, done=done))
    done.findings = len(said.findings)
    done.failed_rules = [failure.rule for failure in said.failures]
    with output.open("w", encoding="utf-8") as out:
        for finding in sorted(said.findings, key=lambda item: (str(item.patient_key), item.onset_on, item.rule)):
            line = flag_line(
                mrn=str(finding.patient_key),
                finding=finding.as_dict(),
                level=finding.level.name,
                signal=finding.signal.value,
                review="open",
            )
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    return done


def cohort_from_files(*, patients: Path, results: Path, today: date, done: FileRun) -> Cohort:
    """The patients and their results; what was read and refused goes into `done`."""
    people = list(_people(patients, today, done))
    done.patients = len(people)
    return Cohort.build(people, _rows(results, today, {str(item.key) for item in people}, done))


def _people(path: Path, today: date, done: FileRun) -> Iterator[PatientFacts]:
    with path.open("rb") as stream:
        for item in read_patients(stream, as_of=today):
            if isinstance(item, IncomingPatient):
                yield _facts(item)
            elif isinstance(item, Refused):
                done.refuse(f"patients: {item.where}", item.reason.value, item.message, item.remedy)


def _facts(item: IncomingPatient) -> PatientFacts:
    mrn, known = item.subject.identifiers[0][1], item.diagnosis
    if known is None:
        return PatientFacts(mrn, birth_date=item.subject.birth_date, sex=item.subject.sex)
    return PatientFacts(
        mrn,
        disease=known.disease,
        birth_date=item.subject.birth_date,
        sex=item.subject.sex,
        diagnosed_on=known.diagnosed_on,
        heavy_chain=known.heavy_chain,
        light_chain=known.light_chain,
        disease_type=known.disease_type,
        measurable=frozenset(known.measurable),
        remission_on=known.remission_on,
        response=known.response,
        therapy_ended_on=known.therapy_ended_on,
        switched_off=switched_off(known.disease),
    )


def _rows(path: Path, today: date, known: set[str], done: FileRun) -> Iterable[Row]:
    """The current version of every result, in the order of the file."""
    rows: list[Row] = []
    lineages: dict[Identity, Lineage] = defaultdict(Lineage)
    with path.open("rb") as stream:
        for item in read_results(stream, as_of=today):
            if isinstance(item, Refused):
                done.refuse(f"results: {item.where}", item.reason.value, item.message, item.remedy)
            elif not isinstance(item, Skipped):
                for row in _read(item, known, done):
                    identity = (str(row.patient), row.laboratory, row.accession, row.analyte)
                    lineages[identity].take(_version(len(rows), row))
                    rows.append(row)
    return [rows[version.id] for lineage in lineages.values() for version in lineage.versions if version.is_current]


def _read(report: IncomingReport, known: set[str], done: FileRun) -> Iterator[Row]:
    mrn = report.subject.identifiers[0][1]
    if mrn not in known:
        where = f"results: {report.results[0].where}"
        done.refuse(where, "patient_unknown", f"No patient has the number {mrn}.", "Add the patient to the first file.")
        return
    for result in report.results:
        row = _row(mrn, result, done)
        if row is not None:
            done.results += row.amount is not None
            yield row


def _version(place: int, row: Row) -> Version:
    """The row as its lineage weighs it; the place in the list of rows is its number."""
    return Version(
        place, "", row.status, row.collected_on, row.collected_at, row.method, (row.amount, row.comparator, "")
    )


def _row(mrn: str, result: IncomingResult, done: FileRun) -> Row | None:
    if result.collected_on is None:
        done.refuse(f"results: {result.where}", "collection_time_unknown", "No day of collection.", "Add the day.")
        return None
    read = make_comparable(
        code=result.code,
        code_system=result.code_system,
        display=result.display,
        value_text=result.value_text,
        value=result.value,
        comparator=result.comparator,
        coded=result.coded,
        unit=result.unit,
        specimen=result.specimen,
        laboratory=result.laboratory,
        where=result.where,
    )
    if isinstance(read, Comparable):
        return _comparable_row(mrn, result, read)
    if not isinstance(read, Quarantined):
        done.not_taken += 1
        return None
    if is_usable(result.status):
        done.refuse(f"results: {result.where}", read.reason.value, read.message, read.remedy)
    if not read.analyte:
        return None
    return Row(
        mrn,
        read.analyte,
        result.collected_on,
        None,
        laboratory=result.laboratory,
        accession=result.accession,
        status=result.status,
    )


def _comparable_row(mrn: str, result: IncomingResult, read: Comparable) -> Row | None:
    if result.collected_on is None:
        return None
    return Row(
        mrn,
        read.analyte,
        result.collected_on,
        read.amount,
        read.comparator,
        read.specimen,
        method_family(result.method),
        result.laboratory,
        result.collected_at if result.time_known and result.zone_known else None,
        result.accession,
        result.row or 0,
        result.status,
        _limit(result.reference_low, read),
        _limit(result.reference_high, read),
        Note(read.finding) if read.finding else NO_NOTE,
    )


def _limit(limit: Decimal | None, read: Comparable) -> int | None:
    """A limit of the printed range as the database gives it to the rules."""
    if ANALYTES[read.analyte].kind != "quantity":
        return None
    return range_limit(canonical_limit(limit, read.analyte, read.sent_unit), read.analyte)
