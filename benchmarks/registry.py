"""Patients on plans in any number, multiplied by the database from one of each: 100,000 of them in minutes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, models, transaction

from labs.actions.rank_tests import rank_tests
from labs.models import Plan, Protocol, Report, Result, ScheduledTest
from labs.models.scheduled_test import RISK_RANK
from patients.actions.system_account import system_account
from patients.models import CareTeam, Diagnosis, Identifier, Patient, Role, Site, User

FIRST = 1_000_000
"""Numbers of the copies begin here."""

PEOPLE = """
    select %(start)s + n as id, 'Family' || n as family_name, 'Given' || n %% 97 as given_name,
           case when n %% 40 = 0 then %(today)s - 30 end as deceased_on
    from generate_series(%(first)s, %(last)s) as n
"""
NUMBERS = """
    select %(start)s + n as id, %(start)s + n as patient_id, lpad(n::text, 8, '0') as value
    from generate_series(%(first)s, %(last)s) as n
"""
DISEASES = """
    select %(start)s + n as id, %(start)s + n as patient_id, (%(risks)s::text[])[1 + n %% %(ranks)s] as risk_group
    from generate_series(%(first)s, %(last)s) as n
"""
OF_A_PATIENT = """
    select %(start)s + n as id, %(start)s + n as patient_id from generate_series(%(first)s, %(last)s) as n
"""
TEAMS = """
    select %(start)s + n as id, %(start)s + n as patient_id, case when n <= 300 then %(nurse)s end as nurse_id
    from generate_series(%(first)s, %(last)s) as n
"""
PLANS = """
    select %(start)s + n as id, %(start)s + n as patient_id, %(start)s + n as diagnosis_id
    from generate_series(%(first)s, %(last)s) as n
"""
RESULTS = """
    select nextval(pg_get_serial_sequence('{Result}', 'id')) as id, %(start)s + n as patient_id,
           %(start)s + n as report_id, analyte, %(today)s - (n %% 60)::int as collected_on,
           gen_random_uuid() as fingerprint
    from generate_series(%(first)s, %(last)s) as n,
         unnest(array['haemoglobin', 'wbc', 'platelets', 'neutrophils', 'creatinine', 'calcium']) as analyte
"""
# A blood count a month, chemistry a quarter, a marrow a year: nine months behind and a year ahead. One patient in 12
# came to none for five months. Of the others nine late tests in ten were done; of what is open one in four is booked,
# one in 25 was called about, some samples wait for a result. Nothing is random: each run sees the same.
TESTS = """
    with asked as (
        select n, kind, m, tolerance, every, n %% 12 = 0 as lost, (n * 31 + m * 17 + tolerance) %% 100 as chance,
               %(today)s + (m * every - n * 7 %% every)::int as due_on,
               %(today)s + (-5 * every - n * 7 %% every)::int + tolerance as lost_from
        from generate_series(%(first)s, %(last)s) as n,
             (values ('cbc_diff', 30, 7, -9, 13), ('chemistry', 90, 14, -3, 4), ('marrow', 365, 28, -1, 1))
                 as kinds(kind, every, tolerance, back, ahead),
             generate_series(back, ahead) as m
    ), dated as (
        select *, due_on - tolerance as opens_on, due_on + tolerance as closes_on,
               due_on + every - tolerance as lapses_on
        from asked
    ), done as (
        select *, not (lost and m >= -5) and (
            lapses_on <= %(today)s or closes_on < %(today)s and chance < 90 or due_on < %(today)s and chance < 70
        ) as is_done
        from dated
    ), stated as (
        select *, not is_done and opens_on <= %(today)s and lapses_on > %(today)s as waits from done
    )
    select nextval(pg_get_serial_sequence('{ScheduledTest}', 'id')) as id, %(start)s + n as patient_id,
           %(start)s + n as plan_id, kind, kind as step, m + 100 as sequence, due_on, opens_on, closes_on, lapses_on,
           case when lost and m >= -5 then least(lost_from, closes_on) else closes_on end as late_from,
           (%(rank)s::int[])[1 + n %% %(ranks)s] as risk, n %% 40 <> 0 as may_wait,
           case when waits and chance %% 4 = 0 then %(today)s + (n %% 10)::int end as booked_for,
           case when waits and chance %% 25 = 1 then %(today)s + (n %% 7)::int - 2 end as snoozed_until,
           case when is_done then due_on
                when waits and chance %% 20 = 3 then %(today)s - (n %% 9)::int end as collected_on,
           case when is_done then %(start)s + n end as closed_by_id
    from stated
