"""A record of all that rules say of crowds of patients: too much to read, so kept as digests.

A line is a crowd and a rule, with a digest of everything said and a mark for each patient (of large crowds: for a few
neighbours), by which the first one that differs is found. `record.txt` is written by `python -m tests.spec.said`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from labs.rules.base import Finding, Rule
from labs.rules.registry import BY_CODE, RULES, Evaluation
from tests.spec.crowds import OF_A_RULE, TOGETHER, Crowd, each_said
from tests.spec.other_words import OTHER

FILE = Path(__file__).parent / "record.txt"
MARKS = 100
MEANT = "If that is meant: python -m tests.spec.said writes the record anew."


def said_of(crowd: Crowd, rules: Iterable[Rule]) -> dict[str, list[str]]:
    """By rule, all that is said of each patient, in the order of the crowd."""
    rules = tuple(rules)
    said: dict[str, dict[int, str]] = {rule.code: {} for rule in rules}
    found: dict[int, dict[object, list[Finding]]] = {}
    for place, key, evaluation in each_said(crowd, rules):
        if id(evaluation) not in found:
            found.clear()
            found[id(evaluation)] = _by_patient(evaluation)
        own = found[id(evaluation)].get(key, ())
        for rule in rules:
            said[rule.code][place] = _told(evaluation, key, rule, own)
    return {code: [by_place[place] for place in sorted(by_place)] for code, by_place in said.items()}


def _by_patient(evaluation: Evaluation) -> dict[object, list[Finding]]:
    by_patient: dict[object, list[Finding]] = defaultdict(list)
    for finding in evaluation.findings:
        by_patient[finding.patient_key].append(finding)
    return by_patient


def _told(evaluation: Evaluation, key: str | int, rule: Rule, own: Iterable[Finding]) -> str:
    answer, reasons = evaluation.answer(key, rule.code)
    findings = [repr(one.as_dict()) for one in own if one.rule == rule.code]
    return "\n".join([" ".join([answer.value, *reasons]), *findings])


def line_of(crowd: str, rule: str, said: list[str]) -> str:
    """What the record keeps of all this."""
    whole = sha256("\0".join(said).encode()).hexdigest()[:16]
    return f"{crowd} {rule} {len(said)} {whole} {''.join(_marks(said))}"


def _marks(said: list[str]) -> Iterator[str]:
    wide = _width(len(said))
    for first in range(0, len(said), wide):
        yield sha256("\0".join(said[first : first + wide]).encode()).hexdigest()[:2]


def _width(patients: int) -> int:
    return -(-patients // MARKS) or 1


def kept() -> dict[tuple[str, str], str]:
    """The lines of the record by crowd and rule."""
    lines = FILE.read_text("utf-8").splitlines()
    return {(line.split()[0], line.split()[1]): line for line in lines}


def difference(crowd: str, rule: str, said: list[str], before: str) -> str:
    """In words, the first patient of whom something else is said than the record keeps; empty for none."""
    now = line_of(crowd, rule, said)
    if now == before:
        return ""
    old, new = (line.rpartition(" ")[2] for line in (before, now))
    marks = [at for at in range(0, len(new), 2) if old[at : at + 2] != new[at : at + 2]]
    wide = _width(len(said))
    first = marks[0] // 2 * wide if marks else 0
    shown = "\n\n".join(f"of {crowd} patient {at}: {said[at]}" for at in range(first, min(first + wide, len(said))))
    return (
        f"{rule} says something else in {len(marks)} places; the first now reads:\n{shown}\n"
        f"What was said before: python -m tests.spec.said {crowd} {rule} {first}, at a commit before. {MEANT}"
    )


def shown(crowd: str, rule: str, patient: str) -> str:
    """All that a rule says of one patient of a crowd, a field a line."""
    if (crowd, rule) in OTHER:
        return OTHER[crowd, rule]()[int(patient)]
    rules = RULES if crowd in TOGETHER else [BY_CODE[rule]]
    people = TOGETHER[crowd]() if crowd in TOGETHER else OF_A_RULE[crowd](rule)
    return said_of(people, rules)[rule][int(patient)].replace(", '", ",\n  '")


def write() -> None:
    """Write the record anew."""
    alone = [(name, said_of(crowd(rule.code), [rule])) for name, crowd in OF_A_RULE.items() for rule in RULES]
    together = [(name, said_of(crowd(), RULES)) for name, crowd in TOGETHER.items()]
    lines = [line_of(name, code, of_each) for name, said in (*alone, *together) for code, of_each in said.items()]
    lines += [line_of(*name, said()) for name, said in OTHER.items()]
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
