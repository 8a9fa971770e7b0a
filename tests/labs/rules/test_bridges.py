"""A bridge never changes a value, only joins series; and so does a new start only cut them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from labs.rules.cohort import Bridge, Cohort, PatientFacts, Rebaseline, Row
from labs.rules.markers import series_of
from labs.rules.registry import BY_CODE, evaluate

START = date(2026, 1, 1)
A, B = ("serum", "spep", "A"), ("serum", "spep", "B")
PATIENT = PatientFacts(1, "MM", measurable=frozenset({"serum_m"}), heavy_chain="IgG", light_chain="kappa")
RULES = [BY_CODE[code] for code in ("MM-PD-SERUM-M", "ASSAY-CHANGED")]
DAYS = st.integers(0, 300).map(lambda days: START + timedelta(days=days))
MEASURED = st.lists(
    st.tuples(DAYS, st.integers(0, 12), st.sampled_from([A, B])), min_size=1, max_size=12, unique_by=lambda one: one[0]
)


def rows(measured: list[tuple[date, int, tuple[str, str, str]]]) -> list[Row]:
    return [
        Row(1, "serum_m", day, tenths * 100_000, "", *group, None, f"{number:03}", number + 1)
        for number, (day, tenths, group) in enumerate(measured)
    ]


def told(facts: PatientFacts, given_rows: list[Row]) -> list[tuple[object, ...]]:
    said = evaluate(Cohort.build([facts], given_rows), RULES)
    assert not said.failures
    return [(f.rule, f.signal, f.level, f.onset_on, f.detected_on, f.explanation) for f in said.findings]


@given(measured=MEASURED, since=DAYS)
def test_a_bridge_changes_no_value_and_no_evidence(
    measured: list[tuple[date, int, tuple[str, str, str]]], since: date
) -> None:
    apart = Cohort.build([PATIENT], rows(measured))
    joined = Cohort.build([replace(PATIENT, bridges=(Bridge("serum_m", B, A, since),))], rows(measured))
    for name in apart.columns.__slots__:
        assert (getattr(apart.columns, name) == getattr(joined.columns, name)).all(), name
    assert sorted(series_of(apart, "serum_m").low.tolist()) == sorted(series_of(joined, "serum_m").low.tolist())
    assert series_of(joined, "serum_m").first.sum() <= series_of(apart, "serum_m").first.sum()
    laboratories = {number + 1: group[2] for number, (_, _, group) in enumerate(measured)}
    for finding in evaluate(joined, RULES).findings:
        assert all(item.laboratory == laboratories[item.result] for item in finding.evidence)


@given(measured=MEASURED, since=DAYS)
def test_bridged_results_are_judged_as_if_the_old_assay_had_measured_them(
    measured: list[tuple[date, int, tuple[str, str, str]]], since: date
) -> None:
    bridged = replace(PATIENT, bridges=(Bridge("serum_m", B, A, since),))
    joins = any(group == A for _, _, group in measured)
    as_if = [(day, tenths, A if joins and group == B and day >= since else group) for day, tenths, group in measured]
    of_values = [one for one in told(bridged, rows(measured)) if one[0] == "MM-PD-SERUM-M"]
    assert of_values == [one for one in told(PATIENT, rows(as_if)) if one[0] == "MM-PD-SERUM-M"]


@given(measured=MEASURED, other=MEASURED, since=DAYS)
def test_who_else_was_measured_by_the_old_assay_does_not_matter(
    measured: list[tuple[date, int, tuple[str, str, str]]],
    other: list[tuple[date, int, tuple[str, str, str]]],
    since: date,
) -> None:
    bridged = replace(PATIENT, bridges=(Bridge("serum_m", B, A, since),))
    both = [*rows(measured), *(row._replace(patient=2, result=100 + row.result) for row in rows(other))]
    together = evaluate(Cohort.build([bridged, replace(bridged, key=2)], both), RULES)
    alone = evaluate(Cohort.build([bridged], rows(measured)), RULES)
    assert together.findings_for(1) == alone.findings
    assert together.answers_for(1) == alone.answers_for(1)


@given(measured=MEASURED, on=DAYS)
def test_a_new_start_of_another_marker_and_one_before_everything_change_nothing(
    measured: list[tuple[date, int, tuple[str, str, str]]], on: date
) -> None:
    before = told(PATIENT, rows(measured))
    earlier = (Rebaseline("serum_m", START - timedelta(days=1)), Rebaseline("creatinine", on))
    assert told(replace(PATIENT, rebaselines=earlier), rows(measured)) == before
