"""Keeping a message as it came, before anything reads it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from labs.models import Message
from patients.access import check_can_import
from patients.actions.audit import record
from patients.models import User

FOLDER = "messages"
BLOCK = 1 << 20


def store_message(*, stream: IO[bytes], name: str, source: str, format: str, by: User) -> Message:  # noqa: A002
    """The message, copied under VIGIL_HOME and named by its SHA-256. The same bytes again are the same message."""
    check_can_import(by)
    digest, size, path = _keep(stream)
    with transaction.atomic():
        known = Message.objects.select_for_update().filter(sha256=digest, format=format, source=source).first()
        if known:
            return known
        message = Message.objects.create(
            source=source, format=format, name=name[-255:], sha256=digest, size=size, path=path, received_by=by
        )
        record(by=by, verb="message.store", target=message, detail={"format": format, "sha256": digest, "size": size})
        return message


def open_message(message: Message) -> IO[bytes]:
    """The stored bytes, to be read."""
    return (Path(settings.VIGIL_HOME) / message.path).open("rb")


def _keep(stream: IO[bytes]) -> tuple[str, int, str]:
    """Copy to a file of its own, safely on the disk before it gets its name. Returns digest, size and relative path."""
    folder = Path(settings.VIGIL_HOME) / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, waiting = tempfile.mkstemp(dir=folder, prefix="incoming-")
    try:
        with os.fdopen(descriptor, "wb") as copy:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        name = digest.hexdigest()
        place = folder / name[:2] / name
        place.parent.mkdir(mode=0o700, exist_ok=True)
        Path(waiting).replace(place)
    except BaseException:
        Path(waiting).unlink(missing_ok=True)
        raise
    return name, size, f"{FOLDER}/{name[:2]}/{name}"
