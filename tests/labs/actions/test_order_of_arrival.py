"""Whatever order messages come in, and however often: nothing is lost, and sending them again changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.actions.receive_report import receive_reports
from labs.models import Result
from patients.actions.system_account import system_account
from tests.factories import make_patient
from tests.labs.actions.test_receive_report import NOW, as_report, incoming

STATUSES = ["registered", "preliminary", "final", "corrected", "amended", "cancelled", "entered-in-error", "unknown"]

messages = st.lists(
    st.tuples(st.sampled_from(STATUSES), st.sampled_from(["1", "2", "<0.1"]), st.sampled_from(["A1", "A2"])),
    min_size=1,
    max_size=7,
)


def send(sent: list[tuple[str, str, str]], *, together: bool) -> None:
    reports = [as_report(incoming(value, status=status, accession=accession)) for status, value, accession in sent]
    for portion in [reports] if together else [[report] for report in reports]:
        receive_reports(reports=portion, by=system_account(), now=NOW, evaluate=False)


def stored() -> list[tuple[Any, ...]]:
    fields = "report__accession", "status", "value_printed", "version", "is_current", "warnings"
    return [(*row[:-1], tuple(row[-1])) for row in Result.objects.order_by("pk").values_list(*fields)]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(messages, st.booleans())
def test_nothing_is_lost_and_the_same_again_changes_nothing(sent: list[tuple[str, str, str]], together: bool) -> None:
    with transaction.atomic():
        make_patient(mrn="007")
        send(sent, together=together)
        once = stored()
        assert {(accession, status, value) for accession, status, value, *_ in once} == {
            (accession, status, value) for status, value, accession in sent
        }
        send(sent, together=not together)
        assert stored() == once
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(messages)
def test_one_message_of_many_results_comes_to_the_same_as_many_messages(sent: list[tuple[str, str, str]]) -> None:
    found = []
    for together in (True, False):
        with transaction.atomic():
            make_patient(mrn="007")
            send(sent, together=together)
            found.append(stored())
            transaction.set_rollback(True)
    assert found[0] == found[1]


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(messages)
def test_a_value_taken_back_or_corrected_counts_no_more(sent: list[tuple[str, str, str]]) -> None:
    with transaction.atomic():
        make_patient(mrn="007")
        send(sent, together=True)
        current = Result.objects.filter(is_current=True)
        for accession in {accession for _, _, accession in sent}:
            statuses = set(current.filter(report__accession=accession).values_list("status", flat=True))
            assert statuses, "some version always stands"
            if statuses & {"corrected", "amended", "entered-in-error"}:
                assert "final" not in statuses
        transaction.set_rollback(True)
