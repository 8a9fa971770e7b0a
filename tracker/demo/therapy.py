"""Lines of therapy and the treatment events that confound counts and markers."""

from dataclasses import dataclass

import numpy as np

from tracker.demo.course import Course, Days
from tracker.demo.illness import Illness
from tracker.demo.person import Person


@dataclass(frozen=True, slots=True)
class Line:
    """One phase of one line of therapy, in the codes of `patients.models.Phase`. Day numbers."""

    number: int
    phase: str
    regimen: str
    started: int
    ended: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """A treatment event, in the codes of `patients.models.EventKind`. Day numbers."""

    kind: str
    detail: str
    started: int
    ended: int | None = None
    ongoing: bool = False


@dataclass(frozen=True, slots=True)
class Therapy:
    """What was given, and how far it lowers counts while it is given."""

    lines: tuple[Line, ...]
    events: tuple[Event, ...]
    ended: int | None
    """Day the therapy of the first line ended; None while maintenance goes on."""
    maintenance: tuple[int, int] | None
    """First and last day on maintenance."""
    maintenance_drug: str = ""


def draw_therapy(rng: np.random.Generator, person: Person, illness: Illness, course: Course) -> Therapy:
    """The therapy usual for the disease, with the events around it."""
    draw = {"MM": _myeloma_lines, "AML": _aml_lines, "ALL": _all_lines}[illness.disease]
    lines, events, drug = draw(rng, person, illness, course)
    maintenance = next((line for line in lines if line.phase == "maintenance"), None)
    lines += _second_line(rng, illness, course)
    events += _supportive_events(rng, illness, course)
    before = [line.ended for line in lines if line.number == 1]
    ended = None if None in before else max(day for day in before if day is not None)
    span = None
    if maintenance is not None:
        span = (maintenance.started, course.last_visit + 400 if maintenance.ended is None else maintenance.ended)
    return Therapy(tuple(lines), tuple(sorted(events, key=lambda event: event.started)), ended, span, drug)


Drawn = tuple[list[Line], list[Event], str]


def _myeloma_lines(rng: np.random.Generator, person: Person, _: Illness, course: Course) -> Drawn:
    start, remission = course.diagnosed + 7, course.remission
    lines, events = [], []
    fit = person.age_on(start) < 71 and rng.random() < 0.85
    with_antibody = rng.random() < 0.4
    regimen = (
        "daratumumab, bortezomib, lenalidomide, dexamethasone"
        if with_antibody
        else "bortezomib, lenalidomide, dexamethasone"
    )
    transplant = remission - 25
    lines.append(Line(1, "induction", regimen, start, transplant - 15 if fit else remission))
    if with_antibody:
        events.append(Event("antibody", "daratumumab", start, transplant - 15 if fit else remission))
    if fit:
        lines.append(Line(1, "transplant", "melphalan 200 mg/m2 and autologous transplant", transplant, transplant + 1))
        events.append(Event("transplant_autologous", "melphalan 200 mg/m2", transplant))
    drug = str(rng.choice(["lenalidomide", "daratumumab", "ixazomib", ""], p=[0.55, 0.18, 0.07, 0.20]))
    if drug:
        began = remission + int(rng.integers(20, 60))
        ended = _maintenance_end(rng, course, began)
        lines.append(Line(1, "maintenance", drug, began, ended))
        if drug == "daratumumab":
            events.append(Event("antibody", drug, began, ended, ongoing=ended is None))
    return lines, events, drug


def _aml_lines(rng: np.random.Generator, person: Person, illness: Illness, course: Course) -> Drawn:
    start, remission = course.diagnosed + 4, course.remission
    second = start + 40
    lines = [
        Line(1, "induction", "cytarabine and daunorubicin (7+3)", start, start + 7),
        Line(1, "consolidation", "high-dose cytarabine", second, remission - 15),
    ]
    events = [Event("g_csf", "filgrastim", second + 10, second + 20)]
    if illness.risk_group == "adverse" and person.age_on(start) < 72:
        lines.append(Line(1, "transplant", "allogeneic transplant", remission - 14, remission - 13))
        events.append(Event("transplant_allogeneic", "", remission - 14))
        return lines, events, ""
    if rng.random() < 0.3:
        began = remission + int(rng.integers(15, 50))
        lines.append(Line(1, "maintenance", "oral azacitidine", began, _maintenance_end(rng, course, began)))
        return lines, events, "azacitidine"
    return lines, events, ""


