"""Results that come one by one, in any order, leave the flags that one look at all of them raises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest

from labs.actions.evaluate import evaluate_patients
from labs.models import Evaluation, Flag, Signal
from labs.rules.registry import evaluate
from labs.selectors.cohort import cohort_of
from labs.vocabulary.analytes import ANALYTES
from patients.actions.system_account import system_account
from patients.models import Patient
from tests.factories.persons import make_diagnosis, make_event, make_line, make_patient
from tests.factories.results import make_result
from tests.oracles.cases import CASES, Case
from tests.oracles.generated import seeded
from tests.oracles.plain import PlainPatient, PlainResult

pytestmark = pytest.mark.django_db

NOW = datetime(2027, 6, 1, 9, tzinfo=UTC)
CHOSEN = ("MM-PD-SERUM-M", "MM-PD-FLC", "MM-CALCIUM", "AML-BLOOD", "AML-MRD", "ALL-CNS", "CBC-HB-FALL", "ASSAY-CHANGED")
CASE_OF = {case.rule: case for case in CASES}
FEW, AT_MOST = 5, 12
SHOWN = "rule", "criteria_version", "signal", "onset_on", "detected_on", "explanation"


def stored(told: PlainPatient) -> Patient:
    """The patient, without results."""
    patient = make_patient(birth_date=told.born or date(1958, 3, 14))
    of_myeloma = {
        "light_chain": told.light_chain,
        "disease_type": told.disease_type,
        "measurable": sorted(told.measurable),
    }
    diagnosis = make_diagnosis(
        patient,
        told.disease,
        remission_on=told.remission,
        response=told.response,
        **(of_myeloma if told.disease == "MM" else {}),
    )
    for number, start in enumerate(told.lines, 1):
        make_line(diagnosis, number=number, started_on=start)
    for event in told.events:
        make_event(patient, event.kind, started_on=event.start, ended_on=event.end)
    return patient


def add(patient: Patient, result: PlainResult) -> None:
    make_result(
        patient,
        result.analyte,
        result.value,
        collected_on=result.day,
        collected_at=None if result.moment is None else result.moment.replace(tzinfo=UTC),
        comparator=result.comparator,
        laboratory=result.group,
        accession=f"{result.accession}-{result.analyte}",
        specimen=ANALYTES[result.analyte].specimen,
    )


def standing(patient: Patient) -> list[tuple[str, ...]]:
    """Flags that were not withdrawn."""
    flags = Flag.objects.filter(patient=patient).exclude(signal=Signal.WITHDRAWN)
    return sorted(tuple(map(str, row)) for row in flags.values_list(*SHOWN))


@pytest.mark.parametrize("case", [CASE_OF[rule] for rule in CHOSEN], ids=CHOSEN)
def test_flags_of_results_one_by_one_are_the_findings_of_the_whole(case: Case) -> None:
    random, raised = Random(case.rule), 0
    for told in seeded(case, FEW):
        patient = stored(told)
        once = list({(r.accession, r.analyte): r for r in told.results}.values())[:AT_MOST]
        random.shuffle(once)
        for result in once:
            add(patient, result)
            evaluate_patients(patient_ids=[patient.pk], by=system_account(), now=NOW)
        whole = evaluate(cohort_of([patient.pk], today=NOW.date()).cohort)
        assert standing(patient) == sorted(tuple(str(getattr(f, name)) for name in SHOWN) for f in whole.findings)
        answers = Evaluation.objects.get(patient=patient).answers
        assert {rule: kept["answer"] for rule, kept in answers.items()} == {
            rule: said.answer.value for rule, said in whole.answers_for(patient.pk).items()
        }
        raised += len(whole.findings)
    assert raised, "draw more patients: none of these has a finding"
