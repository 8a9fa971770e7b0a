"""Values that are words: immunofixation and test strips. What is not certain is None, and None is never normal."""

import re
from typing import NamedTuple

from labs.vocabulary.isotypes import Isotype, isotype_of

LONGEST = 160  # a longer text is a narrative, and somebody has to read it

# LOINC answer codes, and HL7's interpretation codes.
_ANSWERS = {
    "LA6577-6": "negative",
    "LA6576-8": "positive",
    "LA11882-0": "positive",
    "LA11883-8": "negative",
    "NEG": "negative",
    "POS": "positive",
    "ND": "negative",
    "DET": "positive",
    "IND": "equivocal",
    "E": "equivocal",
}
_HL7_INTERPRETATION = "observationinterpretation"

_PROTEIN = (
    r"(?:monoclonal\s(?:proteins?|bands?|immunoglobulins?|components?|gammopathy)"
    r"|m[\s-](?:proteins?|spikes?|components?|bands?)|paraproteins?)"
)
_FOUND = r"(?:\s(?:is\s|was\s|are\s|were\s)?(?:detected|identified|seen|present|observed|found))?"
_NEGATIVE = re.compile(
    rf"(?:immunofixation\s(?:is\s)?)?negative(?:\sfor\s{_PROTEIN})?|neg|not\sdetected|none\sdetected|absent"
    rf"|no\s(?:evidence\sof\s(?:an?\s)?)?{_PROTEIN}{_FOUND}|{_PROTEIN}\s(?:is\s|was\s)?(?:not\sdetected|absent)"
    r"|normal\simmunofixation(?:\spattern)?"
)
_EQUIVOCAL = re.compile(
    rf"equivocal|indeterminate|inconclusive|borderline|(?:cannot|can\snot)\s(?:exclude|rule\sout)\s(?:an?\s)?{_PROTEIN}"
    rf"|possible\s{_PROTEIN}"
)
_BARE_POSITIVE = re.compile(
    rf"(?:immunofixation\s(?:is\s)?)?(?:positive|pos|detected|present)(?:\sfor\s{_PROTEIN})?|{_PROTEIN}\s(?:is\s|was\s)?(?:detected|identified|present|seen|found)"
)
_AROUND = re.compile(
    rf"(?:(?:immunofixation\s(?:is\s)?)?(?:positive|pos)(?:\sfor)?[:,;]?\s)?(?:an?\s)?(?:(?:faint|weak|small|trace|minor)\s)?"
    rf"(?:{_PROTEIN}[:,]?\s|monoclonal\s)?(?:(?:faint|weak|small|trace|minor)\s)?(?P<isotypes>.+?)(?:\s(?:type|isotype))?"
    rf"(?:\s(?:{_PROTEIN}|proteins?|bands?|monoclonal))?{_FOUND}"
)
_BETWEEN = re.compile(r"\s(?:and|plus|with)\s(?:an?\s)?(?:faint\s|weak\s|small\s)?|\s?[&+;,]\s?")


class Fixation(NamedTuple):
    """An immunofixation read: negative, equivocal or positive, with the isotypes it names."""

    coded: str
    isotypes: tuple[Isotype, ...] = ()


def _words(text: str) -> str:
    return " ".join(text.casefold().split()).rstrip(".! ")


def read_immunofixation(text: str) -> Fixation | None:
    """The finding of a short, certain sentence; None for anything longer, mixed, doubtful or unknown."""
    words = _words(text)
    if len(words) > LONGEST:
        return None
    if _NEGATIVE.fullmatch(words):
        return Fixation("negative")
    if _EQUIVOCAL.fullmatch(words):
        return Fixation("equivocal")
    if _BARE_POSITIVE.fullmatch(words):
        return Fixation("positive")
    return _positive_with_isotypes(words)


def _positive_with_isotypes(words: str) -> Fixation | None:
    around = _AROUND.fullmatch(words)
    if around is None:
        return None
    isotypes = []
    for part in _BETWEEN.split(around["isotypes"]):
        isotype = isotype_of(part)
        if isotype is None:
            return None
        isotypes.append(isotype)
    return Fixation("positive", tuple(dict.fromkeys(isotypes)))


def read_answer(coded: str) -> str | None:
    """The finding of a coded answer written `system|code`; None when the code is not one of the listed."""
    system, _, code = coded.rpartition("|")
    if code.startswith("LA"):
        return _ANSWERS.get(code)
    return _ANSWERS.get(code) if _HL7_INTERPRETATION in system.casefold() else None


_GRADES = {
    **dict.fromkeys(("negative", "neg", "not detected", "none detected", "absent", "nil"), "negative"),
    **dict.fromkeys(("trace", "tr", "+/-", "±", "traces"), "trace"),
    **{form: f"{n}+" for n in range(1, 5) for form in (f"{n}+", f"+{n}", f"{n} +", f"+ {n}", "+" * n, f"{n} plus")},
    **dict.fromkeys((">=4+", "≥4+", "> 3+", ">3+"), "4+"),
}
_GRADE_WITH_AMOUNT = re.compile(r"(?P<grade>.+?)\s?\((?:>|>=|<)?\s?[0-9.]+\s?(?:mg/dl|g/l)?\)")


def read_grade(text: str) -> str | None:
    """The grade of a test strip, negative to 4+; None when it is not one of the listed forms."""
    words = _words(text)
    with_amount = _GRADE_WITH_AMOUNT.fullmatch(words)
    return _GRADES.get(with_amount["grade"] if with_amount else words)
