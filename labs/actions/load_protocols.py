"""Taking protocol files in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from labs.models import Protocol
from labs.protocols.reading import ProtocolFile, read_protocol, shipped
from patients.actions import audit
from patients.models import User


class ProtocolChanged(ValueError):
    """A version that is already in use says something else now."""


@transaction.atomic
def load_protocols(*, by: User, paths: Iterable[Path] | None = None) -> list[Protocol]:
    """The protocols of these files (those shipped, when None), each stored once by code and version.

    A version never changes: patients' plans rest on it. Raises `Problems` for a file that cannot be used and
    `ProtocolChanged` for other content under a version already stored; then nothing is taken.
    """
    files = [read_protocol(path.read_text(encoding="utf-8")) for path in (shipped() if paths is None else paths)]
    return [_load(file, by=by) for file in files]


def _load(file: ProtocolFile, *, by: User) -> Protocol:
    if Protocol.objects.filter(code=file.code).exclude(site=None).exists():
        raise ProtocolChanged(f"The code {file.code} belongs to a site's own protocol: give this one another code.")
    definition = json.loads(json.dumps(file.definition, default=str))
    protocol, created = Protocol.objects.get_or_create(
        code=file.code,
        version=file.version,
        defaults={"disease": file.disease, "title": file.title, "definition": definition},
    )
    if created:
        audit.record(by=by, verb="load_protocol", target=protocol)
    elif protocol.definition != definition:
        raise ProtocolChanged(
            f"The protocol {file.code} says something else than its stored version {file.version}. "
            f"Plans rest on that version: give the changed file the version {file.version + 1}."
        )
    return protocol
