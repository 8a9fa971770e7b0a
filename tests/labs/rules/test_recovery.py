"""A confirmed low count that stayed away for ninety days is information; blasts and progression never recover."""

from __future__ import annotations

from labs.rules.base import CONFIRMED, INFO, REVIEW, Finding
from labs.rules.notation import cohort_of
from labs.rules.recovery import AWAY, shown_thresholds
from labs.rules.registry import BY_CODE, RULES, evaluate

LOW = "remission 2025-01-01 | 2026-01-05 neutrophils 0.8 | 2026-01-12 0.9 | 2026-02-01 2.0 | "
NEVER = ("PD", "MARROW", "BLOOD", "MRD", "CNS", "TESTIS", "EXTRAMEDULLARY", "PARAPROTEIN", "BLASTS", "LESION", "LOSS")


def last(given: str, rule: str = "CBC-NEUTROPHILS", disease: str = "MM") -> Finding:
    return evaluate(cohort_of(given, analyte="neutrophils", disease=disease), [BY_CODE[rule]]).findings[-1]


def test_it_stays_for_review_until_it_was_away_for_ninety_days() -> None:
    finding = last(LOW + "2026-04-11 2.1")
    assert (finding.signal, finding.level) == (CONFIRMED, REVIEW)
    assert "any more" not in finding.explanation


def test_from_then_on_it_is_information_and_says_since_when() -> None:
    finding = last(LOW + "2026-04-12 2.1")
    assert (finding.signal, finding.level) == (CONFIRMED, INFO)
    assert finding.explanation.endswith(" Not so any more since 1 Feb 2026.")


def test_one_that_is_still_low_does_not_recover_however_old() -> None:
    assert last("remission 2025-01-01 | 2026-01-05 neutrophils 0.8 | 2026-12-12 0.9").level is REVIEW


def test_one_that_came_back_is_a_finding_of_its_own() -> None:
    again = evaluate(
        cohort_of(LOW + "2026-06-12 0.7 | 2026-06-19 0.7", analyte="neutrophils", disease="MM"),
        [BY_CODE["CBC-NEUTROPHILS"]],
    ).findings
    assert [(one.opened_on.isoformat(), one.level) for one in again] == [("2026-01-05", INFO), ("2026-06-12", REVIEW)]


def test_relapse_and_progression_never_recover() -> None:
    assert not [rule.code for rule in RULES if rule.recovers and any(word in rule.code for word in NEVER)]


def test_the_days_are_shown_with_the_thresholds() -> None:
    assert AWAY in shown_thresholds(BY_CODE["CBC-NEUTROPHILS"])
    assert AWAY not in shown_thresholds(BY_CODE["AML-MARROW"])


def test_what_recovered_neither_joins_nor_takes_in() -> None:
    gone = "2026-01-06 symptom told @//fatigue | 2026-01-20 symptom told @//fatigue | 2026-02-06 symptom not_told | "
    given = LOW + gone + "2026-05-20 symptom not_told | 2026-05-20 neutrophils 2.1"
    said = evaluate(cohort_of(given, analyte="neutrophils", disease="MM"))
    assert said.joined == []
    assert {one.rule for one in said.findings} >= {"CBC-NEUTROPHILS", "SYMPTOM-OTHER"}
    assert all(one.recovered_on for one in said.findings if one.rule in ("CBC-NEUTROPHILS", "SYMPTOM-OTHER"))
