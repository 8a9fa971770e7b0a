"""Writing a protocol's definition as YAML: what `reading.py` reads back as the same definition. Pure."""

from collections.abc import Mapping
from typing import Any

import yaml

from labs.protocols.reading import PROTOCOL_FIELDS, ProtocolFile, read_protocol

ORDER = (*PROTOCOL_FIELDS[:6], "changed_because", *PROTOCOL_FIELDS[6:], "not_scheduled")
WIDTH = 120


def written(definition: Mapping[str, Any]) -> str:
    """The definition as the text of a file, its fields in the order people expect."""
    ordered = {name: definition[name] for name in ORDER if name in definition}
    rest = {name: value for name, value in definition.items() if name not in ordered}
    return yaml.safe_dump({**ordered, **rest}, sort_keys=False, allow_unicode=True, width=WIDTH)


def read_definition(definition: Mapping[str, Any]) -> ProtocolFile:
    """The protocol of a definition, checked as a file is. `Problems` name places; their lines mean nothing here."""
    return read_protocol(written(definition))
