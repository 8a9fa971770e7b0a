"""The page of the commands, from their own help."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from django.core.management import get_commands, load_command_class

from tracker.docs.markdown import code, page, table

OURS = ("labs", "tracker", "patients")
OF_EVERY_COMMAND = frozenset(
    {"help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks"}
)


def command_pages() -> Mapping[str, str]:
    """Path -> text."""
    names = sorted(name for name, app in get_commands().items() if app in OURS)
    lead = (
        "`.venv/bin/python manage.py NAME`. Exit status: 0 done, 1 some rows were refused or quarantined (the rest "
        "was taken, all are "
        "listed), 2 nothing could be done."
    )
    return {"docs/reference/commands.md": page("Commands", lead, *map(_command, names))}


def _command(name: str) -> str:
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    parts = [f"## {name}", command.help, table(("", ""), _arguments(parser))]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub, own in action.choices.items():
                parts += [f"### {name} {sub}", own.description or "", table(("", ""), _arguments(own))]
    return "\n\n".join(part for part in parts if part)


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if action.dest in OF_EVERY_COMMAND or isinstance(action, argparse._SubParsersAction):
            continue
        value = (
            ""
            if action.nargs == 0
            else "|".join(map(str, action.choices or ())) or str(action.metavar or action.dest.upper())
        )
        named = ", ".join(action.option_strings)
        shown = f"{named} {value}".strip() if named else value
        yield code(shown), (action.help or "") % _facts(action)


def _facts(action: argparse.Action) -> dict[str, object]:
    return {"default": action.default, "choices": ", ".join(map(str, action.choices or ())), "prog": "manage.py"}
