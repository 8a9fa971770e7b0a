"""Diseases, symptoms, reference ranges, residual disease, unit queries, and the published misprints."""

from decimal import Decimal
from itertools import pairwise

import pytest

from labs.vocabulary.analyte import Range
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.comparable import Comparable, make_comparable
from labs.vocabulary.cross_checks import (
    differential_exceeds,
    haematocrit_misfits,
    monoclonal_exceeds,
    ratio_differs,
    unit_error,
)
from labs.vocabulary.diseases import CATEGORIES, MORPHOLOGIES, NEIGHBOURS, code_for, coded_disease
from labs.vocabulary.reference_ranges import (
    CONFIDENCE,
    FALLBACKS,
    days_of_months,
    fallback_range,
    light_chain_ratio_range,
    reference_range,
)
from labs.vocabulary.residual import ResidualDisease
from labs.vocabulary.symptoms import SYMPTOMS, level_of, symptoms_of

D = Decimal


# Published misprints (clinical reference, section 0): the two sides of each must be one value, and the misprint another.


def canonical(code: str, value: str, unit: str) -> Decimal:
    found = make_comparable(code=code, value_text=value, unit=unit)
    assert isinstance(found, Comparable)
    return found.value


def test_hypercalcaemia_of_11_5_is_2_87_and_not_2_65_mmol() -> None:
    limit = canonical("17861-6", "11.5", "mg/dL")
    assert canonical("2000-8", "2.87", "mmol/L") == pytest.approx(limit, abs=D("0.01"))
    assert canonical("2000-8", "2.65", "mmol/L") == pytest.approx(D("10.6"), abs=D("0.05"))
    assert canonical("2000-8", "2.65", "mmol/L") < limit


def test_light_chain_increase_of_10_mg_per_decilitre_is_100_mg_per_litre() -> None:
    assert canonical("36916-5", "10", "mg/dL") == D(100)
    assert canonical("36916-5", "10", "mg/L") == D(10)


def test_creatinine_of_177_is_micromoles() -> None:
    assert canonical("14682-9", "177", "umol/L") == pytest.approx(D("2.0"), abs=D("0.01"))
    assert not isinstance(make_comparable(code="14682-9", value_text="177", unit="mmol/L"), Comparable)


# Diseases.


@pytest.mark.parametrize(
    ("code", "edition", "disease", "course"),
    [
        ("C90.00", "CM", "MM", "not_in_remission"),
        ("C90.01", "CM", "MM", "in_remission"),
        ("C90.02", "CM", "MM", "in_relapse"),
        ("C92.00", "CM", "AML", "not_in_remission"),
        ("C92.01", "CM", "AML", "in_remission"),
        ("C92.02", "CM", "AML", "in_relapse"),
        ("C91.00", "CM", "ALL", "not_in_remission"),
        ("C91.01", "CM", "ALL", "in_remission"),
        ("C91.02", "CM", "ALL", "in_relapse"),
        ("c92.a1", "CM", "AML", "in_remission"),
        ("C91.A2", "CM", "ALL", "in_relapse"),
        ("C92.41", "CM", "AML", "in_remission"),
        ("C90.0", "WHO", "MM", ""),
        ("C90.0", "CM", "MM", ""),
        ("C90.01", "GM", "MM", "in_remission"),
    ],
)
def test_icd_10_tells_disease_and_course(code: str, edition, disease: str, course: str) -> None:
    found = coded_disease(code, edition)
    assert found is not None
    assert (found.disease, found.course) == (disease, course)
    assert found.name == CATEGORIES[code.upper()[:5]].name


@pytest.mark.parametrize(
    ("code", "edition"),
    [("C90.10", "CM"), ("C90.30", "CM"), ("C92.10", "CM"), ("C91.10", "CM"), ("C90.03", "CM"), ("C90.000", "CM"), ("C90.01", "WHO"),
     ("C90.02", "GM"), ("C90", "CM"), ("", "CM"), ("D47.2", "CM")],
)  # fmt: skip
def test_other_diseases_and_impossible_codes(code: str, edition) -> None:
    assert coded_disease(code, edition) is None


