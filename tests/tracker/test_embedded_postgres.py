"""The embedded database server: starts, stops, survives being killed, and keeps to itself."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tracker import embedded_postgres, postgres_binaries
from tracker.embedded_postgres import NOBODY, EmbeddedPostgres, EmbeddedPostgresError
from tracker.env import ROOT

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root keeps the data elsewhere")


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that is gone afterwards, with its server."""
    folder = Path(tempfile.mkdtemp(prefix="vigil-home-"))
    yield folder
    EmbeddedPostgres(folder, durable=False).destroy()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(home: Path) -> EmbeddedPostgres:
    """Quick, and forgetful when killed."""
    return EmbeddedPostgres(home, durable=False)


@pytest.fixture
def durable(home: Path) -> EmbeddedPostgres:
    """As people run it: what was committed is on the disk."""
    return EmbeddedPostgres(home)


def write(server: EmbeddedPostgres, number: int) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("create table if not exists kept (number int)")
        connection.execute("insert into kept values (%s)", [number])


def read(server: EmbeddedPostgres) -> list[int]:
    with psycopg.connect(server.url) as connection:
        return [number for (number,) in connection.execute("select number from kept order by number").fetchall()]


def running(server: EmbeddedPostgres) -> int:
    pid = server.pid()
    assert pid is not None
    return pid


