"""`manage.py database start|stop|status`: the embedded database server."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tracker.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
from tracker.postgres_binaries import NoPostgresError

NOTHING_DONE = 2


class Command(BaseCommand):
    help = "Start, stop or look at the embedded database server, which Vigil uses when DATABASE_URL is not set."
    requires_system_checks: list[str] = []  # it must work while the database does not

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read what to do."""
        parser.add_argument("what", choices=["start", "stop", "status"])
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, what: str, json: bool, **options: Any) -> None:
        """Do it, and say what was done."""
        if not settings.USES_EMBEDDED_DATABASE:
            self._fail("DATABASE_URL is set: Vigil uses that server and does not start or stop it.", as_json=json)
        server = EmbeddedPostgres(settings.VIGIL_HOME)
        try:
            sentence = self._do(server, what)
            answer = {
                "status": what,
                "said": sentence,
                "running": server.pid() is not None,
                "pid": server.pid(),
                "url": server.url,
                "data": str(server.data),
            }
        except (EmbeddedPostgresError, NoPostgresError) as error:
            self._fail(str(error), as_json=json)
        self._say(answer, as_json=json)

    def _do(self, server: EmbeddedPostgres, what: str) -> str:
        if what == "start":
            return "The database was started." if server.start() else "The database was running already."
        if what == "stop":
            return "The database was stopped." if server.stop() else "The database was not running."
        status = server.status()
        return f"The database (PostgreSQL {status.version}) {'runs' if status.running else 'does not run'}."

    def _say(self, answer: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(answer["said"])
        self.stdout.write(f"  data     {answer['data']}")
        self.stdout.write(f"  address  {answer['url']}")

    def _fail(self, message: str, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"error": message}))
        else:
            self.stderr.write(message)
        sys.exit(NOTHING_DONE)
