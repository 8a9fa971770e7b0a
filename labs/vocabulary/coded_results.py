"""Coded and ordinal results made comparable: immunofixation and test strips."""

from labs.vocabulary.analyte import Analyte
from labs.vocabulary.coded_values import Fixation, read_answer, read_grade, read_immunofixation
from labs.vocabulary.outcome import Comparable
from labs.vocabulary.printed_values import Unread, read_value
from labs.vocabulary.quarantine import QuarantineReason as Reason
from labs.vocabulary.routes import NoRoute, specimen_for

_READ_BY_HAND = "Read the report and enter the finding by hand: negative, equivocal, or positive with its isotype."
_GRADE_BY_HAND = "Read the report and enter the grade by hand: negative, trace, 1+, 2+, 3+ or 4+."


def read_coded(analyte: Analyte, text: str, coded: str, specimen: str) -> Comparable | NoRoute:
    """The finding as a place on the analyte's scale; refused unless it is certain."""
    material = specimen_for(analyte.code, specimen)
    if isinstance(material, NoRoute):
        return material
    finding = _finding(analyte, text, coded)
    if isinstance(finding, NoRoute):
        return finding
    return Comparable(
        analyte=analyte.code,
        amount=analyte.scale.index(finding.coded),
        places=analyte.places,
        unit=analyte.unit,
        coded=finding.coded,
        specimen=material[0],
        isotypes=finding.isotypes,
        warnings=material[1],
    )


def _finding(analyte: Analyte, text: str, coded: str) -> Fixation | NoRoute:
    by_code = read_answer(coded) if coded else None
    by_text = _from_text(analyte, text)
    if by_code is not None and by_code not in analyte.scale:
        by_code = None
    if by_code and by_text and by_code != by_text.coded:
        return NoRoute(
            Reason.VALUE_CONTRADICTS,
            f'{analyte.name}: the code says {by_code}, the text "{text}" says {by_text.coded}',
            _remedy(analyte),
        )
    if by_text:
        return by_text
    if by_code and not text.strip():
        return Fixation(by_code)
    return _unread(analyte, text, coded)


def _from_text(analyte: Analyte, text: str) -> Fixation | None:
    if analyte.kind == "coded":
        return read_immunofixation(text)
    grade = read_grade(text)
    return Fixation(grade) if grade else None


def _unread(analyte: Analyte, text: str, coded: str) -> NoRoute:
    value = read_value(text)
    if isinstance(value, Unread) and value.reason is Reason.VALUE_MISSING and not coded:
        return NoRoute(value.reason, f"{analyte.name}: {value.message}", value.remedy)
    shown = text.strip() or coded
    return NoRoute(
        Reason.VALUE_UNREADABLE,
        f'{analyte.name}: "{shown[:120]}" is not a finding Vigil reads with certainty',
        _remedy(analyte),
    )


def _remedy(analyte: Analyte) -> str:
    return _READ_BY_HAND if analyte.kind == "coded" else _GRADE_BY_HAND
