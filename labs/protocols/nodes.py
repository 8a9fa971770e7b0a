"""Taking fields out of YAML nodes while remembering on which line each stands. Pure."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import yaml

T = TypeVar("T")
WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


class Problems(ValueError):
    """A file that cannot be used; `problems` names every mistake found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class Fields:
    """The fields of one mapping. Whatever is wrong is added to `problems`, and a harmless value is given back."""

    def __init__(self, line: int, nodes: dict[str, yaml.Node], problems: list[Problem]) -> None:
        self._line = line
        self._nodes = nodes
        self._problems = problems

    @classmethod
    def of(
        cls,
        node: yaml.Node,
        problems: list[Problem],
        *,
        required: Sequence[str],
        optional: Sequence[str] | None,
        what: str,
    ) -> "Fields":
        """Read a mapping; unknown, doubled and missing fields are problems (`optional` None: anything goes)."""
        line = node.start_mark.line + 1
        nodes: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            problems.append(Problem(line, f"{what} is written as 'field: value' lines"))
            return cls(line, nodes, problems)
        for key, value in node.value:
            if key.value in nodes:
                problems.append(Problem(key.start_mark.line + 1, f"{key.value!r} stands here twice"))
            elif optional is not None and key.value not in {*required, *optional}:
                problems.append(Problem(key.start_mark.line + 1, f"{what} has no field {key.value!r}"))
            nodes[key.value] = value
        problems += [Problem(line, f"{what} needs {name!r}") for name in required if name not in nodes]
        return cls(line, nodes, problems)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._nodes

    def line(self, name: str) -> int:
        """The line the field stands on, else the line of the mapping."""
        node = self._nodes.get(name)
        return node.start_mark.line + 1 if node else self._line

    def refuse(self, name: str, reason: str) -> None:
        """Note a problem with a field."""
        self._problems.append(Problem(self.line(name), reason))

    def text(self, name: str) -> str:
        """A text that is not empty; "" when it is missing or wrong."""
        node = self._nodes.get(name)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.refuse(name, f"{name!r} must be a text")
            return ""
        return str(node.value)

    def word(self, name: str) -> str:
        """A name in small letters, digits and hyphens."""
        text = self.text(name)
        if text and not WORD.fullmatch(text):
            self.refuse(name, f"{text!r} may only have small letters, digits and single hyphens")
        return text

    def words(self, name: str) -> list[str]:
        """A text of words with commas between, as a list."""
        node = self._nodes.get(name)
        if not isinstance(node, yaml.ScalarNode):
            return []
        return [word.strip() for word in node.value.split(",") if word.strip()]

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of a closed list."""
        text = self.text(name)
        if text and text not in choices:
            self.refuse(name, f"{text!r} is not a known {name}; known are {', '.join(choices)}")
        return text

    def number(self, name: str, *, least: int, default: int = 0) -> int:
        """A whole number that is not below `least`."""
        text = self.text(name)
        if not text:
            return default
        if not text.isdecimal() or int(text) < least:
            self.refuse(name, f"{name!r} must be a whole number of at least {least}, not {text!r}")
            return default
        return int(text)

    def parsed(self, name: str, parse: Callable[[str], T]) -> T | None:
        """A text turned into something else by `parse`, whose ValueError becomes a problem; None when there is none."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.refuse(name, str(error))
            return None

    def parsed_list(self, name: str, parse: Callable[[str], T]) -> list[T]:
        """A list of such texts."""
        found = []
        for node in self.items(name):
            try:
                found.append(parse(str(node.value)))
            except ValueError as error:
                self._problems.append(Problem(node.start_mark.line + 1, str(error)))
        return found

    def items(self, name: str) -> list[yaml.Node]:
        """The entries of a list."""
        node = self._nodes.get(name)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            self.refuse(name, f"{name!r} must be a list with at least one entry")
            return []
        return list(node.value)

    def mapping(self, name: str) -> dict[str, yaml.Node]:
        """The entries of a mapping."""
        node = self._nodes.get(name)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.refuse(name, f"{name!r} must be written as 'name: value' lines")
            return {}
        return {str(key.value): value for key, value in node.value}
