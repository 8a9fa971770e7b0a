"""Finding patients, and who the open record belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from patients.access import patients_visible_to
from patients.models import MRN, CourseEvent, CourseKind, Diagnosis, Identifier, Patient, TreatmentLine, User
from patients.models.withdrawal import STANDING
from patients.selectors.dates import days_meant
from patients.selectors.keyset import Key, Page, page_of

PAGE_SIZE = 50
BANNER_JOINS = (
    "patient__site",
    "patient__care_team__physician",
    "patient__care_team__cover",
    "patient__care_team__nurse",
)
"""What a query that reaches a patient by `patient` joins for the banner, beside prefetching its lists."""
ORDER = (Key("family_lower"), Key("given_lower"), Key("id", read=int))


def with_course(diagnoses: QuerySet[Diagnosis]) -> QuerySet[Diagnosis]:
    """The diagnoses with `last_remission_on`, the first day of the latest remission, read along."""
    remissions = CourseEvent.objects.filter(STANDING, diagnosis=OuterRef("pk"), kind=CourseKind.REMISSION)
    return diagnoses.annotate(last_remission_on=Subquery(remissions.order_by("-on").values("on")[:1]))


def diagnoses_of(path: str = "") -> Prefetch[str, QuerySet[Diagnosis], str]:
    """The prefetch of diagnoses for people who read where the disease stands; `path` leads to the patient."""
    return Prefetch(f"{path}diagnoses", queryset=with_course(Diagnosis.objects.all()))


@dataclass(frozen=True, slots=True)
class Banner:
    """What stays in sight on every page of a patient, so that nobody acts on the wrong person."""

    patient: Patient
    age: int | None
    identifiers: list[Identifier]
    diagnosis: Diagnosis | None
    other_diagnoses: list[Diagnosis]
    line: TreatmentLine | None
    physician: User | None
    nurse: User | None

    @property
    def mrn(self) -> str:
        """The first record number, as text."""
        return next((number.value for number in self.identifiers if number.system == MRN), "")


def find_patients(
    *, user: User, text: str = "", after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Page[Patient]:
    """Patients this person may see whose name, number or birth date fits `text`, by name. Empty text: all of them."""
    found = (
        matching(patients_visible_to(user), text)
        .select_related("site", "care_team__physician")
        .prefetch_related("identifiers", diagnoses_of())
    )
    return page_of(found, ORDER, size=size, after=after, before=before)


def matching(patients: QuerySet[Patient], text: str) -> QuerySet[Patient]:
    """Those of the patients whose name, number or birth date fits `text`, ready to be paged in `ORDER`."""
    lower = {"family_lower": Lower("family_name"), "given_lower": Lower("given_name")}
    return patients.annotate(**lower).filter(_meaning(text))


def patients_with_banner(user: User) -> QuerySet[Patient]:
    """The patients this person may see, read together with all that `banner_of` shows."""
    return (
        patients_visible_to(user)
        .select_related(*(name.removeprefix("patient__") for name in BANNER_JOINS))
        .prefetch_related("identifiers", diagnoses_of(), "diagnoses__lines")
    )


def visible_patient(*, user: User, patient_id: int) -> Patient:
    """The patient, if this person may see them, else Patient.DoesNotExist: nobody learns who exists elsewhere."""
    return patients_with_banner(user).get(pk=patient_id)


def banner_of(patient: Patient, *, today: date) -> Banner:
    """The banner of a patient read by `visible_patient`."""
    diagnoses = list(patient.diagnoses.all())
    diagnosis = diagnoses[0] if diagnoses else None
    team = getattr(patient, "care_team", None)
    return Banner(
        patient=patient,
        age=age_on(patient.birth_date, patient.deceased_on or today),
        identifiers=list(patient.identifiers.all()),
        diagnosis=diagnosis,
        other_diagnoses=diagnoses[1:],
        line=current_line(diagnosis, today=today) if diagnosis else None,
        physician=team.owner() if team else None,
        nurse=team.nurse if team else None,
    )


def current_line(diagnosis: Diagnosis, *, today: date) -> TreatmentLine | None:
    """The therapy that runs on this day, else None. Reads prefetched lines."""
    running = [
        line
        for line in diagnosis.lines.all()
        if line.started_on <= today and (line.ended_on is None or line.ended_on >= today)
    ]
    return max(running, key=lambda line: (line.started_on, line.pk), default=None)


def age_on(birth_date: date, day: date) -> int:
    """Full years of life on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def months_between(earlier: date, later: date) -> int:
    """Full months from one day to another."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month - (later.day < earlier.day)


def _meaning(text: str) -> Q:
    """What a search means: a birth date if it reads as one; else the start of a number or of names in either order."""
    words = text.replace(",", " ").split()
    if not words:
        return Q()
    if days := days_meant(text):
        return Q(birth_date__in=days)
    numbers = Q(pk__in=Identifier.objects.filter(value__istartswith=text.strip()).values("patient"))
    if len(words) == 1:
        return numbers | Q(family_lower__startswith=words[0].lower()) | Q(given_lower__startswith=words[0].lower())
    whole = " ".join(words).lower()
    names = Q(family_lower__startswith=whole)
    for split in range(1, len(words)):
        first, last = " ".join(words[:split]).lower(), " ".join(words[split:]).lower()
        names |= Q(family_lower=first, given_lower__startswith=last) | Q(
            given_lower=first, family_lower__startswith=last
        )
    return numbers | names
