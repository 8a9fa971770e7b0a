"""The table of analytes: complete, consistent, and codes mean what they say."""

from collections import Counter
from fractions import Fraction

import pytest

from labs.vocabulary.analyte import limits
from labs.vocabulary.analytes import ANALYTES, BY_LOINC, LABORATORY_ANALYTES, NOT_TAKEN, LocalCode, analyte_for
from labs.vocabulary.displays import contradicts
from labs.vocabulary.loinc import LOINC, MISUSED, VIGIL, check_digit, has_valid_check_digit
from labs.vocabulary.quarantine import NotTaken, QuarantineReason, UnknownCode
from labs.vocabulary.specimens import SPECIMENS
from labs.vocabulary.tables.unverified import UNVERIFIED
from labs.vocabulary.test_kinds import TEST_KINDS
from tests.labs.vocabulary.official_names import MISNAMED, NAMES

CLINICAL_REFERENCE = {
    "haemoglobin": "718-7 59260-0",
    "rbc": "789-8",
    "haematocrit": "4544-3 20570-8",
    "mcv": "787-2",
    "reticulocytes": "17849-1",
    "wbc": "6690-2 26464-8",
    "neutrophils": "751-8",
    "lymphocytes": "731-0",
    "monocytes": "742-7",
    "platelets": "777-3",
    "blasts_blood_percent": "26446-5 709-6",
    "blasts_blood_count": "30376-8 708-8",
    "plasma_cells_blood_percent": "13047-6",
    "plasma_cells_blood_count": "30458-4",
    "plasma_cells_marrow": "11118-7",
    "plasma_cells_marrow_flow": "93021-4",
    "blasts_marrow": "11150-0",
    "serum_m": "33358-3 51435-6",
    "urine_m": "42482-0",
    "urine_protein_24h": "2889-4",
    "ife_serum": "49275-1",
    "ife_urine": "49276-9",
    "flc_kappa": "104544-2 36916-5 80515-0",
    "flc_lambda": "33944-0 80516-8",
    "flc_ratio": "104546-7 48378-4 80517-6 40844-3",
    "igg": "2465-3",
    "iga": "2458-8",
    "igm": "2472-9",
    "total_protein": "2885-2",
    "albumin": "1751-7",
    "creatinine": "2160-0 14682-9",
    "egfr": "98979-8",
    "egfr_mdrd": "33914-3",
    "egfr_ckd_epi_2009": "62238-1",
    "calcium": "17861-6 2000-8",
    "calcium_corrected": "46099-8 29265-6",
    "calcium_ionised": "1994-3",
    "b2m": "1952-1",
    "ldh": "2532-0",
    "crp": "1988-5",
    "urine_protein_dipstick": "20454-5",
    "urine_protein_dipstick_mass": "5804-0",
    "urine_acr": "9318-7",
    "urine_pcr": "2890-2",
    "csf_wbc": "26465-5 806-0 58470-6",
    "csf_rbc": "26454-9 792-2",
    "csf_blasts": "26447-3",
    "csf_protein": "2880-3",
    "csf_glucose": "2342-4",
}


@pytest.mark.parametrize(("code", "loinc"), CLINICAL_REFERENCE.items())
def test_codes_of_the_clinical_reference_are_accepted(code: str, loinc: str) -> None:
    wanted = loinc.split()
    assert ANALYTES[code].loinc[0] == wanted[0]
    assert all(BY_LOINC[one].code == code for one in wanted)


def test_only_residual_disease_has_no_code() -> None:
    without = {code: analyte for code, analyte in LABORATORY_ANALYTES.items() if not analyte.loinc}
    assert set(without) == set(LABORATORY_ANALYTES) - set(CLINICAL_REFERENCE)
    assert {analyte.group for analyte in without.values()} == {"mrd"}


NOT_MEASURED = [analyte for analyte in ANALYTES.values() if analyte.entered != "laboratory"]


