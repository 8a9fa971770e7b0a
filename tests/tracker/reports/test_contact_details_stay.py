"""How patients are reached stays inside: no export holds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from patients.actions.system_account import system_account
from tests.factories import make_diagnosis, make_flag, make_patient, make_plan, make_result, make_scheduled_test
from tests.factories.contact import make_contact_details, make_letter
from tracker.reports.catalogue import REPORTS
from tracker.reports.export import Request, stream
from tracker.reports.report import Filters

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)


@pytest.mark.parametrize("code", sorted(REPORTS))
def test_no_export_holds_contact_details(code: str) -> None:
    patient = make_patient()
    diagnosis = make_diagnosis(patient)
    make_contact_details(patient)
    make_letter(patient)
    make_flag(patient, diagnosis=diagnosis)
    make_result(patient)
    make_scheduled_test(patient, plan=make_plan(diagnosis))
    for fmt in ("csv", "ndjson"):
        written = b"".join(stream(Request(REPORTS[code], fmt, Filters(), system_account(), NOW))).decode()
        assert written
        assert not [word for word in ("Mill Lane", "7700", "mail.example", "Please call") if word in written]
