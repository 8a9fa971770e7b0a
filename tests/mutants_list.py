"""Group the mutants that survived by what they changed: `python -m tests.mutants --list [PATTERN ...]`.

A mutant and the true code differ in one short stretch of text. Which group a survivor belongs to is told from that
stretch alone, by the first of `GROUPS` that fits; nobody needs to have read it. What fits none is for reading.
"""

from __future__ import annotations

import ast
import fnmatch
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many characters, or lines, both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


class Survivor(NamedTuple):
    """A mutant that no test told apart, and what it changed.

    old, new      the lines that differ, joined by blanks
    gone, come    of these, only the stretch that differs
    """

    function: str
    number: int
    old: str
    new: str
    gone: str
    come: str

    @property
    def at(self) -> int:
        """Where in the line the change stands."""
        return _shared(self.old, self.new)

    def around(self, reach: int = 14) -> str:
        """The true line, from a little before the change to a little behind."""
        return self.old[max(0, self.at - reach) : self.at + reach]


_TYPE = r"(np\.int64|np\.int32|np\.int8|bool|dtype=np\.int64)"


def _left_out(one: Survivor) -> bool:
    """Whether something was taken away, or None put in its place."""
    return one.come.strip(" ,)").rpartition("=")[2] in ("", "None")


def _type(one: Survivor) -> bool:
    return _left_out(one) and bool(re.fullmatch(_TYPE, one.gone.strip(" ,)")))


def _strict(one: Survivor) -> bool:
    return "strict=" in one.around()


def _start_of_sum(one: Survivor) -> bool:
    return "sum(" in one.old and one.gone.startswith("np.zeros(") and _left_out(one)


def _sign(one: Survivor) -> bool:
    return one.old[one.at - 1 : one.at + 1] == "-1" and one.new[one.at : one.at + 1] == "2"


def _short_cut(one: Survivor) -> bool:
    return any(words in one.new[one.at :] for words in (" or True", " and False"))


def _stable(one: Survivor) -> bool:
    return "kind=" in one.around()


def _default(one: Survivor) -> bool:
    return bool(re.match(r"\w+=", one.gone.strip(" ,"))) and _left_out(one)


def _second(one: Survivor) -> bool:
    return "criterion(" in one.old and one.come == "None"


def _more_rows(one: Survivor) -> bool:
    return bool(re.search(r"slice\(|\[(at|row) : ", one.old)) and one.come in ("2", "None")


def _words(one: Survivor) -> bool:
    without = [re.sub(r'"[^"]*"', '""', text) for text in (one.old, one.new)]
    return without[0] == without[1] or (one.gone.startswith(('"', 'f"')) and _left_out(one))


def _nothing(one: Survivor) -> bool:
    return bool(re.search(r"(>=|<=|>|<|==) [01]\b", one.around(6)))


def _equality(one: Survivor) -> bool:
    return {one.gone.strip(), one.come.strip()} == {"", "="}


def _room(one: Survivor) -> bool:
    return bool(re.search(r"\+ 1\b", one.around(4))) and one.come == "2"


def _sides(one: Survivor) -> bool:
    return (one.gone.strip(), one.come.strip()) == ("|", "&")


def _argument(one: Survivor) -> bool:
    return _left_out(one)


def _other(_: Survivor) -> bool:
    return True


