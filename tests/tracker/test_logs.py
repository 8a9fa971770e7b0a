"""What reaches a log: declared keys and code, never a name, an identifier or a result."""

from __future__ import annotations

import ast
import io
import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

import pytest
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tracker import env, logs

NAME, MRN, VALUE = "Grünewald", "NU-104552", "27.4"


class Output(io.StringIO):
    """The lines written to the log."""

    @property
    def lines(self) -> list[dict[str, object]]:
        """Each as an object."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def output() -> Iterator[Output]:
    """A log like production's, into memory."""
    written = Output()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter(as_json=True))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def holds_nothing_of_the_patient(output: Output) -> bool:
    text = output.getvalue()
    return bool(text) and not any(word in text for word in (NAME, MRN, VALUE))


@pytest.mark.parametrize(
    "key", ["name", "family_name", "given_name", "birth_date", "mrn", "identifier", "value", "amount", "query", "path"]
)
def test_a_key_nobody_declared_is_left_out(output: Output, key: str) -> None:
    structlog.get_logger("vigil.test").info("result stored", **{key: NAME}, result_id=7)
    assert holds_nothing_of_the_patient(output)
    assert output.lines[0]["left_out"] == [key]
    assert output.lines[0]["result_id"] == 7


def test_declared_keys_pass(output: Output) -> None:
    structlog.get_logger("vigil.test").warning("import finished", taken=41, refused=1)
    (line,) = output.lines
    assert (line["event"], line["level"], line["taken"], line["refused"]) == ("import finished", "warning", 41, 1)
    assert "left_out" not in line


def test_keys_of_the_standard_library_are_left_out_too(output: Output) -> None:
    logging.getLogger("some.library").warning("stored", extra={"family_name": NAME})
    assert holds_nothing_of_the_patient(output)


def test_an_exception_keeps_its_way_and_loses_its_message(output: Output) -> None:
    try:
        try:
            raise ValueError(f"invalid number: {VALUE} of {NAME}")
        except ValueError as error:
            raise IntegrityError(f"Key (system, value)=(mrn, {MRN}) already exists.") from error
    except IntegrityError:
        structlog.get_logger("vigil.test").exception("import failed")
        logging.getLogger("some.library").exception("import failed")
    assert holds_nothing_of_the_patient(output)
    for line in output.lines:
        assert "builtins.ValueError (message left out)\nwhich led to:" in str(line["exception"])
        assert f"{Path(__file__).name}:" in str(line["exception"])


def test_the_message_of_a_faulty_setting_stays(output: Output) -> None:
    try:
        env.database("nonsense")
    except ImproperlyConfigured:
        structlog.get_logger("vigil.test").exception("cannot begin")
    assert "DATABASE_URL cannot be read" in str(output.lines[0]["exception"])


def test_search_words_in_addresses_are_cut(output: Output) -> None:
    logging.getLogger("gunicorn.error").warning("Error handling request %s", f"/patients/?q={NAME}&mrn={MRN}")
    assert holds_nothing_of_the_patient(output)
    assert output.lines[0]["event"] == "Error handling request /patients/?[left out]"


def test_lines_of_the_job_queue_lose_the_arguments(output: Output) -> None:
    job = {"id": 5, "task_name": "labs.jobs.evaluate", "queue": "default", "task_kwargs": {"name": NAME}}
    logging.getLogger("procrastinate.worker").error(
        "Job labs.jobs.evaluate[5](name='%s') ended", NAME, extra={"action": "job_error", "job": job}
    )
    assert holds_nothing_of_the_patient(output)
    (line,) = output.lines
    assert (line["event"], line["job"], line["job_id"]) == ("job_error", "labs.jobs.evaluate", 5)


def failing(request: object, name: str) -> None:
    raise ValueError(f"cannot show {name}")


failing.login_required = False  # type: ignore[attr-defined]


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=404)


urlpatterns = [path("patients/<str:name>/", failing)]
handler404 = missing
handler500 = "django.views.defaults.server_error"


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("address", "status", "route"),
    [
        (f"/patients/{MRN}/?q={NAME}", 500, "patients/<str:name>/"),
        (f"/nowhere/{MRN}/?value={VALUE}", 404, "(no route)"),
    ],
)
def test_a_request_is_logged_by_its_route(output: Output, address: str, status: int, route: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert holds_nothing_of_the_patient(output)
    assert {(line["route"], line["status"]) for line in output.lines} == {(route, status)}


def test_events_are_constant_sentences() -> None:
    """No value can be worked into the sentence itself, where no filter would find it."""
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=env.ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    files = [env.ROOT / name for name in tracked if not name.startswith("tests/")]
    offenders = [
        f"{file.relative_to(env.ROOT)}:{node.lineno}"
        for file in files
        if file.exists()
        for node in ast.walk(ast.parse(file.read_text()))
        if is_log_call(node) and not isinstance(node.args[0], ast.Constant)
    ]
    assert offenders == []


def is_log_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"log", "logger"}
        and node.func.attr in {"debug", "info", "warning", "error", "exception", "critical"}
        and bool(node.args)
    )
