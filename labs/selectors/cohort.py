"""Patients and their results as the rules read them, from the database.

Two ways to the same `Cohort`: `cohort_of()` reads on the connection of the running transaction (it sees what was
just stored), `cohort_between()` reads a range of patients by ADBC for whole-cohort work. A patient with two followed
diseases appears once for each, so that every disease's rules see all of the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl
from django.db import connection
from django.db.models import Case, Min, When

from labs.models import Quarantine, Result
from labs.rules.cohort import COMPARATORS, TIME_UNKNOWN, Cohort, Event, Group, PatientFacts, Row, day_number
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.statuses import is_usable
from patients.models import Diagnosis, Patient, TreatmentEvent, TreatmentLine

USABLE: Final = tuple(status for status in ("final", "amended", "corrected") if is_usable(status))


@dataclass(frozen=True, slots=True)
class Subject:
    """One patient with one followed disease (or none recorded): what a place in a cohort stands for."""

    patient_id: int
    diagnosis_id: int | None
    line_started_on: date | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A cohort, and who each of its keys is."""

    cohort: Cohort
    subjects: Mapping[str | int, Subject]


def cohort_of(patient_ids: Collection[int], *, as_of: date | None = None) -> Watched:
    """The cohort of these patients as the running transaction sees it; `as_of` leaves out what was collected later."""
    facts, subjects = facts_of(patient_ids)
    keys = _keys_by_patient(subjects)
    stored = (Row(key, *row) for patient, *row in _rows(patient_ids) for key in keys[patient])
    unusable = (
        Row(key, analyte, day, None) for patient, analyte, day in _unusable(patient_ids) for key in keys[patient]
    )
    cohort = Cohort.build(facts, chain(stored, unusable))
    return Watched(cohort if as_of is None else cohort.until(as_of), subjects)


def cohort_between(first: int, last: int) -> Watched:
    """The cohort of all patients numbered from `first` to `last`, read by ADBC."""
    ids = list(Patient.objects.filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True))
    facts, subjects = facts_of(ids)
    frame = pl.read_database_uri(_range_query(first, last), database_uri(), engine="adbc")
    keys = {facts[place].key: place for place in range(len(facts))}
    by_patient = _keys_by_patient(subjects)
    unusable = [
        (keys[key], analyte, day_number(day)) for patient, analyte, day in _unusable(ids) for key in by_patient[patient]
    ]
    return Watched(_from_frame(facts, subjects, frame, unusable), subjects)


def facts_of(patient_ids: Collection[int]) -> tuple[list[PatientFacts], dict[str | int, Subject]]:
    """What the rules must know of these patients besides results: four statements, whatever their number."""
    ids = list(patient_ids)
    people = Patient.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "birth_date", "sex")
    diagnoses: dict[int, list[Diagnosis]] = defaultdict(list)
    for diagnosis in Diagnosis.objects.filter(patient_id__in=ids).order_by("pk"):
        diagnoses[diagnosis.patient_id].append(diagnosis)
    lines = _line_starts(ids)
    events = _events(ids)
    facts: list[PatientFacts] = []
    subjects: dict[str | int, Subject] = {}
    for patient_id, birth_date, sex in people:
        for place, diagnosis in enumerate(diagnoses.get(patient_id) or [Diagnosis()]):
            key = patient_id if place == 0 else f"{patient_id}/{diagnosis.disease}"
            starts = lines.get(diagnosis.pk, ())
            facts.append(_facts(key, diagnosis, birth_date, sex, starts, events.get(patient_id, ())))
            subjects[key] = Subject(patient_id, diagnosis.pk, starts[-1] if starts else None)
    return facts, subjects


def database_uri() -> str:
    """The running connection as a URI for ADBC. A unix socket folder goes into the query part."""
    parameters = connection.get_connection_params()
    host, name = str(parameters.get("host") or ""), parameters.get("dbname") or ""
    user, password = parameters.get("user") or "", parameters.get("password") or ""
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    port = f":{parameters['port']}" if parameters.get("port") else ""
    if host.startswith("/"):
        return f"postgresql://{login}/{name}?host={host}" + (f"&port={parameters['port']}" if port else "")
    return f"postgresql://{login}{host}{port}/{name}"


def _facts(
    key: str | int, diagnosis: Diagnosis, birth_date: date, sex: str, starts: tuple[date, ...], events: Sequence[Event]
) -> PatientFacts:
    return PatientFacts(
        key=key,
        disease=diagnosis.disease,
        birth_date=birth_date,
        sex=sex,
        heavy_chain=diagnosis.heavy_chain,
        light_chain=diagnosis.light_chain,
        disease_type=diagnosis.disease_type,
        measurable=frozenset(diagnosis.measurable),
        line_starts=starts,
        remission_on=diagnosis.remission_on,
        response=diagnosis.response,
        therapy_ended_on=diagnosis.therapy_ended_on,
        events=tuple(events),
    )


