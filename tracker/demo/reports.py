"""Readings written down as the reports a laboratory sends."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from labs.intake.incoming import LOCAL_CODE, LOINC, MRN, IncomingReport, IncomingResult, IncomingSubject
from labs.intake.numbers import read_number
from tracker.demo.course import Course
from tracker.demo.measurement import Measured, Panel
from tracker.demo.options import day_of
from tracker.demo.person import Person
from tracker.demo.printing import Range, print_values, reference_range
from tracker.demo.sites import DemoSite, Writing

SOURCE_FORMAT = "demo"
OTHER_UNITS = 0.03
"""Share of reports in which the laboratory follows its second habit of units."""
NO_RANGE = Range(None, None)
RESIDUAL_DISEASE = {
    "NU": {
        "mrd_flow": Writing("mrd_flow", "%", 1, 3, 0.01),
        "mrd_molecular": Writing("mrd_molecular", "%", 1, 4, 0.001),
    },
    "HU": {
        "mrd_flow": Writing("mrd_flow", "%", 1, 4, 0.005),
        "mrd_molecular": Writing("mrd_molecular", "%", 1, 4, 0.002),
    },
}
RESIDUAL_METHODS = {"mrd_flow": "flow cytometry, 8 colours", "mrd_molecular": "RT-qPCR"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the samples of some reports are measured, and how values are written there."""

    laboratory: str
    methods: dict[str, str]
    bias: dict[str, float]


@dataclass(frozen=True, slots=True)
class Written:
    """One analyte of one panel, printed for each of its visits."""

    code: str
    code_system: str
    unit: str
    method: str
    texts: list[str]
    reference: Range


