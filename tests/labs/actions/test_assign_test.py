"""Who looks after a test is somebody who sees the patient."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labs.actions.assign_test import AssignRefused, assign_test, physician_for
from labs.models import ScheduledTest
from patients.access import AccessRefused
from patients.models import AuditEvent
from tests.factories.people import make_administrator, make_care_team, make_nurse, make_physician, make_site
from tests.factories.persons import make_patient
from tests.factories.plans import make_scheduled_test
from tests.factories.results import make_report

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)


def test_a_test_is_assigned_handed_on_and_given_back():
    site = make_site()
    nurse, colleague, test = make_nurse(site), make_nurse(site), make_scheduled_test(make_patient(site=site))
    before = [assign_test(test=test, to=person, by=nurse, now=NOON) for person in (nurse, colleague, colleague, None)]
    assert before == [None, nurse.pk, colleague.pk, colleague.pk]
    assert ScheduledTest.objects.get().assigned_to is None
    assert AuditEvent.objects.filter(verb="assign_test").count() == 3


def test_nobody_gets_a_test_whose_patient_they_do_not_see():
    site = make_site()
    nurse, test = make_nurse(site), make_scheduled_test(make_patient(site=site))
    for person in (make_nurse(make_site()), make_administrator(site), make_nurse(site, is_active=False)):
        with pytest.raises(AssignRefused, match="does not look after"):
            assign_test(test=test, to=person, by=nurse, now=NOON)
    with pytest.raises(AccessRefused):
        assign_test(test=test, to=nurse, by=make_nurse(make_site()), now=NOON)


def test_a_closed_test_is_not_assigned():
    site = make_site()
    nurse, patient = make_nurse(site), make_patient(site=site)
    test = make_scheduled_test(patient, closed_by=make_report(patient))
    with pytest.raises(AssignRefused, match="meanwhile"):
        assign_test(test=test, to=nurse, by=nurse, now=NOON)


def test_the_physician_who_answers_is_the_active_one():
    site = make_site()
    test = make_scheduled_test(make_patient(site=site))
    with pytest.raises(AssignRefused, match="No physician answers"):
        physician_for(test)
    gone, cover = make_physician(site, is_active=False), make_physician(site)
    make_care_team(test.patient, physician=gone, cover=cover)
    assert physician_for(test) == cover
