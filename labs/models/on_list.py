"""Tests follow their patient and plan onto and off the worklist: triggers on the tables below, declared on proxies.

A person's site, death and risk are written on the floor below, which does not know of tests; a patient must not fall
out of a list, or stay on one, because somebody forgot to tell the tests. So the database tells them.
"""

from __future__ import annotations

import pgtrigger

from labs.models.plan import Plan
from labs.models.scheduled_test import ScheduledTest, may_wait_in_sql, risk_in_sql, site_in_sql
from patients.models import Diagnosis, Patient

_TESTS = f"{ScheduledTest._meta.db_table} AS test"
_UNSETTLED = "test.closed_by_id IS NULL AND test.skipped_because = ''"
# Every test of the patient learns the new site, also those done: what was measured stays with who follows now.
MOVE_TESTS = f"""
    UPDATE {_TESTS} SET site_id = {site_in_sql("test")}, may_wait = {may_wait_in_sql("test")}
    WHERE test.patient_id = NEW.id;
    RETURN NULL;
"""  # noqa: S608 (names of our own tables)
END_TESTS = f"""
    UPDATE {_TESTS} SET may_wait = {may_wait_in_sql("test")} WHERE test.plan_id = NEW.id AND {_UNSETTLED};
    RETURN NULL;
"""  # noqa: S608
RANK_TESTS = f"""
    UPDATE {_TESTS} SET risk = {risk_in_sql("test")}
    WHERE test.plan_id IN (SELECT id FROM {Plan._meta.db_table} WHERE diagnosis_id = NEW.id);
    RETURN NULL;
"""  # noqa: S608


def _after(name: str, func: str, *fields: str) -> pgtrigger.Trigger:
    """A trigger for rows in which one of the fields changed."""
    changed = pgtrigger.Q()
    for field in fields:
        changed |= pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")})
    return pgtrigger.Trigger(name=name, operation=pgtrigger.Update, when=pgtrigger.After, condition=changed, func=func)


class PatientOnList(Patient):
    """A patient whose tests move to another site, or stop waiting at death."""

    class Meta:
        proxy = True
        triggers: list[pgtrigger.Trigger] = [_after("move_tests", MOVE_TESTS, "site", "deceased_on")]


class PlanOnList(Plan):
    """A plan whose tests wait no more once it has ended."""

    class Meta:
        proxy = True
        triggers: list[pgtrigger.Trigger] = [_after("end_tests", END_TESTS, "ended_on")]


class DiagnosisOnList(Diagnosis):
    """A disease whose risk ranks its tests."""

    class Meta:
        proxy = True
        triggers: list[pgtrigger.Trigger] = [_after("rank_tests", RANK_TESTS, "risk_group")]
