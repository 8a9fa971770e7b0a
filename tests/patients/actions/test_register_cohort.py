"""Registering many people at once: all records and one audit row each, or nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from patients.access import AccessRefused
from patients.actions.open_site import open_account, open_site
from patients.actions.register_cohort import Member, register_cohort
from patients.actions.system_account import system_account
from patients.models import (
    AuditEvent,
    CareTeam,
    Diagnosis,
    Identifier,
    Patient,
    Role,
    Site,
    SymptomReport,
    TreatmentEvent,
    TreatmentLine,
    User,
)
from tests.factories.people import make_administrator, make_nurse, make_physician, make_site

pytestmark = pytest.mark.django_db


def member(site: Site, mrn: str, nurse: User) -> Member:
    return Member(
        patient=Patient(site=site, family_name="Heron-Vega", given_name="Kit", birth_date=date(1960, 1, 1), sex="male"),
        identifiers=[("mrn", mrn)],
        disease="MM",
        facts={"remission_on": date(2024, 1, 1), "measurable": ["serum_m"]},
        lines=[TreatmentLine(number=1, phase="induction", regimen="bortezomib", started_on=date(2023, 6, 1))],
        events=[TreatmentEvent(kind="ivig", started_on=date(2024, 2, 1))],
        symptoms=[SymptomReport(reported_on=date(2024, 3, 1), symptoms=[], recorded_by=nurse)],
        team=CareTeam(nurse=nurse),
    )


def test_it_registers_everything_that_is_known() -> None:
    site = make_site()
    nurse = make_nurse(site)
    diagnoses = register_cohort(members=[member(site, "A1", nurse), member(site, "A2", nurse)], by=system_account())
    assert [diagnosis.patient.identifiers.get().value for diagnosis in diagnoses] == ["A1", "A2"]
    for model in (Patient, Identifier, Diagnosis, TreatmentLine, TreatmentEvent, SymptomReport, CareTeam):
        assert model._default_manager.count() == 2, model
    assert diagnoses[1].lines.get().regimen == "bortezomib"
    assert AuditEvent.objects.filter(verb="patient.register").count() == 2


def test_one_number_in_use_refuses_all() -> None:
    site = make_site()
    nurse = make_nurse(site)
    register_cohort(members=[member(site, "A1", nurse)], by=system_account())
    with pytest.raises(IntegrityError), transaction.atomic():
        register_cohort(members=[member(site, "A3", nurse), member(site, "A1", nurse)], by=system_account())
    assert Patient.objects.count() == 1
    assert AuditEvent.objects.filter(verb="patient.register").count() == 1


@pytest.mark.parametrize("make", [make_nurse, make_physician])
def test_clinicians_do_not_register_in_bulk(make: type) -> None:
    site = make_site()
    with pytest.raises(AccessRefused):
        register_cohort(members=[member(site, "A1", make_nurse(site))], by=make(site))


def test_an_administrator_of_another_site_may_not() -> None:
    site = make_site()
    with pytest.raises(AccessRefused):
        register_cohort(members=[member(site, "A1", make_nurse(site))], by=make_administrator(make_site()))


def test_nobody_to_register_is_no_error() -> None:
    assert register_cohort(members=[], by=system_account()) == []


def test_sites_and_accounts_are_opened_with_an_audit_row_each() -> None:
    site = open_site(code="north", name="North", time_zone="Europe/Paris", by=system_account())
    user = open_account(
        username="n",
        role=Role.NURSE,
        sites=[site],
        password="a-long-password",
        first_name="A",
        last_name="B",
        by=system_account(),
    )
    assert user.check_password("a-long-password")
    assert list(user.sites.all()) == [site]
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"site.open", "account.open"}


def test_an_account_without_password_lets_nobody_in() -> None:
    user = open_account(username="n", role=Role.NURSE, sites=[], first_name="A", last_name="B", by=system_account())
    assert not user.has_usable_password()


def test_people_open_neither_sites_nor_accounts() -> None:
    nobody = make_administrator(make_site())
    with pytest.raises(AccessRefused):
        open_site(code="north", name="North", time_zone="Europe/Paris", by=nobody)
    with pytest.raises(AccessRefused):
        open_account(username="n", role=Role.NURSE, sites=[], by=nobody)
