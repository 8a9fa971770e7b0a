"""Writing a protocol's definition as YAML: what `reading.py` reads back as the same definition. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from labs.protocols.nodes import Problem, Problems
from labs.protocols.reading import PROTOCOL_FIELDS, STEP_FIELDS, STEP_OPTIONAL, ProtocolFile, read_protocol

ORDER = (*PROTOCOL_FIELDS[:6], "changed_because", *PROTOCOL_FIELDS[6:], "not_scheduled")
STEP_ORDER = (*STEP_FIELDS[:2], *STEP_OPTIONAL[:-1], *STEP_FIELDS[2:], STEP_OPTIONAL[-1])
WIDTH = 120


class _WrittenOut(yaml.SafeDumper):
    """Writes what stands in two places twice, where YAML would refer back to the first."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never refer back."""
        return True


def written(definition: Mapping[str, Any]) -> str:
    """The definition as the text of a file, its fields in the order people expect."""
    whole = _ordered(definition, ORDER)
    steps = whole.get("steps")
    if isinstance(steps, list):
        whole["steps"] = [_ordered(step, STEP_ORDER) if isinstance(step, Mapping) else step for step in steps]
    return yaml.dump(whole, Dumper=_WrittenOut, sort_keys=False, allow_unicode=True, width=WIDTH)


def read_definition(definition: Mapping[str, Any]) -> ProtocolFile:
    """The protocol of a definition, checked as a file is. `Problems` name places; their lines mean nothing here."""
    try:
        text = written(definition)
    except RecursionError as error:
        raise Problems((Problem(1, "lists stand in one another too deeply"),)) from error
    return read_protocol(text)


def _ordered(fields: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    """The same fields, those of `order` first and in it."""
    return {name: fields[name] for name in (*order, *fields) if name in fields}