@pytest.mark.parametrize("category", CATEGORIES)
@pytest.mark.parametrize(("course", "digit"), [("not_in_remission", "0"), ("in_remission", "1"), ("in_relapse", "2")])
def test_codes_are_composed_and_read_back(category: str, course, digit: str) -> None:
    assert code_for(category, course) == category + digit
    assert code_for(category, course, "WHO") == category
    assert (code_for(category, course, "GM") is None) == (course == "in_relapse")
    read = coded_disease(category + digit)
    assert read is not None
    assert read.course == course


def test_neighbours_are_not_followed_diseases() -> None:
    assert code_for("C90.1", "in_remission") is None
    assert not set(NEIGHBOURS) & set(CATEGORIES)
    assert {disease for disease, _ in MORPHOLOGIES.values()} == {"MM", "AML", "ALL"}


# Symptoms.


@pytest.mark.parametrize(
    ("code", "disease", "level"),
    [
        ("bone_pain", "MM", "REVIEW"), ("confusion", "MM", "URGENT"), ("leg_weakness", "MM", "URGENT"),
        ("sphincter_change", "MM", "URGENT"), ("visual_blurring", "MM", "URGENT"), ("low_energy", "MM", "REVIEW"),
        ("bleeding", "AML", "URGENT"), ("bleeding", "ALL", "URGENT"), ("fever", "AML", "URGENT"), ("fever", "MM", "URGENT"), ("fatigue", "ALL", "REVIEW"),
        ("gum_swelling", "AML", "URGENT"), ("headache", "ALL", "URGENT"), ("testicular_enlargement", "ALL", "URGENT"),
        ("cranial_nerve_palsy", "ALL", "URGENT"), ("weight_loss", "AML", "REVIEW"),
    ],
)  # fmt: skip
def test_symptoms_of_the_clinical_reference(code: str, disease: str, level: str) -> None:
    assert disease in SYMPTOMS[code].diseases
    assert SYMPTOMS[code].level == level


@pytest.mark.parametrize("disease", ["MM", "AML", "ALL"])
def test_urgent_symptoms_are_asked_first(disease: str) -> None:
    levels = [symptom.level for symptom in symptoms_of(disease)]
    assert levels == sorted(levels, reverse=True)
    assert {"URGENT", "REVIEW"} == set(levels)
    assert all(len(symptom.code) <= 40 and symptom.source for symptom in symptoms_of(disease))


def test_what_is_looked_for_behind_a_symptom_may_differ_by_disease() -> None:
    headache = next(symptom for symptom in symptoms_of("ALL") if symptom.only_in.get("ALL") == "CNS relapse")
    assert [headache.behind(disease) for disease in ("ALL", "MM")] == ["CNS relapse", "hyperviscosity"]
    assert headache.behind("AML") == headache.thinks_of
    confusion = next(symptom for symptom in symptoms_of("MM") if symptom.code == "confusion")
    assert confusion.behind("MM") == "hypercalcaemia, hyperviscosity"
    assert "promyelocytic" in SYMPTOMS["bleeding"].behind("AML")
    assert "promyelocytic" not in SYMPTOMS["bleeding"].behind("ALL")


def test_symptoms_of_one_disease_are_not_asked_in_another() -> None:
    asked = {disease: {symptom.code for symptom in symptoms_of(disease)} for disease in ("MM", "AML", "ALL")}
    assert "testicular_enlargement" not in asked["AML"] | asked["MM"]
    assert "gum_swelling" not in asked["ALL"] | asked["MM"]
    assert symptoms_of("CLL") == ()