def test_what_no_laboratory_measures_has_no_code_and_is_offered_nowhere() -> None:
    assert {analyte.entered for analyte in NOT_MEASURED} == {"clinician", "patient", "plan"}
    assert all(not analyte.loinc for analyte in NOT_MEASURED)
    assert set(LABORATORY_ANALYTES) == set(ANALYTES) - {analyte.code for analyte in NOT_MEASURED}


@pytest.mark.parametrize("analyte", NOT_MEASURED, ids=lambda analyte: analyte.code)
@pytest.mark.parametrize("system", [None, "", "local", VIGIL])
def test_what_no_laboratory_measures_does_not_arrive_as_a_result(analyte, system: str | None) -> None:
    answer = analyte_for(system, analyte.code)
    assert isinstance(answer, NotTaken)
    assert "not a laboratory result" in answer.reason
    assert isinstance(analyte_for(system, f"vigil:{analyte.code}"), NotTaken)


def test_a_local_code_mapped_to_a_clinicians_finding_is_not_taken() -> None:
    mapped = {LocalCode("North", "LES"): "lesion_spd"}
    assert isinstance(analyte_for("local", "LES", laboratory="North", local_codes=mapped), NotTaken)


def test_no_code_names_two_analytes() -> None:
    counted = Counter(loinc for analyte in ANALYTES.values() for loinc in analyte.loinc)
    assert [loinc for loinc, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("loinc", [*BY_LOINC, *MISUSED, "26450-7", "26098-4"])
def test_check_digits_of_our_own_codes(loinc: str) -> None:
    assert has_valid_check_digit(loinc)


@pytest.mark.parametrize("analyte", ANALYTES.values(), ids=ANALYTES)
def test_each_analyte_is_consistent(analyte) -> None:
    assert analyte.specimens <= set(SPECIMENS)
    assert not analyte.specimen or analyte.specimen in analyte.specimens
    if analyte.kind != "quantity":
        assert analyte.scale
        assert not analyte.factors
        return
    assert analyte.factors[analyte.unit] == Fraction(1)
    assert all(size > 0 for size in analyte.factors.values())
    assert analyte.hard is not None
    assert analyte.hard.low < analyte.hard.high
    if analyte.soft is not None:
        assert analyte.hard.low <= analyte.soft.low <= analyte.soft.high <= analyte.hard.high


def test_absence_is_possible_only_where_zero_is() -> None:
    assert [code for code, a in ANALYTES.items() if a.absent and a.hard and a.hard.low > 0] == []


def test_doubtful_codes_are_marked_and_accepted() -> None:
    assert set(UNVERIFIED) <= set(BY_LOINC)
    assert not ANALYTES["blasts_marrow"].verified
    assert "11150-0" in ANALYTES["blasts_marrow"].unverified
    assert ANALYTES["serum_m"].verified
    assert not ANALYTES["mrd_flow"].verified


def test_follow_up_tests_speak_of_known_analytes() -> None:
    assert {code for kind in TEST_KINDS.values() for code in kind.analytes} <= set(ANALYTES)


@pytest.mark.parametrize(("code", "name"), [(code, name) for code, names in NAMES.items() for name in names])
def test_official_names_do_not_contradict(code: str, name: str) -> None:
    assert contradicts(code, name) is None


def test_every_coded_analyte_has_names_to_check() -> None:
    assert set(NAMES) == set(CLINICAL_REFERENCE)


@pytest.mark.parametrize(("loinc", "name"), MISNAMED)
def test_names_of_something_else_contradict(loinc: str, name: str) -> None:
    assert contradicts(BY_LOINC[loinc].code, name)


@pytest.mark.parametrize("name", ["", "Blood test", "Ergebnis", "Result 1", "see report"])
def test_names_that_say_nothing_do_not_contradict(name: str) -> None:
    assert contradicts("iga", name) is None


@pytest.mark.parametrize(
    "system", ["http://loinc.org", "https://loinc.org/", "LOINC", "LN", "urn:oid:2.16.840.1.113883.6.1", "", None]
)
def test_loinc_by_each_of_its_names(system: str | None) -> None:
    assert analyte_for(system, "718-7") is ANALYTES["haemoglobin"]
    assert analyte_for(system, " 718-7 ") is ANALYTES["haemoglobin"]


@pytest.mark.parametrize("loinc", ["4548-4", "8302-2", "713-8", "2093-3", "24351-9", "47286-0", "74233-8", "34564-5"])
def test_valid_codes_vigil_does_not_use_are_not_taken(loinc: str) -> None:
    answer = analyte_for(LOINC, loinc)
    assert isinstance(answer, NotTaken)
    assert loinc in answer.reason


@pytest.mark.parametrize(
    ("loinc", "digit"), [("33944-8", 0), ("33945-5", 7), ("718-8", 7), ("32730-5", None), ("2160-1", 0), ("6690-1", 2)]
)
def test_a_wrong_check_digit_has_its_own_reason(loinc: str, digit: int | None) -> None:
    answer = analyte_for(LOINC, loinc)
    assert isinstance(answer, UnknownCode)
    assert answer.reason is QuarantineReason.CODE_MALFORMED
    assert digit is None or f"should be {digit}" in answer.message


def test_check_digits_computed_by_hand() -> None:
    # 2160: 0*2 + 6 + 1*2 + 2 = 10 -> 0;  718: 8*2=16->7, 1, 7*2=14->5: 13 -> 7
    assert (check_digit("2160"), check_digit("718")) == (0, 7)


@pytest.mark.parametrize("code", ["HGB", "718", "718-77", "-7", "abc-1", "12345678-1", "७18-7"])
def test_other_shapes_are_not_loinc(code: str) -> None:
    answer = analyte_for(LOINC, code)
    assert isinstance(answer, UnknownCode)
    assert answer.reason is QuarantineReason.CODE_MALFORMED


@pytest.mark.parametrize("loinc", MISUSED)
def test_codes_of_another_meaning_are_refused_unless_their_name_confirms_it(loinc: str) -> None:
    for display in ("", "Plasma cells in marrow", "Beta-2 microglobulin", "Kappa light chains, free"):
        answer = analyte_for(LOINC, loinc, display=display)
        assert isinstance(answer, UnknownCode), display
        assert answer.reason is QuarantineReason.CODE_OF_ANOTHER_MEANING
        assert MISUSED[loinc].means in answer.message
        assert answer.remedy


@pytest.mark.parametrize(
    ("loinc", "display"),
    [
        ("26450-7", "Eosinophils/100 leukocytes in Blood"),
        ("26098-4", "XR Ankle - left Views"),
        ("32731-2", "Beta 2 globulin [Mass/volume] in Serum or Plasma by Electrophoresis"),
        ("11050-2", "Kappa light chains, total"),
        ("11051-0", "Lambda light chains, total"),
    ],
)
def test_a_name_that_confirms_the_true_meaning_is_simply_not_taken(loinc: str, display: str) -> None:
    assert isinstance(analyte_for(LOINC, loinc, display=display), NotTaken)


def test_the_many_names_of_residual_disease_are_not_checked() -> None:
    assert contradicts("mrd_molecular", "NPM1 transcripts in leukocytes") is None
    assert contradicts("wbc", "Blasts in leukocytes") == "blasts"


LOCAL = {
    LocalCode("North", "HGB"): "haemoglobin",
    LocalCode("North", "EOS"): NOT_TAKEN,
    LocalCode("North", "26450-7"): NOT_TAKEN,
}


def test_a_mapped_local_code_is_its_analyte_for_its_laboratory_only() -> None:
    assert analyte_for("local", "HGB", laboratory="North", local_codes=LOCAL) is ANALYTES["haemoglobin"]
    elsewhere = analyte_for("local", "HGB", laboratory="South", local_codes=LOCAL)
    assert isinstance(elsewhere, UnknownCode)
    assert elsewhere.reason is QuarantineReason.CODE_UNKNOWN
    assert "Map this local code" in elsewhere.remedy


def test_a_local_code_may_be_mapped_as_not_taken() -> None:
    assert isinstance(analyte_for("local", "EOS", laboratory="North", local_codes=LOCAL), NotTaken)
    assert isinstance(analyte_for(LOINC, "26450-7", laboratory="North", local_codes=LOCAL), NotTaken)


def test_no_mapping_changes_the_meaning_of_an_accepted_loinc_code() -> None:
    wrong = {LocalCode("North", "2458-8"): "igg"}
    assert analyte_for(LOINC, "2458-8", laboratory="North", local_codes=wrong) is ANALYTES["iga"]


def test_vigils_own_codes_are_taken_when_said_to_be() -> None:
    assert analyte_for(VIGIL, "albumin") is ANALYTES["albumin"]
    assert analyte_for("", "vigil:albumin") is ANALYTES["albumin"]
    assert analyte_for("local", "mrd_flow") is ANALYTES["mrd_flow"]


def test_a_bare_word_is_never_taken_for_one_of_vigils_codes() -> None:
    answer = analyte_for("local", "albumin")
    assert isinstance(answer, UnknownCode)
    assert answer.reason is QuarantineReason.CODE_UNKNOWN


@pytest.mark.parametrize("code", ["", "  "])
def test_no_code_at_all(code: str) -> None:
    answer = analyte_for(LOINC, code)
    assert isinstance(answer, UnknownCode)
    assert answer.reason is QuarantineReason.CODE_MISSING


def test_a_code_of_another_system_is_not_read_as_loinc() -> None:
    answer = analyte_for("http://snomed.info/sct", "718-7")
    assert isinstance(answer, UnknownCode)
    assert answer.reason is QuarantineReason.CODE_UNKNOWN


@pytest.mark.parametrize(
    ("system", "code", "local_codes"),
    [
        ("local", "abc", {}),
        (LOINC, "abc", {}),
        (LOINC, "718-8", {}),
        (LOINC, "32731-2", {}),
        ("local", "EOS", LOCAL),
        (LOINC, "1975-2", {}),
    ],
)
def test_an_answer_about_a_code_names_the_code(system: str, code: str, local_codes) -> None:
    answer = analyte_for(system, f" {code} ", laboratory="North", local_codes=local_codes)
    assert isinstance(answer, UnknownCode | NotTaken)
    assert answer.code == code


def test_a_code_of_another_meaning_keeps_its_code_and_says_why_it_is_not_taken() -> None:
    answer = analyte_for(LOINC, "11050-2", display="Kappa light chains, total")
    assert answer == NotTaken("11050-2", "11050-2 is total kappa light chains, which Vigil does not use")
    assert analyte_for(LOINC, " ").code == ""


def test_what_no_laboratory_measures_is_not_taken_under_its_own_code() -> None:
    answer = analyte_for(VIGIL, "biopsy")
    assert isinstance(answer, NotTaken)
    assert answer.code == "biopsy"


def test_a_local_code_of_no_named_laboratory() -> None:
    assert analyte_for("local", "HB", local_codes={LocalCode("", "HB"): "haemoglobin"}) is ANALYTES["haemoglobin"]
    answer = analyte_for("local", "HB")
    assert isinstance(answer, UnknownCode)
    assert answer.message == "HB (local) of an unnamed laboratory is not mapped to an analyte"


def test_only_numbers_lie_within_a_range() -> None:
    assert 5 in limits("5", "9")
    assert 4 not in limits("5", "9")
    assert 10 not in limits("5", "9")
    assert "7" not in limits("5", "9")