def _all_lines(rng: np.random.Generator, _: Person, illness: Illness, course: Course) -> Drawn:
    start, remission = course.diagnosed + 3, course.remission
    philadelphia = "BCR::ABL1" in illness.risk_findings
    lines = [
        Line(
            1,
            "induction",
            "vincristine, prednisone, asparaginase" + (", imatinib" if philadelphia else ""),
            start,
            start + 33,
        ),
        Line(1, "consolidation", "methotrexate, cytarabine, 6-mercaptopurine", start + 45, remission),
    ]
    drug = "imatinib" if philadelphia else "6-mercaptopurine"
    began = remission + int(rng.integers(5, 25))
    regimen = "imatinib" if philadelphia else "6-mercaptopurine, methotrexate"
    lines.append(Line(1, "maintenance", regimen, began, _maintenance_end(rng, course, began)))
    events = [
        Event("intrathecal", "methotrexate", day) for day in range(began + 20, min(began + 560, course.last_visit), 84)
    ]
    return lines, events, drug


def _maintenance_end(rng: np.random.Generator, course: Course, began: int) -> int | None:
    """Last day of maintenance: at a relapse that was treated, else after its planned length; None while it goes on."""
    ended = began + int(rng.integers(500, 1000))
    if course.second_line is not None:
        ended = min(ended, course.second_line - 1)
    return max(ended, began + 1) if ended < course.last_visit else None


def _second_line(rng: np.random.Generator, illness: Illness, course: Course) -> list[Line]:
    """Treatment of a relapse that is past."""
    if course.second_line is None:
        return []
    regimens = {
        "MM": ("carfilzomib, pomalidomide, dexamethasone", "isatuximab, carfilzomib, dexamethasone"),
        "AML": ("fludarabine, cytarabine, idarubicin", "azacitidine, venetoclax"),
        "ALL": ("blinatumomab", "inotuzumab ozogamicin"),
    }[illness.disease]
    return [
        Line(2, "salvage", regimens[int(rng.integers(len(regimens)))], course.second_line, course.second_line + 120)
    ]


def _supportive_events(rng: np.random.Generator, illness: Illness, course: Course) -> list[Event]:
    """Transfusions early and with relapse, immunoglobulin, growth factors, radiotherapy."""
    events = []
    until = max(course.last_visit, course.remission + 1)
    if rng.random() < 0.5:
        events.append(Event("transfusion_red_cells", "2 units", course.diagnosed + int(rng.integers(3, 60))))
    if rng.random() < 0.08:
        events.append(Event("transfusion_red_cells", "2 units", int(rng.integers(course.remission, until))))
    if illness.disease != "MM" and rng.random() < 0.4:
        events.append(Event("transfusion_platelets", "1 pool", course.diagnosed + int(rng.integers(3, 60))))
    if course.relapse is not None and course.relapse < course.last_visit and rng.random() < 0.5:
        events.append(Event("transfusion_red_cells", "2 units", course.relapse))
    if illness.disease == "MM" and rng.random() < 0.12:
        first = int(rng.integers(course.remission, until))
        events += [Event("ivig", "0.4 g/kg", day) for day in range(first, min(first + 170, until), 28)]
    if illness.disease == "MM" and rng.random() < 0.06:
        first = int(rng.integers(course.remission, until))
        events.append(Event("esa", "epoetin alfa", first, min(first + 90, until)))
    if illness.disease == "MM" and rng.random() < 0.07:
        first = int(rng.integers(course.remission, until))
        events.append(Event("radiotherapy", "spine, 8 Gy", first, first + 1))
    if rng.random() < 0.08:
        first = int(rng.integers(course.remission, until))
        events.append(Event("g_csf", "filgrastim", first, min(first + 5, until)))
    return events


def draw_infections(rng: np.random.Generator, course: Course) -> Days:
    """First days of infections that happened between remission and the last visit: about one in two years."""
    length = max(course.last_visit - course.remission, 0)
    count = int(rng.poisson(0.5 * length / 365.25))
    return np.sort(rng.integers(course.remission, course.remission + max(length, 1), count)).astype(np.int64)
