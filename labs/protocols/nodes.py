"""Taking fields out of YAML nodes while remembering on which line, and in which place, each stands. Pure."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
Place = tuple[str | int, ...]
"""Where something stands in a document: `("steps", 2, "every")` is the interval of the third step."""

WORD = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOT_FOR_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
LONGEST_TEXT = 1_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: on which line of a file, and in which field of the form that shows the same.

    also_line  the line of what it cannot stand beside
    """

    line: int
    reason: str
    place: Place = field(default=(), compare=False)
    also_line: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        also = "" if self.also_line is None else f" (see line {self.also_line})"
        return f"line {self.line}: {self.reason}{also}"


class Problems(ValueError):
    """A file that cannot be used; `problems` names every mistake found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


class Fields:
    """The fields of one mapping. Whatever is wrong is added to `problems`, and a harmless value is given back."""

    def __init__(self, line: int, nodes: dict[str, yaml.Node], problems: list[Problem], place: Place = ()) -> None:
        self._line = line
        self._nodes = nodes
        self._problems = problems
        self.place = place

    @classmethod
    def of(
        cls,
        node: yaml.Node,
        problems: list[Problem],
        *,
        required: Sequence[str],
        optional: Sequence[str] | None,
        what: str,
        place: Place = (),
    ) -> "Fields":
        """Read a mapping; unknown, doubled and missing fields are problems (`optional` None: anything goes)."""
        line = node.start_mark.line + 1
        nodes: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            problems.append(Problem(line, f"{what} is written as 'field: value' lines", place))
            return cls(line, nodes, problems, place)
        for key, value in node.value:
            name = str(key.value)
            if name in nodes:
                problems.append(Problem(key.start_mark.line + 1, f"{name!r} stands here twice", place))
            elif optional is not None and name not in {*required, *optional}:
                problems.append(Problem(key.start_mark.line + 1, f"{what} has no field {name!r}", place))
            nodes[name] = value
        problems += [Problem(line, f"{what} needs {name!r}", (*place, name)) for name in required if name not in nodes]
        return cls(line, nodes, problems, place)

    def has(self, name: str) -> bool:
        """Whether the field is there."""
        return name in self._nodes

    def line(self, name: str) -> int:
        """The line the field stands on, else the line of the mapping."""
        node = self._nodes.get(name)
        return node.start_mark.line + 1 if node else self._line

    def refuse(self, name: str, reason: str) -> None:
        """Note a problem with a field."""
        self._problems.append(Problem(self.line(name), reason, (*self.place, name)))

    def text(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """A text that is not empty; "" when it is missing or wrong."""
        node = self._nodes.get(name)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.refuse(name, f"{name!r} must be a text")
            return ""
        text = str(node.value)
        if len(text) > longest:
            self.refuse(name, f"{name!r} has {len(text)} characters; {longest} are allowed")
            return ""
        if NOT_FOR_TEXT.search(text):
            self.refuse(name, f"{name!r} holds a character that is no part of a text")
            return ""
        return text

    def word(self, name: str, *, longest: int = LONGEST_TEXT) -> str:
        """A name in small letters, digits and hyphens."""
        text = self.text(name, longest=longest)
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

    def number(self, name: str, *, least: int, most: int, default: int = 0) -> int:
        """A whole number from `least` to `most`."""
        text = self.text(name)
        if not text:
            return default
        if not (text.isascii() and text.isdecimal()) or int(text) < least:
            self.refuse(name, f"{name!r} must be a whole number of at least {least}, not {text!r}")
            return default
        if int(text) > most:
            self.refuse(name, f"{name!r} may be {most} at most, not {text}")
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
                self._problems.append(Problem(node.start_mark.line + 1, str(error), (*self.place, name)))
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

    def texts(self, name: str) -> dict[str, str]:
        """The entries of a mapping of names to texts."""
        node = self._nodes.get(name)
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode) or not node.value:
            self.refuse(name, f"{name!r} must be written as 'name: value' lines")
            return {}
        inner = Fields.of(node, self._problems, required=(), optional=None, what="a list", place=(*self.place, name))
        return {key: inner.text(key) for key in inner._nodes}


def compose(text: str) -> yaml.Node:
    """The document of a text; `Problems` where there is none. References (`&`, `*`) and other tags are refused."""
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
                line = event.start_mark.line + 1 if event.start_mark else 1
                raise Problems((Problem(line, "write it out: references (&, *) and tags (!) are not read"),))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Problems((Problem(line, f"this is not YAML: {error.problem}"),)) from error
    except yaml.YAMLError as error:
        raise Problems((Problem(1, f"this is not YAML: {error}"),)) from error
    except RecursionError as error:
        raise Problems((Problem(1, "lists stand in one another too deeply"),)) from error
    if root is None:
        raise Problems((Problem(1, "the file is empty"),))
    return root


def plain(node: yaml.Node, *, numbers: Collection[str] = ()) -> Any:
    """A document as plain data: texts as they are written, the fields named in `numbers` as whole numbers."""
    if isinstance(node, yaml.MappingNode):
        return {
            str(key.value): int(value.value) if key.value in numbers else plain(value, numbers=numbers)
            for key, value in node.value
        }
    if isinstance(node, yaml.SequenceNode):
        return [plain(item, numbers=numbers) for item in node.value]
    return str(node.value)
