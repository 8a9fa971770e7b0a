"""Patients and their results as the rules read them, from the database.

Two ways to the same `Cohort`: `cohort_of()` reads on the connection of the running transaction (it sees what was
just stored), `cohort_between()` reads a range of patients by ADBC for whole-cohort work. A patient with two followed
diseases appears once for each, so that every disease's rules see all of the results.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final, TypeVar

import numpy as np
import polars as pl
from django.db import connection
from django.db.models import Min

from labs.rules.cohort import (
    COMPARATORS,
    NO_LIMIT,
    NO_NOTE,
    TIME_UNKNOWN,
    Cohort,
    Columns,
    Event,
    Group,
    Note,
    PatientFacts,
    Row,
    day_number,
)
from labs.rules.columns import columns_of, joined
from labs.selectors.criteria import switched_off_at
from labs.selectors.rows import USABLE, WITH_RANGES, note_from, other_rows, place_on_scale, result_rows, waiting_rows
from labs.selectors.said import said_of
from labs.vocabulary.analytes import ANALYTES
from patients.models import Diagnosis, Patient, TreatmentEvent, TreatmentLine

T = TypeVar("T")
CODES: Final = {code: index for index, code in enumerate(ANALYTES)}


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


def cohort_of(patient_ids: Collection[int], *, as_of: date | None = None, today: date | None = None) -> Watched:
    """The cohort of these patients as the running transaction sees it; `as_of` leaves out what was collected later.

    With `today` it holds which tests are overdue.
    """
    facts, subjects = facts_of(patient_ids)
    keys = _keys_by_patient(subjects)
    known = chain(result_rows(patient_ids), waiting_rows(patient_ids), other_rows(patient_ids, today))
    cohort = Cohort.build(facts, (row._replace(patient=key) for row in known for key in keys[int(row.patient)]))
    return Watched(cohort if as_of is None else cohort.until(as_of), subjects)


def cohort_between(first: int, last: int, *, today: date | None = None) -> Watched:
    """The cohort of all patients numbered from `first` to `last`, read by ADBC."""
    ids = list(Patient.objects.filter(pk__range=(first, last)).order_by("pk").values_list("pk", flat=True))
    facts, subjects = facts_of(ids)
    frame = pl.read_database_uri(_range_query(first, last), database_uri(), engine="adbc")
    keys = _keys_by_patient(subjects)
    others = [row._replace(patient=key) for row in other_rows(ids, today) for key in keys[int(row.patient)]]
    waiting = [row._replace(patient=key) for row in waiting_rows(ids) for key in keys[int(row.patient)]]
    return Watched(_from_frame(facts, subjects, frame, others, waiting), subjects)


def facts_of(patient_ids: Collection[int]) -> tuple[list[PatientFacts], dict[str | int, Subject]]:
    """What the rules must know of these patients besides results: seven statements, whatever their number."""
    ids = list(patient_ids)
    people = Patient.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "site_id", "birth_date", "sex")
    diagnoses: dict[int, list[Diagnosis]] = defaultdict(list)
    for diagnosis in Diagnosis.objects.filter(patient_id__in=ids).order_by("pk"):
        diagnoses[diagnosis.patient_id].append(diagnosis)
    lines = _line_starts(ids)
    events = _events(ids)
    sites = {site for _, site, *_ in people}
    said = said_of(patient_ids=ids, site_ids=sites)
    off = switched_off_at(sites)
    facts: list[PatientFacts] = []
    subjects: dict[str | int, Subject] = {}
    for patient_id, site_id, birth_date, sex in people:
        for place, diagnosis in enumerate(diagnoses.get(patient_id) or [Diagnosis()]):
            key = patient_id if place == 0 else f"{patient_id}/{diagnosis.disease}"
            starts = lines.get(diagnosis.pk, ())
            further = {
                **said.facts(patient=patient_id, site=site_id, diagnosis=diagnosis.pk),
                "switched_off": off.get((site_id, diagnosis.disease), {}),
            }
            facts.append(_facts(key, diagnosis, birth_date, sex, starts, events.get(patient_id, ()), further))
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
    key: str | int,
    diagnosis: Diagnosis,
    birth_date: date,
    sex: str,
    starts: tuple[date, ...],
    events: Sequence[Event],
    said: Mapping[str, Any],
) -> PatientFacts:
    return PatientFacts(
        key=key,
        disease=diagnosis.disease,
        birth_date=birth_date,
        sex=sex,
        diagnosed_on=diagnosis.diagnosed_on,
        heavy_chain=diagnosis.heavy_chain,
        light_chain=diagnosis.light_chain,
        disease_type=diagnosis.disease_type,
        measurable=frozenset(diagnosis.measurable),
        line_starts=starts,
        remission_on=diagnosis.remission_on,
        response=diagnosis.response,
        therapy_ended_on=diagnosis.therapy_ended_on,
        events=tuple(events),
        **said,
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


def _range_query(first: int, last: int) -> str:
    """Whole numbers and our own names only: nothing here comes from a user."""
    statuses = ", ".join(f"'{status}'" for status in USABLE)
    return f"""
        select r.patient_id, r.analyte, r.collected_on, r.amount, r.comparator, r.specimen,
               case when r.target = '' then r.method_family
                    else ltrim(r.method_family || ' ' || r.target) end as method,
               r.laboratory, case when r.time_known then r.collected_at end as collected_at, p.accession, r.id,
               trunc(r.reference_low * 1000000)::bigint as lower, trunc(r.reference_high * 1000000)::bigint as upper,
               r.coded, r.target, r.detection_limit::text as detection_limit, r.cells_counted
        from labs_result r join labs_report p on p.id = r.report_id
        where r.patient_id between {int(first)} and {int(last)} and r.is_current
          and (r.amount is not null or r.coded <> '') and r.status in ({statuses})
          and not exists (select from labs_spuriousmark m where m.result_id = r.id and m.withdrawn_at is null)
    """  # noqa: S608


def _from_frame(
    facts: list[PatientFacts],
    subjects: Mapping[str | int, Subject],
    frame: pl.DataFrame,
    others: Sequence[Row],
    waiting: Sequence[Row],
) -> Cohort:
    """A cohort from columns; rows of patients with two diseases are repeated."""
    places = pl.DataFrame(
        {"patient_id": [subjects[item.key].patient_id for item in facts], "place": range(len(facts))},
        schema={"patient_id": pl.Int64, "place": pl.Int32},
    )
    frame = frame.join(places, on="patient_id", how="inner")
    place_of = {item.key: place for place, item in enumerate(facts)}
    groups = frame.select(pl.struct("specimen", "method", "laboratory").alias("group"))["group"]
    names: list[Group] = [tuple(item.values()) for item in groups.unique(maintain_order=True).to_list()]
    notes, note = _notes(frame)
    columns = Columns.complete(
        patient=frame["place"].to_numpy(),
        analyte=frame["analyte"].replace_strict(CODES, return_dtype=pl.Int16).to_numpy(),
        day=frame["collected_on"].to_physical().to_numpy(),
        amount=_amounts(frame),
        comparator=frame["comparator"].replace_strict(dict(COMPARATORS), return_dtype=pl.Int8).to_numpy(),
        group=_places_of(groups, names),
        instant=frame["collected_at"].dt.epoch("us").fill_null(int(TIME_UNKNOWN)).to_numpy(),
        rank=frame["accession"].rank("dense").cast(pl.Int32).to_numpy(),
        result=frame["id"].to_numpy(),
        lower=_limits(frame, "lower"),
        upper=_limits(frame, "upper"),
        note=note,
    )
    names = list(dict.fromkeys([*names, *(row.group for row in others)]))
    notes = list(dict.fromkeys([*notes, *(row.note for row in others)]))
    if others:
        further = columns_of(others, place_of, _numbered(names), _numbered(notes))
        columns = joined(columns, further)
    return Cohort.from_columns(
        facts,
        groups=names or (("", "", ""),),
        accessions=[*frame["accession"].to_list(), *(row.accession for row in others)],
        unreadable=[(place_of[row.patient], row.analyte, day_number(row.collected_on)) for row in waiting],
        notes=notes,
        **columns.as_given(),
    )


def _amounts(frame: pl.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Fixed-point values; of findings in words the place on the scale of their analyte."""
    in_words = frame["amount"].is_null()
    if not in_words.any():
        return frame["amount"].to_numpy()
    words = frame.filter(in_words).select("analyte", "coded").rows()
    places = [place_on_scale(analyte, coded) for analyte, coded in words]
    amounts = frame["amount"].fill_null(0).to_numpy().copy()
    amounts[in_words.to_numpy()] = places
    return amounts


