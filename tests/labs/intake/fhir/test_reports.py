"""Reports, groups and references: whose results they are, when they were collected, and what is told of each entry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from labs.intake.incoming import IncomingReport, Reason, Refused, Skipped
from tests.labs.intake.fhir.bundles import bundle, observation, patient, read, report, rows_told_of


def only_report(*resources: dict[str, Any], urls: bool = False) -> IncomingReport:
    reports = [outcome for outcome in read(bundle(*resources, urls=urls)) if isinstance(outcome, IncomingReport)]
    assert len(reports) == 1, reports
    return reports[0]


def refusals(*resources: dict[str, Any]) -> dict[int | None, Reason]:
    return {outcome.row: outcome.reason for outcome in read(bundle(*resources)) if isinstance(outcome, Refused)}


def test_results_of_a_report_come_under_its_accession() -> None:
    found = only_report(
        patient(), observation("o1"), observation("o2", "777-3"), report("Observation/o1", "Observation/o2")
    )
    assert found.accession == "ACC-1"
    assert found.subject.identifiers == (("http://hospital.example/mrn", "007"),)
    assert [(result.code, result.accession, result.row) for result in found.results] == [
        ("718-7", "ACC-1", 1),
        ("777-3", "ACC-1", 2),
    ]


def test_an_observation_says_its_own_time_else_the_reports() -> None:
    silent = observation("o2", effectiveDateTime=None)
    found = only_report(patient(), observation("o1"), silent, report("Observation/o1", "Observation/o2"))
    assert found.results[0].collected_at == datetime(2021, 1, 7, 7, 30, tzinfo=UTC)
    assert found.results[1].collected_at == datetime(2021, 1, 6, 9, tzinfo=UTC)


def test_members_of_a_group_take_time_and_patient_from_it() -> None:
    member = observation("o2", effectiveDateTime=None, subject=None)
    group = observation("o1", value=None, hasMember=[{"reference": "Observation/o2"}])
    outcomes = read(bundle(patient(), member, group))
    (found,) = [outcome for outcome in outcomes if isinstance(outcome, IncomingReport)]
    assert found.results[0].collected_at == datetime(2021, 1, 7, 7, 30, tzinfo=UTC)
    assert sorted(rows_told_of(outcomes), key=str) == [0, 1, 2, 2]  # the group frames a report and says it is a group


def test_groups_in_a_circle_end() -> None:
    one = observation("o1", hasMember=[{"reference": "Observation/o2"}])
    two = observation("o2", hasMember=[{"reference": "Observation/o1"}])
    assert {result.row for result in only_report(patient(), one, two).results} == {1, 2}


def test_a_deep_chain_of_groups_is_read() -> None:
    chain = [observation(f"o{depth}", hasMember=[{"reference": f"Observation/o{depth + 1}"}]) for depth in range(3000)]
    found = only_report(patient(), *chain, observation("o3000"))
    assert len(found.results) == 3001


@pytest.mark.parametrize(
    "reference",
    [
        "https://lab.example/fhir/Observation/o1",
        "https://lab.example/fhir/Observation/o1/_history/3",
        "Observation/o1",
        "Observation/o1/_history/3",
    ],
)
def test_references_may_be_absolute_relative_or_of_a_version(reference: str) -> None:
    assert only_report(patient(), observation(), report(reference), urls=True).results


def test_references_may_be_uuids() -> None:
    name = "urn:uuid:4db03e6a-a8d0-4691-b861-e685e90a5d77"
    message = bundle(patient(), observation(), report(name))
    message["entry"][1]["fullUrl"] = name
    assert any(isinstance(outcome, IncomingReport) and outcome.accession == "ACC-1" for outcome in read(message))


def test_results_and_patient_may_be_contained() -> None:
    inside = [patient(id="who"), observation("inner", subject=None)]
    found = only_report(report("#inner", contained=inside, subject={"reference": "#who"}))
    assert found.subject.family_name == "Okafor"
    assert [result.row for result in found.results] == [0]


def test_a_patient_may_be_named_by_identifier_alone() -> None:
    for subject in (
        {"identifier": {"system": "http://hospital.example/mrn", "value": "007"}},
        {"reference": "Patient?identifier=http://hospital.example/mrn|007"},
        {"reference": "Patient/elsewhere", "identifier": {"system": "http://hospital.example/mrn", "value": "007"}},
    ):
        assert only_report(observation(subject=subject)).subject.identifiers == (
            ("http://hospital.example/mrn", "007"),
        )


def test_two_different_resources_under_one_name_are_not_chosen_between() -> None:
    outcomes = refusals(patient(), patient(birthDate="1999-01-01"), observation())
    assert outcomes == {2: Reason.SUBJECT_NOT_FOUND}


def test_a_result_that_leads_nowhere_is_refused_and_the_others_are_taken() -> None:
    resources = (patient(), observation(), report("Observation/o1", "Observation/gone"))
    assert refusals(*resources) == {2: Reason.REFERENCE_NOT_FOUND}
    assert len(only_report(*resources).results) == 1


def test_a_result_about_another_patient_than_its_report_is_refused() -> None:
    other = patient(id="p2", identifier=[{"value": "008"}])
    resources = (patient(), other, observation(subject={"reference": "Patient/p2"}), report("Observation/o1"))
    assert refusals(*resources) == {2: Reason.SUBJECT_CONTRADICTS}


def test_results_of_a_refused_report_are_not_taken_under_another_name() -> None:
    for elements in (
        {"status": "nonsense"},
        {"subject": {"reference": "Patient/gone"}},
        {"effectiveDateTime": "7/1/2021"},
    ):
        found = refusals(patient(), observation(), report("Observation/o1", **elements))
        assert found[1] == Reason.REPORT_REFUSED
        assert 2 in found


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_a_report_taken_back_takes_back_its_results(status: str) -> None:
    found = only_report(patient(), observation(), report("Observation/o1", status=status))
    assert [result.status for result in found.results] == [status]
    assert only_report(patient(), report(status=status)).results == ()


def test_a_report_in_words_only_is_skipped() -> None:
    outcomes = read(bundle(patient(), report(conclusion="No change.")))
    assert [outcome.reason for outcome in outcomes if isinstance(outcome, Skipped)] == [Reason.NO_RESULT]


def test_a_result_in_two_reports_is_taken_once() -> None:
    second = report("Observation/o1", id="r2", identifier=[{"value": "ACC-2"}])
    assert only_report(patient(), observation(), report("Observation/o1"), second).accession == "ACC-1"


def test_a_report_without_patient_takes_the_one_all_its_results_are_about() -> None:
    assert only_report(patient(), observation(), report("Observation/o1", subject=None)).subject.family_name == "Okafor"


def test_the_laboratory_is_the_performer() -> None:
    organisation = {"resourceType": "Organization", "id": "lab", "name": "Central Laboratory"}
    performer = [{"reference": "Organization/lab"}]
    found = only_report(patient(), observation(), report("Observation/o1", performer=performer), organisation)
    assert (found.laboratory, found.results[0].laboratory) == ("Central Laboratory", "Central Laboratory")
