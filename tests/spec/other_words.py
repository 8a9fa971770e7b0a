"""What is worked out beside rules: categories of response, and the figures of a replay, of many patients at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

from labs.rules.acute_myeloid import response as acute_myeloid
from labs.rules.cohort import Cohort
from labs.rules.myeloma.response import response_of
from labs.rules.registry import BY_CODE, RULES, evaluate
from labs.rules.replay.figures import Period, Window
from labs.rules.replay.picture import picture
from labs.rules.replay.raised import after_every_result, as_they_stand, day_by_day
from labs.rules.replay.report import definitions, not_asked, tables
from labs.vocabulary.analytes import ANALYTES
from tests.labs.rules.test_response import START, drawn
from tests.oracles.generated import cohort_of
from tests.oracles.plain import PlainPatient, PlainResult
from tests.spec.crowds import demo

MANY = 150
AS_OF = START + timedelta(days=400)
PROGRESSION = [BY_CODE[code] for code in ("MM-PD-SERUM-M", "MM-PD-URINE-M", "MM-PD-FLC")]
ASKED_EACH_DAY = [
    BY_CODE[code] for code in ("MM-PD-SERUM-M", "MM-PD-FLC", "CBC-PLATELETS", "AML-BLOOD-2017", "ALL-CNS")
]
LATE = {
    "mrd_flow": ("0", "<0.001", "<0.01", "0.002"),
    "mrd_sequencing": ("0", "<0.0001", "0.0005"),
    "imaging_disease": ("negative", "negative", "positive"),
    "lesion_spd": ("0", "400", "900"),
}
MARROW = {
    "blasts_marrow": ("0", "2", "4.9", "<5", "5", "20", "20.1", "25", "25.1", "40", "60"),
    "neutrophils": ("0.4", "0.49", "0.5", "0.99", "1.0", "1.5", ">1.2", "<0.6"),
    "platelets": ("40", "49", "50", "99", "100", "150", ">100", "<60"),
    "blasts_blood_percent": ("0", "0", "0", "1", "<1"),
    "blasts_blood_count": ("0", "0", "0", "0.1"),
    "extramedullary": ("absent", "absent", "suspected", "proven"),
    "biopsy": ("no disease", "disease"),
}


def responses_of_myeloma() -> list[str]:
    """The response of each drawn patient, on a later and on an earlier day."""
    return [
        "\n".join(repr(response_of(own, found, day)) for day in (AS_OF, START + timedelta(days=60)))
        for own in map(replace, _myelomas())
        for found in [evaluate(own, PROGRESSION).findings]
    ]


def responses_of_acute_myeloid_leukaemia() -> list[str]:
    """The same of marrows."""
    return [repr(acute_myeloid.response_of(replace(own), AS_OF)) for own in _marrows()]


def replays() -> list[str]:
    """Signals of the demo cohort by the day they came, their figures, and the picture of them."""
    cohort, window = replace(demo()[0].cohort), Window(365, 30)
    periods = [
        Period(
            facts.key, facts.disease, date(2023, 1, 1 + place % 28), date(2026, 1, 15),
            date(2025, 1 + place % 12, 3) if place % 2 else None, date(2024, 6, 1) if place % 5 == 0 else None,
        )
        for place, facts in enumerate(cohort.patients)
    ]  # fmt: skip
    standing = as_they_stand(cohort, RULES).signals
    daily = [day_by_day(cohort, rule).signals for rule in ASKED_EACH_DAY]
    every = after_every_result(cohort, ASKED_EACH_DAY).signals
    lines = tables(cohort, RULES, every, periods, window)
    return [
        *(repr(sorted(signals, key=repr)) for signals in (standing, *daily, every)),
        json.dumps(lines), json.dumps(tables(cohort, RULES, standing, periods, Window())),
        json.dumps(not_asked(cohort, RULES)),
        *(json.dumps(definitions(one, as_of_every_result=daily)) for one, daily in ((window, True), (Window(), False))),
        picture(lines["raised"], title="Lead <time>"), picture(lines["confirmed"][:3], title="Confirmed"),
    ]  # fmt: skip


OTHER: dict[tuple[str, str], Callable[[], list[str]]] = {
    ("response", "MM"): responses_of_myeloma,
    ("response", "AML"): responses_of_acute_myeloid_leukaemia,
    ("replay", "demo"): replays,
}


@cache
def _myelomas() -> list[Cohort]:
    random = Random(3)
    return [cohort_of(_followed(drawn(random), random)) for _ in range(MANY)]


def _followed(patient: PlainPatient, random: Random) -> PlainPatient:
    """With tests for residual disease, images and lesions, months apart."""
    more = [
        _result(random, code, START + timedelta(days=random.choice((0, 1, 30, 100, 365, 366, 395, 399))), LATE)
        for code in random.choices(list(LATE), k=random.randint(0, 8))
    ]
    chain = random.choice(("kappa", "lambda", "kappa"))
    return replace(patient, light_chain=patient.light_chain and chain, results=(*patient.results, *more))


@cache
def _marrows() -> list[Cohort]:
    random = Random(4)
    return [cohort_of(_marrow(random)) for _ in range(MANY)]


def _marrow(random: Random) -> PlainPatient:
    """Some marrows with counts around each, at both ends of the days that count."""
    results = []
    for start in random.choices((0, 40, 80, 300), k=random.randint(1, 3)):
        for code in MARROW:
            if random.random() < (0.6 if ANALYTES[code].scale else 0.95):
                days = 0 if code == "blasts_marrow" else random.choice((-8, -7, -1, 0, 0, 1, 14, 15))
                results.append(_result(random, code, START + timedelta(days=start + days), MARROW))
    lines = random.choice(((), (START,), (START + timedelta(days=50),)))
    return PlainPatient(disease="AML", lines=lines, results=tuple(results))


def _result(random: Random, code: str, day: date, pools: dict[str, tuple[str, ...]]) -> PlainResult:
    text, scale = random.choice(pools[code]), ANALYTES[code].scale
    comparator = text[: len(text) - len(text.lstrip("<>"))]
    return PlainResult(
        analyte=code,
        day=day,
        value=Decimal(scale.index(text)) if scale else Decimal(text.lstrip("<>")),
        comparator=comparator,
        group=random.choice("AAAB"),
        accession=random.choice("ABC"),
        specimen=random.choice(("", "skin")) if scale else "",
        coded=text if scale else "",
        limit=random.choice((None, Decimal("0.0005"), Decimal("0.01"))) if code.startswith("mrd") else None,
        cells=random.choice((None, 199, 200)) if code == "blasts_marrow" else None,
    )
