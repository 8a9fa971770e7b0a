"""`manage.py run`: everything of Vigil on this machine, in one command, until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction

from patients.access import SYSTEM_USERNAME
from patients.models import Patient, User
from tracker import env
from tracker.demo.logins import LOGINS, PASSWORD
from tracker.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tracker.health import unapplied_migrations
from tracker.postgres_binaries import OLDEST_VERSION, NoPostgresError
from tracker.processes import Child, Family

HOST = "127.0.0.1"
WEB_START_SECONDS = 60.0
PORT_SECONDS = 5.0


class CannotRun(Exception):
    """Why Vigil cannot run, in words for the person at the terminal."""


class Command(BaseCommand):
    help = "Run Vigil: database, migrations, demo cohort when empty, worker and web server. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the port."""
        parser.add_argument("--port", type=int, default=None, help="where to listen (default: PORT, else 8000)")

    def handle(self, *args: Any, port: int | None, **options: Any) -> None:
        """Run until told to stop; exit 0 then, 2 when it could not start, 1 when a part ended by itself."""
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        try:
            port = env.number("PORT", 8000) if port is None else port
            with one_at_a_time(settings.VIGIL_HOME):
                check_port(port)
                with database(self._say):
                    self._prepare()
                    code = self._serve(port)
        except Stopped:
            code = 0
            self._say("Vigil has stopped.")
        except (CannotRun, ImproperlyConfigured, EmbeddedPostgresError, NoPostgresError) as error:
            self.stderr.write(str(error))
            code = 2
        sys.exit(code)

    def _prepare(self) -> None:
        """Bring the database up to date, and fill it when it is empty."""
        if missing := unapplied_migrations():
            self._say(f"Preparing the database ({missing} migrations) ...")
            call_command("migrate", verbosity=0, interactive=False)
        if settings.PRODUCTION:
            call_command("collectstatic", verbosity=0, interactive=False)
        elif is_empty():
            self._say("Loading the demo cohort ...")
            with transaction.atomic():  # interrupted, it leaves the database empty, and the next start tries again
                call_command("load_demo", verbosity=0, stdout=StringIO())
        connection.close()

    def _serve(self, port: int) -> int:
        """Start worker and web server, and watch them."""
        family = Family()
        try:
            environment = child_environment()
            family.start("web server", web_command(port), environment)
            self._wait_for_answer(family, port)
            family.start("worker", worker_command(), environment)  # after, so that people need not wait for it
            self._greet(port)
            return self._watch(family)
        finally:
            _ignore_signals()
            self._say("Stopping ...")
            family.stop()

    def _wait_for_answer(self, family: Family, port: int) -> None:
        deadline = time.monotonic() + WEB_START_SECONDS
        while not answers(port):
            if ended := family.ended():
                raise CannotRun(farewell(ended))
            if time.monotonic() > deadline:
                raise CannotRun(f"The web server did not answer within {WEB_START_SECONDS:.0f} seconds.")
            time.sleep(0.05)

    def _watch(self, family: Family) -> int:
        while True:
            if ended := family.ended():
                self.stderr.write(farewell(ended))
                return 1
            time.sleep(0.25)

    def _greet(self, port: int) -> None:
        self._say(f"\nVigil runs at http://localhost:{port}\n")
        known = set(User.objects.values_list("username", flat=True))
        connection.close()
        if demo := [login for login in LOGINS if login.username in known]:
            self._say(f"Sign in with one of the demo logins; the password of all is: {PASSWORD}")
            for login in demo:
                self._say(f"  {login.username:<14} {login.title}")
        self._say("\nCtrl-C stops it.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class Stopped(BaseException):
    """Ctrl-C, or SIGTERM. Not an Exception, so that nothing on the way takes it for a fault."""


def _stop(_number: int, _frame: object) -> None:
    _ignore_signals()
    raise Stopped


def _ignore_signals() -> None:
    """While stopping, a second Ctrl-C must not leave half of it running."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def is_empty() -> bool:
    """Whether nobody has begun to use this database: no patients, and no people but Vigil's own account."""
    return not Patient.objects.exists() and not User.objects.exclude(username=SYSTEM_USERNAME).exists()


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Refuse a second run from the same home: stopping one would pull the database from under the other."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"Vigil runs already with {home}. Stop it first, or set VIGIL_HOME to another folder."
            ) from None
        yield


@contextmanager
def database(say: Callable[[str], None]) -> Iterator[None]:
    """The embedded server for the time of the run; with DATABASE_URL, only a check that it answers."""
    if not settings.USES_EMBEDDED_DATABASE:
        check_database_answers()
        yield
        return
    server = EmbeddedPostgres(settings.VIGIL_HOME)
    try:
        if not server.data.exists():
            say("Making the database ...")
        server.start()
        yield
    finally:
        _ignore_signals()
        connection.close()
        server.stop()


def check_database_answers() -> None:
    """Raise with what to do when DATABASE_URL leads nowhere, or to a server that is too old."""
    try:
        with psycopg.connect(settings.DATABASE_URL, connect_timeout=10) as server:
            found = server.info.server_version // 10_000
    except psycopg.OperationalError as error:
        raise CannotRun(f"The database of DATABASE_URL does not answer: {error}") from error
    if found < OLDEST_VERSION:
        raise CannotRun(f"DATABASE_URL leads to PostgreSQL {found}; Vigil needs {OLDEST_VERSION} or later.")


def check_port(port: int) -> None:
    """Raise when something listens there, or the port is not ours to use. What was just killed may need a moment."""
    deadline = time.monotonic() + PORT_SECONDS
    while (reason := why_not(port)) is not None:
        if time.monotonic() > deadline:
            raise CannotRun(
                f"Port {port} cannot be used ({reason}). Stop what uses it, or choose another: PORT={port + 1} make run"
            )
        time.sleep(0.2)


def why_not(port: int) -> str | None:
    """Why a server could not listen there, None when it could."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            return str(error)
    return None


def child_environment() -> dict[str, str]:
    """What worker and web server are started with: one folder for the numbers of all web processes, emptied first."""
    folder = settings.VIGIL_HOME / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    # Request lines would bury the address and the logins on the terminal; LOG_LEVEL=INFO shows them.
    return (
        {"LOG_LEVEL": "WARNING"}
        | os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "VIGIL_HOME": str(settings.VIGIL_HOME),
            "PROMETHEUS_MULTIPROC_DIR": str(folder),
        }
    )


def worker_command() -> list[str]:
    """The background worker."""
    return [sys.executable, str(env.ROOT / "manage.py"), "procrastinate", "worker", "--concurrency", "2"]


def web_command(port: int) -> list[str]:
    """The web server, on this machine only."""
    return [
        sys.executable, "-m", "gunicorn", "tracker.wsgi", "--chdir", str(env.ROOT), "--bind", f"{HOST}:{port}",
        "--config", str(env.ROOT / "tracker" / "gunicorn_conf.py"), "--no-control-socket",
        "--graceful-timeout", "2",  # browsers keep idle connections open, and Ctrl-C should not wait for them
    ]  # fmt: skip


def answers(port: int) -> bool:
    """Whether the web server answers, be it with a refusal."""
    name = next((host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*"), HOST)
    question = urllib.request.Request(f"http://{HOST}:{port}/livez", headers={"Host": name})
    try:
        urllib.request.urlopen(question, timeout=5).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def farewell(child: Child) -> str:
    """What to say of a child that ended by itself."""
    return f"The {child.name} ended by itself (exit {child.process.returncode}); what it said is above."
