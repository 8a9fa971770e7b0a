"""Many invented patients at once, each kept apart: what `test_all_at_once.py` asks rules about in a moment.

Large crowds are built once a process; whoever asks takes a fresh copy, in which nothing is sorted or remembered.
Examples are read anew each time, so that reading them is held, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from random import Random

from benchmarks.everything import RESULTS_A_PATIENT, everything
from labs.rules.base import Answer, Example, Rule
from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.criteria import switched_off
from labs.rules.notation import read, today_of
from labs.rules.registry import BY_CODE, RULES, Evaluation, evaluate
from tests.oracles.cases import CASES, Case
from tests.oracles.generated import cohort_of, seeded
from tests.spec.more_examples import MORE
from tests.spec.worked_examples import WORKED

COUNTED = 100
DEMO = 80
EARLIER = date(2025, 3, 1)
ONE_DAY = date(2026, 9, 1)
"""The day of asking for examples that name none, where all are asked about together."""
_CASES = {case.rule: case for case in CASES}


@dataclass(frozen=True)
class Part:
    """Patients that are asked about on one day, with the place each has in the crowd."""

    cohort: Cohort
    places: tuple[int, ...]
    as_of: date | None = None

    def asked(self, rules: Iterable[Rule]) -> Evaluation:
        """What the rules say of them, worked out anew."""
        return evaluate(replace(self.cohort), rules, self.as_of)


Crowd = tuple[Part, ...]


def of_examples(examples: Iterable[Example], rule: Rule) -> Crowd:
    """Examples of a rule, each on a patient of its own."""
    return _by_day(
        (today_of(one.given), *read(one.given, analyte=rule.reads[0], disease=min(rule.diseases), key=str(place)))
        for place, one in enumerate(examples)
    )


def examples_of(rule: str) -> Crowd:
    """The examples on the page of a rule."""
    return of_examples(BY_CODE[rule].examples, BY_CODE[rule])


def further(rule: str) -> Crowd:
    """Those of `more_examples.py`."""
    return of_examples(MORE.get(rule, ()), BY_CODE[rule])


VARIANTS = 200
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_NUMBER = re.compile(r"(?<= )[<>]?\d+(?:\.\d+)?(?= |$)")


def variants_of(rule: Rule) -> list[Example]:
    """The rule's examples with one thing changed: an item left out, another day, value or bound, close to what is there.

    As many as `VARIANTS`, drawn the same way each time.
    """
    random = Random(rule.code)
    every = [
        "|".join([*items[:at], *changed, *items[at + 1 :]])
        for example in (*rule.examples, *MORE.get(rule.code, ()))
        for items in [example.given.split("|")]
        for at, item in enumerate(items)
        for changed in _changed(item, items)
    ]
    random.shuffle(every)
    readable = (given for given in every if _is_readable(given, rule))
    return [Example("", given, Answer.NOT_RAISED) for given in islice(readable, VARIANTS)]


def _is_readable(given: str, rule: Rule) -> bool:
    """Without the item that names them, a unit or analyte may not fit what follows."""
    with suppress(KeyError, ValueError):
        return bool(read(given, analyte=rule.reads[0], disease=min(rule.diseases)))
    return False


def _changed(item: str, items: list[str]) -> Iterator[tuple[str, ...]]:
    if len(items) > 1:
        yield ()
    found = {date.fromisoformat(day) for other in items for day in _DAY.findall(other)}
    for day in _DAY.findall(item)[:1]:
        near = sorted({other + timedelta(days=by) for other in found for by in (-1, 0, 1)} - {date.fromisoformat(day)})
        yield from ((item.replace(day, other.isoformat(), 1),) for other in near)
    for value in _NUMBER.findall(item)[:1]:
        last = Decimal(1).scaleb(Decimal(value.lstrip("<>")).as_tuple().exponent)  # type: ignore[arg-type]
        bare = Decimal(value.lstrip("<>"))
        texts = (f"<{bare}", f">{bare}", f"{bare + last}", f"{max(bare - last, 0 * bare)}", "0")
        yield from ((_NUMBER.sub(text, item, count=1),) for text in texts if text != value)


@cache
def variants(rule: str) -> Crowd:
    """Examples of a rule with one thing changed."""
    return of_examples(variants_of(BY_CODE[rule]), BY_CODE[rule])


@cache
def counted(rule: str) -> Crowd:
    """Patients drawn for the oracle of a rule, with values close to its bars."""
    return _counted(_CASES[rule])


def _counted(case: Case) -> Crowd:
    return (Part(cohort_of(*seeded(case, COUNTED)), tuple(range(COUNTED))),)


@cache
def worked() -> Crowd:
    """The worked examples of the clinical reference, by the criteria each is told under."""
    by_day: dict[date | None, list[tuple[date | None, PatientFacts, list[Row]]]] = {}
    for place, one in enumerate(WORKED):
        facts, rows = read(one.given, analyte="serum_m", disease=one.disease, key=str(place))
        facts = replace(facts, switched_off=switched_off(facts.disease, one.criteria))
        on = date.fromisoformat(one.on) if one.on else None
        by_day.setdefault(on, []).append((today_of(one.given), facts, rows))
    return tuple(replace(part, as_of=on) for on, some in by_day.items() for part in _by_day(some))


@cache
def strangers() -> Crowd:
    """Every example of every rule, for the rules it was not written for."""
    every = [(one, rule) for rule in RULES for one in (*rule.examples, *MORE.get(rule.code, ()))]
    told = (
        (ONE_DAY, *read(one.given, analyte=rule.reads[0], disease=min(rule.diseases), key=str(place)))
        for place, (one, rule) in enumerate(every)
    )
    return _by_day(told)


@cache
def demo() -> Crowd:
    """The demo cohort, today and on an earlier day."""
    cohort = everything(DEMO * RESULTS_A_PATIENT).built
    return Part(cohort, tuple(range(DEMO))), Part(cohort, tuple(range(DEMO, 2 * DEMO)), EARLIER)


OF_A_RULE: dict[str, Callable[[str], Crowd]] = {"further": further, "variants": variants, "counted": counted}
TOGETHER: dict[str, Callable[[], Crowd]] = {"worked": worked, "strangers": strangers, "demo": demo}
"""Crowds that one rule is asked about, and crowds that all are, so that findings may join."""


def _by_day(told: Iterable[tuple[date | None, PatientFacts, list[Row]]]) -> Crowd:
    days: dict[date | None, list[tuple[PatientFacts, list[Row]]]] = {}
    for today, facts, rows in told:
        days.setdefault(today, []).append((facts, rows))
    return tuple(_part(some, today) for today, some in days.items())


def _part(some: list[tuple[PatientFacts, list[Row]]], today: date | None) -> Part:
    patients = [facts for facts, _ in some]
    rows = chain.from_iterable(rows for _, rows in some)
    return Part(Cohort.build(patients, rows, today), tuple(int(facts.key) for facts in patients))


def each_said(crowd: Crowd, rules: Iterable[Rule]) -> Iterator[tuple[int, str | int, Evaluation]]:
    """Each patient's place in the crowd and key, with the evaluation of its part."""
    for part in crowd:
        evaluation = part.asked(rules)
        assert not evaluation.failures, evaluation.failures[0].traceback
        for place, facts in zip(part.places, part.cohort.patients, strict=True):
            yield place, facts.key, evaluation
