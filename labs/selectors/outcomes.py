"""What the stored results make of scheduled tests: which they close, and what is still missing of a panel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from labs.models import Result, ScheduledTest
from labs.protocols.closing import SLACK, Evidence, OpenTest, Outcome, close_chain
from labs.vocabulary.statuses import USABLE
from labs.vocabulary.test_kinds import DONE_BY_HAND, TEST_KINDS, VISIT, TestKind
from patients.models import SymptomReport

EVIDENCE = f"""
    select patient_id, collected_on, report_id, array_agg(distinct analyte)
    from {Result._meta.db_table}
    where patient_id = any(%(patients)s) and analyte = any(%(analytes)s) and collected_on >= %(since)s
      and is_current and status = any(%(usable)s)
      and (amount is not null or coded <> '' or value_printed <> '')
    group by patient_id, collected_on, report_id
    union all
    select patient_id, reported_on, null, array['{VISIT}'::varchar]
    from {SymptomReport._meta.db_table}
    where patient_id = any(%(patients)s) and reported_on >= %(since)s
"""  # noqa: S608 (table names of our own models and a constant)


def outcomes_of(tests: Sequence[ScheduledTest]) -> Iterator[tuple[ScheduledTest, Outcome]]:
    """Each test with what the results as they now stand make of it. One query.

    The tests must be whole chains: all tests of a kind in a plan, not some of them.
    """
    evidence = _evidence_for(tests)
    chains: dict[tuple[int | None, str, int], list[ScheduledTest]] = defaultdict(list)
    for test in tests:
        chains[_chain_of(test)].append(test)
    for chain in chains.values():
        kind = TEST_KINDS[chain[0].kind]
        by_key = {test.pk: test for test in chain}
        found = _of_kind(kind, evidence[chain[0].patient_id])
        for outcome in close_chain(kind, [_as_open_test(test) for test in chain], found):
            yield by_key[outcome.key], outcome


def _chain_of(test: ScheduledTest) -> tuple[int | None, str, int]:
    """Tests of one kind in one plan follow one another; a test outside a plan stands alone."""
    return (test.plan_id, test.kind, 0) if test.plan_id else (None, test.kind, test.pk)


def _as_open_test(test: ScheduledTest) -> OpenTest:
    by_hand = test.kind in DONE_BY_HAND and test.collected_on is not None
    return OpenTest(
        key=test.pk,
        opens_on=test.opens_on,
        closes_on=test.closes_on,
        lapses_on=test.lapses_on,
        settled=bool(test.skipped_because) or by_hand,
        settled_on=test.collected_on if by_hand else None,
    )


def _of_kind(kind: TestKind, evidence: list[Evidence]) -> list[Evidence]:
    wanted = kind.analytes or {kind.code}
    return [
        Evidence(item.day, item.report, item.analytes & wanted)
        for item in evidence
        if not wanted.isdisjoint(item.analytes)
    ]


def _evidence_for(tests: Sequence[ScheduledTest]) -> dict[int, list[Evidence]]:
    found: dict[int, list[Evidence]] = defaultdict(list)
    if not tests:
        return found
    analytes = frozenset().union(*(TEST_KINDS[code].analytes for code in {test.kind for test in tests}))
    parameters: dict[str, Any] = {
        "patients": list({test.patient_id for test in tests}),
        "analytes": sorted(analytes),
        "since": min(test.opens_on for test in tests) - SLACK,
        "usable": sorted(USABLE),
    }
    with connection.cursor() as cursor:
        cursor.execute(EVIDENCE, parameters)
        for patient, day, report, seen in cursor.fetchall():
            found[patient].append(Evidence(day, report, frozenset(seen)))
    return found
