"""The response of AML at a marrow: both sides of every bar, and what cannot be told."""

from __future__ import annotations

from datetime import date

import pytest

from labs.rules.acute_myeloid.response import Response, response_of
from labs.rules.notation import cohort_of

COUNTS = " | 2026-05-03 neutrophils {} | 2026-05-03 platelets {} | 2026-05-03 blasts_blood_percent 0 %"
ABSENT = " | 2026-05-01 extramedullary absent @//skin"


def response(given: str, as_of: date = date(2026, 6, 1)) -> Response:
    return response_of(cohort_of(given, analyte="blasts_marrow", disease="AML"), as_of)


def marrow(share: str, neutrophils: str, platelets: str) -> str:
    return f"2026-05-01 {share}" + COUNTS.format(neutrophils, platelets)


@pytest.mark.parametrize(
    ("share", "neutrophils", "platelets", "category"),
    [
        ("4.9 %", "1.0", "100", "CR"),
        ("<5 %", "1.0", "100", "CR"),
        ("4.9 %", "0.99", "100", "CRh"),
        ("4.9 %", "1.0", "99", "CRh"),
        ("4.9 %", "0.5", "50", "CRh"),
        ("4.9 %", "0.49", "100", "CRi"),
        ("4.9 %", "1.0", "49", "CRi"),
        ("4.9 % cells:200", "0.49", "99", "MLFS"),
        ("4.9 % cells:200", "0.99", "49", "MLFS"),
        ("4.9 % cells:199", "0.49", "49", "none"),
        ("4.9 %", "0.49", "49", ""),
    ],
)
def test_below_5_percent_the_counts_decide(share: str, neutrophils: str, platelets: str, category: str) -> None:
    assert response(marrow(share, neutrophils, platelets)).category == category


@pytest.mark.parametrize(
    ("before", "share", "category"),
    [("40 %", "20 %", "PR"), ("40 %", "20.1 %", "none"), ("60 %", "25 %", "PR"), ("60 %", "25.1 %", "none"),
     ("10 %", "5 %", "PR")],
)  # fmt: skip
def test_from_5_percent_a_fall_by_half_is_partial(before: str, share: str, category: str) -> None:
    given = f"line 2026-01-01 | 2026-01-01 {before} | " + marrow(share, "1.0", "100") + ABSENT
    assert response(given).category == category
    assert response(given.replace("neutrophils 1.0", "neutrophils 0.9")).category == "none"


def test_the_fall_is_measured_in_this_line_only() -> None:
    given = "2025-06-01 80 % | line 2026-01-01 | " + marrow("20 %", "1.0", "100") + ABSENT
    found = response(given)
    assert found.category == ""
    assert any("halved" in words for words in found.missing)


def test_blasts_in_blood_or_disease_elsewhere_are_no_response() -> None:
    good = marrow("2 %", "2", "200")
    assert response(good.replace("blasts_blood_percent 0 %", "blasts_blood_percent 1 %")).category == "none"
    assert response(good + " | 2026-05-01 extramedullary suspected @//skin").category == "none"
    cleared = " | 2026-04-01 extramedullary suspected @//skin | 2026-04-20 biopsy no_disease @//skin"
    assert response(good + cleared).category == "CR"


@pytest.mark.parametrize("left_out", ["neutrophils", "platelets", "blasts_blood_percent"])
def test_what_is_not_known_is_named(left_out: str) -> None:
    items = [item for item in marrow("2 %", "2", "200").split(" | ") if left_out not in item]
    found = response(" | ".join(items))
    assert found.category == ""
    assert len(found.missing) == 2  # this, and a word on extramedullary disease
    assert "extramedullary disease" in found.missing[-1]


def test_counts_belong_to_the_marrow_within_a_week_before_and_two_after() -> None:
    for day, known in (("2026-04-23", False), ("2026-04-24", True), ("2026-05-15", True), ("2026-05-16", False)):
        given = f"2026-05-01 2 % | {day} neutrophils 2 | {day} platelets 200 | {day} blasts_blood_percent 0 %"
        assert (response(given).category == "CR") is known


def test_the_nearest_counts_are_taken_and_nothing_later_than_asked() -> None:
    given = marrow("2 %", "0.6", "60") + " | 2026-05-10 neutrophils 2 | 2026-05-10 platelets 200"
    assert response(given).category == "CRh"
    assert response(given, as_of=date(2026, 5, 1)).category == ""
    assert response(given, as_of=date(2026, 4, 30)) == Response("", missing=("a marrow with a share of blasts",))


def test_it_says_what_it_rests_on() -> None:
    found = response(marrow("2 %", "2", "200"))
    assert found.on == date(2026, 5, 1)
    assert found.rests_on == (
        "blasts in marrow 2 % on 1 May 2026",
        "blasts in blood 0 % on 3 May 2026",
        "neutrophils 2 ×10³/µL on 3 May 2026",
        "platelets 200 ×10³/µL on 3 May 2026",
    )


def test_a_marrow_of_the_day_asked_is_the_latest() -> None:
    given = "2026-05-01 2 % | 2026-05-20 30 %"
    assert response(given, as_of=date(2026, 5, 19)).on == date(2026, 5, 1)
    assert response(given, as_of=date(2026, 5, 20)).on == date(2026, 5, 20)
