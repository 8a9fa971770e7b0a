"""Condition resources: diagnoses of the diseases Vigil follows."""

from collections.abc import Mapping
from datetime import date

from labs.intake.fhir.elements import BadEntryError, Coding, codings, day, part, text, wording
from labs.intake.fhir.entries import Entries, Entry
from labs.intake.fhir.patient import find_subject
from labs.intake.incoming import IncomingCondition, Reason, Skipped
from labs.vocabulary.diseases import EDITIONS, coded_disease

_SNOMED_CT = "http://snomed.info/sct"
_SNOMED_DISEASES: Mapping[str, str] = {
    "109989006": "MM",
    "94704006": "MM",
    "91861009": "AML",
    "91860005": "AML",
    "91857003": "ALL",
    "91856007": "ALL",
}
_IN_REMISSION = frozenset({"94704006", "91860005", "91856007"})
_STATUS_OF_COURSE = {"not_in_remission": "active", "in_remission": "remission", "in_relapse": "relapse", "": ""}
_CLINICAL_STATUSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
_VERIFICATION_STATUSES = frozenset(
    {"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"}
)


def read_condition(entries: Entries, entry: Entry, as_of: date) -> IncomingCondition | Skipped:
    """Return the diagnosis, or `Skipped` when it is of another disease or not confirmed. Raises `BadEntryError`."""
    concept = part(entry.resource, "code")
    known = next(((coding, disease) for coding in codings(concept) if (disease := disease_of(coding))), None)
    if known is None:
        what = wording(concept) or "without a code"
        message = f"Not a disease Vigil follows: {what[:120]}."
        return Skipped(entry.where, Reason.NOT_A_FOLLOWED_DISEASE, message, entry.index)
    verified = _status(entry, "verificationStatus", _VERIFICATION_STATUSES)
    if verified not in ("", "confirmed"):
        message = f"The diagnosis is marked {verified}, not confirmed."
        return Skipped(entry.where, Reason.NOT_A_CONFIRMED_CONDITION, message, entry.index)
    subject = find_subject(entries, entry, "subject", as_of)
    if subject is None:
        raise BadEntryError(Reason.SUBJECT_MISSING, "It does not say whom it is about.", "Send it with a subject.")
    coding, disease = known
    return IncomingCondition(
        subject=subject,
        where=entry.where,
        disease=disease,
        clinical_status=_status(entry, "clinicalStatus", _CLINICAL_STATUSES) or _status_of_code(coding),
        code=coding.code,
        code_system=coding.system,
        display=wording(concept),
        onset_on=day(entry.resource, "onsetDateTime", as_of),
        recorded_on=day(entry.resource, "recordedDate", as_of),
        abated_on=day(entry.resource, "abatementDateTime", as_of),
        source_id=entry.address,
        row=entry.index,
    )


def disease_of(coding: Coding) -> str:
    """Return `MM`, `AML` or `ALL` for a code of one of them, "" for any other."""
    if coding.system in EDITIONS:
        found = coded_disease(coding.code, EDITIONS[coding.system])
        return found.disease if found else ""
    return _SNOMED_DISEASES.get(coding.code, "") if coding.system == _SNOMED_CT else ""


def _status_of_code(coding: Coding) -> str:
    """Return the status that the code itself states: the last digit of ICD-10-CM, or a concept "in remission"."""
    if coding.system == _SNOMED_CT:
        return "remission" if coding.code in _IN_REMISSION else ""
    found = coded_disease(coding.code, EDITIONS[coding.system])
    return _STATUS_OF_COURSE[found.course] if found else ""


def _status(entry: Entry, name: str, allowed: frozenset[str]) -> str:
    concept = part(entry.resource, name)
    listed = codings(concept)
    if not listed:
        if text(concept, "text"):
            raise _bad_status(name, text(concept, "text"), allowed)
        return ""
    if listed[0].code not in allowed:
        raise _bad_status(name, listed[0].code, allowed)
    return listed[0].code


def _bad_status(name: str, found: str, allowed: frozenset[str]) -> BadEntryError:
    remedy = f"Use one of: {', '.join(sorted(allowed))}."
    return BadEntryError(
        Reason.BAD_STATUS, f"“{found[:40]}” is not a {name} FHIR knows.", remedy, column=name, found=found
    )
