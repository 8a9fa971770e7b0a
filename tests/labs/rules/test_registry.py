"""Asking rules: which are asked, what one that breaks does, what findings and answers look like."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import labs.rules
from labs.rules.base import Answer, Rule
from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, RULES, evaluate, rules_reading
from labs.vocabulary.analytes import ANALYTES

PROGRESSION = "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.7 | 2026-04-05 0.8"


def progressing() -> Cohort:
    return cohort_of(PROGRESSION, analyte="serum_m", disease="MM")


def broken(_: Cohort) -> None:
    raise ZeroDivisionError("on purpose")


def test_codes_are_unique() -> None:
    assert len(BY_CODE) == len(RULES)


def test_a_rule_that_raises_is_reported_and_loses_nothing_else() -> None:
    bad = replace(BY_CODE["MM-PD-URINE-M"], code="BROKEN", reads=("serum_m",), evaluate=broken)
    evaluation = evaluate(progressing(), [bad, BY_CODE["MM-PD-SERUM-M"]])
    assert [failure.rule for failure in evaluation.failures] == ["BROKEN"]
    assert "on purpose" in evaluation.failures[0].traceback
    assert evaluation.failures[0].where.endswith("ZeroDivisionError")
    assert [finding.rule for finding in evaluation.findings] == ["MM-PD-SERUM-M"]
    with pytest.raises(KeyError):
        evaluation.answer("example", "BROKEN")


def test_only_rules_that_read_an_analyte_are_touched_by_it() -> None:
    assert {rule.code for rule in rules_reading(["creatinine"])} == {
        "MM-CREATININE",
        "MM-FLC-RATIO",
        "CBC-CREATININE",
        "ASSAY-CHANGED",
    }
    assert "MM-PD-MARROW" in {rule.code for rule in rules_reading(["serum_m"])}
    assert rules_reading(["monocytes"]) == ()


def test_a_finding_is_ready_for_json() -> None:
    (finding,) = evaluate(progressing(), [BY_CODE["MM-PD-SERUM-M"]]).findings
    plain = json.loads(json.dumps(finding.as_dict()))
    assert plain["signal"] == "confirmed"
    assert plain["level"] == "URGENT"
    assert plain["onset_on"] == "2026-03-05"
    assert plain["detected_on"] == "2026-04-05"
    assert plain["reference"] == {
        "value": "0.2 g/dL",
        "how": "lowest value on two consecutive assessments",
        "confirmed": True,
        "collected_on": ["2026-01-05", "2026-02-05"],
    }
    assert [item["role"] for item in plain["evidence"]] == ["reference", "reference", "onset", "confirming"]
    assert plain["comparisons"][0] == {
        "what": "rise on 5 Mar 2026",
        "found": "0.5 g/dL",
        "needed": "at least 0.5 g/dL",
        "met": True,
    }


def test_comparisons_stand_in_order_of_time() -> None:
    (finding,) = evaluate(progressing(), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert [c.what for c in finding.comparisons if c.what.startswith("rise on")] == [
        "rise on 5 Mar 2026",
        "rise on 5 Apr 2026",
    ]


def test_the_sentence_says_what_was_found() -> None:
    given = "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-05 0.5 | 2026-10-10 0.9 | 2026-11-07 1.0"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert finding.explanation == (
        "Serum M-protein 1.0 g/dL on 7 Nov 2026, 0.7 g/dL above the lowest confirmed 0.3 g/dL (+233 %), "
        "on two consecutive assessments."
    )


@pytest.mark.parametrize("value", ["2.5", "0.4", "<0.1"])
def test_the_sentence_of_a_progression_says_the_latest_value_too_whatever_it_is(value: str) -> None:
    given = f"{PROGRESSION} | 2026-05-05 0.9 | 2026-06-05 {value}"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    shown = {"<0.1": "below 0.1"}.get(value, value)
    assert finding.explanation.endswith(f", on two consecutive assessments; latest {shown} g/dL on 5 Jun 2026.")
    assert finding.detected_on == date(2026, 4, 5)


def test_the_latest_value_is_that_of_the_same_line_of_therapy_and_assay() -> None:
    given = f"{PROGRESSION} | 2026-05-05 9.9 @Other/nephelometry | line 2026-06-01 | 2026-06-05 0.1"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert finding.explanation.endswith(", on two consecutive assessments.")


def test_two_doublings_too_far_apart_do_not_read_as_one_assessment() -> None:
    given = "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-05-03 1.4"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PARAPROTEIN-SERUM"]]).findings
    assert finding.explanation.endswith(", not yet in two consecutive measurements, doubled within 2 months or up by "
                                        "1 g/dL in both.")  # fmt: skip


def test_as_of_looks_at_no_later_result() -> None:
    (finding,) = evaluate(progressing(), [BY_CODE["MM-PD-SERUM-M"]], as_of=date(2026, 3, 31)).findings
    assert finding.signal == "provisional"
    assert finding.detected_on == date(2026, 3, 5)


def test_no_results_is_not_no_relapse() -> None:
    nothing = Cohort.build([PatientFacts("p", disease="MM")], [])
    answers = evaluate(nothing).answers_for("p")
    for rule in RULES:
        answer, reasons = answers[rule.code]
        assert answer is (Answer.NOT_EVALUABLE if "MM" in rule.diseases else Answer.NOT_APPLICABLE)
        assert reasons


def test_an_unknown_diagnosis_is_not_evaluable() -> None:
    unknown = cohort_of(PROGRESSION, analyte="serum_m", disease="")
    assert evaluate(unknown).answer("example", "MM-PD-SERUM-M") == (Answer.NOT_EVALUABLE, ("the diagnosis",))


@pytest.mark.parametrize("status", ["preliminary", "registered", "cancelled", "entered-in-error", "unknown"])
def test_results_of_unusable_status_are_left_out(status: str) -> None:
    days = [date(2026, month, 5) for month in (1, 2, 3)]
    amounts = (200_000, 200_000, 900_000)
    rows = [Row("p", "serum_m", day, amount, accession=str(day)) for day, amount in zip(days, amounts, strict=True)]
    rows[2] = rows[2]._replace(status=status)
    evaluation = evaluate(Cohort.build([PatientFacts("p", disease="MM")], rows))
    assert evaluation.findings == []
    assert evaluation.answer("p", "MM-PD-SERUM-M").answer is Answer.NOT_RAISED


def test_contradicting_values_of_a_day_are_said() -> None:
    given = "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.9 #A1 | 2026-03-05 1.4 #A2"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert [c.kind for c in finding.confounders] == ["contradictory"]
    assert "0.9 and 1.4 g/dL" in finding.confounders[0].text
    assert [(item.role, item.value) for item in finding.evidence[-2:]] == [("onset", "1.4"), ("same_day", "0.9")]


def test_confounders_are_attached_and_do_not_silence() -> None:
    given = f"event antibody 2025-10-10 | event ivig 2025-08-01 | {PROGRESSION}"
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert finding.level.name == "URGENT"
    assert [c.text for c in finding.confounders] == ["therapeutic antibody until 10 Oct 2025, 177 days before"]


def test_after_a_confirmed_progression_the_line_has_one_episode_and_a_new_line_another() -> None:
    given = f"{PROGRESSION} | 2026-05-05 0.2 | 2026-06-05 0.9 | 2026-07-05 0.9"
    rule = [BY_CODE["MM-PD-SERUM-M"]]
    (finding,) = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), rule).findings
    assert (finding.opened_on, finding.last_on) == (date(2026, 3, 5), date(2026, 7, 5))
    again = f"{given} | line 2026-08-01 | 2026-08-05 0.1 | 2026-09-05 0.1 | 2026-10-05 0.6"
    cohort = cohort_of(again, analyte="serum_m", disease="MM")
    first, second = evaluate(cohort, rule).findings
    assert (first.signal, first.line_started_on) == ("confirmed", None)
    assert (second.signal, second.line_started_on) == ("provisional", date(2026, 8, 1))


def test_a_hit_after_one_that_failed_is_a_new_episode() -> None:
    given = "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.8 | 2026-04-05 0.3 | 2026-05-05 0.9"
    found = evaluate(cohort_of(given, analyte="serum_m", disease="MM"), [BY_CODE["MM-PD-SERUM-M"]]).findings
    assert [(f.signal.value, f.opened_on) for f in found] == [
        ("not_confirmed", date(2026, 3, 5)),
        ("provisional", date(2026, 5, 5)),
    ]


def test_every_file_of_a_rule_is_registered() -> None:
    root = Path(labs.rules.__file__).parent
    files = {path for path in root.glob("*/*.py") if "\nRULE = Rule(" in path.read_text(encoding="utf-8")}
    assert {Path(_module_file(rule)) for rule in RULES} == files


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_can_be_read(rule: Rule) -> None:
    for heading in ("\nWhat it checks\n", "\nWhen it stays silent\n", "\nSource\n"):
        assert heading in rule.doc
    assert rule.thresholds
    assert {threshold.source for threshold in rule.thresholds} <= {*rule.sources}
    assert all(isinstance(threshold.amount, int) for threshold in rule.thresholds)


def test_rules_know_neither_the_clock_nor_floats_in_comparisons() -> None:
    root = Path(labs.rules.__file__).parent
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "today()" not in text, path
        assert "now()" not in text, path
        assert "float64" not in text, path
        assert "django" not in text.lower() or path.name == "__init__.py", path


def _module_file(rule: Rule) -> str:
    return str(sys.modules[rule.evaluate.__module__].__file__)


@pytest.mark.parametrize("flip", [False, True])
def test_the_order_in_which_assays_were_numbered_does_not_matter(flip: bool) -> None:
    """Two assays on one first day: the one named first counts as the older, however the caller numbered them."""
    labels = [("", "", "A"), ("", "", "B")]
    cohort = Cohort.from_columns(
        [PatientFacts("p", disease="MM")],
        patient=np.zeros(2, np.int32),
        analyte=np.full(2, list(ANALYTES).index("serum_m"), np.int16),
        day=np.full(2, 20_000, np.int32),
        amount=np.array([400_000, 500_000]),
        group=np.array([1, 0] if flip else [0, 1], np.int32),
        groups=labels[::-1] if flip else labels,
    )
    (finding,) = evaluate(cohort, [BY_CODE["ASSAY-CHANGED"]]).findings
    assert finding.series == "B"
