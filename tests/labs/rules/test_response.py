"""The response category over time: worked courses, and agreement with a plain one-patient reading."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labs.rules.base import Finding
from labs.rules.myeloma.response import Category, Response, Step, response_of
from labs.rules.notation import cohort_of
from labs.rules.registry import BY_CODE, evaluate
from labs.vocabulary.analytes import ANALYTES
from tests.oracles import response as oracle
from tests.oracles.generated import cohort_of as plain_cohort_of
from tests.oracles.plain import PlainPatient, PlainResult

SERUM = "heavy_chain IgG | light_chain kappa | measurable serum_m | line 2026-01-01 | 2025-12-20 serum_m 4.0 g/dL | "
GONE = (
    SERUM + "2026-03-01 serum_m 0 g/dL | 2026-04-01 serum_m 0 | 2026-03-01 ife_serum negative | "
    "2026-04-01 ife_serum negative | 2026-03-01 ife_urine negative | 2026-04-01 ife_urine negative | "
)
LIGHT = "light_chain lambda | disease_type light_chain_only | line 2026-01-01 | 2025-12-20 urine_m 50 mg/(24.h) | "
AS_OF = date(2027, 1, 1)


def told(given: str, rules: tuple[str, ...] = ("MM-PD-SERUM-M",)) -> Response:
    cohort = cohort_of(given.removesuffix(" | "), analyte="serum_m", disease="MM")
    found: list[Finding] = evaluate(cohort, [BY_CODE[code] for code in rules]).findings
    return response_of(cohort, found, AS_OF)


def step(label: str, since: str, *, confirmed: bool = True) -> Step:
    by_label = {category.label: category for category in Category}
    return Step(by_label[label], date.fromisoformat(since), confirmed)


@pytest.mark.parametrize(
    ("given_values", "label"),
    [
        ("3.001", "SD"),
        ("3.0", "MR"),
        ("2.001", "MR"),
        ("2.0", "PR"),
        ("0.401", "PR"),
        ("0.4", "VGPR"),
        ("<0.1", "VGPR"),
        ("0", "VGPR"),
    ],
)
def test_serum_m_against_its_start_gives_the_category_on_both_sides_of_each_bar(given_values: str, label: str) -> None:
    response = told(SERUM + f"2026-03-01 serum_m {given_values} g/dL | 2026-04-01 {given_values} g/dL")
    assert response.now == step(label, "2026-03-01")


def test_one_assessment_leaves_it_unconfirmed() -> None:
    response = told(SERUM + "2026-03-01 serum_m 1.9 g/dL")
    assert response.now == step("PR", "2026-03-01", confirmed=False)
    assert response.steps == ()


def test_a_better_one_seen_once_is_pending() -> None:
    response = told(SERUM + "2026-03-01 serum_m 1.9 g/dL | 2026-04-01 1.8 | 2026-05-01 0.3")
    assert response.now == step("PR", "2026-03-01")
    assert response.pending == step("VGPR", "2026-05-01", confirmed=False)
    assert response.missing == (
        "serum M-protein: a second assessment that shows it again (0.3 g/dL on 1 May 2026 so far)",
    )


def test_what_is_missing_for_the_next_better_category_is_said() -> None:
    response = told(SERUM + "2026-03-01 serum_m 0 g/dL | 2026-04-01 0 | 2026-03-01 ife_serum negative")
    assert response.now == step("VGPR", "2026-03-01")
    assert response.next is Category.CR
    assert response.missing == (
        "immunofixation of serum: a second assessment that shows it again (negative on 1 Mar 2026 so far)",
        "immunofixation of urine: not done in this line",
        "marrow plasma cells below 5 %: no marrow in this line",
    )


def test_complete_response_needs_both_immunofixations_twice_and_a_marrow() -> None:
    assert told(GONE).now == step("VGPR", "2026-03-01")
    assert told(GONE + "2026-04-01 plasma_cells_marrow 5 %").now == step("VGPR", "2026-03-01")
    assert told(GONE + "2026-03-01 plasma_cells_marrow 4.9 %").now == step("CR", "2026-03-01")


def test_stringent_complete_response_needs_ratio_and_clonality() -> None:
    ratio = (
        "2026-03-01 flc_kappa 12 mg/L | 2026-03-01 flc_lambda 12 | 2026-04-01 flc_kappa 12 | 2026-04-01 flc_lambda 12"
    )
    marrow = GONE + "2026-03-01 plasma_cells_marrow 2 % | "
    assert told(marrow + ratio).now == step("CR", "2026-03-01")
    assert told(marrow + "2026-03-01 marrow_clonality clonal | " + ratio).now == step("CR", "2026-03-01")
    assert told(marrow + "2026-03-01 marrow_clonality polyclonal | " + ratio).now == step("sCR", "2026-03-01")


def test_a_ratio_that_only_looks_normal_because_the_kidneys_failed_is_not_called_normal() -> None:
    marrow = GONE + "2026-03-01 plasma_cells_marrow 2 % | 2026-03-01 marrow_clonality polyclonal | "
    ratio = (
        "2026-03-01 flc_kappa 45 mg/L | 2026-03-01 flc_lambda 100 | 2026-04-01 flc_kappa 45 | 2026-04-01 flc_lambda 100"
    )
    assert told(marrow + ratio).now == step("sCR", "2026-03-01")
    assert told(marrow + ratio + " | 2026-03-20 egfr 25").now == step("CR", "2026-03-01")


def test_a_band_of_another_isotype_does_not_preclude_complete_response() -> None:
    marrow = GONE.replace("2026-04-01 ife_serum negative", "2026-04-01 ife_serum positive:_IgA-lambda")
    assert told(marrow + "2026-03-01 plasma_cells_marrow 2 %").now == step("CR", "2026-03-01")


def test_a_band_that_may_be_the_drug_is_named() -> None:
    drug = GONE.replace("2026-04-01 ife_serum negative", "2026-04-01 ife_serum positive:_IgG-kappa")
    response = told(drug + "2026-03-01 plasma_cells_marrow 2 % | event antibody 2026-03-20")
    assert response.now == step("VGPR", "2026-03-01")
    assert any("therapeutic antibody" in words for words in response.missing)


def test_light_chains_alone_give_no_minimal_response() -> None:
    base = LIGHT + "2025-12-20 flc_kappa 10 mg/L | 2025-12-20 flc_lambda 410 | "
    for lambda_, label in (("211", "SD"), ("210", "PR"), ("50.1", "PR"), ("50", "VGPR")):
        pairs = " | ".join(f"{day} flc_kappa 10 | {day} flc_lambda {lambda_}" for day in ("2026-03-01", "2026-04-01"))
        assert told(base + pairs).now == step(label, "2026-03-01"), lambda_


def test_progression_is_what_the_rules_say_and_ends_the_response() -> None:
    response = told(
        SERUM + "2026-03-01 serum_m 0.3 g/dL | 2026-04-01 0.3 | 2026-05-01 0.9 | 2026-06-01 0.9 | 2026-07-01 0.2"
    )
    assert response.now == step("PD", "2026-05-01")
    assert response.steps == (step("VGPR", "2026-03-01"), step("PD", "2026-05-01"))


def test_a_new_line_begins_anew() -> None:
    response = told(SERUM + "2026-03-01 serum_m 0.3 g/dL | 2026-04-01 0.3 | line 2026-05-01")
    assert response.line_started_on == date(2026, 5, 1)
    assert response.now.category is Category.NOT_EVALUABLE


@pytest.mark.parametrize(
    ("given_values", "missing"),
    [
        ("measurable serum_m | 2026-03-01 serum_m 0.3 g/dL", "the start of the line of therapy"),
        (
            "measurable serum_m | line 2026-01-01 | 2026-03-01 serum_m 0.3 g/dL",
            "serum M-protein at the start of the line",
        ),
        (SERUM, "serum M-protein since the start of the line, by the assay of the baseline"),
        (
            SERUM + "2026-03-01 serum_m 0.3 g/dL @Other",
            "serum M-protein since the start of the line, by the assay of the baseline",
        ),
        (
            SERUM.replace("measurable serum_m | ", "") + "2026-03-01 serum_m 0.3 g/dL",
            "urine M-protein of 24 hours at the start of the line, or the list of measurable markers",
        ),
        (
            "measurable flc | line 2026-01-01 | 2025-12-20 flc_kappa 10 mg/L | 2025-12-20 flc_lambda 410",
            "the light chain of the clone (kappa or lambda)",
        ),
    ],
)
def test_it_never_guesses(given_values: str, missing: str) -> None:
    response = told(given_values)
    assert response.now == Step(Category.NOT_EVALUABLE, None, confirmed=False)
    assert response.missing == (missing,)


def test_light_chains_measured_later_do_not_change_what_was_missing() -> None:
    base = LIGHT.replace("light_chain lambda | ", "")
    known = base + "2026-03-01 urine_m 40"
    later = known + " | 2027-02-01 flc_kappa 10 mg/L | 2027-02-01 flc_lambda 900 mg/L"
    assert told(later).missing == told(known).missing


def test_lesions_that_did_not_shrink_hold_back_a_partial_response() -> None:
    shrunk = SERUM + "2025-12-20 lesion_spd 800 mm2 | 2026-03-01 serum_m 1.0 g/dL | 2026-04-01 serum_m 1.0 | "
    assert told(shrunk).now == step("MR", "2026-03-01")
    assert told(shrunk + "2026-03-05 lesion_spd 400.1 mm2").now == step("MR", "2026-03-01")
    assert told(shrunk + "2026-03-05 lesion_spd 400 mm2").now == step("PR", "2026-03-05")


@pytest.mark.parametrize(
    ("test", "negative", "words"),
    [
        ("mrd_flow <0.001 %", True, "negative by flow"),
        ("mrd_sequencing 0 % limit:0.0001", True, "negative by sequencing"),
        ("mrd_flow <0.01 %", False, "less sensitive"),
        ("mrd_flow 0.0005 %", False, "found by flow"),
    ],
)
def test_residual_disease_is_a_tag_of_complete_response(test: str, negative: bool, words: str) -> None:
    response = told(GONE + "2026-03-01 plasma_cells_marrow 2 % | 2026-05-01 " + test)
    assert response.residual is not None
    assert response.residual.negative is negative
    assert words in response.residual.text


@pytest.mark.parametrize(
    ("pictures", "words"),
    [
        ("", "imaging not on record as negative"),
        (" | 2026-05-01 imaging_disease negative", "imaging negative"),
        (" | 2026-05-01 imaging_disease positive | 2026-05-02 imaging_disease negative", "imaging negative"),
        (
            " | 2026-05-01 imaging_disease negative | 2026-05-02 negative | 2026-05-03 positive",
            "imaging not on record as negative",
        ),
    ],
)
def test_the_tag_says_what_the_latest_image_shows(pictures: str, words: str) -> None:
    response = told(GONE + "2026-03-01 plasma_cells_marrow 2 % | 2026-05-01 mrd_flow <0.001 %" + pictures)
    assert response.residual is not None
    assert response.residual.text.endswith(f"; {words}")


def test_residual_disease_without_complete_response_is_no_tag() -> None:
    response = told(SERUM + "2026-03-01 serum_m 0.3 g/dL | 2026-04-01 0.3 | 2026-05-01 mrd_flow <0.001 %")
    assert response.residual is not None
    assert not response.residual.negative


def test_sustained_means_marrow_and_imaging_negative_a_year_apart() -> None:
    cr = GONE + "2026-03-01 plasma_cells_marrow 2 % | "
    year = cr + "2026-05-01 mrd_flow <0.001 % | 2026-05-01 imaging_disease negative | "
    for later, sustained in (("2027-04-30", False), ("2027-05-01", True)):
        cohort = cohort_of(
            year + f"{later} mrd_flow <0.001 % | {later} imaging_disease negative", analyte="serum_m", disease="MM"
        )
        tag = response_of(cohort, [], date(2028, 1, 1)).residual
        assert tag is not None
        assert tag.sustained is sustained


POOLS = {
    "serum_m": ("0", "0", "0.1", "0.2", "0.201", "0.5", "1.0", "1.001", "1.5", "1.501", "2", "2", "2"),
    "urine_m": ("0", "0", "50", "99", "100", "199", "200", "201", "300", "600", "1000"),
    "flc_kappa": ("10", "10", "12", "20", "100", "110", "210", "400"),
    "flc_lambda": ("10", "10", "12", "20", "38"),
    "ife_serum": ("negative", "negative", "negative", "positive: IgG-kappa", "positive: IgA-lambda", "positive"),
    "ife_urine": ("negative", "negative", "positive: free kappa"),
    "plasma_cells_marrow": ("2", "4.9", "5", "15", "16", "30", "40"),
    "marrow_clonality": ("polyclonal", "clonal"),
    "mrd_flow": ("0", "0", "0.002"),
    "lesion_spd": ("0", "200", "400", "401", "800"),
}
GOOD = POOLS | {
    "serum_m": ("0",),
    "urine_m": ("0",),
    "flc_kappa": ("12",),
    "flc_lambda": ("12",),
    "ife_serum": ("negative",),
    "ife_urine": ("negative",),
    "plasma_cells_marrow": ("2",),
    "marrow_clonality": ("polyclonal",),
    "mrd_flow": ("0",),
}
"""What a deep response looks like; half of the patients have mostly such values after the start."""
MANY = {"ife_serum", "ife_urine", "flc_kappa", "flc_lambda", "serum_m"}
START = date(2026, 1, 1)


def drawn(random: Random) -> PlainPatient:
    codes = sorted(random.sample(sorted(POOLS), random.randint(3, len(POOLS)))) + sorted(MANY)
    days = [START - timedelta(days=random.choice((0, 3, 60, 61)))]
    days += [
        START + timedelta(days=random.choice((1, 14, 15, 30, 60, 61, 90, 120))) for _ in range(random.randint(1, 7))
    ]
    deep = random.random() < 0.5
    results = [
        _result(random, code, day, deep=deep and day > START)
        for day in days
        for code in dict.fromkeys(codes)
        if random.random() < 0.8
    ]
    return PlainPatient(
        lines=random.choice(((START,), (START,), (START,), (), (START, START + timedelta(days=40)))),
        heavy_chain="IgG",
        light_chain=random.choice(("kappa", "kappa", "kappa", "")),
        disease_type=random.choice(("", "intact", "light_chain_only", "nonsecretory")),
        measurable=frozenset(
            random.choice(((), (), ("serum_m",), ("serum_m",), ("urine_m",), ("flc",), ("serum_m", "urine_m")))
        ),
        results=tuple(results),
    )


def _result(random: Random, code: str, day: date, *, deep: bool) -> PlainResult:
    pools = GOOD if deep and random.random() < 0.95 else POOLS
    text, scale = random.choice(pools[code]), ANALYTES[code].scale
    return PlainResult(
        analyte=code,
        day=day,
        value=Decimal(scale.index(text.partition(":")[0])) if scale else Decimal(text),
        comparator="" if scale else random.choice(("", "", "", "", "", "<", ">")),
        group=random.choice("AAAAAAAAAB"),
        accession=f"{random.choice('ABC')}",
        coded=text if scale else "",
    )


def agrees(patient: PlainPatient, last: date) -> str:
    mine = response_of(plain_cohort_of(patient), [], last)
    theirs = oracle.response(patient, last)
    assert _plain(mine.now) == theirs.now
    assert tuple(map(_plain, mine.steps)) == theirs.steps
    assert bool(mine.missing) or mine.now.category in (Category.SCR, Category.NOT_EVALUABLE)
    return mine.now.category.label


def _plain(one: Step) -> tuple[str, date | None, bool]:
    return one.category.label, one.since, one.confirmed


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 120))
def test_it_says_what_the_plain_reading_says(random: Random, days: int) -> None:
    agrees(drawn(random), START + timedelta(days=days))


def test_so_it_does_for_counted_patients_and_every_category_is_reached() -> None:
    random = Random(7)
    seen = {agrees(drawn(random), START + timedelta(days=120)) for _ in range(600)}
    assert seen >= {"sCR", "CR", "VGPR", "PR", "MR", "SD", "not evaluable"}


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_arrival_and_what_comes_later_do_not_matter(random: Random) -> None:
    patient, last = drawn(random), START + timedelta(days=60)
    mixed = list(patient.results) * 2
    random.shuffle(mixed)
    known = replace(patient, results=tuple(r for r in patient.results if r.day <= last))
    said = response_of(plain_cohort_of(patient), [], last)
    assert response_of(plain_cohort_of(replace(patient, results=tuple(mixed))), [], last) == said
    assert response_of(plain_cohort_of(known), [], last) == said


def test_a_line_begins_on_its_own_day_and_then_nothing_is_measured_in_it_yet() -> None:
    cohort = cohort_of(GONE.removesuffix(" | "), analyte="serum_m", disease="MM")
    before, on = (response_of(cohort.until(day), [], day) for day in (date(2025, 12, 31), date(2026, 1, 1)))
    assert before.line_started_on is None
    assert on.line_started_on == date(2026, 1, 1)
    assert on.now == Step(Category.NOT_EVALUABLE, None, confirmed=False)
    assert on.missing
