"""Every worked example of the clinical reference, E01 to E42, asked of all rules together."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from labs.rules.base import Finding
from labs.rules.cohort import Cohort
from labs.rules.criteria import switched_off
from labs.rules.notation import read, today_of
from labs.rules.registry import Evaluation, evaluate
from labs.vocabulary.cross_checks import unit_error
from labs.vocabulary.kidney import egfr_ckd_epi_2021
from tests.spec.worked_examples import WORKED, Raised, Worked


def as_case(worked: Worked) -> object:
    marks = [pytest.mark.xfail(strict=True, reason=f"not built: {worked.awaits}")] if worked.awaits else []
    return pytest.param(worked, id=worked.name, marks=marks)


def asked(worked: Worked) -> Evaluation:
    facts, rows = read(worked.given, analyte="serum_m", disease=worked.disease)
    facts = replace(facts, switched_off=switched_off(facts.disease, worked.criteria))
    cohort = Cohort.build([facts], rows, today_of(worked.given))
    evaluation = evaluate(cohort, as_of=date.fromisoformat(worked.on) if worked.on else None)
    assert evaluation.failures == []
    return evaluation


def in_short(found: Finding | Raised) -> tuple[str, str, str, str]:
    if isinstance(found, Raised):
        return found.rule, found.state.value, found.level.name, found.onset
    return found.rule, found.signal.value, found.level.name, found.onset_on.isoformat()


def test_all_42_are_there() -> None:
    assert sorted({worked.number for worked in WORKED}) == [f"E{number:02d}" for number in range(1, 43)]
    assert len({worked.name for worked in WORKED}) == len(WORKED)


@pytest.mark.parametrize("worked", [as_case(worked) for worked in WORKED])
def test_the_whole_registry_says_what_the_reference_says(worked: Worked) -> None:
    evaluation = asked(worked)
    assert sorted(map(in_short, evaluation.findings)) == sorted(map(in_short, worked.raised))
    for rule, answer in worked.answers.items():
        assert evaluation.answer("example", rule).answer is answer, rule
    found = {in_short(finding): finding for finding in evaluation.findings}
    for raised in worked.raised:
        says_why(found[in_short(raised)], raised)


def says_why(finding: Finding, raised: Raised) -> None:
    text = json.dumps(finding.as_dict(), ensure_ascii=False)
    assert [words for words in raised.says if words not in text] == []
    assert finding.comparisons
    assert finding.evidence


def test_e07_a_tenfold_step_is_asked_about() -> None:
    query = unit_error(Decimal("0.4"), Decimal(4), analyte="serum_m")
    assert query is not None
    assert query.step == 10


def test_e24_the_filtration_falls_from_67_to_21() -> None:
    micromole = Decimal("88.42")
    before, after = (egfr_ckd_epi_2021(Decimal(printed) / micromole, 66, "male") for printed in (106, 283))
    assert (round(before or 0), round(after or 0)) == (67, 21)