def test_the_level_of_a_report_is_its_highest() -> None:
    assert level_of(frozenset({"fatigue", "bleeding"})) == "URGENT"
    assert level_of(frozenset({"fatigue"})) == "REVIEW"
    assert level_of(frozenset()) is None
    assert level_of(frozenset({"unheard_of"})) is None


# Reference ranges.

YEAR = D("365.25")


@pytest.mark.parametrize(
    ("analyte", "years", "sex", "low", "high"),
    [
        ("haemoglobin", 50, "male", "13.5", "17.5"),
        ("haemoglobin", 50, "female", "12.0", "15.5"),
        ("haemoglobin", 3, "male", "11.5", "13.5"),
        ("haemoglobin", 8, "female", "11.5", "15.5"),
        ("haemoglobin", 13, "male", "13.0", "16.0"),
        ("haemoglobin", 13, "female", "12.0", "16.0"),
        ("wbc", 1.5, "", "6.0", "17.0"),
        ("wbc", 3, "", "5.5", "15.5"),
        ("wbc", 40, "", "4.0", "11.0"),
        ("neutrophils", 4, "", "1.5", "8.5"),
        ("neutrophils", 5, "", "1.7", "7.5"),
        ("neutrophils", 18, "", "1.5", "7.5"),
        ("platelets", 0.1, "", "150", "450"),
        ("platelets", 30, "", "150", "400"),
        ("igg", 30, "male", "700", "1600"),
        ("rbc", 30, "female", "4.1", "5.1"),
    ],
)
def test_fallback_ranges_by_age_and_sex(analyte: str, years: float, sex: str, low: str, high: str) -> None:
    found = fallback_range(analyte, age_days=int(D(years) * YEAR), sex=sex)
    assert found is not None
    assert (found.range.low, found.range.high, found.origin) == (D(low), D(high), "fallback")
    assert found.source in CONFIDENCE


@pytest.mark.parametrize(
    ("analyte", "years", "sex"),
    [
        ("haemoglobin", 50, "unknown"),
        ("haemoglobin", 0.1, "male"),
        ("creatinine", 5, "male"),
        ("serum_m", 50, "male"),
        ("wbc", 15, ""),
    ],
)
def test_no_fallback_is_made_up(analyte: str, years: float, sex: str) -> None:
    assert fallback_range(analyte, age_days=int(D(years) * YEAR), sex=sex) is None


def test_the_boundary_of_an_age_band_belongs_to_the_older() -> None:
    eighteen = int(18 * YEAR)
    assert fallback_range("platelets", age_days=eighteen - 1, sex="").range.high == 450
    assert fallback_range("platelets", age_days=eighteen, sex="").range.high == 400


def test_every_fallback_says_how_sure_it_is_and_names_an_analyte() -> None:
    for code, rows in FALLBACKS.items():
        assert code in ANALYTES
        assert {row.source for row in rows} <= set(CONFIDENCE)
        assert all(row.low < row.high and row.from_days < row.below_days for row in rows)


@pytest.mark.parametrize("code", FALLBACKS)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_fallbacks_of_one_sex_never_overlap(code: str, sex: str) -> None:
    own = sorted((row.from_days, row.below_days) for row in FALLBACKS[code] if row.sex in ("", sex))
    assert all(end <= start for (_, end), (start, _) in pairwise(own))


def test_the_range_of_the_laboratory_goes_first() -> None:
    printed = reference_range("haemoglobin", age_days=50 * 365, sex="male", low=D(14))
    assert (printed.range.low, printed.range.high, printed.origin) == (D(14), None, "laboratory")
    assert printed.source == "printed on the result"
    assert reference_range("haemoglobin", age_days=None, sex="", high=D(16)).range == Range(None, D(16))
    assert reference_range("haemoglobin", age_days=50 * 365, sex="male").origin == "fallback"
    assert reference_range("haemoglobin", age_days=None, sex="male") is None


