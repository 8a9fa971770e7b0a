"""Whole files: stored raw, taken once, the good rows of a bad file taken, a dry run leaving nothing behind."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from labs.actions import import_file
from labs.actions.import_file import Source, import_patients, import_results
from labs.actions.import_log import Exit, ImportLog, Outcome
from labs.actions.run_rules_on_files import run_rules_on_files
from labs.actions.store_message import open_message
from labs.models import Evaluation, Flag, Message, Quarantine, Report, Result
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Diagnosis, Identifier, Patient, Site, User
from tests.factories import make_diagnosis, make_nurse, make_patient, make_service_account, make_site
from tests.labs.intake.fhir.bundles import bundle, observation, patient, report

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 1, 7, 12, tzinfo=UTC)
PEOPLE = "mrn,family_name,given_name,birth_date,sex,site,diagnosis,diagnosed_on,remission_on,risk_group"
INES = "007,Okafor,Ines,1958-03-14,female,NORTH,MM,2020-01-02,2020-09-01,high"
RESULTS = "mrn,accession,collected_at,code,value,unit,status"
GOOD = "007,A1,2025-06-01,33358-3,1.5,g/dL,final"
REAL = Path(__file__).parents[4] / "shared" / "data"


def source(*lines: str | dict[str, Any], name: str = "file.csv", **about: Any) -> Source:
    text = "\n".join(json.dumps(line) if isinstance(line, dict) else line for line in lines)
    return Source(io.BytesIO(text.encode()), name, **about)


def people(*rows: str, header: str = PEOPLE, **options: Any) -> ImportLog:
    return import_patients(source=source(header, *rows), by=options.pop("by", system_account()), now=NOW, **options)


def results(*rows: str, header: str = RESULTS, **options: Any) -> ImportLog:
    return import_results(source=source(header, *rows), by=options.pop("by", system_account()), now=NOW, **options)


def fhir(message: dict[str, Any], site: Site | None = None, **options: Any) -> ImportLog:
    return import_results(
        source=source(message, name="bundle.json", format="fhir", site=site), by=system_account(), now=NOW, **options
    )


def told(log: ImportLog, *outcomes: Outcome) -> list[tuple[str, str]]:
    return [(line.where, line.reason) for line in log.lines if line.outcome in (outcomes or tuple(Outcome))]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.VIGIL_HOME = tmp_path
    return tmp_path


TABLES = "patients_%", "labs_%"


def everything() -> dict[str, int]:
    """How many rows every table of ours holds."""
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where tablename like any(%s)", [list(TABLES)])
        names = [row[0] for row in cursor.fetchall()]
        counts = {}
        for name in names:
            cursor.execute(f"select count(*) from {name}")
            counts[name] = cursor.fetchone()[0]
    return counts


def clinical() -> dict[str, int]:
    """The same without the audit trail, which notes every run."""
    return {name: count for name, count in everything().items() if name != AuditEvent._meta.db_table}


class TestMessage:
    def test_the_file_is_kept_as_it_came_under_its_digest(self, folder: Path) -> None:
        log = people(INES)
        message = Message.objects.get(pk=log.message_id)
        data = f"{PEOPLE}\n{INES}".encode()
        assert message.sha256 == hashlib.sha256(data).hexdigest()
        assert message.size == len(data)
        with open_message(message) as stream:
            assert stream.read() == data
        assert (folder / message.path).stat().st_mode & 0o077 == 0
        assert message.state == "taken"
        assert message.summary["counts"]["taken"] == 1

    def test_a_file_nothing_of_which_can_be_read_is_kept_too(self) -> None:
        log = results(header="a;b")
        message = Message.objects.get()
        assert (log.exit, message.state) == (Exit.NOTHING, "refused")
        assert message.summary["lines"][0]["remedy"]

    def test_no_half_written_copy_stays_behind(self, folder: Path) -> None:
        class Broken(io.RawIOBase):
            def read(self, size: int = -1) -> bytes:
                raise OSError("the network drive went away")

        with pytest.raises(OSError, match="network"):
            import_results(source=Source(Broken(), "x.csv"), by=system_account(), now=NOW)  # type: ignore[arg-type]
        assert not list((folder / "messages").iterdir())
        assert not Message.objects.exists()

    def test_only_importers_import(self) -> None:
        for by in (make_nurse(), User.objects.create(username="gone", role="administrator", is_active=False)):
            with pytest.raises(AccessRefused):
                results(GOOD, by=by)
        assert not Message.objects.exists()


class TestPatients:
    def test_a_person_is_registered_with_the_disease_and_the_site(self) -> None:
        log = people(INES)
        ines = Patient.objects.get()
        diagnosis = Diagnosis.objects.get()
        assert (ines.family_name, ines.birth_date, ines.sex) == ("Okafor", date(1958, 3, 14), "female")
        assert Identifier.objects.get().value == "007"
        assert (ines.site.code, ines.site.time_zone) == ("NORTH", "UTC")
        assert (diagnosis.disease, diagnosis.remission_on, diagnosis.risk_group) == ("MM", date(2020, 9, 1), "high")
        assert told(log) == [("site NORTH", "site_opened")]
        assert Evaluation.objects.filter(patient=ines, pending=False).exists()

    def test_a_person_without_disease_is_registered(self) -> None:
        people("008,Roy,Al,1950-01-01,male,NORTH,,,,")
        assert Patient.objects.get().diagnoses.count() == 0

    def test_the_same_file_again_changes_nothing(self) -> None:
        people(INES, "008,Roy,Al,1950-01-01,male,NORTH,,,,")
        before = clinical()
        log = people(INES, "008,Roy,Al,1950-01-01,male,NORTH,,,,")
        assert (log.exit, log.counts[Outcome.KNOWN], log.counts[Outcome.TAKEN]) == (Exit.DONE, 2, 0)
        assert clinical() == before

    def test_what_is_new_of_the_disease_is_recorded_and_what_is_not_stated_stays(self) -> None:
        people(INES)
        log = people("007,Okafor,Ines,1958-03-14,female,NORTH,MM,,2020-10-01,")
        diagnosis = Diagnosis.objects.get()
        assert log.counts["people changed"] == 1
        assert (diagnosis.diagnosed_on, diagnosis.remission_on) == (date(2020, 1, 2), date(2020, 10, 1))
        assert diagnosis.risk_group == "high"

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            (INES.replace("Okafor", "Miller"), "another_person"),
            (INES.replace("1958-03-14", "1958-03-15"), "another_person"),
            (INES.replace("NORTH", "SOUTH"), "another_site"),
            (INES.replace("2020-09-01", "07/01/2021"), "ambiguous_date"),
        ],
    )
    def test_a_row_that_does_not_fit_is_refused_and_the_others_are_taken(self, row: str, reason: str) -> None:
        make_site(code="SOUTH")
        people(INES)
        log = people(row, "008,Roy,Al,1950-01-01,male,NORTH,,,,")
        assert log.exit is Exit.PARTLY
        assert told(log, Outcome.REFUSED) == [("row 2", reason)]
        assert Patient.objects.count() == 2
        assert Patient.objects.get(identifiers__value="007").family_name == "Okafor"

    def test_facts_the_database_cannot_hold_together_are_refused(self) -> None:
        people(INES)
        log = people("007,Okafor,Ines,1958-03-14,female,NORTH,MM,,2019-01-01,")
        assert log.exit is Exit.NOTHING
        assert Diagnosis.objects.get().remission_on == date(2020, 9, 1)

    def test_somebody_of_the_same_name_and_birth_date_is_registered_and_noted(self) -> None:
        people(INES)
        log = people(INES.replace("007", "9007"))
        assert ("row 2", "possible_duplicate") in told(log)
        assert Patient.objects.count() == 2

    def test_an_administrator_does_not_open_sites_by_a_typing_error(self) -> None:
        by = make_service_account(make_site(code="NORTH"))
        log = people(INES, INES.replace("007", "008").replace("NORTH", "NROTH"), by=by)
        assert told(log, Outcome.REFUSED) == [("row 3", "unknown_site")]
        assert Patient.objects.count() == 1

    def test_a_number_of_another_site_is_not_taken_over(self) -> None:
        make_patient(mrn="007", site=make_site(code="SOUTH"))
        log = people(INES, by=make_service_account(make_site(code="NORTH")))
        assert told(log, Outcome.REFUSED) == [("row 2", "number_in_use")]


class TestResults:
    @pytest.fixture(autouse=True)
    def ines(self) -> Patient:
        people(INES)
        return Patient.objects.get()

    def test_good_rows_of_a_bad_file_are_taken(self) -> None:
        log = results(
            GOOD,
            "007,A2,07/01/2021,33358-3,1.5,g/dL,final",
            "007,A3,2025-06-02,33358-3,1.5,furlong,final",
            "nobody,A4,2025-06-03,33358-3,1.5,g/dL,final",
            "007,A5,2025-06-04,2093-3,5,mmol/L,final",
            "007,A6,2025-06-05,33358-3,1.6,g/dL,final",
        )
        assert log.exit is Exit.PARTLY
        assert told(log) == [
            ("row 3", "ambiguous_date"),
            ("row 4", "unit_unknown"),
            ("row 5", "unknown_number"),
        ]
        assert [result.report.accession for result in Result.objects.order_by("pk")] == ["A1", "A6"]
        assert Message.objects.get(name="file.csv", state="partly").summary["counts"] == {
            "taken": 2, "known": 0, "skipped": 1, "noted": 0, "quarantined": 2, "refused": 1,
        }  # fmt: skip

    def test_the_same_file_again_changes_nothing(self) -> None:
        rows = [GOOD, GOOD.replace("1.5", "2.5"), GOOD.replace("final", "corrected"), GOOD.replace("g/dL", "x")]
        results(*rows)
        before, kept = clinical(), list(Result.objects.order_by("pk").values())
        log = results(*rows)
        assert clinical() == before
        assert list(Result.objects.order_by("pk").values()) == kept
        assert (log.counts[Outcome.TAKEN], log.counts["quarantine new"]) == (0, 0)

    def test_a_dry_run_tells_the_same_and_stores_nothing(self, folder: Path) -> None:
        rows = [GOOD, GOOD.replace("1.5", "2.5"), "007,A3,2025-06-02,33358-3,1.5,furlong,final", "x,y"]
        before, files = everything(), sorted(folder.rglob("*"))
        dry = results(*rows, dry_run=True)
        assert everything() == before
        assert sorted(folder.rglob("*")) == files
        real = results(*rows)
        assert dry.lines == real.lines
        assert dry.counts == real.counts
        assert dry.evaluated.as_dict() == real.evaluated.as_dict()
        assert dry.exit is real.exit is Exit.PARTLY

    def test_rows_that_came_before_their_patient_come_in_later(self) -> None:
        row = "008,A1,2025-06-01,33358-3,1.5,g/dL,final"
        results(row)
        people("008,Roy,Al,1950-01-01,male,NORTH,MM,,,")
        log = results(row)
        assert (log.counts[Outcome.TAKEN], log.counts["quarantine settled"]) == (1, 1)
        assert Message.objects.get(pk=log.message_id).state == "taken"
        assert Quarantine.objects.get().state == "mended"

    def test_portions_come_to_the_same_as_one_piece(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rows = [f"007,A{n},2025-06-{1 + n % 28:02},33358-3,{n % 5}.5,g/dL,final" for n in range(60)]
        rows += [f"007,A{n},2025-06-{1 + n % 28:02},33358-3,{n % 5}.9,g/dL,corrected" for n in range(0, 60, 7)]
        monkeypatch.setattr(import_file, "RESULTS_AT_ONCE", 7)
        log = results(*rows)
        in_portions = sorted(Result.objects.values_list("report__accession", "value", "version", "is_current"))
        assert Evaluation.objects.get().pending is False
        assert log.counts["results stored"] == 60
        assert log.counts["results replaced"] == 9
        assert len(in_portions) == 69
        assert sum(1 for *_, is_current in in_portions if is_current) == 60

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_the_order_of_arrival_does_not_decide_what_counts(self, order: tuple[int, ...]) -> None:
        rows = [
            GOOD.replace("final", "preliminary").replace("1.5", "1.1"),
            GOOD.replace("1.5", "1.2"),
            GOOD.replace("final", "corrected").replace("1.5", "1.3"),
        ]
        results(*(rows[place] for place in order))
        assert [str(result.value_printed) for result in Result.objects.filter(is_current=True)] == ["1.3"]

    def test_a_crash_in_the_middle_leaves_whole_portions_and_the_rest_comes_the_next_time(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(import_file, "RESULTS_AT_ONCE", 2)
        whole, calls = import_file.receive_reports, itertools.count(1)

        def fails_the_second_time(**arguments: Any) -> Any:
            received = whole(**arguments)
            if next(calls) == 2:
                raise RuntimeError("power cut")
            return received

        rows = [f"007,A{n},2025-06-0{n},33358-3,1.5,g/dL,final" for n in range(1, 6)]
        monkeypatch.setattr(import_file, "receive_reports", fails_the_second_time)
        with pytest.raises(RuntimeError):
            results(*rows)
        assert Evaluation.objects.get().pending, "what was stored waits for the rules, and says so"
        monkeypatch.setattr(import_file, "receive_reports", whole)
        assert results(*rows).exit is Exit.DONE
        assert Result.objects.count() == 5
        assert not Evaluation.objects.get().pending


class TestFhir:
    def test_a_message_registers_the_patient_and_brings_diagnosis_and_results(self) -> None:
        make_site(code="NORTH")
        disease = {
            "resourceType": "Condition",
            "id": "c1",
            "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C90.01"}]},
            "onsetDateTime": "2020-01-02",
        }
        log = fhir(
            bundle(
                patient(), disease, observation(), report("Observation/o1"), {"resourceType": "Encounter", "id": "e"}
            )
        )
        assert log.exit is Exit.DONE
        assert {line.row for line in log.lines} == {0, 1, 2, 3, 4}
        diagnosis = Diagnosis.objects.get()
        assert (diagnosis.disease, diagnosis.icd10, diagnosis.diagnosed_on) == ("MM", "C90.01", date(2020, 1, 2))
        assert Result.objects.get().report.accession == "ACC-1"
        assert Patient.objects.get().site.code == "NORTH"

    def test_the_same_message_again_changes_nothing(self) -> None:
        make_site()
        message = bundle(patient(), observation(), report("Observation/o1"))
        fhir(message)
        before = clinical()
        log = fhir(message)
        assert clinical() == before
        assert {line.outcome for line in log.lines} == {Outcome.KNOWN}

    def test_a_new_patient_needs_a_site(self) -> None:
        make_site(code="NORTH"), make_site(code="SOUTH")
        message = bundle(patient(), observation())
        log = fhir(message)
        assert told(log, Outcome.REFUSED) == [("Bundle.entry[0] Patient/p1", "site_not_stated")]
        assert told(log, Outcome.QUARANTINED) == [("Bundle.entry[1] Observation/o1", "unknown_number")]
        assert fhir(message, site=Site.objects.get(code="SOUTH")).exit is Exit.DONE
        assert Quarantine.objects.get().state == "mended"

    @pytest.mark.parametrize(
        ("elements", "reason"),
        [({"birthDate": "1958"}, "particulars_missing"), ({"name": []}, "particulars_missing")],
    )
    def test_a_patient_who_cannot_be_registered_is_refused(self, elements: dict[str, Any], reason: str) -> None:
        make_site()
        assert told(fhir(bundle(patient(**elements)))) == [("Bundle.entry[0] Patient/p1", reason)]
        assert not Patient.objects.exists()

    def test_a_patient_who_may_be_known_under_another_number_is_not_doubled(self) -> None:
        make_patient(mrn="other", given_name="Ines Ada", site=make_site())
        assert told(fhir(bundle(patient()))) == [("Bundle.entry[0] Patient/p1", "possible_duplicate")]

    def test_a_patient_known_by_another_name_is_refused_and_so_are_the_results(self) -> None:
        someone = make_patient(family_name="Miller", given_name="Ines")
        Identifier.objects.create(patient=someone, system="http://hospital.example/mrn", value="007")
        log = fhir(bundle(patient(), observation()))
        assert log.exit is Exit.PARTLY
        assert {line.reason for line in log.lines} == {"another_person"}
        assert not Result.objects.exists()

    def test_death_is_recorded(self) -> None:
        make_site()
        fhir(bundle(patient()))
        fhir(bundle(patient(deceasedDateTime="2025-05-01")))
        assert Patient.objects.get().deceased_on == date(2025, 5, 1)

    def test_a_diagnosis_recorded_by_a_physician_is_not_overwritten(self) -> None:
        someone = make_patient(given_name="Ines Ada")
        Identifier.objects.create(patient=someone, system="http://hospital.example/mrn", value="007")
        recorded = make_diagnosis(someone)
        concept = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C90.02"}]}
        condition = {"resourceType": "Condition", "subject": {"reference": "Patient/p1"}, "code": concept}
        fhir(bundle(patient(), condition | {"onsetDateTime": "2001-01-01"}))
        diagnosis = Diagnosis.objects.get()
        assert (diagnosis.diagnosed_on, diagnosis.icd10) == (recorded.diagnosed_on, "C90.02")

    @pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not there")
    @pytest.mark.parametrize("name", ["synthea-cammy", "Bundle-ghp", "Bundle-lipids"])
    def test_real_messages_are_told_of_entry_by_entry_and_a_second_run_changes_nothing(self, name: str) -> None:
        make_site()
        data = (REAL / "fhir" / f"{name}.json").read_bytes()

        def run() -> ImportLog:
            return import_results(source=Source(io.BytesIO(data), name, format="fhir"), by=system_account(), now=NOW)

        first = run()
        before = clinical()
        second = run()
        assert clinical() == before
        for log in (first, second):
            assert {line.row for line in log.lines} == set(range(len(json.loads(data)["entry"])))
        assert second.counts[Outcome.TAKEN] == 0


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not there")
@pytest.mark.slow
def test_the_trial_comes_in_whole_and_a_second_run_changes_nothing() -> None:
    def run() -> tuple[ImportLog, ImportLog]:
        with (REAL / "ifm-dfci" / "patients.csv").open("rb") as stream:
            first = import_patients(source=Source(stream, "patients.csv"), by=system_account(), now=NOW)
        with (REAL / "ifm-dfci" / "results.csv").open("rb") as stream:
            return first, import_results(source=Source(stream, "results.csv"), by=system_account(), now=NOW)

    for log in run():
        assert log.exit is Exit.DONE
    assert Patient.objects.count() == 374
    assert Result.objects.filter(is_current=True, amount__isnull=False).count() == Report.objects.count() == 10_908
    before = clinical()
    _, again = run()
    assert again.counts[Outcome.KNOWN] == 10_908
    assert clinical() == before


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data is not there")
@pytest.mark.slow
def test_the_database_says_of_the_trial_what_the_files_alone_say(tmp_path: Path) -> None:
    folder = REAL / "ifm-dfci"
    with (folder / "patients.csv").open("rb") as people_file, (folder / "results.csv").open("rb") as results_file:
        import_patients(source=Source(people_file, "patients.csv"), by=system_account(), now=NOW)
        import_results(source=Source(results_file, "results.csv"), by=system_account(), now=NOW)
    run_rules_on_files(
        patients=folder / "patients.csv", results=folder / "results.csv", output=tmp_path / "out", today=NOW.date()
    )
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    from_files = sorted((x["mrn"], x["rule"], x["signal"], x["onset_date"], x["detected_on"]) for x in lines)
    flags = Flag.objects.filter(patient__identifiers__system="mrn").values_list(
        "patient__identifiers__value", "rule", "signal", "onset_on", "detected_on"
    )
    assert sorted((*who, onset.isoformat(), found.isoformat()) for *who, onset, found in flags) == from_files
    assert sum(signal == "confirmed" for _, _, signal, _, _ in from_files) > 100


def rows_without_end(number: int) -> Iterator[bytes]:
    yield (RESULTS + "\n").encode()
    for n in range(number):
        yield f"{n % 40:03},{number}-{n},2025-0{1 + n % 9}-{1 + n % 28:02},33358-3,{n % 300 / 100},g/dL,final\n".encode()


class Stream(io.RawIOBase):
    """A long file made as it is read."""

    def __init__(self, number: int) -> None:
        self._rows = rows_without_end(number)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        line = next(self._rows, b"")
        buffer[: len(line)] = line
        return len(line)


@pytest.mark.slow
def test_a_long_file_is_taken_in_flat_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held at once is two portions, however long the file."""
    import tracemalloc

    monkeypatch.setattr(import_file, "RESULTS_AT_ONCE", 1_000)
    monkeypatch.setattr(import_file, "_evaluate", lambda *_, **__: None)
    people(*(INES.replace("007", f"{n:03}").replace("Ines", f"Ines{n}") for n in range(40)))

    def peak(number: int) -> int:
        tracemalloc.start()
        log = import_results(source=Source(io.BufferedReader(Stream(number)), "long.csv"), by=system_account(), now=NOW)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert log.counts[Outcome.TAKEN] == number
        return highest

    peak(1_000)  # fills the caches of words that come again and again
    short = peak(4_000)
    assert peak(20_000) < short * 1.5
