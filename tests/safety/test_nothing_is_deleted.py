"""Nothing clinical is deleted, and history is not rewritten: the database itself refuses."""

from __future__ import annotations

from datetime import date

import pghistory.models
import pytest
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from labs.models import FlagEvent
from patients.models import AccessEvent, AuditEvent, Patient
from tests.factories import (
    make_flag,
    make_message,
    make_nurse,
    make_patient,
    make_plan,
    make_quarantine,
    make_result,
    make_scheduled_test,
)
from tests.factories.findings import make_finding
from tracker.management.commands.grant_rights import is_append_only, statements

pytestmark = pytest.mark.django_db
MODELS = [model for app in ("patients", "labs") for model in apps.get_app_config(app).get_models()]
HISTORY = [model for model in MODELS if issubclass(model, pghistory.models.Event)]


def refused(sql: str, *values: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)
    except DatabaseError:
        return True
    return False


def rows() -> list[models.Model]:
    result = make_result()
    plan = make_plan()
    return [
        result, result.report, result.patient, plan, plan.protocol, make_message(), make_quarantine(),
        make_flag(), make_scheduled_test(), make_finding(),
    ]  # fmt: skip


def test_the_database_refuses_to_delete_or_empty() -> None:
    for row in rows():
        table = row._meta.db_table
        assert refused(f"delete from {table} where id = %s", row.pk), table
        assert refused(f"truncate {table} cascade"), table
        assert type(row)._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", [AuditEvent, AccessEvent, FlagEvent])
def test_history_audit_and_access_cannot_be_rewritten(model: type[models.Model]) -> None:
    patient = make_patient()
    nurse = make_nurse(patient.site)
    row: models.Model
    if model is AuditEvent:
        row = AuditEvent.objects.create(by=nurse, verb="x", target_type="y", target_id=1, patient=patient)
    elif model is AccessEvent:
        row = AccessEvent.objects.create(by=nurse, patient=patient, view="x")
    else:
        flag = make_flag(patient)
        row = FlagEvent.objects.create(
            flag=flag, at=flag.raised_at, by=nurse, kind="raised", signal="confirmed", review="open", level="URGENT"
        )
    table = model._meta.db_table
    assert refused(f"update {table} set by_id = by_id where id = %s", row.pk)
    assert refused(f"delete from {table} where id = %s", row.pk)
    assert refused(f"truncate {table} cascade")


def test_former_versions_are_kept_whatever_wrote_the_change_and_cannot_be_changed() -> None:
    patient = make_patient(family_name="Before")
    with connection.cursor() as cursor:
        cursor.execute("update patients_patient set family_name = 'After' where id = %s", [patient.pk])
    former = patient.history.filter(family_name="Before")
    assert former.exists()
    table = former.model._meta.db_table
    assert refused(f"update {table} set family_name = 'X' where pgh_obj_id = %s", patient.pk)
    assert refused(f"delete from {table} where pgh_obj_id = %s", patient.pk)


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model.__name__)
def test_every_history_table_refuses_to_be_changed(model: type[models.Model]) -> None:
    names = {trigger.name for trigger in model._meta.triggers}
    assert "append_only" in names


def test_the_working_role_cannot_delete_or_rewrite_even_without_triggers() -> None:
    patient = make_patient(birth_date=date(1958, 3, 14))
    AuditEvent.objects.create(by=make_nurse(), verb="x", target_type="y", target_id=1, patient=patient)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("create role vigil_test_role")
        cursor.execute("\n".join(statements("vigil_test_role")))
        cursor.execute("alter table patients_patient disable trigger user")
        cursor.execute("alter table patients_auditevent disable trigger user")
        cursor.execute("set role vigil_test_role")
    assert refused("delete from patients_patient")
    assert refused("truncate patients_patient cascade")
    assert refused("update patients_auditevent set verb = 'z'")
    assert not refused("update patients_patient set family_name = 'Lund' where id = %s", patient.pk)
    with connection.cursor() as cursor:
        cursor.execute("reset role")
    assert Patient.objects.get(pk=patient.pk).family_name == "Lund"


def test_append_only_tables_are_known() -> None:
    assert {model for model in MODELS if is_append_only(model)} >= {AuditEvent, AccessEvent, FlagEvent, *HISTORY}
