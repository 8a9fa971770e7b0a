"""Criteria sets as data: each criterion is read one way under every set, and what is left out says why."""

from __future__ import annotations

import pytest

from labs.rules.base import Answer
from labs.rules.criteria import (
    CRITERIA,
    GRADINGS,
    SETS,
    CriteriaSet,
    criterion_of,
    default_set,
    may_be_left_out,
    sets_of,
    switched_off,
)
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, RULES, evaluate
from labs.vocabulary import grades

E20 = "disease_type nonsecretory | 2026-01-05 3 % | 2026-06-05 11 %"
E28 = "remission 2026-01-01 | 2026-04-01 0 % | 2026-05-01 2 % | 2026-05-06 0 %"
each_set = pytest.mark.parametrize("one", SETS, ids=lambda one: one.code)


def said_under(one: CriteriaSet, given: str, analyte: str) -> dict[str, str]:
    """Rule -> state of its last finding, of the readings of one set."""
    off = switched_off(one.disease, one.code)
    cohort = cohort_of(given, analyte=analyte, disease=one.disease)
    asked = [rule for rule in RULES if one.disease in rule.diseases and rule.code not in off]
    return {finding.rule: finding.signal.value for finding in evaluate(cohort, asked).findings}


@each_set
def test_a_set_reads_each_criterion_of_its_disease_by_one_rule(one: CriteriaSet) -> None:
    readings = {code: rule for criterion in CRITERIA for code in [criterion.code] for rule in criterion.rules}
    assert one.reads
    for code, rule in one.reads.items():
        assert criterion_of(rule) == code
    assert one.sources
    assert one.differs.endswith(".")
    assert readings


@each_set
def test_of_the_readings_of_a_criterion_all_but_one_are_left_out_and_say_why(one: CriteriaSet) -> None:
    off = switched_off(one.disease, one.code)
    for criterion in CRITERIA:
        if criterion.code in one.reads:
            asked = [rule for rule in criterion.rules if rule not in off]
            assert asked == [one.reads[criterion.code]]
    assert all(one.title in why for why in off.values())


def test_sets_whose_rule_is_not_there_cannot_be_chosen() -> None:
    for disease in ("MM", "AML", "ALL"):
        for one in sets_of(disease):
            assert BY_CODE.keys() >= set(one.reads.values())
    assert sets_of("CLL") == ()
    assert switched_off("CLL") == {}


def test_every_set_can_be_chosen_today() -> None:
    assert [one.code for disease in ("MM", "AML", "ALL") for one in sets_of(disease)] == [one.code for one in SETS]


def test_the_defaults_are_the_newest_sets() -> None:
    assert [default_set(disease).code for disease in ("MM", "AML", "ALL")] == ["IMWG-2016", "ELN-2022", "NCCN-ALL"]
    with pytest.raises(KeyError):
        default_set("CLL")


def test_2011_and_2016_differ_in_the_marrow_of_e20() -> None:
    assert said_under(default_set("MM"), E20, "plasma_cells_marrow") == {"MM-PD-MARROW": "provisional"}
    imwg_2011 = next(one for one in SETS if one.code == "IMWG-2011")
    assert said_under(imwg_2011, E20, "plasma_cells_marrow") == {"MM-PD-MARROW-2011": "confirmed"}


def test_2017_and_2022_differ_in_the_one_sample_of_e28() -> None:
    assert said_under(default_set("AML"), E28, "blasts_blood_percent") == {"AML-BLOOD": "provisional"}
    eln_2017 = next(one for one in SETS if one.code == "ELN-2017")
    assert said_under(eln_2017, E28, "blasts_blood_percent") == {"AML-BLOOD-2017": "confirmed"}


def test_a_rule_the_site_leaves_out_says_so_with_the_reason() -> None:
    off = switched_off("MM", "IMWG-2016", {"MM-RISING": "too many signals"})
    assert off["MM-RISING"] == "switched off at this site: too many signals"
    assert "MM-PD-MARROW-2011" in off


def test_readings_of_a_criterion_are_chosen_by_the_set_and_not_one_by_one() -> None:
    for disease in ("MM", "AML", "ALL"):
        free = may_be_left_out(disease)
        assert free
        assert all(disease in BY_CODE[rule].diseases and criterion_of(rule) == rule for rule in free)


def test_the_engine_answers_that_a_rule_left_out_does_not_apply() -> None:
    facts = "disease_type nonsecretory | 2026-01-05 3 % | 2026-06-05 14 %"
    cohort = cohort_of(facts, analyte="plasma_cells_marrow", disease="MM")
    from dataclasses import replace

    off = switched_off("MM", "IMWG-2011")
    cohort = replace(cohort, patients=[replace(one, switched_off=off) for one in cohort.patients])
    said = evaluate(cohort)
    answer = said.answer("example", "MM-PD-MARROW")
    assert answer.answer is Answer.NOT_APPLICABLE
    assert answer.reasons == (off["MM-PD-MARROW"],)
    assert {finding.rule for finding in said.findings} == {"MM-PD-MARROW-2011"}


def test_the_editions_of_grades_are_those_there_are_tables_for() -> None:
    assert set(GRADINGS) == set(grades.NAMES)


def test_a_disease_without_sets_leaves_nothing_out_and_has_no_default() -> None:
    assert switched_off("CLL", left_out={"MM-HB": "asked for elsewhere"}) == {}
    with pytest.raises(KeyError, match="CLL"):
        default_set("CLL")


def test_without_a_choice_the_default_set_names_itself_as_the_reason() -> None:
    for disease in {one.disease for one in SETS}:
        assert switched_off(disease) == switched_off(disease, default_set(disease).code)
