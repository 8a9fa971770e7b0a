from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from patients.access import AccessRefused
from patients.actions.assign_care_team import assign_care_team
from patients.models import AuditEvent, Role
from tests.factories import make_nurse, make_patient, make_physician, make_site, make_user

pytestmark = pytest.mark.django_db


def test_posts_are_filled_one_by_one() -> None:
    patient = make_patient()
    nurse, physician = make_nurse(patient.site), make_physician(patient.site)
    assign_care_team(patient=patient, physician=physician, by=nurse)
    team = assign_care_team(patient=patient, nurse=nurse, by=nurse)
    assert (team.physician, team.nurse, team.cover) == (physician, nurse, None)
    assert AuditEvent.objects.filter(verb="care_team.assign").count() == 2


def test_a_post_can_be_left_vacant() -> None:
    patient = make_patient()
    nurse = make_nurse(patient.site)
    assign_care_team(patient=patient, nurse=nurse, by=nurse)
    assert assign_care_team(patient=patient, nurse=None, by=nurse).nurse is None


def test_the_same_again_writes_nothing() -> None:
    patient = make_patient()
    nurse = make_nurse(patient.site)
    assign_care_team(patient=patient, nurse=nurse, by=nurse)
    assign_care_team(patient=patient, nurse=nurse, by=nurse)
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("post", "role"), [("physician", Role.NURSE), ("cover", Role.NURSE), ("nurse", Role.PHYSICIAN)]
)
def test_the_wrong_role_is_refused_by_post(post: str, role: Role) -> None:
    patient = make_patient()
    with pytest.raises(ValidationError) as error:
        assign_care_team(patient=patient, by=make_nurse(patient.site), **{post: make_user(role)})
    assert set(error.value.message_dict) == {post}


def test_an_account_that_left_is_refused() -> None:
    patient = make_patient()
    gone = make_user(Role.PHYSICIAN, is_active=False)
    with pytest.raises(ValidationError):
        assign_care_team(patient=patient, physician=gone, by=make_nurse(patient.site))


def test_nobody_covers_themselves() -> None:
    patient = make_patient()
    physician = make_physician(patient.site)
    assign_care_team(patient=patient, physician=physician, by=physician)
    with pytest.raises(ValidationError) as error:
        assign_care_team(patient=patient, cover=physician, by=physician)
    assert set(error.value.message_dict) == {"cover"}


def test_a_foreign_nurse_is_refused() -> None:
    with pytest.raises(AccessRefused):
        assign_care_team(patient=make_patient(), by=make_nurse(make_site()))
