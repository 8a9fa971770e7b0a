"""`manage.py run`: everything starts, stops together, and says what is wrong."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from tracker.demo.logins import LOGINS, PASSWORD
from tracker.embedded_postgres import EmbeddedPostgres
from tracker.env import ROOT

pytestmark = pytest.mark.slow
RUNS = "Vigil runs at http://localhost:"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """A home and a port to run at."""

    home: Path
    port: int

    @property
    def said(self) -> str:
        """All that was printed so far."""
        return (self.home / "said").read_text() if (self.home / "said").exists() else ""

    def start(self, **variables: str) -> subprocess.Popen[bytes]:
        """Start it, with its words going to a file; the Ctrl-C of this terminal does not reach it."""
        environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LOG_LEVEL"}}
        environment |= {"VIGIL_HOME": str(self.home), "PORT": str(self.port), **variables}
        with (self.home / "said").open("w") as said:
            return subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
            )  # fmt: skip

    def wait(self, run: subprocess.Popen[bytes], words: str = "Ctrl-C stops it.") -> None:
        """Wait until it has said these words."""
        deadline = time.monotonic() + 180
        while words not in self.said:
            assert run.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def get(self, path: str) -> tuple[int, str]:
        """What the web server answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def count(self, table: str) -> int:
        """Rows of a table of its database."""
        with psycopg.connect(EmbeddedPostgres(self.home).url) as connection:
            row = connection.execute(f"select count(*) from {table}").fetchone()  # type: ignore[arg-type]
        assert row is not None
        return int(row[0])


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """One home for the module: the tests follow each other through one life of it."""
    home = Path(tempfile.mkdtemp(prefix="vigil-run-"))
    yield Place(home, free_port())
    EmbeddedPostgres(home).destroy()
    shutil.rmtree(home, ignore_errors=True)


def children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in done.stdout.split()]


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")


def wait_until_dead(pids: list[int]) -> None:
    deadline = time.monotonic() + 20
    while any(map(alive, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_first_start_fills_an_empty_database_and_everything_works(place: Place) -> None:
    run = place.start()
    try:
        place.wait(run)
        assert f"{RUNS}{place.port}" in place.said
        assert PASSWORD in place.said
        assert all(login.username in place.said for login in LOGINS)
        assert place.get("/livez") == (200, "ok\n")
        ready(place)
        assert place.get("/accounts/login/")[0] == 200
        assert place.count("patients_patient") == 80
        second = run_beside(place)
        assert (second.returncode, "runs already" in second.stderr) == (2, True)
    finally:
        run.send_signal(signal.SIGINT)
        code = run.wait(60)
    assert code == 0, place.said
    assert place.said.endswith("Vigil has stopped.\n")
    assert EmbeddedPostgres(place.home).pid() is None


def ready(place: Place) -> None:
    """The worker gives its first sign of life a moment after the web server."""
    deadline = time.monotonic() + 30
    while place.get("/readyz")[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert json.loads(place.get("/readyz")[1]) == {"database": "ok", "migrations": "ok", "worker": "ok"}


def run_beside(place: Place) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "run", "--port", str(free_port())],
        cwd=ROOT, env={**os.environ, "VIGIL_HOME": str(place.home), "DATABASE_URL": ""},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_after_everything_was_killed_it_starts_again_with_nothing_lost(place: Place) -> None:
    run = place.start()
    place.wait(run)
    patients = place.count("patients_patient")
    assert patients == 80
    server = EmbeddedPostgres(place.home).pid()
    assert server is not None
    victims = [run.pid, *children(run.pid), server, *children(server)]
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    run.wait(20)
    wait_until_dead(victims)

    run = place.start()
    try:
        place.wait(run)
        assert place.count("patients_patient") == patients
        assert "Loading the demo cohort" not in place.said
        ready(place)
    finally:
        run.terminate()
        assert run.wait(60) == 0, place.said


def test_killed_alone_it_takes_web_server_and_worker_with_it(place: Place) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux tells children of their parent's end")
    run = place.start()
    place.wait(run)
    started = children(run.pid)
    assert len(started) == 2
    run.kill()
    run.wait(20)
    wait_until_dead(started)


def test_a_part_that_ends_by_itself_ends_all_and_is_named(place: Place) -> None:
    run = place.start()
    place.wait(run)
    _web, worker = sorted(children(run.pid))
    os.kill(worker, signal.SIGKILL)
    assert run.wait(60) == 1
    assert "The worker ended by itself (exit -9)" in place.said
    assert EmbeddedPostgres(place.home).pid() is None


def test_a_port_in_use_is_said_before_anything_starts(place: Place) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", place.port))
        taken.listen()
        run = place.start()
        assert run.wait(60) == 2
    assert f"Port {place.port} cannot be used" in place.said
    assert f"PORT={place.port + 1} make run" in place.said
    assert EmbeddedPostgres(place.home).pid() is None


@pytest.mark.parametrize("port", ["many", "70000"])
def test_a_port_that_is_none_is_refused(place: Place, port: str) -> None:
    run = place.start(PORT=port)
    assert run.wait(60) == 2
    assert port in place.said
    assert "Traceback" not in place.said


def test_a_database_url_that_leads_nowhere_is_said(place: Place) -> None:
    run = place.start(DATABASE_URL="postgresql://vigil:hunter2@127.0.0.1:1/vigil")
    assert run.wait(60) == 2
    assert "The database of DATABASE_URL does not answer" in place.said
    assert "hunter2" not in place.said


def test_another_database_is_used_and_not_stopped(place: Place) -> None:
    server = EmbeddedPostgres(place.home)
    server.start()
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("create database elsewhere template template0")
    url = server.url.replace("@/vigil?", "@/elsewhere?")
    run = place.start(DATABASE_URL=url, VIGIL_HOME=str(place.home / "other"))
    try:
        place.wait(run)
        with psycopg.connect(url) as connection:
            assert connection.execute("select count(*) from patients_patient").fetchone() == (80,)
    finally:
        run.terminate()
        assert run.wait(60) == 0, place.said
    assert server.stop() is True