def _limits(frame: pl.DataFrame, name: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Printed limits in fixed point; analytes of another fixed point have none."""
    ranged = pl.col("analyte").is_in(WITH_RANGES)
    limits = frame.select(pl.when(ranged).then(pl.col(name)).otherwise(None).fill_null(NO_LIMIT).alias(name))
    return limits[name].to_numpy()


def _notes(frame: pl.DataFrame) -> tuple[list[Note], np.ndarray[Any, np.dtype[np.int32]]]:
    """What few results carry besides a number, and which row carries which."""
    carries = (
        (frame["coded"] != "")
        | (frame["target"] != "")
        | frame["detection_limit"].is_not_null()
        | frame["cells_counted"].is_not_null()
    )
    found = frame.filter(carries).select("analyte", "coded", "detection_limit", "cells_counted", "target").rows()
    places: dict[Note, int] = {NO_NOTE: 0}
    note = np.zeros(frame.height, np.int32)
    note[np.flatnonzero(carries.to_numpy())] = [places.setdefault(note_from(*row), len(places)) for row in found]
    return list(places), note


def _numbered(items: Sequence[T]) -> dict[T, int]:
    return {item: place for place, item in enumerate(items)}


def _places_of(groups: pl.Series, names: Sequence[Group]) -> np.ndarray[Any, np.dtype[np.int32]]:
    table = pl.DataFrame({"group": groups.unique(maintain_order=True), "place": np.arange(len(names), dtype=np.int32)})
    return groups.to_frame("group").join(table, on="group", how="left", maintain_order="left")["place"].to_numpy()
