"""Generated patients, once for the oracles and once for the rules.

Drawn by one `Random`: Hypothesis gives one that it can shrink, a counted run gives a seeded one, which is many times
faster.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from labs.rules.cohort import Cohort, Event, Note, PatientFacts, Row
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import to_amount
from tests.oracles.cases import Case
from tests.oracles.plain import PlainEvent, PlainPatient, PlainResult

START = date(2026, 1, 1)
BIRTHS = (None, date(1980, 2, 29), date(2008, 2, 29), date(2008, 1, 20), date(2015, 5, 1))
NO_LIST: list[tuple[str, ...]] = [()]
MEASURABLE = (*NO_LIST * 6, ("serum_m",), ("flc",), ("urine_m", "flc"), ("marrow",))
LONGEST = 14


def patients(case: Case) -> st.SearchStrategy[PlainPatient]:
    """Patients with values close to the bars of a rule."""
    return st.randoms(use_true_random=False).map(lambda random: patient_of(case, random))


def seeded(case: Case, count: int) -> Iterator[PlainPatient]:
    """The same, as many as asked for, and every time the same ones."""
    random = Random(case.rule)
    return (patient_of(case, random) for _ in range(count))


def patient_of(case: Case, random: Random) -> PlainPatient:
    """One patient with up to 14 days of results in any order, contradicting and repeated ones among them."""
    results = _results(case, random)
    random.shuffle(results)
    course = sorted({_near(random) for _ in range(random.randint(0, 4))}) if case.course else []
    return PlainPatient(
        disease=random.choice(case.diseases),
        lines=tuple(sorted({_near(random) for _ in range(random.choice((0, 0, 0, 0, 1, 2)))})),
        remission=random.choice((None, START, _near(random))) if case.remission else None,
        remissions=tuple(course[::2]),
        relapses=tuple(course[1::2]),
        response=random.choice(case.responses),
        therapy_ended=random.choice((None, START, _near(random))) if case.therapy else None,
        born=random.choice(BIRTHS),
        sex=random.choice(case.sexes),
        diagnosed=START - timedelta(days=random.choice((100, 500, 540, 1090))) if case.dated else None,
        heavy_chain=random.choice(case.heavy),
        light_chain=random.choice(("kappa", "kappa", "lambda", "lambda", "lambda", "")) if case.chains else "",
        disease_type=random.choice(("", "intact", "light_chain_only", "nonsecretory")) if case.chains else "",
        measurable=frozenset(random.choice(MEASURABLE)),
        events=tuple(_event(random.choice(case.kinds), random) for _ in range(random.randint(0, 2)) if case.kinds),
        results=tuple(results),
    )


def _results(case: Case, random: Random) -> list[PlainResult]:
    day = START
    results = []
    for number in range(random.randint(1, LONGEST)):
        day += timedelta(days=random.choice(case.gaps))
        results += _of_day(case, day, number, random)
    if case.falls and random.random() < 0.5:
        falling = iter(sorted((r.value for r in results), reverse=True))
        results = [r if random.random() < 0.1 else replace(r, value=next(falling), group="A") for r in results]
    if case.stable and random.random() < 0.5:
        results += [
            PlainResult(code, START - timedelta(days=back), Decimal(value), "", "A", None, f"S{back}")
            for code, value in case.stable.items()
            for back in (30, 20, 10)
        ]
    return results


def _of_day(case: Case, day: date, number: int, random: Random) -> list[PlainResult]:
    if case.panel and random.random() < 0.8:
        group = random.choice("AAAAAAAB")
        return [replace(_result(case, code, day, number, random), group=group) for code in case.values]
    code = random.choice(sorted(case.values) * 3 + sorted(case.extra))
    return [_result(case, code, day, number, random)]


def _result(case: Case, analyte: str, day: date, number: int, random: Random) -> PlainResult:
    hour = random.choice((None, None, 8, 15))
    text, scale = random.choice((case.values | case.extra)[analyte]), ANALYTES[analyte].scale
    in_words = bool(scale) and not text.isdigit()
    lower, upper = random.choice(case.ranges.get(analyte, (("", ""),)))
    limit, cells, target = random.choice(case.details.get(analyte, (("", None, ""),)))
    return PlainResult(
        analyte=analyte,
        day=day,
        value=Decimal(scale.index(text.partition(":")[0])) if in_words else Decimal(text),
        comparator="" if scale else random.choice(case.comparators),
        group=random.choice("AAAAAAAB"),
        moment=None if hour is None else datetime(day.year, day.month, day.day, hour),
        accession=f"{random.choice('ABC')}{number:02}",
        specimen=random.choice(case.specimens.get(analyte, ("",))),
        coded=text if in_words else "",
        lower=Decimal(lower) if lower else None,
        upper=Decimal(upper) if upper else None,
        limit=Decimal(limit) if limit else None,
        cells=cells,
        target=target,
    )


def _near(random: Random) -> date:
    return START + timedelta(days=random.randint(-40, 200))


def _event(kind: str, random: Random) -> PlainEvent:
    start = _near(random)
    return PlainEvent(kind, start, start + timedelta(days=random.randint(0, 3)))


def facts_of(patient: PlainPatient, key: str | int = "p") -> PatientFacts:
    """The same patient for the rules."""
    return PatientFacts(
        key,
        disease=patient.disease,
        birth_date=patient.born,
        sex=patient.sex,
        diagnosed_on=patient.diagnosed,
        remissions=patient.remissions,
        relapses=patient.relapses,
        heavy_chain=patient.heavy_chain,
        light_chain=patient.light_chain,
        disease_type=patient.disease_type,
        measurable=patient.measurable,
        line_starts=patient.lines,
        remission_on=patient.remission,
        response=patient.response,
        therapy_ended_on=patient.therapy_ended,
        events=tuple(Event(e.kind, e.start, e.end) for e in patient.events),
    )


def rows_of(patient: PlainPatient, key: str | int = "p") -> list[Row]:
    """The same results for the rules."""
    return [_row(key, number, r) for number, r in enumerate(patient.results)]


def _row(key: str | int, number: int, r: PlainResult) -> Row:
    places = ANALYTES[r.analyte].places

    def fixed(value: Decimal | None) -> int | None:
        return None if value is None else to_amount(value, places)

    return Row(
        key, r.analyte, r.day, to_amount(r.value, places), r.comparator, r.specimen, r.target, r.group,
        None if r.moment is None else r.moment.replace(tzinfo=UTC), r.accession, number,
        lower=fixed(r.lower), upper=fixed(r.upper), note=Note(r.coded, fixed(r.limit), r.cells, r.target),
    )  # fmt: skip


def cohort_of(*many: PlainPatient) -> Cohort:
    """Patients with the keys 0, 1, 2 ..."""
    facts = [facts_of(patient, key) for key, patient in enumerate(many)]
    return Cohort.build(facts, [row for key, patient in enumerate(many) for row in rows_of(patient, key)])
