"""The ground of all tests: their own VIGIL_HOME and their own database server, gone when the run ends.

With DATABASE_URL set the tests use that server instead (its `test_...` databases, as Django names them). The server
starts when the first test asks for a database, so tests of pure code do not wait for one.
"""

from __future__ import annotations

import fcntl
import ipaddress
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import hypothesis
import pytest

# A busy machine is slow at times; that is no fault of the code. Sizes and budgets are measured by `make bench`.
hypothesis.settings.register_profile("vigil", deadline=None)
hypothesis.settings.load_profile("vigil")

ROOT = Path(__file__).resolve().parent
HOMES = ROOT / "var" / "tests"
OWNER = "owner.lock"
_owned: tuple[Path, IO[str]] | None = None  # the home this process made and must delete, with the lock that says so


def pytest_configure(config: pytest.Config) -> None:
    """Give the run a home of its own before Django reads its settings; workers of xdist share the controller's."""
    global _owned
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    if "PYTEST_XDIST_WORKER" not in os.environ:
        HOMES.mkdir(parents=True, exist_ok=True)
        with (HOMES / "making.lock").open("w") as making:  # nobody tidies up while another is between making and owning
            fcntl.flock(making, fcntl.LOCK_EX)
            _remove_abandoned_homes()
            _owned = _make_home()
        os.environ["VIGIL_HOME"] = str(_owned[0])
    for name in (
        "VIGIL_ENV",
        "VIGIL_DEBUG",
        "VIGIL_POOL_SIZE",
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "EMAIL_URL",
        "VIGIL_MESSAGE_BACKENDS",
        "VIGIL_BASE_URL",
        "VIGIL_WEBHOOK_SECRET",
        "VIGIL_WEBHOOK_PRIVATE",
        "METRICS_TOKEN",
    ):
        os.environ.pop(name, None)
    sys.addaudithook(refuse_other_machines)
    import django

    django.setup()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Forget what pure code remembered: mutation tests fork a session from a process that has run all tests before."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("labs.vocabulary", "labs.rules")):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


def refuse_other_machines(event: str, arguments: tuple[Any, ...]) -> None:
    """Let no test reach beyond this machine: what it finds there would not be the same tomorrow."""
    if event != "socket.connect" or arguments[0].family not in {socket.AF_INET, socket.AF_INET6}:
        return
    host = arguments[1][0]
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise RuntimeError(f"A test tried to reach {host}. Tests reach no other machine.")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server and delete its files."""
    if _owned is not None:
        home, lock = _owned
        _destroy(home)
        lock.close()


def _make_home() -> tuple[Path, IO[str]]:
    home = Path(tempfile.mkdtemp(dir=HOMES))
    lock = (home / OWNER).open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return home, lock


def _remove_abandoned_homes() -> None:
    """Delete what killed runs left behind: nobody holds their lock any more."""
    for path in HOMES.glob(f"*/{OWNER}"):
        with path.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _destroy(path.parent)


def _destroy(home: Path) -> None:
    from tracker.embedded_postgres import EmbeddedPostgres

    EmbeddedPostgres(home, durable=False).destroy()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the server before pytest-django makes the test database on it."""
    from django.conf import settings

    from tracker.embedded_postgres import EmbeddedPostgres

    if settings.USES_EMBEDDED_DATABASE:
        EmbeddedPostgres(settings.VIGIL_HOME, durable=False).start()


@pytest.fixture(scope="session", autouse=True)
def quick_settings() -> Iterator[None]:
    """Argon2 is slow on purpose, and listing all static files for each test client takes long: tests need neither."""
    from django.test import override_settings

    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def emptied_between_transactional_tests() -> Iterator[None]:
    """Let tests that commit be followed by emptied tables, which the triggers against TRUNCATE would refuse."""
    from django.db import connections
    from django.test import TransactionTestCase

    teardown = TransactionTestCase._fixture_teardown

    def empty_job_tables() -> None:  # procrastinate's tables are not Django's to empty
        with connections["default"].cursor() as cursor:
            cursor.execute("truncate procrastinate_jobs, procrastinate_workers cascade")

    def teardown_without_triggers(case: Any) -> None:
        for connection in connections.all(initialized_only=True):
            with connection.cursor() as cursor:
                cursor.execute("set session_replication_role = replica")
        try:
            teardown(case)
            empty_job_tables()
        finally:
            for connection in connections.all(initialized_only=True):
                with connection.cursor() as cursor:
                    cursor.execute("set session_replication_role = default")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown_without_triggers)
        yield
