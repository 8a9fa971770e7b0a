"""A line of therapy taken back: it stays on record, no longer counts, and is taken back once."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.withdraw_line import withdraw_line
from patients.models import AuditEvent, TreatmentLine
from tests.factories import make_diagnosis, make_line, make_patient, make_physician, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def line() -> TreatmentLine:
    return make_line(make_diagnosis(make_patient()))


def test_it_stays_on_record_with_the_reason_and_counts_no_more(line: TreatmentLine) -> None:
    physician = make_physician(line.diagnosis.patient.site)
    withdraw_line(line=line, reason=" never given ", by=physician, now=NOW)
    row = TreatmentLine.every.get()
    assert (row.withdrawn_because, row.withdrawn_by, row.withdrawn_at) == ("never given", physician, NOW)
    assert not line.diagnosis.lines.exists()
    assert AuditEvent.objects.get(verb="treatment.withdraw_line").by == physician


def test_once(line: TreatmentLine) -> None:
    physician = make_physician(line.diagnosis.patient.site)
    withdraw_line(line=line, reason="never given", by=physician, now=NOW)
    with pytest.raises(ValidationError, match="taken this back already"):
        withdraw_line(line=line, reason="never given", by=physician, now=NOW)


def test_not_without_a_reason_nor_by_a_stranger(line: TreatmentLine) -> None:
    with pytest.raises(ValidationError, match="reason is missing"):
        withdraw_line(line=line, reason=" ", by=make_physician(line.diagnosis.patient.site), now=NOW)
    with pytest.raises(AccessRefused):
        withdraw_line(line=line, reason="never given", by=make_physician(make_site()), now=NOW)
    assert line.diagnosis.lines.exists()