GROUPS: tuple[tuple[str, str, Callable[[Survivor], bool]], ...] = (
    ("Type left out", "numpy takes the same type by itself, or a wider one that holds the same whole numbers", _type),
    ("Strict pairing", "`strict=` of a pairing of sequences that always have one length", _strict),
    ("Start of a sum", "a sum of several columns begins with zeros, or with a plain 0: the same", _start_of_sum),
    ("Another sign for none", "-2 for -1, the row that is not there: only asked whether it is below 0", _sign),
    ("Short cut", "a quicker way to the same is never or always taken (`and False`, `or True`)", _short_cut),
    ("Order of equals", "`kind=` of a sort whose equals are alike or already in order", _stable),
    ("Default", "an argument by name left out, or None in its place: mostly what is taken then anyway", _default),
    ("Second of a criterion", "a fixed bar does not look at the reference it is given", _second),
    ("One row more", "a stretch of one row made longer: only its first is read", _more_rows),
    ("Words", "a text or name changed or left out: it is not read, or no quick test reads it", _words),
    ("Zero or one", "a comparison with 0 or 1 moved by one: row 0, or an amount of the last decimal place", _nothing),
    (
        "Equality",
        "a comparison takes in what is equal, or no longer: it cannot be equal there, or no test tries it",
        _equality,
    ),
    ("Room", "a size that keeps numbers apart made larger by one", _room),
    (
        "Sides of a criterion",
        "*or* to *and* between them: they are told one by one, and whether they hold is asked elsewhere",
        _sides,
    ),
    ("Argument", "None in place of an argument, or it is left out: not read there", _argument),
    ("Other", "fits none of these: to be read one by one", _other),
)


def survivors(folder: Path, patterns: Iterable[str] = ()) -> Iterator[Survivor]:
    """All in a folder of mutmut's that have survived by what is kept there."""
    patterns = tuple(patterns) or ("labs.rules.*",)
    for kept in sorted(folder.glob("labs/**/*.meta")):
        found = json.loads(kept.read_text("utf-8"))["exit_code_by_key"]
        names = [name for name, code in found.items() if code == 0]
        names = [name for name in names if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
        if names:
            yield from _of_file(kept.with_suffix(""), names)


def _of_file(file: Path, names: list[str]) -> Iterator[Survivor]:
    text = file.read_text("utf-8")
    lines = text.splitlines()
    tree = ast.walk(ast.parse(text))
    written = {
        one.name: [line.strip().replace(one.name, "") for line in lines[one.lineno - 1 : one.end_lineno]]
        for one in tree
        if isinstance(one, ast.FunctionDef) and "__mutmut_" in one.name
    }
    for name in names:
        function, _, number = name.rpartition("__mutmut_")
        short = function.rpartition(".")[2]
        pair = _changed(written[f"{short}__mutmut_orig"], written[f"{short}__mutmut_{number}"])
        yield _survivor(_readable(function), int(number), *pair)


def _changed(true: list[str], mutant: list[str]) -> tuple[str, str]:
    """The lines that differ, joined by blanks."""
    first = _shared(true, mutant)
    last = min(_shared(true[::-1], mutant[::-1]), len(true) - first, len(mutant) - first)
    return " ".join(true[first : len(true) - last]), " ".join(mutant[first : len(mutant) - last])


def _survivor(function: str, number: int, true: str, changed: str) -> Survivor:
    start = _shared(true, changed)
    rest = true[start:], changed[start:]
    end = min(_shared(rest[0][::-1], rest[1][::-1]), *map(len, rest))
    start = max((at for at in range(start + 1) if not true[at - 1 : at].isalnum() or not at), default=0)
    gone, come = (text[start : len(text) - end] for text in (true, changed))
    return Survivor(function, number, true, changed, gone, come)


def _readable(function: str) -> str:
    """ "answers._say_overdue" of "labs.rules.answers.x__say_overdue"."""
    where, _, own = function.removeprefix("labs.rules.").rpartition(".")
    return f"{where}.{own.removeprefix('x_').removeprefix('xǁ').replace('ǁ', '.')}"


def group_of(one: Survivor) -> tuple[str, str]:
    """Name and reason of the group."""
    return next((name, reason) for name, reason, fits in GROUPS if fits(one))


def listed(folder: Path, patterns: Iterable[str] = ()) -> str:
    """The survivors as a table of Markdown, a row a group."""
    grouped: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in survivors(folder, patterns):
        grouped[group_of(one)[0]][one.function].append(one.number)
    rows = ["| Group | Survivors | Why | Where |", "| --- | ---: | --- | --- |"]
    for name, reason, _ in GROUPS:
        where = grouped.get(name, {})
        places = ", ".join(
            f"`{place}` {', '.join(map(str, sorted(numbers)))}" for place, numbers in sorted(where.items())
        )
        rows.append(f"| {name} | {sum(map(len, where.values()))} | {reason} | {places} |")
    return "\n".join(rows)