def _line_starts(ids: Sequence[int]) -> dict[int, tuple[date, ...]]:
    """Diagnosis -> first days of its lines; phases of one line (induction, maintenance) share its number."""
    starts: dict[int, list[date]] = defaultdict(list)
    rows = (
        TreatmentLine.objects.filter(diagnosis__patient_id__in=ids)
        .order_by()
        .values("diagnosis_id", "number")
        .annotate(start=Min("started_on"))
    )
    for row in rows:
        starts[row["diagnosis_id"]].append(row["start"])
    return {diagnosis: tuple(sorted(days)) for diagnosis, days in starts.items()}


def _events(ids: Sequence[int]) -> dict[int, list[Event]]:
    events: dict[int, list[Event]] = defaultdict(list)
    rows = TreatmentEvent.objects.filter(patient_id__in=ids).order_by("started_on", "pk")
    for patient, kind, start, end, ongoing in rows.values_list(
        "patient_id", "kind", "started_on", "ended_on", "ongoing"
    ):
        events[patient].append(Event(kind, start, end, ongoing))
    return events


def _keys_by_patient(subjects: Mapping[str | int, Subject]) -> dict[int, list[str | int]]:
    keys: dict[int, list[str | int]] = defaultdict(list)
    for key, subject in subjects.items():
        keys[subject.patient_id].append(key)
    return keys


def _rows(patient_ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    # A coded or text result has no amount and is no failed number: it is left out, not counted as unreadable.
    usable = Result.objects.filter(is_current=True, status__in=USABLE, amount__isnull=False)
    return (
        usable.filter(patient_id__in=list(patient_ids))
        .order_by()
        .values_list(
            "patient_id", "analyte", "collected_on", "amount", "comparator", "specimen", "method_family", "laboratory",
            Case(When(time_known=True, then="collected_at")), "report__accession", "id",
        )
    )  # fmt: skip


def _unusable(patient_ids: Collection[int]) -> Iterator[tuple[int, str, date]]:
    """Values that came but wait in quarantine: while they do, no rule reading them may say "no"."""
    waiting = Quarantine.objects.filter(
        patient_id__in=list(patient_ids),
        state=Quarantine.State.OPEN,
        collected_on__isnull=False,
        analyte__in=list(ANALYTES),
    )
    for patient, analyte, day in waiting.order_by().values_list("patient_id", "analyte", "collected_on"):
        if day is not None:
            yield patient, analyte, day


def _range_query(first: int, last: int) -> str:
    """Whole numbers and our own names only: nothing here comes from a user."""
    statuses = ", ".join(f"'{status}'" for status in USABLE)
    return f"""
        select r.patient_id, r.analyte, r.collected_on, r.amount, r.comparator, r.specimen, r.method_family,
               r.laboratory, case when r.time_known then r.collected_at end as collected_at, p.accession, r.id
        from labs_result r join labs_report p on p.id = r.report_id
        where r.patient_id between {int(first)} and {int(last)} and r.is_current and r.amount is not null
          and r.status in ({statuses})
    """  # noqa: S608


def _from_frame(
    facts: list[PatientFacts],
    subjects: Mapping[str | int, Subject],
    frame: pl.DataFrame,
    unusable: Sequence[tuple[int, str, int]],
) -> Cohort:
    """A cohort from columns; rows of patients with two diseases are repeated."""
    places = pl.DataFrame(
        {"patient_id": [subjects[item.key].patient_id for item in facts], "place": range(len(facts))},
        schema={"patient_id": pl.Int64, "place": pl.Int32},
    )
    frame = frame.join(places, on="patient_id", how="inner")
    codes = {code: index for index, code in enumerate(ANALYTES)}
    groups = frame.select(pl.struct("specimen", "method_family", "laboratory").alias("group"))["group"]
    names: list[Group] = [tuple(item.values()) for item in groups.unique(maintain_order=True).to_list()]
    moment = frame["collected_at"].dt.epoch("us").fill_null(int(TIME_UNKNOWN))
    return Cohort.from_columns(
        facts,
        patient=frame["place"].to_numpy(),
        analyte=frame["analyte"].replace_strict(codes, return_dtype=pl.Int16).to_numpy(),
        day=frame["collected_on"].to_physical().to_numpy(),
        amount=frame["amount"].to_numpy(),
        comparator=frame["comparator"].replace_strict(dict(COMPARATORS), return_dtype=pl.Int8).to_numpy(),
        group=_places_of(groups, names),
        instant=moment.to_numpy(),
        rank=frame["accession"].rank("dense").cast(pl.Int32).to_numpy(),
        result=frame["id"].to_numpy(),
        groups=names or (("", "", ""),),
        accessions=frame["accession"].to_list(),
        unreadable=unusable,
    )


def _places_of(groups: pl.Series, names: Sequence[Group]) -> np.ndarray[Any, np.dtype[np.int32]]:
    table = pl.DataFrame({"group": groups.unique(maintain_order=True), "place": np.arange(len(names), dtype=np.int32)})
    return groups.to_frame("group").join(table, on="group", how="left", maintain_order="left")["place"].to_numpy()
