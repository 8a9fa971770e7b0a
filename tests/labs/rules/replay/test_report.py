"""Which rules get a line in a replay, and which are named with the reason why they could say nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE
from labs.rules.replay.figures import Period, Window
from labs.rules.replay.raised import in_one_pass
from labs.rules.replay.report import WHOLE_SET, not_asked, tables

GIVEN = (
    "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 1.0 | 2026-04-05 1.1 | 2026-04-05 ife_serum positive:_IgG-kappa"
)
RULES = [BY_CODE[code] for code in ("MM-PD-SERUM-M", "MM-OLIGOCLONAL", "SYMPTOM-OTHER", "AML-MARROW", "MM-CALCIUM")]


def test_rules_without_anything_to_judge_are_named_and_have_no_line() -> None:
    cohort = cohort_of(GIVEN, analyte="serum_m", disease="MM")

    silent = not_asked(cohort, RULES)

    assert silent.keys() == {"SYMPTOM-OTHER", "AML-MARROW", "MM-CALCIUM"}
    assert silent["MM-CALCIUM"] == "the files hold nothing that it judges"


def test_a_rule_for_a_disease_nobody_has_is_named() -> None:
    cohort = cohort_of("2026-01-05 blasts_marrow 3 %", analyte="serum_m", disease="MM")

    assert not_asked(cohort, [BY_CODE["AML-MARROW"]]) == {"AML-MARROW": "nobody has a disease it is for"}


def test_a_rule_that_is_switched_off_for_everybody_is_named_with_the_reason() -> None:
    cohort = cohort_of(GIVEN, analyte="serum_m", disease="MM")
    off = replace(cohort.patients[0], switched_off={"MM-PD-SERUM-M": "another edition is chosen"})

    assert not_asked(replace(cohort, patients=[off]), RULES)["MM-PD-SERUM-M"] == "another edition is chosen"


def test_what_only_notes_something_else_is_no_signal_of_the_set() -> None:
    heavy = "heavy_chain IgG | light_chain lambda | response CR | remission 2025-12-01 | "
    cohort = cohort_of(heavy + GIVEN, analyte="serum_m", disease="MM")
    found = in_one_pass(cohort, RULES).signals
    assert {signal.rule for signal in found} >= {"MM-OLIGOCLONAL", "MM-PD-SERUM-M"}
    period = Period("example", "MM", date(2026, 1, 1), date(2026, 5, 1), relapse_on=date(2026, 5, 1))

    lines = {line["rule"]: line for line in tables(cohort, RULES, found, [period], Window())["raised"]}

    assert lines.keys() == {WHOLE_SET, "MM-PD-SERUM-M"}
    assert lines[WHOLE_SET]["signals"] == 1