@pytest.mark.parametrize(
    ("egfr", "low", "high"),
    [(None, "0.26", "1.65"), ("60", "0.26", "1.65"), ("59.9", "0.46", "2.62"), ("45", "0.46", "2.62"), ("44.9", "0.48", "3.38"),
     ("30", "0.48", "3.38"), ("29.9", "0.54", "3.30"), ("0", "0.54", "3.30")],
)  # fmt: skip
def test_the_light_chain_ratio_by_kidney_function(egfr: str | None, low: str, high: str) -> None:
    found = light_chain_ratio_range(None if egfr is None else D(egfr))
    assert (found.low, found.high) == (D(low), D(high))


def test_worked_examples_e18_and_e19() -> None:
    assert D("2.5") in light_chain_ratio_range(D(25))
    assert D("2.5") not in light_chain_ratio_range(None)
    assert D("0.45") in light_chain_ratio_range(D(70))
    assert D("0.45") not in light_chain_ratio_range(D(25))


# Residual disease.


def residual(value: str | None, **rest) -> ResidualDisease:
    filled = {"analyte": "mrd_molecular", "target": "NPM1", "specimen": "bone_marrow", **rest}
    return ResidualDisease(value=None if value is None else D(value), **filled)


@pytest.mark.parametrize(
    ("value", "rest", "reading", "sensitivity"),
    [
        ("0.05", {}, "positive", None),
        (None, {}, "unknown", None),
        ("0", {}, "unknown", None),
        (None, {"detection": D("0.001")}, "negative", "0.001"),
        ("0", {"detection": D("0.001")}, "negative", "0.001"),
        ("0.01", {"comparator": "<"}, "negative", "0.01"),
        ("0.01", {"comparator": "<", "detection": D("0.001")}, "negative", "0.001"),
        ("0.002", {"detection": D("0.001"), "quantification": D("0.01")}, "positive_below_quantification", "0.001"),
        ("0.01", {"detection": D("0.001"), "quantification": D("0.01")}, "positive", "0.001"),
        ("0.0005", {"detection": D("0.001")}, "negative", "0.001"),
        ("0.001", {"detection": D("0.001")}, "positive", "0.001"),
        ("50", {"comparator": ">"}, "positive", None),
    ],
)
def test_a_reading_is_negative_only_at_a_sensitivity(value, rest, reading, sensitivity) -> None:
    found = residual(value, **rest)
    assert found.reading == reading
    assert found.sensitivity == (None if sensitivity is None else D(sensitivity))


