"""`import_patients` and `import_results`: what they print, and the status they leave with."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from labs.models import Message, Result
from patients.models import Patient
from tests.factories import make_site
from tests.labs.intake.fhir.bundles import bundle, observation, patient

pytestmark = pytest.mark.django_db

PEOPLE = "mrn,family_name,given_name,birth_date,sex,site,diagnosis\n007,Okafor,Ines,1958-03-14,female,NORTH,MM\n"
HEADER = "mrn,accession,collected_at,code,value,unit,status\n"
GOOD = "007,A1,2025-06-01,33358-3,1.5,g/dL,final\n"
BAD = "007,A2,07/01/2021,33358-3,1.5,g/dL,final\n"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    settings.VIGIL_HOME = tmp_path / "home"


class Run:
    """One run of a command: what it printed and the status it left with."""

    def __init__(self, command: str, *arguments: Any) -> None:
        out = io.StringIO()
        self.status = 0
        try:
            call_command(command, *map(str, arguments), stdout=out)
        except SystemExit as left:
            self.status = int(left.code or 0)
        self.printed = out.getvalue()

    @property
    def json(self) -> dict[str, Any]:
        """The object on the last line."""
        found: dict[str, Any] = json.loads(self.printed.splitlines()[-1])
        return found


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def write(text: str | bytes, name: str = "file.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.fixture
def known(file: Any) -> None:
    assert Run("import_patients", file(PEOPLE, "patients.csv")).status == 0


def test_a_whole_file_leaves_with_0(known: None, file: Any) -> None:
    run = Run("import_results", file(HEADER + GOOD))
    assert run.status == 0
    assert "1 taken" in run.printed
    assert "1 patients held against the rules" in run.printed


def test_a_bad_row_leaves_with_1_and_is_told_with_reason_and_remedy(known: None, file: Any) -> None:
    run = Run("import_results", file(HEADER + GOOD + BAD))
    assert run.status == 1
    assert "row 3" in run.printed
    assert "07/01/2021" in run.printed
    assert "mend:" in run.printed
    assert Result.objects.count() == 1


def test_a_quarantined_row_leaves_with_1(known: None, file: Any) -> None:
    run = Run("import_results", file(HEADER + GOOD + GOOD.replace("A1", "A2").replace("g/dL", "furlong")))
    assert run.status == 1
    assert "1 in quarantine" in run.printed


@pytest.mark.parametrize(
    "data",
    [b"", b"a,b\n", HEADER.replace(",", ";").encode(), HEADER.encode("utf-16"), HEADER.encode() + BAD.encode()],
)
def test_a_file_of_which_nothing_can_be_taken_leaves_with_2(known: None, file: Any, data: bytes) -> None:
    for flags in ([], ["--json"]):
        run = Run("import_results", file(data), *flags)
        assert run.status == 2
        assert run.printed


def test_a_file_that_is_not_there_leaves_with_2(tmp_path: Path) -> None:
    for command in ("import_results", "import_patients"):
        run = Run(command, tmp_path / "gone.csv", "--json")
        assert run.status == 2
        assert run.json["lines"][0]["reason"] == "not_readable"
        assert not Message.objects.exists()


def test_json_is_one_object_on_the_last_line(known: None, file: Any) -> None:
    run = Run("import_results", file(HEADER + GOOD + BAD + GOOD.replace("33358-3", "2093-3")), "--json")
    assert run.json["exit"] == "partly"
    assert run.json["counts"] == {"taken": 1, "known": 0, "skipped": 1, "noted": 0, "quarantined": 0, "refused": 1}
    assert run.json["format"] == "csv"
    (line,) = run.json["lines"]
    assert (line["outcome"], line["row"], line["where"], line["reason"]) == ("refused", 3, "row 3", "ambiguous_date")
    assert line["column"] == "collected_at"
    assert line["message"]
    assert line["remedy"]
    assert run.json["evaluated"]["patients"] == 1


def test_json_without_lines_is_valid(known: None, file: Any) -> None:
    assert Run("import_results", file(HEADER + GOOD), "--json").json["lines"] == []


def test_a_dry_run_says_so_and_stores_nothing(file: Any) -> None:
    run = Run("import_patients", file(PEOPLE), "--dry-run")
    assert run.status == 0
    assert "dry run" in run.printed
    assert not Patient.objects.exists()
    assert not Message.objects.exists()


def test_a_dry_run_of_a_bad_file_leaves_with_the_status_of_the_real_one(known: None, file: Any) -> None:
    assert Run("import_results", file(HEADER + GOOD + BAD), "--dry-run").status == 1
    assert Run("import_results", file(HEADER + BAD), "--dry-run").status == 2


def test_the_format_follows_the_name_of_the_file_unless_named(file: Any) -> None:
    make_site()
    message = json.dumps(bundle(patient(), observation()))
    assert Run("import_results", file(message, "bundle.json"), "--json").json["format"] == "fhir"
    run = Run("import_results", file(message, "bundle.txt"), "--format", "fhir", "--json")
    assert (run.status, run.json["counts"]["known"]) == (0, 2)


def test_a_broken_message_leaves_with_2_and_says_where(file: Any) -> None:
    run = Run("import_results", file('{"resourceType": "Bundle",\n "entry": [}', "bundle.json"))
    assert run.status == 2
    assert "Line 2, column 12" in run.printed


def test_the_site_of_new_patients_can_be_named(file: Any) -> None:
    make_site(code="NORTH"), make_site(code="SOUTH")
    path = file(json.dumps(bundle(patient())), "bundle.json")
    assert Run("import_results", path).status == 2
    assert Run("import_results", path, "--site", "SOUTH").status == 0
    assert Patient.objects.get().site.code == "SOUTH"


def test_a_site_that_is_not_there_is_refused_with_those_there_are(file: Any) -> None:
    make_site(code="NORTH")
    with pytest.raises(CommandError, match="NORTH") as refusal:
        call_command("import_results", str(file("{}", "bundle.json")), "--site", "SUTH")
    assert refusal.value.returncode == 2
