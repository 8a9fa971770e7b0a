"""Results of every kind of the demo cohort as columns in memory, as many times over as asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import numpy as np

from labs.actions.prepare_results import canonical_limit
from labs.intake.incoming import IncomingResult
from labs.rules.cohort import Cohort
from labs.rules.columns import NO_NOTE, Columns, Note, Row
from labs.rules.facts import Event, Group, PatientFacts
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.fixed_point import PLACES
from labs.vocabulary.methods import method_family
from tracker.demo.cohort import Story, stories
from tracker.demo.options import CohortOptions, day_of

RESULTS_A_PATIENT = 440
"""About so many are usable of one patient of the demo cohort."""
AS_OF = date(2026, 1, 15)


@dataclass(frozen=True)
class Everything:
    """One large cohort: its parts for the numpy by hand, and a fresh copy of it for the rules."""

    built: Cohort

    @property
    def patients(self) -> Sequence[PatientFacts]:
        """Who they are."""
        return self.built.patients

    @property
    def columns(self) -> Columns:
        """Results, a row each."""
        return self.built.columns

    @property
    def groups(self) -> Sequence[Group]:
        """Specimen, method and laboratory of each place in the column `group`."""
        return self.built.groups

    @property
    def analytes(self) -> tuple[str, ...]:
        """What the places in the column `analyte` stand for."""
        return self.built.analytes

    @property
    def size(self) -> int:
        """Number of results."""
        return int(self.columns.patient.size)

    def cohort(self) -> Cohort:
        """The same once more, with nothing sorted or remembered."""
        return replace(self.built)


def everything(values: int) -> Everything:
    """About `values` results of patients with lines of therapy, events and every marker of their disease, shuffled.

    Every patient is another one: a value that came before would be quicker the second time.
    """
    options = CohortOptions(as_of=AS_OF, patients=max(1, values // RESULTS_A_PATIENT))
    facts: list[PatientFacts] = []
    rows: list[Row] = []
    for place, (story, _) in enumerate(stories(options)):
        facts.append(_facts(place, story))
        rows += _rows(place, story)
    np.random.default_rng(1).shuffle(rows)  # type: ignore[arg-type]
    return Everything(Cohort.build(facts, (row._replace(result=number) for number, row in enumerate(rows, start=1))))


def _facts(place: int, story: Story) -> PatientFacts:
    known, therapy = story.patient.diagnosis, story.therapy
    assert known is not None
    starts: dict[int, int] = {}
    for line in therapy.lines:
        starts[line.number] = min(line.started, starts.get(line.number, line.started))
    return PatientFacts(
        key=place,
        disease=known.disease,
        birth_date=story.patient.subject.birth_date,
        sex=story.patient.subject.sex,
        heavy_chain=known.heavy_chain,
        light_chain=known.light_chain,
        disease_type=known.disease_type,
        measurable=frozenset(known.measurable),
        line_starts=tuple(sorted(day_of(start) for start in starts.values())),
        remission_on=known.remission_on,
        response=known.response,
        therapy_ended_on=known.therapy_ended_on,
        events=tuple(
            Event(
                event.kind, day_of(event.started), None if event.ended is None else day_of(event.ended), event.ongoing
            )
            for event in therapy.events
        ),
    )


def _rows(place: int, story: Story) -> list[Row]:
    """Each result that can be used, as the import would store it."""
    read = (_read(place, result) for report in story.reports for result in report.results)
    return [row for row in read if row is not None]


def _read(place: int, result: IncomingResult) -> Row | None:
    value = make_comparable(
        code=result.code,
        code_system=result.code_system,
        value_text=result.value_text,
        coded=result.coded,
        unit=result.unit,
        specimen=result.specimen,
        laboratory=result.laboratory,
    )
    if result.collected_on is None or not isinstance(value, Comparable) or value.amount is None:
        return None
    return Row(
        patient=place,
        analyte=value.analyte,
        collected_on=result.collected_on,
        amount=value.amount,
        comparator=value.comparator,
        specimen=value.specimen,
        method=method_family(result.method),
        laboratory=result.laboratory,
        collected_at=result.collected_at if result.time_known and result.zone_known else None,
        accession=result.accession,
        status=result.status,
        lower=_limit(result.reference_low, value),
        upper=_limit(result.reference_high, value),
        note=Note(value.finding) if value.finding else NO_NOTE,
    )


def _limit(limit: Decimal | None, value: Comparable) -> int | None:
    """A limit of the printed range in fixed point, for analytes that have a range."""
    analyte = ANALYTES[value.analyte]
    if analyte.kind != "quantity" or analyte.places != PLACES:
        return None
    canonical = canonical_limit(limit, value.analyte, value.sent_unit)
    return None if canonical is None else int(canonical.scaleb(PLACES))
