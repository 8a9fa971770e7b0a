"""`manage.py grant_rights`: the rights of the database role Vigil works under, as SQL."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

import pghistory.models
from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models

from labs.models import FlagEvent
from patients.models import AccessEvent, AuditEvent

OURS = ("patients", "labs")
APPEND_ONLY: tuple[type[models.Model], ...] = (AuditEvent, AccessEvent, FlagEvent)


class Command(BaseCommand):
    help = "Print the SQL that gives a database role the rights Vigil works with, and not the right to rewrite history."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Read the role."""
        parser.add_argument("role", metavar="ROLE", help="the role of DATABASE_URL while Vigil runs")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        """Print it."""
        if connection.vendor != "postgresql":
            raise CommandError("Rights are those of PostgreSQL.")
        name = connection.ops.quote_name(role)
        self.stdout.write("\n".join(statements(name)))


def statements(role: str) -> Iterator[str]:
    """The rights of a role (quoted): everything outside Vigil's own tables; within them, never DELETE nor TRUNCATE."""
    yield f"grant usage on schema public to {role};"
    yield f"grant select, insert, update, delete on all tables in schema public to {role};"
    yield f"grant usage, select on all sequences in schema public to {role};"
    yield f"grant execute on all functions in schema public to {role};"
    for model in sorted(_own_models(), key=lambda model: model._meta.db_table):
        kept = "update, delete, truncate" if is_append_only(model) else "delete, truncate"
        yield f"revoke {kept} on {connection.ops.quote_name(model._meta.db_table)} from {role};"


def is_append_only(model: type[models.Model]) -> bool:
    """Whether a row of this table never changes: history, audit, access."""
    return issubclass(model, pghistory.models.Event) or issubclass(model, APPEND_ONLY)


def _own_models() -> Iterator[type[models.Model]]:
    """Vigil's own tables; the links between people and sites may be taken away, and are left out."""
    for label in OURS:
        yield from apps.get_app_config(label).get_models()
