"""Reading a protocol from its YAML file: every mistake is named with its line and its reason. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import yaml

from labs.protocols.dates import Interval, parse_interval
from labs.protocols.nodes import Fields, Problem, Problems
from labs.protocols.schedule import Step
from labs.vocabulary.test_kinds import TEST_KINDS

FOLDER = Path(__file__).resolve().parent
DISEASES = ("MM", "AML", "ALL")
ANCHORS = ("remission", "therapy_end", "transplant")
CONFIDENCE = ("seen", "high", "medium", "low", "project")
"""How sure an interval is: read in a stored source; known from the cited paper (three grades); our own default."""

PROTOCOL_FIELDS = ("code", "version", "disease", "title", "summary", "anchor", "sources", "steps")
STEP_FIELDS = ("step", "kind", "source", "confidence")


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
    problems: list[Problem] = []
    root = _compose(text)
    fields = Fields.of(root, problems, required=PROTOCOL_FIELDS, optional=("not_scheduled",), what="a protocol")
    nodes = fields.items("steps")
    steps = [_step(node, problems) for node in nodes]
    _refuse_overlaps(
        [(step, node.start_mark.line + 1) for step, node in zip(steps, nodes, strict=True) if step is not None],
        problems,
    )
    _refuse_uncited(nodes, set(fields.mapping("sources")), problems)
    protocol = ProtocolFile(
        code=fields.word("code"),
        version=fields.number("version", least=1),
        disease=fields.choice("disease", DISEASES),
        title=fields.text("title"),
        anchor=fields.choice("anchor", ANCHORS),
        steps=tuple(step for step in steps if step is not None),
        definition=yaml.safe_load(text) if not problems else {},
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


def _compose(text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Problems((Problem(line, f"this is not YAML: {error.problem}"),)) from error
    except yaml.YAMLError as error:
        raise Problems((Problem(1, f"this is not YAML: {error}"),)) from error
    if root is None:
        raise Problems((Problem(1, "the file is empty"),))
    return root


def _step(node: yaml.Node, problems: list[Problem]) -> Step | None:
    before = len(problems)
    optional = ("every", "at", "from_month", "until_month", "window_days", "note")
    fields = Fields.of(node, problems, required=STEP_FIELDS, optional=optional, what="a step")
    fields.choice("confidence", CONFIDENCE)
    every = fields.parsed("every", parse_interval)
    at = fields.parsed_list("at", parse_interval)
    if fields.has("every") == fields.has("at"):
        fields.refuse("step", "a step says either 'every' or 'at', and not both")
    step = Step(
        code=fields.word("step"),
        kind=fields.choice("kind", tuple(TEST_KINDS)),
        every=every,
        at=tuple(at),
        from_month=fields.number("from_month", least=0, default=0),
        until_month=fields.number("until_month", least=1) if fields.has("until_month") else None,
        tolerance=timedelta(days=fields.number("window_days", least=0)) if fields.has("window_days") else None,
    )
    _check_spans(step, fields)
    return step if len(problems) == before else None


def _check_spans(step: Step, fields: Fields) -> None:
    if step.until_month is not None and step.until_month <= step.from_month:
        fields.refuse("until_month", f"it ends in month {step.until_month}, not after it begins ({step.from_month})")
    if step.at and (fields.has("from_month") or fields.has("until_month")):
        fields.refuse(
            "at", "the days of 'at' are counted from the anchor: 'from_month' and 'until_month' say nothing here"
        )
    if any(later.days <= earlier.days for earlier, later in pairwise(step.at)):
        fields.refuse("at", "the days of 'at' must rise")
    shortest = step.every.days if step.every else min((interval.days for interval in _gaps(step.at)), default=0)
    if step.tolerance is not None and shortest and step.tolerance.days * 2 >= shortest:
        fields.refuse("window_days", f"a window of {step.tolerance.days} days to either side overlaps the next one")


def _gaps(at: tuple[Interval, ...]) -> list[Interval]:
    return [Interval(later.days - earlier.days, "day") for earlier, later in pairwise(at)]


def _refuse_overlaps(steps: list[tuple[Step, int]], problems: list[Problem]) -> None:
    """Two steps of one kind at the same time would make every result count twice, or not at all."""
    codes: dict[str, int] = {}
    by_kind: dict[str, list[tuple[Step, int]]] = defaultdict(list)
    for step, line in steps:
        if step.code in codes:
            problems.append(Problem(line, f"the step {step.code!r} is already on line {codes[step.code]}"))
        codes.setdefault(step.code, line)
        by_kind[step.kind].append((step, line))
    for same in by_kind.values():
        for (one, first), (other, second) in combinations(same, 2):
            if _overlap(one, other):
                reason = (
                    f"{other.code!r} overlaps {one.code!r} (line {first}): both plan {one.kind!r} in the same months"
                )
                problems.append(Problem(second, reason))


def _overlap(one: Step, other: Step) -> bool:
    (start, end), (begin, stop) = _span(one), _span(other)
    return start < stop and begin < end


def _span(step: Step) -> tuple[float, float]:
    """First and last month of a step; its first test comes after the first month."""
    if step.at:
        return 0, max(interval.days for interval in step.at) / 30
    return step.from_month, float("inf") if step.until_month is None else step.until_month


def _refuse_uncited(nodes: list[yaml.Node], known: set[str], problems: list[Problem]) -> None:
    """Every source a step names must be listed under `sources`."""
    for node in nodes:
        step = Fields.of(node, [], required=(), optional=None, what="a step")
        problems += [
            Problem(step.line("source"), f"the source {key!r} is not listed under 'sources'")
            for key in step.words("source")
            if key not in known
        ]
