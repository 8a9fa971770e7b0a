"""A database to measure on, made for this run and gone with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tracker.embedded_postgres import EmbeddedPostgres
from tracker.env import ROOT

FOLDER = ROOT / "var" / "bench"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Point DATABASE_URL and VIGIL_HOME to new and empty ones: on DATABASE_URL's server, else on our own.

    Call it before Django reads its settings. What DATABASE_URL named before is not touched.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    home = Path(tempfile.mkdtemp(dir=FOLDER))
    os.environ["VIGIL_HOME"] = str(home)
    named = os.environ.get("DATABASE_URL", "")
    try:
        if named:
            with _database_on(named) as url:
                os.environ["DATABASE_URL"] = url
                yield
        else:
            with _server_in(home) as url:
                os.environ["DATABASE_URL"] = url
                yield
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _server_in(home: Path) -> Iterator[str]:
    server = EmbeddedPostgres(home)
    server.start()
    try:
        yield server.url
    finally:
        server.destroy()


@contextmanager
def _database_on(url: str) -> Iterator[str]:
    name = f"vigil_bench_{os.getpid()}"
    _tell(url, sql.SQL("create database {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        _tell(url, sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _tell(url: str, statement: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
