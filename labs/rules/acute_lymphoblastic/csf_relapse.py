"""Blasts in cerebrospinal fluid, or signs of the nervous system, after remission of acute lymphoblastic leukaemia.

What it checks
    Any blasts in CSF since the remission, of one day, whatever the laboratory: URGENT. It is CONFIRMED at once in class
    CNS3: at least 5 white cells/µL, and either below 10 red cells/µL (CNS3a), or a traumatic tap with at least 10 whose
    white to red cells are more than twice those of blood of the same day (CNS3b, Steinherz and Bleyer; compared by
    whole numbers); or signs of the nervous system within 7 days (CNS3c: facial palsy, brain or eye, hypothalamic
    syndrome, as a clinician recorded them). Blasts in two punctures at least 7 days apart, without a clear one between
    them, confirm too. Every other finding of blasts is PROVISIONAL: below 5 white cells/µL (CNS2a, and CNS2b with at
    least 10 red cells/µL), a traumatic tap that fails the comparison (CNS2c), and a class that cannot be told because a
    count is missing or a bound; the finding names what is missing. Signs without blasts are PROVISIONAL and URGENT.
    Each finding names its class, whether marrow was involved within 28 days (isolated or combined), and its time by BFM
    and COG where the days of diagnosis and end of therapy are recorded.
When it stays silent
    Another disease: NOT_APPLICABLE. A puncture whose fluid was not looked at for blasts: NOT_EVALUABLE. A share printed
    as `<1 %` is not taken for blasts. Results from before the recorded remission are not judged. After a relapse that
    is recorded, until a further remission is: NOT_APPLICABLE; what began before goes on. In a line of therapy begun
    since the remission while neither is recorded: NOT_EVALUABLE.
Source
    Classes of paediatric protocols (COG). The comparison of a traumatic tap was made for blood that holds blasts; that
    it is made without them too, that blasts below 5 white cells/µL are URGENT at once, that blood of the same day is
    asked for, and the 7 days of signs are defaults of this project. Two punctures with blasts are treated as relapse by
    several groups, whose text was not read; the 7 days between them are a default, too.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from labs.rules import sites
from labs.rules.acute_lymphoblastic.csf_counts import COUNTS, NONE, RED, SIGNS_NEAR, TWICE, WHITE, Taps, taps
from labs.rules.acute_lymphoblastic.relapse_time import TIMES, site_time
from labs.rules.arrays import Bools, Ints
from labs.rules.base import (
    CONFIRMED,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Comparison,
    Example,
    Rule,
    Threshold,
)
from labs.rules.checks import Check, above
from labs.rules.cohort import Cohort, to_date
from labs.rules.confounders import LEUKAEMIA
from labs.rules.evidence import interval_text
from labs.rules.remission import outside_remission, remission_note
from labs.rules.signals import AT_ONCE, Signal, Silence, Terms, Words, weighed
from labs.rules.sources import CNS_CLASSES, RELAPSE_TIMES, STEINHERZ_BLEYER, VIGIL
from labs.rules.wording import day_text

APART = Threshold("7", "d", VIGIL, date(2026, 1, 1))
NOT_LOOKED = "a look for blasts in the CSF of that day (cytospin or flow)"

_IN = "remission 2026-01-01 | "
_TAP = _IN + "2026-05-04 csf_blasts 12 % | 2026-05-04 csf_wbc {} | 2026-05-04 csf_rbc {}"
_AGAIN = " | 2026-05-{} csf_blasts 3 %"
_BLOOD = " | 2026-05-04 wbc {} | 2026-05-04 rbc {}"
EXAMPLES = (
    Example("CNS1, no blasts", _IN + "2026-05-04 csf_blasts 0 % | 2026-05-04 csf_wbc 12", NOT_RAISED),
    Example("below 1 %", _IN + "2026-05-04 csf_blasts <1 % | 2026-05-04 csf_wbc 12", NOT_RAISED),
    Example("cells without a look for blasts", _IN + "2026-05-04 csf_wbc 12", NOT_EVALUABLE),
    Example("CNS2a, white cells below 5", _TAP.format("4.9", "2"), PROVISIONAL, "2026-05-04", URGENT),
    Example("CNS3a, 5 exactly", _TAP.format("5", "2"), CONFIRMED, "2026-05-04", URGENT),
    Example("E37 CNS3a", _TAP.format("7", "2"), CONFIRMED, "2026-05-04", URGENT),
    Example("red cells a little below 10", _TAP.format("7", "9.9"), CONFIRMED, "2026-05-04", URGENT),
    Example("10 red cells, blood not counted", _TAP.format("7", "10"), PROVISIONAL, "2026-05-04", URGENT),
    Example("CNS2b", _TAP.format("4", "600"), PROVISIONAL, "2026-05-04", URGENT),
    Example(
        "E38 CNS3b",
        _TAP.format("12", "600") + _BLOOD.format("6.0", "4.0") + " | 2026-05-04 blasts_blood_percent 3 %",
        CONFIRMED,
        "2026-05-04",
        URGENT,
    ),
    Example("CNS2c, twice exactly", _TAP.format("12", "4000") + _BLOOD.format("6.0", "4.0"), PROVISIONAL, "", URGENT),
    Example(
        "more than twice by a little", _TAP.format("12", "3999") + _BLOOD.format("6.0", "4.0"), CONFIRMED, "", URGENT
    ),
    Example(
        "and clear at the next puncture",
        _TAP.format("4", "2") + " | 2026-05-11 csf_blasts 0 %",
        NOT_CONFIRMED,
        "2026-05-04",
        REVIEW,
    ),
    Example(
        "two punctures, 7 days apart", _TAP.format("4", "2") + _AGAIN.format("11"), CONFIRMED, "2026-05-11", URGENT
    ),
    Example("two punctures, 6 days apart", _TAP.format("4", "2") + _AGAIN.format("10"), PROVISIONAL, "", URGENT),
    Example(
        "two punctures, and a clear one between them",
        _TAP.format("4", "2") + " | 2026-05-08 csf_blasts 0 %" + _AGAIN.format("11"),
        PROVISIONAL,
        "2026-05-11",
        URGENT,
    ),
    Example(
        "CNS3c, facial palsy",
        _TAP.format("4", "2") + " | 2026-05-06 cns_signs present @//facial_palsy",
        CONFIRMED,
        "2026-05-04",
        URGENT,
    ),
    Example(
        "facial palsy 8 days before",
        _IN + "2026-04-26 cns_signs present @//facial_palsy | 2026-05-04 csf_blasts 0 %",
        NOT_CONFIRMED,
        "2026-04-26",
        REVIEW,
    ),
    Example("signs alone", _IN + "2026-05-06 cns_signs present @//facial_palsy", PROVISIONAL, "2026-05-06", URGENT),
    Example("no signs, no puncture", _IN + "2026-05-06 cns_signs absent @//facial_palsy", NOT_EVALUABLE),
    Example("white cells not counted", _IN + "2026-05-04 csf_blasts 12 %", PROVISIONAL, "2026-05-04", URGENT),
    Example("only from before the remission", _IN + "2025-10-01 csf_blasts 12 %", NOT_EVALUABLE),
    Example("another disease", "disease AML | 2026-05-04 csf_blasts 12 %", NOT_APPLICABLE),
)


def csf_relapse(cohort: Cohort) -> Signal:
    """Blasts in CSF, by class; signs of the nervous system."""
    found = taps(cohort)
    days = found.days
    silences = (*outside_remission(days), Silence(~found.looked & ~found.signs, NOT_EVALUABLE, NOT_LOOKED))
    judged = np.logical_and.reduce([np.ones(days.size, bool), *(~silence.rows for silence in silences)])
    again = _second_punctures(found, judged)
    return weighed(
        days,
        criterion,
        sure=found.third | (again >= 0),
        weak=found.blasts | found.signs,
        terms=Terms(AT_ONCE, alone=URGENT, weak_level=URGENT, lapsed=REVIEW),
        silences=silences,
        notes=lambda series, row: [
            *remission_note(series, row),
            *found.missing(row),
            *sites.marrow_note(series, row),
        ],
        extras=lambda row: [*found.compared(row), *_labels(found, again, row)],
        words=Words(weak="class CNS3 is not shown", sentence=lambda _, row: _sentence(found, row)),
    )


def criterion(value: Ints, _: Ints) -> Check:
    """Any."""
    return above("blasts in CSF", value, NONE)


def _second_punctures(found: Taps, judged: Bools) -> Ints:
    """For each puncture with blasts the one at least 7 days before it, with none clear in between; -1 for none."""
    days = found.days
    out = np.full(days.size, -1, np.int64)
    for row in np.flatnonzero(found.blasts & judged).tolist():
        at = row - 1
        while at >= 0 and days.segment[at] == days.segment[row]:
            if judged[at] and found.looked[at]:
                if not found.blasts[at]:
                    break
                if days.day[row] - days.day[at] >= int(APART.value):
                    out[row] = at
                    break
            at -= 1
    return out


def _labels(found: Taps, again: Ints, row: int) -> list[Comparison]:
    """A second puncture, isolated or combined, and the time of the relapse."""
    days, out = found.days, []
    if again[row] >= 0:
        apart = f"{int(days.day[row] - days.day[again[row]])} days after the one before"
        out.append(Comparison("second puncture with blasts", apart, f"at least {APART.value} days after", met=True))
    site, beside = sites.beside_marrow(days, row)
    return [*out, *beside, *site_time(days, row, site)]


def _sentence(found: Taps, row: int) -> str:
    """Blasts and class, or the signs."""
    days = found.days
    day = day_text(to_date(int(days.day[row])))
    if found.blasts[row]:
        share = interval_text(int(days.low[row]), int(days.high[row]), days)
        return f"Blasts in CSF {share} on {day}, class {found.class_of(row)}."
    looked = "no blasts in the CSF of that day" if found.looked[row] else "the CSF was not looked at that day"
    return f"Signs of the nervous system on {day}; {looked}."


RULE = Rule(
    code="ALL-CNS",
    title="Blasts in cerebrospinal fluid, or signs of the nervous system, after remission of ALL",
    criteria_version="CNS-CLASSES",
    diseases=frozenset({"ALL"}),
    reads=(*COUNTS, "cns_signs", "blasts_marrow"),
    judges=("csf_blasts", "csf_wbc", "cns_signs"),
    thresholds=(NONE, WHITE, RED, TWICE, SIGNS_NEAR, APART, sites.COMBINED, sites.BESIDE, *TIMES),
    sources=(CNS_CLASSES, STEINHERZ_BLEYER, RELAPSE_TIMES, VIGIL),
    examples=EXAMPLES,
    evaluate=csf_relapse,
    confounders=LEUKAEMIA,
    confirms_from=APART,
    would_confirm="A second puncture with cytospin and flow cytometry, an examination of the nervous system, imaging, "
    "and a marrow.",
    would_clear="A second puncture without blasts by cytospin and flow cytometry, untouched by blood.",
)
