"""The cohort, one story a patient after the other: any number of patients needs the memory of one block."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from labs.intake.incoming import MRN, IncomingDiagnosis, IncomingPatient, IncomingReport, IncomingSubject
from tracker.demo.course import Course, draw_course
from tracker.demo.disorder import add_disorder
from tracker.demo.illness import Illness, disease_at, draw_illness
from tracker.demo.measurement import measure
from tracker.demo.options import CohortOptions, day_of
from tracker.demo.outcome import Outcome, outcome_of
from tracker.demo.person import Person, draw_person, generator_for, places_of
from tracker.demo.reports import SOURCE_FORMAT, write_reports
from tracker.demo.symptoms import Told, draw_symptoms
from tracker.demo.therapy import Therapy, draw_infections, draw_therapy
from tracker.demo.visits import draw_visits


@dataclass(frozen=True, slots=True)
class Story:
    """Everything a clinic knows about one patient. What it cannot know (`Outcome`) is never part of it."""

    patient: IncomingPatient
    mrn: str
    subtype: str
    risk_findings: tuple[str, ...]
    icd10: str
    therapy: Therapy
    symptoms: tuple[Told, ...]
    reports: tuple[IncomingReport, ...]
    """In the order of arrival."""


def stories(options: CohortOptions) -> Iterator[tuple[Story, Outcome]]:
    """Each patient with the truth beside it."""
    for index in range(options.first, options.first + options.patients):
        yield tell(options, index)


def blocks(options: CohortOptions, size: int) -> Iterator[list[tuple[Story, Outcome]]]:
    """The same stories, `size` at a time."""
    told = stories(options)
    while block := list(islice(told, size)):
        yield block


def tell(options: CohortOptions, index: int) -> tuple[Story, Outcome]:
    """The story of the patient with this index: the same in whatever cohort it is told."""
    rng = generator_for(options.seed, index)
    places = places_of(options.seed, index)
    disease = disease_at(places.disease)
    person = draw_person(rng, index, places, disease, options)
    illness = draw_illness(rng, disease)
    course = draw_course(rng, illness, places.course, options)
    therapy = draw_therapy(rng, person, illness, course)
    reports, symptoms = _follow_up(rng, person, illness, course, therapy)
    story = Story(
        patient=_incoming_patient(person, illness, course, therapy),
        mrn=person.mrn,
        subtype=illness.subtype,
        risk_findings=illness.risk_findings,
        icd10=illness.icd10,
        therapy=therapy,
        symptoms=symptoms,
        reports=tuple(reports),
    )
    return story, outcome_of(person.mrn, illness, course, today=options.today)


def _follow_up(
    rng: np.random.Generator, person: Person, illness: Illness, course: Course, therapy: Therapy
) -> tuple[list[IncomingReport], tuple[Told, ...]]:
    infections = draw_infections(rng, course)
    going_on = therapy.maintenance is not None and therapy.maintenance[1] >= course.last_visit
    visits = draw_visits(rng, illness, course, infections, on_maintenance=going_on)
    measured = measure(rng, person, illness, course, therapy, visits, infections)
    reports = add_disorder(rng, write_reports(rng, person, course, measured))
    return reports, draw_symptoms(rng, illness, course, visits.days)


def _incoming_patient(person: Person, illness: Illness, course: Course, therapy: Therapy) -> IncomingPatient:
    subject = IncomingSubject(
        identifiers=((MRN, person.mrn),),
        family_name=person.family_name,
        given_name=person.given_name,
        birth_date=person.birth_date,
        birth_date_text=person.birth_date.isoformat(),
        sex=person.sex,
    )
    diagnosis = IncomingDiagnosis(
        disease=illness.disease,
        diagnosed_on=day_of(course.diagnosed),
        heavy_chain=illness.heavy_chain,
        light_chain=illness.light_chain,
        disease_type=illness.disease_type,
        measurable=illness.measurable,
        remission_on=day_of(course.remission),
        response=illness.response,
        therapy_ended_on=None if therapy.ended is None else day_of(therapy.ended),
        risk_group=illness.risk_group,
    )
    where = f"{SOURCE_FORMAT} patient {person.index + 1}"
    return IncomingPatient(subject=subject, where=where, site=person.site.code, diagnosis=diagnosis)
