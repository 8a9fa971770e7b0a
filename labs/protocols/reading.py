"""Reading a protocol from YAML: every mistake is named with its line, its place and its reason. Pure.

A form writes the same YAML (`labs/protocols/writing.py`) and is checked here too: it shows the mistake at the field.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import yaml

from labs.protocols.dates import DAYS_A_MONTH, Interval, parse_interval
from labs.protocols.nodes import NOT_FOR_TEXT, Fields, Place, Problem, Problems, compose, plain
from labs.protocols.schedule import Step
from labs.vocabulary.test_kinds import TEST_KINDS

FOLDER = Path(__file__).resolve().parent
DISEASES = ("MM", "AML", "ALL")
ANCHORS = ("remission", "therapy_end", "transplant")
CONFIDENCE = ("seen", "high", "medium", "low", "local", "project")
"""How sure an interval is: read in a stored source; known from the cited paper (three grades); the guideline of the
unit that uses it; nobody's but the author's own default."""

PROTOCOL_FIELDS = ("code", "version", "disease", "title", "summary", "anchor", "sources", "steps")
STEP_FIELDS = ("step", "kind", "source", "confidence")
STEP_OPTIONAL = ("every", "at", "from_month", "until_month", "window_days", "note")
NUMBERS = ("version", "from_month", "until_month", "window_days")
LONGEST_CODE, LONGEST_TITLE = 60, 160
LONGEST_FILE = 100_000
"""Characters of a file."""
LAST_MONTH = 600
"""Months after the anchor that a protocol may speak of: fifty years."""
LONGEST_INTERVAL = Interval(120, "month")
MOST_STEPS = 60
MOST_VERSIONS = 9_999
WIDEST_WINDOW = 366
LONGEST_MONTH = 31
JUST_BEFORE = 0.01
"""Months: a single day lies within the month it falls due in."""
SOURCE_NAME = re.compile(r"[^\s,]{1,60}")


@dataclass(frozen=True, slots=True)
class ProtocolFile:
    """One protocol as its file says it. `definition` is the same as plain data, kept beside the plans made from it."""

    code: str
    version: int
    disease: str
    title: str
    anchor: str
    steps: tuple[Step, ...]
    definition: Mapping[str, Any]


def read_protocol(text: str) -> ProtocolFile:
    """The protocol in a file; `Problems` with every mistake found when it is not fit to be used."""
    if len(text) > LONGEST_FILE:
        raise Problems((Problem(1, f"the file has {len(text)} characters; {LONGEST_FILE} are allowed"),))
    root = compose(text)
    problems: list[Problem] = []
    optional = ("not_scheduled", "changed_because")
    fields = Fields.of(root, problems, required=PROTOCOL_FIELDS, optional=optional, what="a protocol")
    nodes = fields.items("steps")
    if len(nodes) > MOST_STEPS:
        fields.refuse("steps", f"a protocol may have {MOST_STEPS} steps, not {len(nodes)}")
    steps = [_step(node, problems, ("steps", number)) for number, node in enumerate(nodes)]
    _refuse_overlaps(steps, nodes, problems)
    _refuse_uncited(nodes, _sources(fields), problems)
    _check_not_scheduled(fields, problems)
    for name in ("summary", "changed_because"):
        fields.text(name)
    protocol = ProtocolFile(
        code=fields.word("code", longest=LONGEST_CODE),
        version=fields.number("version", least=1, most=MOST_VERSIONS),
        disease=fields.choice("disease", DISEASES),
        title=fields.text("title", longest=LONGEST_TITLE),
        anchor=fields.choice("anchor", ANCHORS),
        steps=tuple(step for step in steps if step is not None),
        definition={} if problems else _definition(root),
    )
    if problems:
        raise Problems(tuple(sorted(problems)))
    return protocol


def steps_of(definition: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of a definition that was read and found good before."""
    return tuple(
        Step(
            code=step["step"],
            kind=step["kind"],
            every=parse_interval(step["every"]) if "every" in step else None,
            at=tuple(parse_interval(text) for text in step.get("at", ())),
            from_month=step.get("from_month", 0),
            until_month=step.get("until_month"),
            tolerance=timedelta(days=step["window_days"]) if "window_days" in step else None,
        )
        for step in definition["steps"]
    )


def shipped() -> list[Path]:
    """The protocol files that come with Vigil."""
    return sorted(FOLDER.glob("*.yaml"))


def _definition(root: yaml.Node) -> dict[str, Any]:
    """The file as plain data, its intervals in one spelling: "1 month" for "1 months"."""
    whole: dict[str, Any] = plain(root, numbers=NUMBERS)
    for step in whole["steps"]:
        if "every" in step:
            step["every"] = str(parse_interval(step["every"]))
        else:
            step["at"] = [str(parse_interval(text)) for text in step["at"]]
    return whole


