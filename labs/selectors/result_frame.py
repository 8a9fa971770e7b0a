"""The usable results of a range of patients as columns, read by ADBC: for work on the whole cohort.

ADBC opens a connection of its own: it sees what is committed, not what the running transaction just stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from labs.rules.columns import COMPARATORS, NO_LIMIT, NO_NOTE, TIME_UNKNOWN, Columns, Note
from labs.rules.facts import Group
from labs.selectors.result_columns import CODES, ReadResults
from labs.selectors.rows import USABLE, WITH_RANGES, note_from, place_on_scale


def read_range(first: int, last: int, owners: Sequence[int]) -> ReadResults:
    """Results of the patients numbered from `first` to `last`. `owners`: the patient of each place in the cohort.

    A patient with two diseases stands there twice, and so do the results.
    """
    frame = pl.read_database_uri(_range_query(first, last), database_uri(), engine="adbc")
    places = pl.DataFrame(
        {"patient_id": owners, "place": range(len(owners))}, schema={"patient_id": pl.Int64, "place": pl.Int32}
    )
    frame = frame.join(places, on="patient_id", how="inner")
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
    return ReadResults(columns, names, notes, frame["accession"].to_list())


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


def _places_of(groups: pl.Series, names: Sequence[Group]) -> np.ndarray[Any, np.dtype[np.int32]]:
    table = pl.DataFrame({"group": groups.unique(maintain_order=True), "place": np.arange(len(names), dtype=np.int32)})
    return groups.to_frame("group").join(table, on="group", how="left", maintain_order="left")["place"].to_numpy()