def kill(pid: int) -> None:
    """Kill a server and all its processes at once, and wait until they are gone."""
    children = [int(line) for line in ps("--ppid", str(pid))]
    for each in (pid, *children):
        os.kill(each, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while embedded_postgres.command_line(pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def ps(*words: str) -> list[str]:
    done = subprocess.run(["ps", "-o", "pid=", *words], capture_output=True, text=True, check=False)
    return done.stdout.split()


def test_starts_stops_and_keeps_the_data(server: EmbeddedPostgres) -> None:
    assert server.status().running is False
    assert server.start() is True
    assert server.start() is False
    write(server, 1)
    assert server.status().running is True
    assert server.stop() is True
    assert server.stop() is False
    assert server.start() is True
    assert read(server) == [1]


def test_a_killed_server_recovers_with_nothing_lost(durable: EmbeddedPostgres) -> None:
    durable.start()
    write(durable, 1)
    kill(running(durable))
    assert (durable.data / "postmaster.pid").exists()
    assert durable.pid() is None
    assert durable.start() is True
    assert read(durable) == [1]


def test_a_server_whose_head_alone_was_killed_recovers(durable: EmbeddedPostgres) -> None:
    durable.start()
    write(durable, 1)
    with psycopg.connect(durable.url) as connection:  # a backend that lives on for a moment, with the shared memory
        os.kill(running(durable), signal.SIGKILL)
        assert durable.start() is True
        connection.close()
    assert read(durable) == [1]


def test_a_pid_file_that_names_another_program_is_stale(durable: EmbeddedPostgres) -> None:
    durable.start()
    write(durable, 1)
    pid_file = durable.data / "postmaster.pid"
    text = pid_file.read_text().replace(str(running(durable)), str(os.getpid()), 1)
    kill(running(durable))
    pid_file.write_text(text)
    assert durable.pid() is None
    assert durable.start() is True
    assert read(durable) == [1]


def test_a_stale_socket_and_its_lock_are_cleared(server: EmbeddedPostgres) -> None:
    server.start()
    kill(running(server))
    (server.data / "postmaster.pid").unlink()
    lock = server.socket_folder / f"{embedded_postgres.SOCKET_NAME}.lock"
    lock.write_text(f"{os.getpid()}\n")
    assert (server.socket_folder / embedded_postgres.SOCKET_NAME).exists()
    assert server.start() is True


def test_a_first_start_that_was_interrupted_is_made_anew(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    half = server.data.with_name(f"{server.data.name}.new")
    server.data.rename(half)
    (half / "PG_VERSION").unlink()
    assert server.start() is True
    assert not half.exists()


def test_two_homes_do_not_meet(server: EmbeddedPostgres) -> None:
    folder = Path(tempfile.mkdtemp(prefix="vigil-home-"))
    other = EmbeddedPostgres(folder, durable=False)
    try:
        server.start()
        other.start()
        write(server, 1)
        write(other, 2)
        assert (read(server), read(other)) == ([1], [2])
        other.stop()
        assert server.status().running is True
    finally:
        other.destroy()
        shutil.rmtree(folder)


def test_concurrent_starts_make_one_server(home: Path, server: EmbeddedPostgres) -> None:
    code = (
        "import sys; from pathlib import Path; from tracker.embedded_postgres import EmbeddedPostgres as E;"
        "s = E(Path(sys.argv[1]), durable=False); started = s.start(); print(started, s.pid())"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", code, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = sorted(starter.communicate(timeout=120)[0].split() for starter in starters)
    assert answers == [["False", str(server.pid())]] * 3 + [["True", str(server.pid())]]


def test_it_listens_on_a_socket_of_its_own_user_alone(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.url) as connection:
        shown = connection.execute("show listen_addresses").fetchone()
    assert shown == ("",)
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert server.data.stat().st_mode & 0o777 == 0o700
    assert server.log.stat().st_mode & 0o077 == 0


def test_fsync_is_off_for_tests_alone(home: Path, server: EmbeddedPostgres) -> None:
    for durable, expected in ((False, "off"), (True, "on")):
        one = EmbeddedPostgres(home, durable=durable)
        one.start()
        with psycopg.connect(one.url) as connection:
            assert connection.execute("show fsync").fetchone() == (expected,)
        one.stop()


def test_letters_beyond_ascii_have_two_cases(server: EmbeddedPostgres) -> None:
    server.start()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("select lower('ÉÑŁ')").fetchone() == ("éñł",)


def test_failed_statements_leave_no_values_in_the_servers_log(server: EmbeddedPostgres) -> None:
    server.start()
    write(server, 1)
    with psycopg.connect(server.url) as connection:
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("insert into kept values ('Grünewald')")
    server.stop()
    assert "Grünewald" not in server.log.read_text()


@pytest.mark.parametrize("name", ["with space, and comma", "a" * 90, "quote'd $HOME"])
def test_any_folder_will_do(home: Path, name: str) -> None:
    server = EmbeddedPostgres(home / name, durable=False)
    try:
        server.start()
        write(server, 1)
        assert read(server) == [1]
        assert len(str(server.socket_folder / embedded_postgres.SOCKET_NAME)) < 104
    finally:
        server.destroy()


def test_data_of_another_version_are_refused_and_left_alone(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.data / "PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9"):
        server.start()
    (server.data / "PG_VERSION").write_text(f"{postgres_binaries.major(postgres_binaries.find())}\n")
    assert server.start() is True


def test_a_socket_folder_made_by_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trap = tmp_path / "trap"
    trap.symlink_to(tmp_path)
    with pytest.raises(EmbeddedPostgresError, match="belongs to another user"):
        embedded_postgres._own(trap)


@as_root
def test_as_root_the_server_runs_as_nobody(server: EmbeddedPostgres) -> None:
    server.start()
    assert server.data.stat().st_uid == NOBODY
    assert Path(f"/proc/{running(server)}").stat().st_uid == NOBODY
    assert server.link.readlink() == server.data


@as_root
def test_data_whose_home_was_deleted_are_set_aside_not_used(home: Path, server: EmbeddedPostgres) -> None:
    server.start()
    write(server, 1)
    server.link.unlink()  # as `rm -rf var` does
    server.start()
    with pytest.raises(psycopg.errors.UndefinedTable):
        read(server)
    assert len(list(server.place.glob("data-set-aside-*"))) == 1


@as_root
def test_a_copied_home_is_refused(home: Path, server: EmbeddedPostgres) -> None:
    server.start()
    copy = Path(tempfile.mkdtemp(prefix="vigil-home-"))
    try:
        (copy / "postgres").symlink_to(server.data)
        with pytest.raises(EmbeddedPostgresError, match="was this one copied or moved"):
            EmbeddedPostgres(copy, durable=False).start()
    finally:
        shutil.rmtree(copy)


@as_user
def test_a_deleted_data_folder_ends_its_server(server: EmbeddedPostgres) -> None:
    server.start()
    old = running(server)
    shutil.rmtree(server.data)
    assert server.start() is True
    assert running(server) != old
    assert not embedded_postgres.command_line(old)


@as_root
def test_an_ordinary_user_runs_it_in_their_own_folder() -> None:
    """The same life cycle without root's privileges."""
    if not can_read_everything(NOBODY):
        pytest.skip("another user cannot read this Python or this checkout")
    folder = Path(tempfile.mkdtemp(prefix="vigil-user-"))
    os.chown(folder, NOBODY, NOBODY)
    code = (
        "import os, sys; from pathlib import Path; from tracker.embedded_postgres import EmbeddedPostgres as E;"
        "s = E(Path(sys.argv[1]), durable=False); assert s.start(); assert s.data.parent == Path(sys.argv[1]);"
        "import psycopg; psycopg.connect(s.url).close(); os.kill(s.pid(), 9); assert s.start(); print(s.stop());"
        "s.destroy()"
    )
    try:
        done = run_as(NOBODY, [sys.executable, "-c", code, str(folder)])
        assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr
    finally:
        shutil.rmtree(folder)


def can_read_everything(user: int) -> bool:
    try:
        return run_as(user, [sys.executable, "-c", "import psycopg, tracker.embedded_postgres"]).returncode == 0
    except PermissionError:
        return False


def run_as(user: int, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, user=user, group=user, extra_groups=[], env={"PATH": os.defpath, "VIGIL_HOME": "/nonexistent"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_without_any_postgres_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_binaries, "candidates", list)
    postgres_binaries.find.cache_clear()
    try:
        with pytest.raises(postgres_binaries.NoPostgresError, match="set DATABASE_URL"):
            postgres_binaries.find()
    finally:
        postgres_binaries.find.cache_clear()


def test_an_older_postgres_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("initdb", "pg_ctl", "postgres"):
        (tmp_path / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
        (tmp_path / name).chmod(0o755)
    good = postgres_binaries.find()
    monkeypatch.setattr(postgres_binaries, "candidates", lambda: [tmp_path, good])
    postgres_binaries.find.cache_clear()
    try:
        assert postgres_binaries.version(tmp_path) == "14.9"
        assert postgres_binaries.find() == good
    finally:
        postgres_binaries.find.cache_clear()


def test_the_command_reports_as_json(home: Path) -> None:
    def database(what: str) -> dict[str, object]:
        done = subprocess.run(
            [sys.executable, "manage.py", "database", what, "--json"],
            cwd=ROOT, env=without_database_url() | {"VIGIL_HOME": str(home)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
        return answer

    assert database("status")["running"] is False
    assert database("start")["running"] is True
    assert database("status")["pid"] == EmbeddedPostgres(home).pid()
    assert database("stop")["running"] is False


def test_the_command_does_nothing_to_a_server_that_is_not_ours(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "database", "stop"],
        cwd=ROOT, env={**os.environ, "VIGIL_HOME": str(home), "DATABASE_URL": "postgresql://db.example.org/vigil"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "DATABASE_URL is set" in done.stderr


def without_database_url() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