"""


class Registry:
    """One unit with a nurse, and one patient of whom the others are copies. `more`: what further copies ask by name."""

    def __init__(self, now: datetime) -> None:
        self.now, self.today = now, now.date()
        self.size = 0
        self.more: dict[str, Any] = {}
        self.nurse = User.objects.create_user("bench-nurse", role=Role.NURSE)
        self.site = Site.objects.create(code="bench", name="Bench", time_zone="UTC")
        self.nurse.sites.add(self.site)
        patient = Patient.objects.create(
            family_name="First", given_name="Of all", birth_date=date(1960, 5, 1), site=self.site
        )
        diagnosis = Diagnosis.objects.create(patient=patient, disease="MM", remission_on=self.today)
        protocol = Protocol.objects.create(
            code="bench", version=1, disease="MM", title="Bench", definition={"steps": []}
        )
        plan = Plan.objects.create(
            patient=patient, diagnosis=diagnosis, protocol=protocol, anchor_on=self.today, started_on=self.today
        )
        report = Report.objects.create(patient=patient, accession="FIRST", collected_on=self.today)
        number = Identifier.objects.create(patient=patient, value="FIRST")
        team = CareTeam.objects.create(patient=patient, nurse=self.nurse)
        test = ScheduledTest.objects.create(
            patient=patient, plan=plan, kind="cbc_diff", step="first", due_on=self.today, opens_on=self.today,
            closes_on=self.today, late_from=self.today,
        )  # fmt: skip
        result = Result.objects.create(
            patient=patient, report=report, analyte="haemoglobin", code="718-7", status="final", value=12, amount=12,
            value_printed="12", collected_on=self.today, fingerprint="00000000-0000-0000-0000-000000000001",
        )  # fmt: skip
        self.copies: tuple[tuple[models.Model, str], ...] = (
            (patient, PEOPLE), (number, NUMBERS), (diagnosis, DISEASES), (team, TEAMS), (plan, PLANS),
            (report, OF_A_PATIENT), (result, RESULTS), (test, TESTS),
        )  # fmt: skip

    def grow(self, size: int) -> None:
        """Add patients until there are so many, and let the night's work be done."""
        asked: dict[str, Any] = {
            "start": FIRST,
            "first": self.size + 1,
            "last": size,
            "today": self.today,
            "nurse": self.nurse.pk,
            "risks": [group.value for group in RISK_RANK],
            "rank": list(RISK_RANK.values()),
            "ranks": len(RISK_RANK),
            **self.more,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("set local session_replication_role = replica")  # what triggers would write is written here
            for first, rows in self.copies:
                _copy(cursor, first, rows, asked)
        self.size = size
        rank_tests(by=system_account(), now=self.now)
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")


def _copy(cursor: Any, first: models.Model, rows: str, asked: dict[str, Any]) -> None:
    """Write copies of a row; what `rows` names is as it says, everything else as in the first."""
    names = {model.__name__: model._meta.db_table for model in (Result, ScheduledTest)}
    changed, table = rows.format(**names), first._meta.db_table
    cursor.execute(f"select * from ({changed}) as changed limit 0", asked)
    given = {column.name for column in cursor.description}
    columns = [field.column for field in first._meta.concrete_fields]
    values = ", ".join(f"changed.{name}" if name in given else f"first.{name}" for name in columns)
    cursor.execute(
        f"insert into {table} ({', '.join(columns)}) select {values}"
        f" from ({changed}) as changed, {table} as first where first.id = %(copied)s",
        asked | {"copied": first.pk},
    )
