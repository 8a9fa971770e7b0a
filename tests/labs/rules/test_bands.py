"""Immunofixation beside the measured M-protein: what stands for a day, whoever comes first in the columns."""

from __future__ import annotations

from datetime import date

import pytest

from labs.rules.cohort import Cohort, PatientFacts, Row
from labs.rules.myeloma.bands import Band, serum
from labs.rules.notation import read

DAY = date(2026, 3, 1)


@pytest.mark.parametrize(("place", "band"), [(0, Band.NEGATIVE), (1, Band.EQUIVOCAL), (2, Band.OPEN)])
def test_a_fixation_without_words_is_read_by_its_place_on_the_scale(place: int, band: int) -> None:
    facts = PatientFacts("p", "MM", heavy_chain="IgG", light_chain="kappa")
    assert serum(Cohort.build([facts], [Row("p", "ife_serum", DAY, place)])).band.tolist() == [band]


def test_days_belong_to_the_patient_and_line_they_are_of_behind_somebody_without_results() -> None:
    given = (
        "line 2026-02-01 | 2026-03-01 serum_m 1.2 g/dL | 2026-03-01 ife_serum negative | 2026-04-01 ife_serum positive"
    )
    facts, rows = read(given, analyte="serum_m", disease="MM", key="p")
    series = serum(Cohort.build([PatientFacts("first", "MM"), facts], rows)).series
    assert series.patient.tolist() == [1, 1]
    assert series.line.tolist() == [1, 1]
    assert [source.tolist() for source in series.sources] == [[0, 2], [1, -1]]