def write_reports(rng: np.random.Generator, person: Person, course: Course, measured: Measured) -> list[IncomingReport]:
    """All reports of the person in the order of collection; accessions rise with it."""
    moved = _day_of_move(rng, course)
    drafts: list[tuple[int, int, _Draft]] = []
    for place, panel in enumerate(measured.panels):
        drafts += [(draft.day, place, draft) for draft in _drafts(rng, person, course, measured, panel, moved)]
    drafts.sort(key=lambda draft: draft[:2])
    minutes = rng.integers(7 * 60, 11 * 60, len(drafts)).tolist()
    subject = IncomingSubject(identifiers=((MRN, person.mrn),))
    return [
        _report(subject, person, draft, f"{person.mrn}-{number:04d}", minute)
        for number, ((_, _, draft), minute) in enumerate(zip(drafts, minutes, strict=True), start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Draft:
    day: int
    panel: Panel
    laboratory: str
    lines: list[tuple[Written, int]]


def _day_of_move(rng: np.random.Generator, course: Course) -> int | None:
    """From this day on the samples of some patients go to the second laboratory: another assay, a new series."""
    if rng.random() >= 0.08 or course.last_visit - course.remission < 500:
        return None
    return int(rng.integers(course.remission + 120, course.last_visit - 280))


def _drafts(
    rng: np.random.Generator, person: Person, course: Course, measured: Measured, panel: Panel, moved: int | None
) -> Iterator[_Draft]:
    """The reports of one panel, written in each of the habits and picked visit by visit."""
    site, days = person.site, measured.days[panel.visits]
    if not len(days):
        return
    age = person.age_on(course.remission)
    movable = panel.name in ("proteins", "mrd")
    places = [
        Place(site.laboratory, dict(site.methods), {}),
        Place(site.second_laboratory, dict(site.second_methods), dict(site.second_bias)),
    ]
    second = (days >= moved) & movable if moved is not None else np.zeros(len(days), np.bool_)
    other = rng.random(len(days)) < OTHER_UNITS
    written = {
        key: _write_panel(person, measured, panel, places[key[0]], other=key[1], age=age)
        for key in set(zip(second.astype(int).tolist(), other.tolist(), strict=True))
    }
    for number, (day, at_second, unusual) in enumerate(
        zip(days.tolist(), second.tolist(), other.tolist(), strict=True)
    ):
        lines = [(line, number) for line in written[int(at_second), unusual]]
        yield _Draft(day, panel, places[int(at_second)].laboratory, lines)


def _write_panel(
    person: Person, measured: Measured, panel: Panel, place: Place, *, other: bool, age: float
) -> list[Written]:
    written = [_write(person, measured, panel, place, analyte, other=other, age=age) for analyte in panel.analytes]
    if panel.name == "proteins":
        written += _write_derived(person, measured, panel, place, age)
    return written


def _write(
    person: Person, measured: Measured, panel: Panel, place: Place, analyte: str, *, other: bool, age: float
) -> Written:
    writing = _writing(person.site, analyte, other=other)
    readings = measured.values[analyte][panel.visits] * place.bias.get(analyte, 1.0)
    method = (
        place.methods["flc"]
        if analyte.startswith("flc")
        else place.methods.get(analyte, RESIDUAL_METHODS.get(analyte, ""))
    )
    system = LOCAL_CODE if analyte in RESIDUAL_METHODS else LOINC
    reference = reference_range(analyte, writing, person, age)
    return Written(writing.code, system, writing.unit, method, print_values(readings, writing), reference)


def _writing(site: DemoSite, analyte: str, *, other: bool) -> Writing:
    if analyte in RESIDUAL_METHODS:
        return RESIDUAL_DISEASE[site.prefix][analyte]
    usual = site.writing[analyte]
    return site.other_writing.get(analyte, usual) if other else usual


def _write_derived(person: Person, measured: Measured, panel: Panel, place: Place, age: float) -> list[Written]:
    """The ratio of the two free light chains as read, and what the immunofixation shows."""
    readings = [
        measured.values[chain][panel.visits] * place.bias.get(chain, 1.0) for chain in ("flc_kappa", "flc_lambda")
    ]
    ratio, fixation = person.site.writing["flc_ratio"], person.site.writing["ife_serum"]
    texts = print_values(readings[0] / readings[1], ratio)
    seen = [measured.immunofixation[visit] for visit in panel.visits.tolist()]
    return [
        Written(
            ratio.code, LOINC, ratio.unit, place.methods["flc"], texts, reference_range("flc_ratio", ratio, person, age)
        ),
        Written(fixation.code, LOINC, "", place.methods["ife_serum"], seen, NO_RANGE),
    ]


def _report(subject: IncomingSubject, person: Person, draft: _Draft, accession: str, minute: int) -> IncomingReport:
    on = day_of(draft.day)
    at = None if draft.panel.specimen in ("bone_marrow", "urine_24h", "urine") else _moment(person.site, on, minute)
    issued = datetime.combine(on, datetime.min.time(), person.site.zone) + timedelta(minutes=minute, hours=30)
    results = tuple(
        _result(accession, line, line.texts[number], draft, at, on)
        for line, number in draft.lines
        if line.texts[number]
    )
    return IncomingReport(
        subject, accession, "final", draft.laboratory, issued, results, SOURCE_FORMAT, f"accession {accession}"
    )


def _moment(site: DemoSite, on: date, minute: int) -> datetime:
    """Northern prints the offset of its clock, Harbour local time without one."""
    zone = site.zone if site.prefix == "NU" else None
    return datetime(on.year, on.month, on.day, minute // 60, minute % 60, tzinfo=zone)


def _result(accession: str, line: Written, text: str, draft: _Draft, at: datetime | None, on: date) -> IncomingResult:
    comparator, value = read_number(text)
    return IncomingResult(
        accession,
        line.code,
        line.code_system,
        "",
        text,
        comparator,
        value,
        "",
        line.unit,
        "",
        "final",
        at,
        on,
        at is not None,
        at is not None and at.tzinfo is not None,
        draft.panel.specimen,
        line.method,
        draft.laboratory,
        line.reference.low,
        line.reference.high,
        "",
        "",
        f"accession {accession}",
    )


def with_text(text: str) -> dict[str, str | Decimal | None]:
    """The fields of a result that follow from this printed value."""
    comparator, value = read_number(text)
    return {"value_text": text, "comparator": comparator, "value": value}