@pytest.mark.parametrize(
    "other",
    [
        {"target": "FLT3-ITD"},
        {"specimen": "blood"},
        {"laboratory": "South"},
        {"method": "ngs"},
        {"analyte": "mrd_flow"},
    ],
)
def test_only_like_is_compared_with_like(other: dict[str, str]) -> None:
    assert residual("0.05").comparable_with(residual("0.5"))
    assert not residual("0.05").comparable_with(residual("0.5", **other))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"target": "DNMT3A"}, "DNMT3A is found in healthy blood formation and is no target"),
        ({"target": "tet2"}, "tet2 is found in healthy blood formation and is no target"),
        ({"specimen": ""}, "residual disease is measured in marrow or blood, not in nothing"),
        ({"specimen": "csf"}, "residual disease is measured in marrow or blood, not in csf"),
        ({"analyte": "wbc"}, "wbc is not a measurement of residual disease"),
        ({"analyte": "no such"}, "no such is not a measurement of residual disease"),
        (
            {"detection": D(1), "quantification": D("0.1")},
            "the limit of detection lies above the limit of quantification",
        ),
    ],
)
def test_impossible_measurements_are_refused(wrong, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{why}$"):
        residual("0.05", **wrong)


def test_both_limits_of_a_measurement_may_be_one() -> None:
    assert residual("0.1", detection=D("0.1"), quantification=D("0.1")).reading == "positive"


# Unit queries.


@pytest.mark.parametrize(
    ("earlier", "later", "analyte", "step"),
    [
        ("0.4", "4", "serum_m", "10"),
        ("4", "0.4", "serum_m", "0.1"),
        ("0.4", "4.2", "serum_m", "10"),
        ("0.4", "4.21", "serum_m", None),
        ("0.4", "3.8", "serum_m", "10"),
        ("0.4", "3.79", "serum_m", None),
        ("7.5", "750", "igg", "100"),
        ("1.2", "106", "creatinine", "88.42"),
        ("106", "1.2", "creatinine", "88.42"),
        ("1.2", "106", "igg", None),
        ("9.6", "2.4", "calcium", "4.008"),
        ("13.5", "8.4", "haemoglobin", "1.611"),
        ("8.4", "13.5", "haemoglobin", "1.611"),
        ("13.5", "8.4", "platelets", None),
        ("13.5", "12.5", "haemoglobin", None),
        ("1", "1", "serum_m", None),
        ("0", "4", "serum_m", None),
        ("4", "0", "serum_m", None),
    ],
)
def test_steps_that_look_like_a_unit(earlier: str, later: str, analyte: str, step: str | None) -> None:
    query = unit_error(D(earlier), D(later), analyte=analyte)
    if step is None:
        assert query is None
        return
    assert query is not None
    assert query.why
    assert query.ratio == D(later) / D(earlier)
    assert float(query.step) in (pytest.approx(float(step)), pytest.approx(1 / float(step)))
    assert (query.step > 1) == (D(later) > D(earlier))


def test_without_an_analyte_every_step_is_looked_for() -> None:
    assert unit_error(D("1.2"), D("106")) is not None
    assert unit_error(D("10"), D("6.2")) is not None


@pytest.mark.parametrize(
    ("printed", "differs"), [("2.5", False), ("2.625", False), ("2.626", True), ("2.375", False), ("2.374", True)]
)
def test_a_printed_ratio_is_recomputed(printed: str, differs: bool) -> None:
    assert ratio_differs(D(95), D(38), D(printed)) == differs
    assert ratio_differs(D("0.95"), D("0.38"), D(printed)) == differs
    assert not ratio_differs(D(95), D(0), D(printed))
    assert not ratio_differs(D(0), D(38), D(printed))


@pytest.mark.parametrize(("wbc", "exceeds"), [("6.0", False), ("5.8", False), ("5.7", True)])
def test_the_differential_fits_into_the_white_cells(wbc: str, exceeds: bool) -> None:
    assert differential_exceeds(D(wbc), D(4), D("1.5"), D("0.5")) == exceeds


@pytest.mark.parametrize(
    ("haematocrit", "misfits"), [("39", False), ("43", False), ("43.1", True), ("35", False), ("34.9", True)]
)
def test_haematocrit_is_about_three_times_haemoglobin(haematocrit: str, misfits: bool) -> None:
    assert haematocrit_misfits(D(13), D(haematocrit)) == misfits


@pytest.mark.parametrize(("serum_m", "exceeds"), [("3.9", False), ("4.0", False), ("4.1", True)])
def test_the_m_protein_fits_into_the_globulins(serum_m: str, exceeds: bool) -> None:
    assert monoclonal_exceeds(D(serum_m), D("7.5"), D("3.5")) == exceeds


def test_five_percent_above_the_white_cells_is_still_rounding() -> None:
    assert not differential_exceeds(D(6), D("6.3"))
    assert differential_exceeds(D(6), D("6.31"))


@pytest.mark.parametrize(
    ("months", "days"), [(0, 0), (6, 182), (12, 365), (24, 730), (48, 1461), (144, 4383), (216, 6574)]
)
def test_months_in_full_days(months: int, days: int) -> None:
    assert days_of_months(months) == days


def test_an_egfr_below_zero_is_an_error() -> None:
    with pytest.raises(ValueError, match="an eGFR is never negative: -1"):
        light_chain_ratio_range(D(-1))
