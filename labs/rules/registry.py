"""All rules, and the one way to ask them."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from labs.rules.acute_lymphoblastic import blood_relapse as all_blood_relapse
from labs.rules.acute_lymphoblastic import csf_relapse as all_csf_relapse
from labs.rules.acute_lymphoblastic import extramedullary as all_extramedullary
from labs.rules.acute_lymphoblastic import marrow_relapse as all_marrow_relapse
from labs.rules.acute_lymphoblastic import marrow_relapse_m3 as all_marrow_relapse_m3
from labs.rules.acute_lymphoblastic import marrow_relapse_pdl as all_marrow_relapse_pdl
from labs.rules.acute_lymphoblastic import residual_relapse as all_residual_relapse
from labs.rules.acute_lymphoblastic import testicular as all_testicular
from labs.rules.acute_myeloid import blood_relapse as aml_blood_relapse
from labs.rules.acute_myeloid import blood_relapse_2017 as aml_blood_relapse_2017
from labs.rules.acute_myeloid import extramedullary as aml_extramedullary
from labs.rules.acute_myeloid import low_counts as aml_low_counts
from labs.rules.acute_myeloid import marrow_relapse as aml_marrow_relapse
from labs.rules.acute_myeloid import residual_relapse as aml_residual_relapse
from labs.rules.answers import RuleAnswers, Said, answers_of, nothing_to_judge
from labs.rules.base import Finding, Rule
from labs.rules.blood_counts import blasts as blood_blasts
from labs.rules.blood_counts import (
    creatinine,
    cytopenia,
    filtration,
    haemoglobin_fall,
    haemoglobin_trend,
    lactate_dehydrogenase,
    lymphocytes,
    neutrophils,
    platelets,
    red_cell_fall,
    transfusion_need,
    white_cells,
)
from labs.rules.cohort import Cohort, Key
from labs.rules.findings import findings
from labs.rules.joining import Joined, join
from labs.rules.myeloma import (
    circulating_progression,
    complete_response_loss,
    complete_response_signs,
    creatinine_rise,
    drug_band,
    extramedullary,
    flc_progression,
    flc_ratio,
    hypercalcaemia,
    hyperviscosity,
    immunoglobulin_rise,
    lesion_diameter,
    lesion_growth,
    light_chain_escape,
    marrow_progression,
    marrow_progression_2011,
    new_lesion,
    oligoclonal_bands,
    paraprotein_flc,
    paraprotein_serum,
    paraprotein_urine,
    plasma_cells_blood,
    residual_loss,
    serum_m_progression,
    serum_m_rising,
    urine_m_progression,
)
from labs.rules.myeloma import haemoglobin_fall as myeloma_haemoglobin_fall
from labs.rules.other_causes import looked_at
from labs.rules.surveillance import assay_changed, overdue
from labs.rules.symptoms import other as other_symptoms
from labs.rules.symptoms import urgent as urgent_symptoms

RULES: tuple[Rule, ...] = (
    serum_m_progression.RULE,
    urine_m_progression.RULE,
    flc_progression.RULE,
    paraprotein_serum.RULE,
    paraprotein_urine.RULE,
    paraprotein_flc.RULE,
    light_chain_escape.RULE,
    flc_ratio.RULE,
    marrow_progression.RULE,
    marrow_progression_2011.RULE,
    circulating_progression.RULE,
    plasma_cells_blood.RULE,
    serum_m_rising.RULE,
    immunoglobulin_rise.RULE,
    complete_response_loss.RULE,
    complete_response_signs.RULE,
    residual_loss.RULE,
    oligoclonal_bands.RULE,
    drug_band.RULE,
    myeloma_haemoglobin_fall.RULE,
    creatinine_rise.RULE,
    hypercalcaemia.RULE,
    new_lesion.RULE,
    lesion_growth.RULE,
    lesion_diameter.RULE,
    hyperviscosity.RULE,
    extramedullary.RULE,
    aml_marrow_relapse.RULE,
    aml_blood_relapse.RULE,
    aml_blood_relapse_2017.RULE,
    aml_residual_relapse.RULE,
    aml_low_counts.RULE,
    aml_extramedullary.RULE,
    all_marrow_relapse.RULE,
    all_marrow_relapse_m3.RULE,
    all_marrow_relapse_pdl.RULE,
    all_blood_relapse.RULE,
    all_residual_relapse.RULE,
    all_csf_relapse.RULE,
    all_testicular.RULE,
    all_extramedullary.RULE,
    haemoglobin_fall.RULE,
    red_cell_fall.RULE,
    cytopenia.RULE,
    haemoglobin_trend.RULE,
    platelets.RULE,
    neutrophils.RULE,
    white_cells.RULE,
    lymphocytes.RULE,
    blood_blasts.RULE,
    lactate_dehydrogenase.RULE,
    filtration.RULE,
    creatinine.RULE,
    transfusion_need.RULE,
    urgent_symptoms.RULE,
    other_symptoms.RULE,
    assay_changed.RULE,
    overdue.RULE,
)
BY_CODE: Mapping[str, Rule] = {rule.code: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that raised an exception: nothing is known from it, for any patient of the cohort.

    `where` is the kind of exception and the lines of code it passed, without its message, which may repeat values.
    """

    rule: str
    traceback: str
    where: str


