"""The reading of a value in words: range and whose it is, grade, change against chance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from labs.models import Result
from labs.selectors.computed import FILTRATION_UNIT, ComputedRow
from labs.selectors.readings import Moved, Reading, reading_of
from labs.selectors.rows import is_marked
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.grades import DEFAULT, NAMES, WHO_2024, Grade, Version
from labs.vocabulary.kidney import filtration
from labs.vocabulary.reference_ranges import ReferenceRange
from patients.models import Patient
from patients.selectors.patients import age_on
from tracker.web.charts.words import plain
from tracker.web.units import written

MINUS = "−"
ANAEMIA: dict[str, str | Promise] = {
    "mild": _lazy("mild anaemia"),
    "moderate": _lazy("moderate anaemia"),
    "severe": _lazy("severe anaemia"),
}
COMPUTED: dict[str, str | Promise] = {
    "egfr": _lazy("eGFR, computed"),
    "calcium_corrected": _lazy("Calcium corrected for albumin, computed"),
    "globulin_gap": _lazy("Globulin gap, computed"),
}
MISSING: dict[str, str | Promise] = {
    "the height": _lazy("needs the height, which is not on record"),
    "the sex": _lazy("needs the sex, which is not on record"),
    "the date of birth": _lazy("needs the date of birth"),
}


def range_text(known: ReferenceRange | None) -> str:
    """The range: "12–16", "≤ 19.4", "≥ 150", or nothing."""
    if known is None:
        return ""
    low, high = known.range.low, known.range.high
    if low is not None and high is not None:
        return f"{plain(low)}–{plain(high)}"
    if low is not None:
        return f"≥ {plain(low)}"
    return f"≤ {plain(high)}" if high is not None else ""


def owner_text(known: ReferenceRange | None) -> str:
    """Whose range it is."""
    if known is None:
        return ""
    return _("laboratory") if known.origin == "laboratory" else _("typical for age and sex")


def grade_text(grade: Grade | None) -> str:
    """ "CTCAE v5 grade 2", or nothing."""
    if grade is None or not grade.least:
        return ""
    words = _("%(version)s grade %(grade)s or more") if grade.most > grade.least else _("%(version)s grade %(grade)s")
    return words % {"version": NAMES[grade.version], "grade": grade.least}


def anaemia_text(reading: Reading) -> str:
    """ "moderate anaemia (WHO 2024)", or nothing."""
    return f"{ANAEMIA[reading.anaemia]} ({WHO_2024})" if reading.anaemia else ""


def moved_text(moved: Moved) -> str:
    """ "−1.9 g/dL (−15.2 %) from own baseline 12.5 g/dL: more than chance explains (−8.0 to +8.7 %)"."""
    return f"{moved_by(moved)}: {moved_verdict(moved)}"


def moved_by(moved: Moved) -> str:
    """ "−1.9 g/dL (−15.2 %) from own baseline 12.5 g/dL", or since a day."""
    unit = written(ANALYTES[moved.result.analyte].unit)
    value = moved.result.value or Decimal(0)
    words = (
        _("%(by)s (%(percent)s %%) since %(day)s (%(before)s)")
        if moved.on
        else _("%(by)s (%(percent)s %%) from own baseline %(before)s")
    )
    return words % {
        "by": f"{_signed(_short(value - moved.before))} {unit}".strip(),
        "percent": _signed(moved.change.percent),
        "before": f"{plain(_short(moved.before))} {unit}".strip(),
        "day": date_format(moved.on, "DATE_FORMAT") if moved.on else "",
    }


def _short(value: Decimal) -> Decimal:
    """Two decimals for the eye: a mean of three values has no more; small ones keep two digits."""
    if not value:
        return value
    digits = max(2, 1 - value.adjusted())
    return round(value, digits).normalize()


def moved_verdict(moved: Moved) -> str:
    """Whether that is more than chance explains, and what chance explains."""
    words = (
        _("more than chance explains (%(down)s to %(up)s %%)")
        if moved.change.beyond
        else _("within chance (%(down)s to %(up)s %%)")
    )
    return words % {"down": _signed(moved.change.chance.down), "up": _signed(moved.change.chance.up)}


def latest_read(
    analytes: Collection[str],
    results: Sequence[Result],
    *,
    patient: Patient,
    moved: Mapping[str, Moved],
    grading: Version = DEFAULT,
) -> list[str]:
    """Sentences about the latest value of each of these analytes: grade, class, eGFR, change. Results oldest first."""
    newest = {one.analyte: one for one in results if one.is_current and not is_marked(one) and one.analyte in analytes}
    several = len(newest) > 1
    said = []
    for code in analytes:
        if code not in newest:
            continue
        name = f"{ANALYTES[code].name}: " if several else ""
        said += [f"{name}{words}" for words in _read(newest[code], patient, moved.get(code), grading) if words]
    return said


def _read(result: Result, patient: Patient, moved: Moved | None, grading: Version) -> list[str]:
    reading = reading_of(result, patient=patient, version=grading)
    words = [grade_text(reading.grade), anaemia_text(reading)]
    if result.analyte == "creatinine" and result.value is not None and not result.comparator:
        words.append(_filtration_text(result, patient))
    return [" · ".join(filter(None, words)), moved_text(moved) if moved else ""]


def _filtration_text(result: Result, patient: Patient) -> str:
    """ "eGFR 66.7 mL/min/1.73 m² by CKD-EPI 2021", or what it needs."""
    known = filtration(result.value or Decimal(0), age=age_on(patient.birth_date, result.collected_on), sex=patient.sex)
    if known.rate is None:
        return _("eGFR by %(formula)s: %(missing)s") % {
            "formula": known.formula,
            "missing": MISSING.get(known.missing, known.missing),
        }
    unit = written(FILTRATION_UNIT)
    return _("eGFR %(rate)s %(unit)s by %(formula)s") % {"rate": known.rate, "unit": unit, "formula": known.formula}


def computed_name(row: ComputedRow) -> str:
    """The name of a formula's row."""
    return str(COMPUTED[row.key])


def missing_text(row: ComputedRow) -> str:
    """What a formula needs."""
    return str(MISSING.get(row.missing, row.missing))


def _signed(number: Decimal) -> str:
    text = f"{abs(number):f}"
    return text if not number else f"{MINUS if number < 0 else '+'}{text}"
