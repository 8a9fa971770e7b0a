"""Results made comparable: what is taken, what is kept aside, and that nothing is guessed."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from labs.vocabulary.analytes import LABORATORY_ANALYTES as ANALYTES
from labs.vocabulary.analytes import NOT_TAKEN, LocalCode
from labs.vocabulary.comparable import Comparable, NotTaken, Quarantined, make_comparable
from labs.vocabulary.fixed_point import to_amount
from labs.vocabulary.printed_values import Number, Unread, read_value
from labs.vocabulary.quarantine import CautionCode, QuarantineReason

R = QuarantineReason
QUANTITIES = [analyte for analyte in ANALYTES.values() if analyte.kind == "quantity"]


def code_of(analyte: str) -> str:
    return (ANALYTES[analyte].loinc or (analyte,))[0]


def result(analyte: str, value: str, unit: str | None = None, **rest):
    """The outcome of a printed value of an analyte, in its canonical unit unless another is given."""
    known = ANALYTES[analyte]
    rest.setdefault("specimen", "" if known.specimen else "bone marrow")
    return make_comparable(code=code_of(analyte), value_text=value, unit=known.unit if unit is None else unit, **rest)


def taken(outcome) -> Comparable:
    assert isinstance(outcome, Comparable), outcome
    return outcome


def refused(outcome, reason: QuarantineReason) -> Quarantined:
    assert isinstance(outcome, Quarantined), outcome
    assert outcome.reason is reason, outcome
    assert outcome.message
    assert outcome.remedy
    return outcome


# Values taken.


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "canonical"),
    [
        ("haemoglobin", "135", "g/L", "13.5"),
        ("haemoglobin", "8.4", "mmol/L", "13.535288"),
        ("serum_m", "1.58", "g/L", "0.158"),
        ("serum_m", "4", "g/L", "0.4"),
        ("creatinine", "106", "umol/L", "1.198824"),
        ("creatinine", "177", "umol/L", "2.001810"),
        ("calcium", "2.65", "mmol/L", "10.621242"),
        ("flc_kappa", "1.2", "mg/dL", "12"),
        ("igg", "7.5", "g/L", "750"),
        ("wbc", "6500", "/uL", "6.5"),
        ("wbc", "6.5", "K/uL", "6.5"),
        ("platelets", "210", "G/L", "210"),
        ("platelets", "21", "10*4/uL", "210"),
        ("rbc", "4.5", "T/L", "4.5"),
        ("haematocrit", "0.42", "L/L", "42"),
        ("urine_m", "0.5", "g/24 h", "500"),
        ("ldh", "4", "ukat/L", "240"),
        ("b2m", "2400", "ug/L", "2.4"),
        ("egfr", "1.2", "mL/s/1.73m2", "72"),
        ("urine_acr", "3", "mg/mmol", "26.526"),
        ("csf_wbc", "7", "10*6/L", "7"),
        ("mrd_flow", "0.003", "%", "0.003"),
        ("mrd_flow", "2", "10*-5", "0.002"),
        ("mrd_molecular", "0.000001", "%", "0.000001"),
    ],
)
def test_units_are_converted_exactly(analyte: str, value: str, unit: str, canonical: str) -> None:
    found = taken(result(analyte, value, unit))
    assert found.value == Decimal(canonical)
    assert found.unit == ANALYTES[analyte].unit
    assert found.amount == to_amount(Decimal(canonical), ANALYTES[analyte].places)


def test_the_fixed_point_makes_the_rise_of_half_a_gram_exact() -> None:
    later, earlier = taken(result("serum_m", "0.7")), taken(result("serum_m", "2.0", "g/L"))
    assert later.amount - earlier.amount == taken(result("serum_m", "0.5")).amount


def test_the_value_carries_all_that_was_decided() -> None:
    found = taken(result("serum_m", "<1.0 L", "g/L", specimen="Plasma"))
    assert (found.analyte, found.comparator, found.specimen, found.sent_unit) == ("serum_m", "<", "serum", "g/L")
    assert found.censored
    assert found.coded is None
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("printed", "comparator", "canonical"),
    [
        ("<0.1", "<", "0.1"),
        ("< 0.1", "<", "0.1"),
        ("&lt;0.1", "<", "0.1"),
        ("≤0.1", "<=", "0.1"),
        ("<=0.1", "<=", "0.1"),
        ("less than 0.1", "<", "0.1"),
        (">5", ">", "5"),
        (">=5", ">=", "5"),
        ("≥ 5", ">=", "5"),
        ("greater than 5", ">", "5"),
        ("0.9 H", "", "0.9"),
        ("0.9H", "", "0.9"),
        ("0.9 (L)", "", "0.9"),
        ("0.9*", "", "0.9"),
        ("*0.9", "", "0.9"),
        ("<0.1 L", "<", "0.1"),
        ("0.9 g/dL", "", "0.9"),
        ("0.9 g/dL H", "", "0.9"),
        ("1.2E0", "", "1.2"),
        ("12e-1", "", "1.2"),
        ("1.2E+0", "", "1.2"),
        ("5.", "", "5"),
        (".5", "", "0.5"),
        ("  0.9  ", "", "0.9"),
        ("0.90", "", "0.9"),
        ("00.9", "", "0.9"),
        ("0", "", "0"),
        ("0.9\u00a0", "", "0.9"),
    ],
)
def test_printed_forms_that_are_certain(printed: str, comparator: str, canonical: str) -> None:
    found = taken(result("serum_m", printed))
    assert (found.comparator, found.value) == (comparator, Decimal(canonical))


def test_a_large_number_in_scientific_form() -> None:
    assert taken(result("platelets", "1.2E3", "K/uL")).value == 1200


def test_a_comparator_may_come_beside_the_value() -> None:
    assert taken(result("serum_m", "0.1", comparator="<")).comparator == "<"
    assert taken(result("serum_m", "<0.1", comparator="<")).comparator == "<"
    refused(result("serum_m", "<0.1", comparator=">"), R.VALUE_CONTRADICTS)
    refused(result("serum_m", "0.1", comparator="ad"), R.VALUE_UNREADABLE)


def test_a_value_without_text_is_read() -> None:
    bare = make_comparable(code="33358-3", value=Decimal("1.20E+1"), unit="g/L")
    assert taken(bare).value == Decimal("1.2")
    refused(make_comparable(code="33358-3", value=Decimal("NaN"), unit="g/L"), R.VALUE_NOT_FINITE)
    refused(make_comparable(code="33358-3", value=Decimal(-1), unit="g/L"), R.VALUE_NEGATIVE)


@pytest.mark.parametrize("unit", ["", "  ", "ratio", "1", "{ratio}"])
def test_a_ratio_needs_no_unit(unit: str) -> None:
    assert taken(result("flc_ratio", "1.25", unit)).value == Decimal("1.25")


def test_a_unit_printed_behind_the_number_is_read_and_said() -> None:
    found = taken(result("haemoglobin", "135 g/L", ""))
    assert found.value == Decimal("13.5")
    assert [caution.code for caution in found.warnings] == [CautionCode.UNIT_READ_FROM_VALUE]
    assert taken(result("haemoglobin", "135 g/L", "g/L")).warnings == ()


# Absence.


@pytest.mark.parametrize("words", ["not detected", "Not Detected.", "NEGATIVE", "none seen", "absent", "Undetectable"])
@pytest.mark.parametrize(
    "analyte", ["serum_m", "urine_m", "blasts_blood_percent", "blasts_marrow", "mrd_flow", "csf_wbc"]
)
@pytest.mark.parametrize("unit", [None, ""])
def test_what_may_be_absent_may_be_reported_absent(analyte: str, words: str, unit: str | None) -> None:
    found = taken(result(analyte, words, unit))
    assert (found.amount, found.coded, found.comparator) == (0, "not_detected", "")
    assert CautionCode.NOT_DETECTED_TAKEN_AS_ZERO in {caution.code for caution in found.warnings}


@pytest.mark.parametrize(
    "analyte",
    ["haemoglobin", "platelets", "flc_kappa", "flc_lambda", "flc_ratio", "igg", "creatinine", "calcium", "albumin"],
)
def test_what_is_always_there_is_never_reported_absent(analyte: str) -> None:
    refused(result(analyte, "not detected"), R.VALUE_UNREADABLE)


def test_the_absence_of_something_else_says_nothing() -> None:
    refused(result("serum_m", "no blasts seen"), R.VALUE_UNREADABLE)
    refused(result("blasts_marrow", "no m-spike"), R.VALUE_UNREADABLE)
    assert taken(result("serum_m", "No M-spike")).amount == 0
    assert taken(result("blasts_marrow", "no blasts seen")).amount == 0


@pytest.mark.parametrize(
    "words", ["None", "nil", "null", "ND", "negative?", "0 or trace", "not detected previously", "not negative"]
)
def test_words_that_may_mean_no_value_are_not_absence(words: str) -> None:
    assert isinstance(result("serum_m", words), Quarantined)


# Values refused.


@pytest.mark.parametrize(
    ("printed", "reason"),
    [
        ("", R.VALUE_MISSING),
        ("   ", R.VALUE_MISSING),
        ("see comment", R.VALUE_MISSING),
        ("See Comment.", R.VALUE_MISSING),
        ("pending", R.VALUE_MISSING),
        ("QNS", R.VALUE_MISSING),
        ("hemolyzed", R.VALUE_MISSING),
        ("n/a", R.VALUE_MISSING),
        ("---", R.VALUE_MISSING),
        ("*", R.VALUE_MISSING),
        (".", R.VALUE_MISSING),
        ("1,234", R.VALUE_AMBIGUOUS),
        ("0,4", R.VALUE_AMBIGUOUS),
        ("0,123", R.VALUE_AMBIGUOUS),
        ("12,5", R.VALUE_AMBIGUOUS),
        ("1.234,5", R.VALUE_AMBIGUOUS),
        ("<0,1", R.VALUE_AMBIGUOUS),
        ("1 234", R.VALUE_AMBIGUOUS),
        ("1'234", R.VALUE_AMBIGUOUS),
        ("0.4 0.5", R.VALUE_AMBIGUOUS),
        ("-0.5", R.VALUE_NEGATIVE),
        ("−0.5", R.VALUE_NEGATIVE),
        ("-0", R.VALUE_NEGATIVE),
        ("< -1", R.VALUE_NEGATIVE),
        ("NaN", R.VALUE_NOT_FINITE),
        ("inf", R.VALUE_NOT_FINITE),
        ("-Infinity", R.VALUE_NOT_FINITE),
        ("#DIV/0", R.VALUE_NOT_FINITE),
        ("0.4-0.5", R.VALUE_UNREADABLE),
        ("0.4 - 0.5", R.VALUE_UNREADABLE),
        ("0.4 – 0.5", R.VALUE_UNREADABLE),
        ("0.4 to 0.5", R.VALUE_UNREADABLE),
        ("1/10", R.VALUE_UNREADABLE),
        ("1:10", R.VALUE_UNREADABLE),
        ("2+", R.VALUE_UNREADABLE),
        ("+2", R.VALUE_UNREADABLE),
        ("++", R.VALUE_UNREADABLE),
        ("1.2.3", R.VALUE_UNREADABLE),
        ("1.2e", R.VALUE_UNREADABLE),
        ("1e999", R.VALUE_UNREADABLE),
        ("0x1F", R.VALUE_UNREADABLE),
        ("~0.4", R.VALUE_UNREADABLE),
        ("<<0.4", R.VALUE_UNREADABLE),
        ("<>0.4", R.VALUE_UNREADABLE),
        ("about 0.4", R.VALUE_UNREADABLE),
        ("0.4?", R.VALUE_UNREADABLE),
        ("0.4 repeat", R.VALUE_UNREADABLE),
        ("0.4 mmol/L", R.VALUE_UNREADABLE),
        ("faint band", R.VALUE_UNREADABLE),
        ("٠.٤", R.VALUE_UNREADABLE),
        ("1" * 31, R.VALUE_UNREADABLE),
        ("1" * 500, R.VALUE_UNREADABLE),
        ("0.4 " + "x" * 500, R.VALUE_UNREADABLE),
    ],
)
def test_printed_forms_that_are_refused(printed: str, reason: QuarantineReason) -> None:
    outcome = refused(result("serum_m", printed), reason)
    assert outcome.analyte == "serum_m"
    assert "M-protein" in outcome.message


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("0.4-0.5", "a range"),
        ("0.4 to 0.5", "a range"),
        ("1/10", "a titre"),
        ("0.4 0.5", "more than one"),
        ("0" * 81, "81 characters"),
    ],
)
def test_the_message_says_what_is_wrong_with_a_value(printed: str, said: str) -> None:
    outcome = result("serum_m", printed)
    assert isinstance(outcome, Quarantined)
    assert said in outcome.message


@pytest.mark.parametrize(
    ("printed", "value"), [("0,4", "0.4"), ("12,5", "12.5"), ("1,234", "1.234"), ("<0,1", "0.1"), ("4", "4")]
)
def test_a_source_known_for_decimal_commas(printed: str, value: str) -> None:
    assert taken(result("platelets", printed, decimal_comma=True)).value == Decimal(value)


def test_a_point_from_a_source_of_decimal_commas_is_ambiguous() -> None:
    refused(result("serum_m", "1.234,5.6", decimal_comma=True), R.VALUE_AMBIGUOUS)
    assert taken(result("platelets", "1.234,5", decimal_comma=True)).value == Decimal("1234.5")


@pytest.mark.parametrize("printed", ["1,234.5", "1,234.50"])
def test_thousands_that_can_be_nothing_else(printed: str) -> None:
    assert taken(result("platelets", printed)).value == Decimal("1234.5")
    assert taken(result("csf_wbc", "123,456.0")).value == 123456
    refused(result("platelets", "12,34.5"), R.VALUE_AMBIGUOUS)
    refused(result("platelets", "0,234.5"), R.VALUE_AMBIGUOUS)


@pytest.mark.parametrize(
    ("analyte", "unit", "reason"),
    [
        ("serum_m", "", R.UNIT_MISSING),
        ("blasts_marrow", "", R.UNIT_MISSING),
        ("haematocrit", "", R.UNIT_MISSING),
        ("mrd_flow", "", R.UNIT_MISSING),
        ("serum_m", "x", R.UNIT_UNKNOWN),
        ("serum_m", "spoon/L", R.UNIT_UNKNOWN),
        ("serum_m", "mmol/L", R.UNIT_OF_ANOTHER_KIND),
        ("serum_m", "%", R.UNIT_OF_ANOTHER_KIND),
        ("serum_m", "10*3/uL", R.UNIT_OF_ANOTHER_KIND),
        ("platelets", "g/L", R.UNIT_OF_ANOTHER_KIND),
        ("platelets", "fL", R.UNIT_OF_ANOTHER_KIND),
        ("platelets", "%", R.UNIT_OF_ANOTHER_KIND),
        ("platelets", "pg", R.UNIT_OF_ANOTHER_KIND),
        ("creatinine", "U/L", R.UNIT_OF_ANOTHER_KIND),
        ("creatinine", "nmol/L", R.UNIT_OF_ANOTHER_KIND),
        ("egfr", "mL/min", R.UNIT_OF_ANOTHER_KIND),
        ("calcium", "meq/L", R.UNIT_OF_ANOTHER_KIND),
        ("flc_ratio", "%", R.UNIT_OF_ANOTHER_KIND),
        ("urine_m", "mg/dL", R.SPOT_URINE),
        ("urine_m", "g/L", R.SPOT_URINE),
        ("urine_m", "mg/g", R.SPOT_URINE),
        ("urine_protein_24h", "mg/mmol creat", R.SPOT_URINE),
        ("urine_m", "%", R.UNIT_OF_ANOTHER_KIND),
        ("urine_m", "mg", R.UNIT_UNKNOWN),
    ],
)
def test_units_that_are_refused(analyte: str, unit: str, reason: QuarantineReason) -> None:
    outcome = refused(result(analyte, "5", unit, where="row 7"), reason)
    assert ANALYTES[analyte].name in outcome.message
    assert (outcome.where, outcome.analyte) == ("row 7", analyte)
    assert not unit.strip() or unit in outcome.message


def test_a_unit_beside_the_value_and_one_behind_it_must_agree() -> None:
    refused(result("haemoglobin", "135 g/L", "g/dL"), R.UNIT_CONTRADICTS)
    refused(result("haemoglobin", "135 g/L", "spoons"), R.UNIT_CONTRADICTS)


def test_a_missing_value_is_said_before_a_missing_unit() -> None:
    refused(result("serum_m", "", ""), R.VALUE_MISSING)
    refused(result("serum_m", "cancelled", ""), R.VALUE_MISSING)


# Limits.

STEP = {analyte.code: Decimal(1).scaleb(-analyte.places) for analyte in QUANTITIES}


@pytest.mark.parametrize("code", STEP)
def test_hard_limits_from_both_sides(code: str) -> None:
    hard = ANALYTES[code].hard
    assert taken(result(code, f"{hard.high:f}")).value == hard.high
    refused(result(code, f"{hard.high + STEP[code]:f}"), R.VALUE_IMPLAUSIBLE)
    assert taken(result(code, f"{hard.low:f}")).value == hard.low
    if hard.low > 0:
        outcome = refused(result(code, f"{hard.low - STEP[code]:f}"), R.VALUE_IMPLAUSIBLE)
        assert str(hard.low) in outcome.message
    else:
        refused(result(code, f"-{STEP[code]:f}"), R.VALUE_NEGATIVE)


@pytest.mark.parametrize("code", [a.code for a in QUANTITIES if a.soft])
def test_soft_limits_from_both_sides(code: str) -> None:
    soft, hard, step = ANALYTES[code].soft, ANALYTES[code].hard, STEP[code]

    def cautions(value: Decimal) -> set[str]:
        return {caution.code for caution in taken(result(code, f"{value:f}")).warnings}

    assert cautions(soft.high) == set()
    assert cautions(soft.low) == set()
    if soft.high < hard.high:
        assert cautions(soft.high + step) == {CautionCode.BEYOND_SOFT_LIMITS}
    if soft.low > hard.low:
        assert cautions(soft.low - step) == {CautionCode.BEYOND_SOFT_LIMITS}


@pytest.mark.parametrize("code", [a.code for a in QUANTITIES if not a.soft])
def test_without_soft_limits_nothing_is_to_be_confirmed(code: str) -> None:
    assert taken(result(code, f"{ANALYTES[code].hard.high:f}")).warnings == ()


@pytest.mark.parametrize(
    "code", ["blasts_blood_percent", "blasts_blood_count", "plasma_cells_blood_count", "csf_blasts"]
)
def test_any_abnormal_cell_is_to_be_confirmed_but_a_bound_is_not_a_cell(code: str) -> None:
    assert taken(result(code, "0")).warnings == ()
    assert taken(result(code, "0.1")).warnings != ()
    assert taken(result(code, ">0.1")).warnings != ()
    assert taken(result(code, "<0.1")).warnings == ()


def test_limits_hold_in_every_unit() -> None:
    refused(result("haemoglobin", "135", "g/dL"), R.VALUE_IMPLAUSIBLE)
    refused(result("haemoglobin", "13.5", "mg/dL"), R.VALUE_IMPLAUSIBLE)
    refused(result("creatinine", "177", "mmol/L"), R.VALUE_IMPLAUSIBLE)
    refused(result("wbc", "6500", "10*3/uL"), R.VALUE_IMPLAUSIBLE)


# Codes, names, specimens.


def test_a_code_under_the_name_of_another_is_refused() -> None:
    outcome = refused(
        make_comparable(code="2458-8", display="IgG", value_text="700", unit="mg/dL", where="OBX 3"),
        R.CODE_OF_ANOTHER_MEANING,
    )
    assert "2458-8" in outcome.message
    assert "IgG" in outcome.message
    assert outcome.where == "OBX 3"
    assert taken(make_comparable(code="2458-8", display="IgA", value_text="70", unit="mg/dL")).analyte == "iga"


@pytest.mark.parametrize(
    ("code", "display", "reason"),
    [
        ("26464-8", "Blasts", R.CODE_OF_ANOTHER_MEANING),
        ("26446-5", "Promyelocytes", R.CODE_OF_ANOTHER_MEANING),
        ("26450-7", "", R.CODE_OF_ANOTHER_MEANING),
        ("26450-7", "Plasma cells, marrow", R.CODE_OF_ANOTHER_MEANING),
        ("26098-4", "Plasma cells, marrow", R.CODE_OF_ANOTHER_MEANING),
        ("33944-8", "Lambda free", R.CODE_MALFORMED),
        ("33945-5", "", R.CODE_MALFORMED),
        ("32731-2", "Beta-2 microglobulin", R.CODE_OF_ANOTHER_MEANING),
        ("11050-2", "Kappa free", R.CODE_OF_ANOTHER_MEANING),
        ("11051-0", "", R.CODE_OF_ANOTHER_MEANING),
        ("32730-5", "Urine M", R.CODE_MALFORMED),
        ("LOCAL7", "Hemoglobin", R.CODE_UNKNOWN),
        ("", "Hemoglobin", R.CODE_MISSING),
    ],
)
def test_codes_found_in_wrong_use_are_refused(code: str, display: str, reason: QuarantineReason) -> None:
    refused(make_comparable(code=code, display=display, value_text="5", unit="%"), reason)


def test_a_known_code_that_is_not_used_is_no_quarantine() -> None:
    outcome = make_comparable(code="4548-4", value_text="", unit="")
    assert isinstance(outcome, NotTaken)
    assert outcome.code == "4548-4"


def test_local_codes_are_mapped_by_laboratory() -> None:
    codes = {LocalCode("North", "HB"): "haemoglobin", LocalCode("North", "EOS"): NOT_TAKEN}
    sent = {"code": "HB", "code_system": "local", "value_text": "13.5", "unit": "g/dL"}
    assert taken(make_comparable(**sent, laboratory="North", local_codes=codes)).analyte == "haemoglobin"
    refused(make_comparable(**sent, laboratory="South", local_codes=codes), R.CODE_UNKNOWN)
    refused(make_comparable(**sent, laboratory="North"), R.CODE_UNKNOWN)
    assert isinstance(make_comparable(**sent | {"code": "EOS"}, laboratory="North", local_codes=codes), NotTaken)


@pytest.mark.parametrize(
    ("analyte", "specimen"),
    [("haemoglobin", "urine"), ("serum_m", "urine"), ("urine_m", "serum"), ("blasts_marrow", "blood"), ("csf_wbc", "blood"),
     ("creatinine", "urine"), ("mrd_flow", "csf"), ("platelets", "bone marrow")],
)  # fmt: skip
def test_a_specimen_that_contradicts_the_code_is_refused(analyte: str, specimen: str) -> None:
    refused(result(analyte, "5", specimen=specimen), R.SPECIMEN_CONTRADICTS)


def test_residual_disease_must_say_its_specimen() -> None:
    refused(result("mrd_flow", "0.01", specimen=""), R.SPECIMEN_MISSING)
    refused(result("mrd_flow", "0.01", specimen="some tube"), R.SPECIMEN_MISSING)
    assert taken(result("mrd_flow", "0.01", specimen="BM")).specimen == "bone_marrow"
    assert taken(result("mrd_flow", "0.01", specimen="peripheral blood")).specimen == "blood"


def test_an_unknown_specimen_is_said_but_the_code_implies_one() -> None:
    found = taken(result("haemoglobin", "13.5", specimen="lavender tube"))
    assert found.specimen == "blood"
    assert [caution.code for caution in found.warnings] == [CautionCode.SPECIMEN_NOT_RECOGNISED]


def test_serum_and_plasma_are_one_group_and_blood_is_another() -> None:
    assert taken(result("creatinine", "1", specimen="plasma")).specimen == "serum"
    assert taken(result("creatinine", "1", specimen="blood")).specimen == "blood"
    assert taken(result("urine_m", "1", specimen="urine")).specimen == "urine_24h"


@pytest.mark.parametrize("specimen", ["spot urine", "Random Urine", "urine, random"])
def test_spot_urine_cannot_stand_for_a_day(specimen: str) -> None:
    refused(result("urine_m", "200", specimen=specimen), R.SPOT_URINE)
    refused(result("urine_protein_24h", "not detected", specimen=specimen), R.SPOT_URINE)
    assert taken(result("urine_acr", "20", specimen=specimen)).specimen == "urine"


@pytest.mark.parametrize(
    ("hours", "litres", "complete"),
    [
        ("22", "2", True),
        ("26", "2", True),
        ("21.99", "2", False),
        ("26.01", "2", False),
        ("24", "0.2", True),
        ("24", "8", True),
        ("24", "0.199", False),
        ("24", "8.001", False),
        (None, None, True),
        ("24", None, True),
        (None, "0.1", False),
    ],
)
def test_the_collection_must_stand_for_a_day(hours: str | None, litres: str | None, complete: bool) -> None:
    outcome = result(
        "urine_m",
        "200",
        collection_hours=None if hours is None else Decimal(hours),
        collection_litres=None if litres is None else Decimal(litres),
    )
    if complete:
        assert taken(outcome).specimen == "urine_24h"
    else:
        refused(outcome, R.COLLECTION_INCOMPLETE)


def test_the_collection_matters_to_daily_amounts_only() -> None:
    assert taken(result("urine_acr", "20", collection_hours=Decimal(1))).value == 20


# Words.


@pytest.mark.parametrize(
    ("code", "text", "finding", "amount"),
    [
        ("49275-1", "IgG kappa monoclonal protein detected.", "positive: IgG-kappa", 2),
        ("49275-1", "Negative", "negative", 0),
        ("49276-9", "Bence Jones lambda", "positive: free lambda", 2),
        ("25700-6", "Equivocal", "equivocal", 1),
        ("20454-5", "2+", "2+", 3),
        ("5804-0", "trace", "trace", 1),
        ("2887-8", "Negative", "negative", 0),
    ],
)
def test_findings_in_words(code: str, text: str, finding: str, amount: int) -> None:
    found = taken(make_comparable(code=code, value_text=text))
    assert (found.finding, found.amount, found.places) == (finding, amount, 0)


def test_a_test_strip_may_also_give_a_concentration() -> None:
    for code in ("20454-5", "5804-0"):
        found = taken(make_comparable(code=code, value_text="30", unit="mg/dL"))
        assert (found.analyte, found.value) == ("urine_protein_dipstick_mass", 30)
        assert taken(make_comparable(code=code, value_text="1+")).analyte == "urine_protein_dipstick"
    refused(make_comparable(code="20454-5", value_text="30"), R.UNIT_MISSING)


def test_coded_answers() -> None:
    sent = {"code": "49275-1", "coded": "http://loinc.org|LA6576-8"}
    assert taken(make_comparable(**sent)).coded == "positive"
    assert taken(make_comparable(**sent, value_text="IgG kappa")).finding == "positive: IgG-kappa"
    refused(make_comparable(**sent, value_text="negative"), R.VALUE_CONTRADICTS)
    refused(make_comparable(**sent, value_text="see the long comment on this"), R.VALUE_UNREADABLE)
    refused(make_comparable(code="49275-1", coded="http://loinc.org|LA1-8"), R.VALUE_UNREADABLE)


@pytest.mark.parametrize("specimen", ["blood", "csf"])
def test_findings_have_specimens_too(specimen: str) -> None:
    refused(make_comparable(code="49275-1", value_text="negative", specimen=specimen), R.SPECIMEN_CONTRADICTS)


def test_an_unread_finding_is_never_normal() -> None:
    refused(make_comparable(code="49275-1", value_text=""), R.VALUE_MISSING)
    refused(make_comparable(code="49275-1", value_text="pending"), R.VALUE_MISSING)
    refused(make_comparable(code="49275-1", value_text="No change from the last examination"), R.VALUE_UNREADABLE)
    refused(make_comparable(code="20454-5", value_text="5+"), R.VALUE_UNREADABLE)


# Properties.

ANY = st.sampled_from(QUANTITIES)


@st.composite
def measured(draw):
    """An analyte, two of its units and a value within its hard limits, as a decimal in the first unit."""
    analyte = draw(ANY)
    one, other = (draw(st.sampled_from(sorted(analyte.factors))) for _ in range(2))
    low, high = (int(Fraction(end) / analyte.factors[one] * 1000) for end in (analyte.hard.low, analyte.hard.high))
    thousandths = draw(st.integers(low + 1, max(low + 1, min(high, 10**14))))
    return analyte, one, other, Decimal(thousandths).scaleb(-3)


@settings(deadline=None)
@given(measured())
def test_a_change_of_unit_alone_changes_nothing(sample) -> None:
    analyte, one, other, value = sample
    converted = Fraction(value) * analyte.factors[one] / analyte.factors[other]
    first = result(analyte.code, f"{value:f}", one)
    assume(10**18 % converted.denominator == 0)  # else the other unit cannot print this value
    printed = Decimal(converted.numerator) / Decimal(converted.denominator)
    second = result(analyte.code, f"{printed:f}", other)
    if isinstance(first, Comparable) and len(f"{printed:f}") < 28:
        assert (taken(second).amount, second.warnings) == (first.amount, first.warnings)


@settings(deadline=None)
@given(measured())
def test_the_amount_is_the_nearest_fixed_point(sample) -> None:
    analyte, unit, _, value = sample
    outcome = result(analyte.code, f"{value:f}", unit)
    exact = Fraction(value) * analyte.factors[unit]
    if isinstance(outcome, Comparable):
        assert abs(outcome.amount - exact * 10**analyte.places) <= Fraction(1, 2)
        assert outcome.value == Decimal(outcome.amount).scaleb(-analyte.places)
    else:
        assert exact < Fraction(analyte.hard.low) or exact > Fraction(analyte.hard.high)


@settings(deadline=None)
@given(measured())
def test_a_canonical_value_prints_and_reads_back(sample) -> None:
    analyte, unit, _, value = sample
    first = result(analyte.code, f"{value:f}", unit)
    if isinstance(first, Comparable):
        assert result(analyte.code, f"{first.value:f}").amount == first.amount


@settings(deadline=None)
@given(
    measured(),
    st.sampled_from(["<", "<=", ">", ">=", "≤", "≥"]),
    st.sampled_from(["", " "]),
    st.sampled_from(["", " H", "*"]),
)
def test_a_comparator_is_never_lost(sample, sign: str, space: str, flag: str) -> None:
    analyte, unit, _, value = sample
    plain = result(analyte.code, f"{value:f}", unit)
    bound = result(analyte.code, f"{sign}{space}{value:f}{flag}", unit)
    assert isinstance(plain, Comparable) == isinstance(bound, Comparable)
    if isinstance(bound, Comparable):
        assert bound.comparator == {"≤": "<=", "≥": ">="}.get(sign, sign)
        assert bound.amount == plain.amount


@settings(deadline=None)
@given(ANY, st.text(max_size=40), st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_printed_there_is_an_answer(analyte, printed: str, unit: str, specimen: str) -> None:
    outcome = result(analyte.code, printed, unit, specimen=specimen)
    assert isinstance(outcome, Comparable | Quarantined)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,-+<>=eE HL*'/ ", max_size=12))
def test_no_number_is_read_from_a_text_python_would_not_read(printed: str) -> None:
    """Whatever is taken, is what its digits say once sign, flags and thousands separators are gone."""
    outcome = result("csf_rbc", printed)
    if not isinstance(outcome, Comparable):
        return
    digits = printed.replace(",", "").strip(" <>=*HL")
    assert outcome.amount == to_amount(Decimal(digits), 6)
    assert ("<" in printed) == ("<" in outcome.comparator)
    assert (">" in printed) == (">" in outcome.comparator)


# Numbers and words at the edge of what is read.


@pytest.mark.parametrize(
    ("text", "behind"), [("7 X", "X"), ("7X", "X"), ("7 *mg/dL*", "mg/dL"), ("7 mg / dL H", "mg / dL"), ("7 (H)", "")]
)
def test_only_flags_are_taken_away_behind_a_number(text: str, behind: str) -> None:
    assert read_value(text) == Number("", 7, 0, behind)


@pytest.mark.parametrize("text", ["X", "X7", "7%%", "1" * 31, "7" + " H" * 40])
def test_other_texts_are_no_numbers(text: str) -> None:
    read = read_value(text)
    assert isinstance(read, Unread)
    assert read.reason is R.VALUE_UNREADABLE


def test_the_longest_numbers() -> None:
    assert read_value("1" * 30) == Number("", int("1" * 30), 0)
    assert read_value("70" + " H" * 39) == Number("", 70, 0)


def test_a_decimal_comma_is_read_only_where_the_source_is_known_to_print_it() -> None:
    assert isinstance(read_value("1,5"), Unread)
    assert read_value("1,5", decimal_comma=True) == Number("", 15, 1)
    assert read_value("&gt;7") == Number(">", 7, 0)


@pytest.mark.parametrize("text", ["1 plus", "1 +", "2+"])
@pytest.mark.parametrize("code", ["2887-8", "5804-0"])
def test_a_grade_of_a_specimen_it_is_not_measured_in_is_kept_aside(code: str, text: str) -> None:
    outcome = make_comparable(code=code, value_text=text, unit="mg/dL", specimen="serum", where="row 3")
    assert refused(outcome, R.SPECIMEN_CONTRADICTS).where == "row 3"