def _step(node: yaml.Node, problems: list[Problem], place: Place) -> Step | None:
    before = len(problems)
    fields = Fields.of(node, problems, required=STEP_FIELDS, optional=STEP_OPTIONAL, what="a step", place=place)
    fields.choice("confidence", CONFIDENCE)
    for name in ("source", "note"):
        fields.text(name)
    every = fields.parsed("every", _interval)
    at = fields.parsed_list("at", _interval)
    if fields.has("every") == fields.has("at"):
        fields.refuse("step", "a step says either 'every' or 'at', and not both")
    step = Step(
        code=fields.word("step", longest=LONGEST_CODE),
        kind=fields.choice("kind", tuple(TEST_KINDS)),
        every=every,
        at=tuple(at),
        from_month=fields.number("from_month", least=0, most=LAST_MONTH),
        until_month=fields.number("until_month", least=1, most=LAST_MONTH) if fields.has("until_month") else None,
        tolerance=_window(fields) if fields.has("window_days") else None,
    )
    _check_spans(step, fields)
    return step if len(problems) == before else None


def _window(fields: Fields) -> timedelta:
    return timedelta(days=fields.number("window_days", least=0, most=WIDEST_WINDOW))


def _interval(text: str) -> Interval:
    interval = parse_interval(text)
    if interval.days > LONGEST_INTERVAL.days:
        raise ValueError(f"an interval may last {LONGEST_INTERVAL} at most, not {interval}")
    return interval


def _sources(fields: Fields) -> set[str]:
    names = set(fields.texts("sources"))
    for name in names:
        if not SOURCE_NAME.fullmatch(name) or NOT_FOR_TEXT.search(name):
            fields.refuse("sources", f"{name[:80]!r}: the name of a source has up to 60 letters, no space and no comma")
    return names


def _check_not_scheduled(fields: Fields, problems: list[Problem]) -> None:
    if not fields.has("not_scheduled"):
        return
    for number, node in enumerate(fields.items("not_scheduled")):
        place: Place = ("not_scheduled", number)
        left_out = Fields.of(
            node, problems, required=("what", "why"), optional=(), what="what is left out", place=place
        )
        for name in ("what", "why"):
            left_out.text(name)


def _check_spans(step: Step, fields: Fields) -> None:
    if step.until_month is not None and step.until_month <= step.from_month:
        fields.refuse("until_month", f"it ends in month {step.until_month}, not after it begins ({step.from_month})")
    elif step.until_month is not None and step.every is not None and _never_due(step.every, step):
        fields.refuse(
            "until_month",
            f"no test would ever fall due: the first one comes {step.every} after month {step.from_month}",
        )
    if step.at and (fields.has("from_month") or fields.has("until_month")):
        fields.refuse(
            "at", "the days of 'at' are counted from the anchor: 'from_month' and 'until_month' say nothing here"
        )
    if any(later.days <= earlier.days for earlier, later in pairwise(step.at)):
        fields.refuse("at", "the days of 'at' must rise")
    shortest = step.every.days if step.every else min((interval.days for interval in _gaps(step.at)), default=0)
    if step.tolerance is not None and shortest and step.tolerance.days * 2 >= shortest:
        fields.refuse("window_days", f"a window of {step.tolerance.days} days to either side overlaps the next one")


def _never_due(every: Interval, step: Step) -> bool:
    months = (step.until_month or 0) - step.from_month
    return every.count > months if every.unit == "month" else every.days > months * LONGEST_MONTH


def _gaps(at: tuple[Interval, ...]) -> list[Interval]:
    return [Interval(later.days - earlier.days, "day") for earlier, later in pairwise(at)]


def _refuse_overlaps(steps: Sequence[Step | None], nodes: Sequence[yaml.Node], problems: list[Problem]) -> None:
    """Two steps of one kind at the same time would make every result count twice, or not at all."""
    numbered = [
        (number, step, nodes[number].start_mark.line + 1) for number, step in enumerate(steps) if step is not None
    ]
    for (_first, one, line), (second, other, below) in combinations(numbered, 2):
        if one.code == other.code:
            reason = f"a step {one.code!r} is there already"
            problems.append(Problem(below, reason, ("steps", second, "step"), line))
        if one.kind == other.kind and _overlap(one, other):
            reason = f"{other.code!r} overlaps {one.code!r}: both plan {one.kind!r} in the same months"
            problems.append(Problem(below, reason, ("steps", second), line))


def _overlap(one: Step, other: Step) -> bool:
    (start, end), (begin, stop) = _span(one), _span(other)
    return start < stop and begin < end


def _span(step: Step) -> tuple[float, float]:
    """First and last month of a step; its first test comes after the first month."""
    if step.at:
        return min(interval.days for interval in step.at) / DAYS_A_MONTH - JUST_BEFORE, max(
            interval.days for interval in step.at
        ) / DAYS_A_MONTH
    return step.from_month, float("inf") if step.until_month is None else step.until_month


def _refuse_uncited(nodes: Sequence[yaml.Node], known: set[str], problems: list[Problem]) -> None:
    """Every source a step names must be listed under `sources`."""
    for number, node in enumerate(nodes):
        step = Fields.of(node, [], required=(), optional=None, what="a step")
        problems += [
            Problem(
                step.line("source"), f"the source {key!r} is not listed under 'sources'", ("steps", number, "source")
            )
            for key in step.words("source")
            if key not in known
        ]
