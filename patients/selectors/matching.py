"""Whose number is this? Identifier first; what is said of the person must agree. Never a guess."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from patients.access import visible_to
from patients.models import Identifier, Patient, Sex, User

UNKNOWN_NUMBER: Final = "unknown_number"
NUMBERS_OF_SEVERAL: Final = "numbers_of_several_patients"
ANOTHER_PERSON: Final = "another_person"

_TELLING_SEXES = frozenset({Sex.FEMALE, Sex.MALE})


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sender says of a person. Empty and None mean "not stated" and agree with everything."""

    identifiers: tuple[tuple[str, str], ...]
    """(system, value) pairs."""
    family_name: str = ""
    given_name: str = ""
    birth_date: date | None = None
    birth_date_text: str = ""
    """As sent; may be a year or a month only."""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A patient as far as matching needs it."""

    id: int
    site_id: int
    family_name: str
    given_name: str
    birth_date: date
    sex: str


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why a claim was given to nobody. `candidates` are the patients whose numbers were found."""

    reason: str
    message: str
    candidates: tuple[int, ...] = ()


def match_claims(claims: Iterable[Claim], *, by: User) -> dict[Claim, Known | NoMatch]:
    """Each claim with the one patient it is about, or why there is none. One query; only patients `by` may see."""
    wanted = set(claims)
    pairs = {pair for claim in wanted for pair in claim.identifiers}
    found = _patients_by_number(pairs, by)
    return {claim: _match(claim, found) for claim in wanted}


def disagreement(claim: Claim, known: Known) -> str:
    """What is said of the person that does not fit this patient, as a sentence part; "" when all of it agrees."""
    differing = []
    if not _same_birth_date(claim, known.birth_date):
        differing.append("birth date")
    if claim.sex in _TELLING_SEXES and known.sex in _TELLING_SEXES and claim.sex != known.sex:
        differing.append("sex")
    if not same_name(claim.family_name, known.family_name):
        differing.append("family name")
    if not _same_given_name(claim.given_name, known.given_name):
        differing.append("given name")
    return ", ".join(differing)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: case, accents, hyphens, apostrophes and spaces do not count."""
    return not one or not other or plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """A name reduced to its letters, for comparison only."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if character.isalnum())


def namesakes(claims: Iterable[Claim]) -> Mapping[tuple[str, str, date], int]:
    """Patients by (plain family name, plain given name, birth date) who share all three with one of the claims."""
    wanted = {claim.birth_date for claim in claims if claim.birth_date}
    rows = Patient.objects.filter(birth_date__in=wanted).values_list("pk", "family_name", "given_name", "birth_date")
    return {(plain_name(family), plain_name(given), born): pk for pk, family, given, born in rows.iterator()}


def _match(claim: Claim, found: Mapping[tuple[str, str], Known]) -> Known | NoMatch:
    patients = {known.id: known for pair in claim.identifiers if (known := found.get(pair))}
    if not patients:
        numbers = ", ".join(value for _, value in claim.identifiers)
        return NoMatch(UNKNOWN_NUMBER, f"No patient is known under {numbers}.")
    if len(patients) > 1:
        return NoMatch(NUMBERS_OF_SEVERAL, "Its numbers belong to different patients.", tuple(sorted(patients)))
    (known,) = patients.values()
    differing = disagreement(claim, known)
    if differing:
        message = f"The number is known, but the person differs: {differing}."
        return NoMatch(ANOTHER_PERSON, message, (known.id,))
    return known


def _patients_by_number(pairs: set[tuple[str, str]], by: User) -> dict[tuple[str, str], Known]:
    by_system: dict[str, list[str]] = defaultdict(list)
    for system, value in pairs:
        by_system[system].append(value)
    found: dict[tuple[str, str], Known] = {}
    for system, numbers in by_system.items():
        rows = Identifier.objects.filter(visible_to(by, "patient__"), system=system, value__in=numbers)
        for row in rows.select_related("patient"):
            found[system, row.value] = _known(row.patient)
    return found


def _known(patient: Patient) -> Known:
    return Known(
        id=patient.pk,
        site_id=patient.site_id,
        family_name=patient.family_name,
        given_name=patient.given_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
    )


def _same_birth_date(claim: Claim, born: date) -> bool:
    if claim.birth_date is not None:
        return claim.birth_date == born
    return born.isoformat().startswith(claim.birth_date_text)


def _same_given_name(one: str, other: str) -> bool:
    """Whether one list of given names begins with the other: second names are often left out."""
    first, second = ([plain_name(part) for part in name.split() if plain_name(part)] for name in (one, other))
    shared = min(len(first), len(second))
    return not shared or first[:shared] == second[:shared] or plain_name(one) == plain_name(other)
