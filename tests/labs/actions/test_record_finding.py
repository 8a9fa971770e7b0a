"""Clinicians' findings: recorded, summed, corrected, taken back; refused with a reason; read by rules as rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from labs.actions.correct_finding import correct_finding
from labs.actions.record_finding import Told, record_findings
from labs.actions.withdraw_finding import withdraw_finding
from labs.models import ClinicalFinding, Evaluation, FindingStatus
from labs.selectors.findings_as_rows import finding_rows, usable_findings
from patients.access import AccessRefused
from patients.models import AuditEvent, Patient, User
from patients.problems import problems_of
from tests.factories import make_nurse, make_patient, make_physician, make_service_account, make_site
from tests.factories.findings import make_finding

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 10, 23, 30, tzinfo=UTC)
DAY = date(2026, 2, 1)
ILIAC = (
    Told("lesion_diameter", "left iliac bone", "mri", value=Decimal("3.1"), unit="cm"),
    Told("lesion_short_axis", "left iliac bone", "mri", value=Decimal(20), unit="mm"),
)
RIB = (
    Told("lesion_diameter", "rib 7", "mri", value=Decimal(15)),
    Told("lesion_short_axis", "rib 7", "mri", value=Decimal(10)),
)


@pytest.fixture
def patient() -> Patient:
    """A patient in a Paris unit, where it is already 11 February."""
    return make_patient(site=make_site(time_zone="Europe/Paris"))


@pytest.fixture
def physician(patient: Patient) -> User:
    return make_physician(patient.site)


def tell(patient: Patient, by: User, *told: Told, on: date = DAY) -> list[ClinicalFinding]:
    return record_findings(patient=patient, observed_on=on, findings=told, by=by, now=NOW)


def correct(finding: ClinicalFinding, by: User, **changed: Any) -> ClinicalFinding:
    stated = {
        "observed_on": finding.observed_on,
        "site": finding.site_label,
        "method": finding.method,
        "coded": finding.coded,
        "value": finding.value,
        "note": finding.note,
        "reason": "measured again",
    }
    return correct_finding(finding=finding, by=by, now=NOW, **stated | changed)


def refused(raised: pytest.ExceptionInfo[ValidationError]) -> dict[str, str]:
    return {problem.where: problem.what for problem in problems_of(raised.value)}


def spd(patient: Patient) -> list[tuple[str, Decimal | None, str]]:
    current = ClinicalFinding.objects.filter(patient=patient, kind="lesion_spd", is_current=True).order_by("pk")
    return [(one.site_label, one.value, one.status) for one in current]


def test_a_finding_is_kept_in_its_canonical_unit(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, ILIAC[0])[0]
    assert (found.value, found.amount, found.coded, found.status, found.version) == (31, 31_000_000, "", "final", 1)
    assert AuditEvent.objects.get(verb="finding.record").patient_id == patient.pk
    assert Evaluation.objects.get(patient=patient).evaluated_at == NOW


def test_the_sum_of_products_is_worked_out_over_all_lesions_of_the_images(patient: Patient, physician: User) -> None:
    tell(patient, physician, *ILIAC)
    assert spd(patient) == [("left iliac bone", Decimal(620), "final")]
    tell(patient, physician, *RIB)
    assert spd(patient) == [("left iliac bone + rib 7", Decimal(770), "corrected")]


def test_a_lesion_with_one_diameter_is_not_summed(patient: Patient, physician: User) -> None:
    tell(patient, physician, ILIAC[0], *RIB)
    assert spd(patient) == [("rib 7", Decimal(150), "final")]


def test_images_of_another_kind_have_a_sum_of_their_own(patient: Patient, physician: User) -> None:
    tell(patient, physician, *ILIAC, Told("lesion_diameter", "rib 7", "ct", value=Decimal(9)))
    assert [name for name, *_ in spd(patient)] == ["left iliac bone"]


def test_a_corrected_diameter_corrects_the_sum(patient: Patient, physician: User) -> None:
    longest = tell(patient, physician, *ILIAC, *RIB)[0]
    new = correct(longest, physician, value=Decimal(40))
    longest.refresh_from_db()
    assert (longest.is_current, longest.value, longest.status) == (False, 31, "final")
    assert (new.version, new.supersedes, new.status, new.reason) == (2, longest, "corrected", "measured again")
    assert spd(patient) == [("left iliac bone + rib 7", Decimal(950), "corrected")]


def test_a_diameter_taken_back_leaves_the_sum(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, *ILIAC, *RIB)
    withdraw_finding(finding=found[0], reason="another patient", by=physician, now=NOW)
    assert spd(patient) == [("rib 7", Decimal(150), "corrected")]
    withdraw_finding(finding=found[2], reason="another patient", by=physician, now=NOW)
    assert spd(patient) == [("rib 7", Decimal(150), "entered-in-error")]


def test_a_finding_moved_to_another_day_moves_its_sum(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, *ILIAC)
    correct(found[0], physician, observed_on=date(2026, 1, 31))
    assert spd(patient) == [("left iliac bone", Decimal(620), "entered-in-error")]
    correct(found[1], physician, observed_on=date(2026, 1, 31))
    assert (date(2026, 1, 31), "final") in {
        (one.observed_on, one.status) for one in ClinicalFinding.objects.filter(kind="lesion_spd", is_current=True)
    }


def test_rules_read_what_is_current(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, *ILIAC, Told("testis", "left", "examination", coded="enlarged"))
    correct(found[0], physician, value=Decimal(40))
    withdraw_finding(finding=found[1], reason="not measured", by=physician, now=NOW)
    rows = {row.analyte: row for row in finding_rows(usable_findings([patient.pk]))}
    assert set(rows) == {"lesion_diameter", "testis"}
    longest, testis = rows["lesion_diameter"], rows["testis"]
    assert (longest.amount, longest.specimen, longest.method) == (40_000_000, "left iliac bone", "MRI")
    assert (testis.amount, testis.note.coded, testis.specimen) == (1, "enlarged", "left")
    assert (longest.result, longest.laboratory, longest.collected_on) == (0, "", DAY)
    assert longest.accession.startswith("finding-")


def test_a_lesion_keeps_the_name_it_was_given_first(patient: Patient, physician: User) -> None:
    tell(patient, physician, ILIAC[0], on=date(2026, 1, 2))
    again = tell(patient, physician, Told("lesion_diameter", " Left  iliac BONE ", "mri", value=Decimal(30)))[0]
    assert again.site_label == "left iliac bone"


@pytest.mark.parametrize(
    ("told", "where"),
    [
        (Told("calcium", value=Decimal(1)), "kind"),
        (Told("lesion_diameter", "", "mri", value=Decimal(1)), "site"),
        (Told("lesion_diameter", "a+b", "mri", value=Decimal(1)), "site"),
        (Told("lesion_diameter", "x" * 81, "mri", value=Decimal(1)), "site"),
        (Told("imaging_disease", "pelvis", "mri", coded="positive"), "site"),
        (Told("lesion_diameter", "rib", "", value=Decimal(1)), "method"),
        (Told("lesion_diameter", "rib", "flow", value=Decimal(1)), "method"),
        (Told("lesion_diameter", "rib", "mri"), "value"),
        (Told("lesion_diameter", "rib", "mri", coded="large"), "value"),
        (Told("lesion_diameter", "rib", "mri", value=Decimal("NaN")), "value"),
        (Told("lesion_diameter", "rib", "mri", value=Decimal(-1)), "value"),
        (Told("lesion_diameter", "rib", "mri", value=Decimal("500.1")), "value"),
        (Told("lesion_diameter", "rib", "mri", value=Decimal("1.0000001")), "value"),
        (Told("lesion_diameter", "rib", "mri", value=Decimal(1), unit="inch"), "unit"),
        (Told("testis", "left", "examination", coded="big"), "coded"),
        (Told("testis", "left", "examination", coded="enlarged", value=Decimal(1)), "value"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(patient: Patient, physician: User, told: Told, where: str) -> None:
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician, RIB[0], told)
    assert set(refused(raised)) == {f"findings.1.{where}"}
    assert not ClinicalFinding.objects.exists()


@pytest.mark.parametrize("found", [500, 0])
def test_the_limits_belong_to_what_is_possible(patient: Patient, physician: User, found: int) -> None:
    assert tell(patient, physician, Told("lesion_diameter", "rib", "mri", value=Decimal(found)))


def test_a_step_of_about_ten_asks_whether_the_unit_is_right(patient: Patient, physician: User) -> None:
    lesion = {"kind": "lesion_diameter", "site": "rib 7", "method": "mri"}
    tell(patient, physician, Told(**lesion, value=Decimal(25)), on=date(2026, 1, 2))
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician, Told(**lesion, value=Decimal(200)))
    assert refused(raised)["confirmed"].endswith(
        "200 mm, after 25 mm on 2026-01-02. It may be a number in another unit."
    )
    with pytest.raises(ValidationError):
        tell(patient, physician, Told(**lesion, value=Decimal("3.125")))
    assert ClinicalFinding.objects.count() == 1
    day = {"patient": patient, "observed_on": DAY, "by": physician, "now": NOW}
    record_findings(**day, findings=[Told(**lesion, value=Decimal(200))], confirmed=True)
    wrong = ClinicalFinding.objects.get(value=200)
    with pytest.raises(ValidationError):
        correct(wrong, physician, value=Decimal(300))
    assert correct(wrong, physician, value=Decimal(199)).value == 199


@pytest.mark.parametrize("found", ["199.9", "3.126", "0"])
def test_smaller_steps_and_a_lesion_that_is_gone_are_not_asked_about(
    patient: Patient, physician: User, found: str
) -> None:
    lesion = {"kind": "lesion_diameter", "site": "rib 7", "method": "mri"}
    tell(patient, physician, Told(**lesion, value=Decimal(25)), on=date(2026, 1, 2))
    assert tell(patient, physician, Told(**lesion, value=Decimal(found)))


def test_nothing_stated_is_refused(patient: Patient, physician: User) -> None:
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician)
    assert set(refused(raised)) == {"findings"}


@pytest.mark.parametrize("day", [date(1958, 3, 14), date(2026, 2, 11)])
def test_the_day_may_be_that_of_birth_and_today_at_the_site(patient: Patient, physician: User, day: date) -> None:
    assert tell(patient, physician, *RIB, on=day)


@pytest.mark.parametrize("day", [date(1958, 3, 13), date(2026, 2, 12)])
def test_a_day_before_birth_or_ahead_is_refused(patient: Patient, physician: User, day: date) -> None:
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician, *RIB, on=day)
    assert set(refused(raised)) == {"observed_on"}


def test_a_short_axis_longer_than_the_longest_diameter_is_refused(patient: Patient, physician: User) -> None:
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician, RIB[0], Told("lesion_short_axis", "rib 7", "mri", value=Decimal("15.1")))
    assert set(refused(raised)) == {"findings.1.value"}
    tell(patient, physician, RIB[0], Told("lesion_short_axis", "rib 7", "mri", value=Decimal(15)))


def test_the_same_twice_is_refused_and_says_what_is_there(patient: Patient, physician: User) -> None:
    tell(patient, physician, ILIAC[0])
    with pytest.raises(ValidationError) as raised:
        tell(patient, physician, Told("lesion_diameter", "LEFT iliac bone", "mri", value=Decimal(99)))
    assert refused(raised) == {"findings.0.site": "This is recorded already for 2026-02-01: 31 mm."}


def test_what_was_taken_back_can_be_recorded_anew(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, ILIAC[0])[0]
    withdraw_finding(finding=found, reason="wrong side", by=physician, now=NOW)
    assert tell(patient, physician, ILIAC[0])[0].version == 1


def test_changes_that_make_no_sense_are_refused(patient: Patient, physician: User) -> None:
    found = tell(patient, physician, *ILIAC)
    for change in (
        lambda: correct(found[0], physician),
        lambda: correct(found[0], physician, value=Decimal(40), reason=" "),
        lambda: correct(found[2], physician, value=Decimal(1)),
        lambda: withdraw_finding(finding=found[2], reason="x", by=physician, now=NOW),
        lambda: withdraw_finding(finding=found[0], reason="", by=physician, now=NOW),
        lambda: correct(found[0], physician, value=Decimal(19)),
    ):
        with pytest.raises(ValidationError), transaction.atomic():
            change()
    new = correct(found[0], physician, value=Decimal(40))
    for stale in (found[0], withdraw_finding(finding=new, reason="wrong side", by=physician, now=NOW)):
        with pytest.raises(ValidationError):
            correct(stale, physician, value=Decimal(50))


def test_nurses_copy_measurements_and_physicians_judge(patient: Patient) -> None:
    nurse, service = make_nurse(patient.site), make_service_account(patient.site)
    tell(patient, nurse, *ILIAC)
    judged = Told("hyperviscosity", method="examination", coded="present")
    for person in (nurse, service):
        with pytest.raises(AccessRefused):
            tell(patient, person, judged)
    found = tell(patient, make_physician(patient.site), judged)[0]
    with pytest.raises(AccessRefused):
        withdraw_finding(finding=found, reason="x", by=nurse, now=NOW)
    with pytest.raises(AccessRefused):
        correct(found, nurse, coded="suspected")


def test_strangers_are_refused(patient: Patient) -> None:
    with pytest.raises(AccessRefused):
        tell(patient, make_physician(make_site()), *ILIAC)


def test_the_only_method_need_not_be_said(patient: Patient, physician: User) -> None:
    assert tell(patient, physician, Told("hematogones", coded="yes"))[0].method == "flow"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "calcium"},
        {"method": "divination"},
        {"status": "maybe"},
        {"amount": None},
        {"coded": "yes"},
        {"value": None, "amount": None},
        {"value": Decimal(-1)},
        {"version": 2},
        {"status": FindingStatus.CORRECTED},
        {"reason": "because"},
    ],
)
def test_the_database_refuses_bad_rows(wrong: dict[str, Any]) -> None:
    good = make_finding()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClinicalFinding.objects.filter(pk=good.pk).update(**wrong)


def test_the_database_refuses_a_second_current_finding_of_a_day_and_site() -> None:
    one = make_finding(site_label="Left iliac bone")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_finding(one.patient, site_label="left iliac BONE")
    make_finding(one.patient, site_label="right iliac bone")