@dataclass(frozen=True)
class Evaluation:
    """What the rules said of a cohort. `joined`: findings that live on within another one."""

    patients: Sequence[Key]
    findings: list[Finding] = field(default_factory=list)
    answers: dict[str, RuleAnswers] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    joined: list[Joined] = field(default_factory=list)

    @cached_property
    def _place(self) -> Mapping[Key, int]:
        return {key: index for index, key in enumerate(self.patients)}

    def answer(self, patient: Key, rule: str) -> Said:
        """What a rule says of a patient, with what is missing. KeyError for a rule that failed or was not asked."""
        return self.answers[rule].said(self._place[patient])

    def answers_for(self, patient: Key) -> dict[str, Said]:
        """What every rule that was asked, and did not fail, says of a patient."""
        place = self._place[patient]
        return {rule: answers.said(place) for rule, answers in self.answers.items()}

    def findings_for(self, patient: Key) -> list[Finding]:
        """Findings of one patient."""
        return [finding for finding in self.findings if finding.patient_key == patient]


def evaluate(cohort: Cohort, rules: Iterable[Rule] | None = None, as_of: date | None = None) -> Evaluation:
    """Ask rules of every patient of a cohort. A rule that raises is reported and takes nothing else with it."""
    cohort = cohort if as_of is None else cohort.until(as_of)
    said = Evaluation([facts.key for facts in cohort.patients])
    with _collecting_later():
        for rule in RULES if rules is None else rules:
            try:
                answers, found = _ask(rule, cohort)
            except Exception as error:  # noqa: BLE001 - one broken rule must not silence the others; it is reported
                lines = traceback.format_tb(error.__traceback__)
                where = "".join([*lines, type(error).__name__])
                said.failures.append(Failure(rule.code, traceback.format_exc(), where))
            else:
                said.answers[rule.code] = answers
                said.findings.extend(found)
    said.findings[:], said.joined[:] = join(said.findings)
    return said


@contextmanager
def _collecting_later() -> Iterator[None]:
    """Let the garbage collector wait: it would look through all findings again and again, and they hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def rules_reading(analytes: Iterable[str]) -> tuple[Rule, ...]:
    """The rules whose answer may change with results of these analytes."""
    touched = set(analytes)
    return tuple(rule for rule in RULES if touched.intersection(rule.reads) or touched & looked_at(rule))


def _off(rule: Rule, cohort: Cohort) -> bool:
    """Whether it is left out for everybody."""
    off = cohort.some_switched_off
    return rule.code in off and all(rule.code in facts.switched_off for facts in cohort.patients)


def _ask(rule: Rule, cohort: Cohort) -> tuple[RuleAnswers, list[Finding]]:
    if not cohort.any_of(rule.diseases) or cohort.measured.isdisjoint(rule.judged_analytes) or _off(rule, cohort):
        return nothing_to_judge(rule, cohort), []
    signal = rule.evaluate(cohort)
    judged = signal.judged()
    if not cohort.all_of(rule.diseases):
        judged = judged & cohort.in_diseases(rule.diseases)[signal.series.patient]
    if rule.code in cohort.some_switched_off:
        judged = judged & ~cohort.switched_off(rule.code)[signal.series.patient]
    found = findings(rule, signal, judged)
    return answers_of(rule, cohort, signal, found), found
