"""Who may do what: one table, both forms of every check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from patients import access
from patients.actions.system_account import system_account
from patients.models import Patient, Role, User
from tests.factories import make_care_team, make_patient, make_site, make_user

pytestmark = pytest.mark.django_db

N, P, A, U, S = Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR, Role.SERVICE

ON_A_PATIENT: dict[str, set[Role]] = {
    "see_patient": {N, P, A, U, S},
    "describe": {N, P, A, S},
    "record": {N, P, S},
    "book": {N, P},
    "plan": {N, P},
    "write_to": {N, P},
    "call_stable": {P},
    "review": {P},
    "judge": {P},
    "attest": {P},
}
IN_GENERAL: dict[str, set[Role]] = {
    "import": {A, S},
    "mend": {N, P, A},
    "start_plans": {N, P, A, S},
    "export": {A},
    "take_worklist": {N, P},
    "have_inbox": {P},
    "read_alert_economy": {P, A, U},
    "be_told": {N, P, A, U},
}


def both_forms(name: str) -> tuple[Callable[..., None], Callable[..., bool]]:
    return getattr(access, f"check_can_{name}"), getattr(access, f"can_{name}")


def agree(name: str, *arguments: Any) -> bool:
    """Whether it is allowed, after making sure that both forms say the same and a refusal gives its reason."""
    check, can = both_forms(name)
    allowed = can(*arguments)
    if allowed:
        check(*arguments)
    else:
        with pytest.raises(access.AccessRefused) as refusal:
            check(*arguments)
        assert len(str(refusal.value)) > 10
    return allowed


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", ON_A_PATIENT)
def test_own_site(name: str, role: Role) -> None:
    patient = make_patient()
    user = make_user(role, sites=[patient.site])
    assert agree(name, user, patient) == (role in ON_A_PATIENT[name])


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", ON_A_PATIENT)
def test_nobody_works_on_another_site(name: str, role: Role) -> None:
    assert not agree(name, make_user(role, sites=[make_site()]), make_patient())


@pytest.mark.parametrize("name", ON_A_PATIENT)
@pytest.mark.parametrize(("post", "role"), [("physician", P), ("nurse", N), ("cover", P)])
def test_the_care_team_works_across_sites(name: str, post: str, role: Role) -> None:
    patient = make_patient()
    member = make_user(role, sites=[make_site()])
    make_care_team(patient, **{post: member})
    assert agree(name, member, patient) == (role in ON_A_PATIENT[name])


def test_a_post_gives_no_access_to_somebody_who_is_no_clinician() -> None:
    patient = make_patient()
    administrator = make_user(Role.ADMINISTRATOR)
    make_care_team(patient, nurse=administrator)
    assert not agree("see_patient", administrator, patient)


@pytest.mark.parametrize("name", ON_A_PATIENT)
@pytest.mark.parametrize("role", list(Role))
def test_an_inactive_account_may_nothing(name: str, role: Role) -> None:
    patient = make_patient()
    assert not agree(name, make_user(role, sites=[patient.site], is_active=False), patient)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", IN_GENERAL)
def test_files_in_and_out(name: str, role: Role) -> None:
    assert agree(name, make_user(role)) == (role in IN_GENERAL[name])


@pytest.mark.parametrize("role", list(Role))
def test_registering_at_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("register", user, here) == (role in {N, P, A, S})
    assert not agree("register", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_the_calendar_of_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("follow_calendar", user, here) == (role in {N, P, A})
    assert not agree("follow_calendar", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_bridging_assays_of_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("bridge", user, here) == (role in {P, A})
    assert not agree("bridge", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_wording_letters_of_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("word", user, here) == (role == A)
    assert not agree("word", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_criteria_of_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("propose_criteria", user, here) == (role in {P, A})
    assert not agree("propose_criteria", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_criteria_are_approved_by_another_person_of_the_site(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    one, other = make_user(role, sites=[here]), make_user(P, sites=[here])
    assert agree("approve_criteria", one, here, other) == (role in {P, A})
    assert not agree("approve_criteria", one, here, one)
    assert not agree("approve_criteria", one, elsewhere, other)


SETTING_UP = {"write_protocols": {P, A}, "set_days_off": {N, A}, "set_follow_up": {A}, "set_up_notifications": {A}}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", SETTING_UP)
def test_setting_up_the_own_site_only(name: str, role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree(name, user, here) == (role in SETTING_UP[name])
    assert not agree(name, user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_setting_up_the_review_of_the_own_site_only(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("set_up_review", user, here) == (role in {P, A})
    assert not agree("set_up_review", user, elsewhere)


@pytest.mark.parametrize("role", list(Role))
def test_everybody_says_when_they_are_away_and_some_say_it_of_colleagues_of_their_site(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("record_absence", user, user)
    assert agree("record_absence", user, make_user(P, sites=[here])) == (role in {P, A})
    assert not agree("record_absence", user, make_user(P, sites=[elsewhere]))


@pytest.mark.parametrize("role", list(Role))
def test_a_list_is_handed_over_by_who_holds_it_or_leads_the_site(role: Role) -> None:
    here, elsewhere = make_site(), make_site()
    user = make_user(role, sites=[here])
    assert agree("hand_over", user, user) == (role in {N, P, A})
    assert agree("hand_over", user, make_user(P, sites=[here])) == (role in {P, A})
    assert not agree("hand_over", user, make_user(P, sites=[elsewhere]))
    assert agree("hand_over", user, make_user(P, sites=[elsewhere], is_active=False)) == (role in {P, A})


def test_every_check_has_its_yes_or_no_form_and_a_row_in_these_tables() -> None:
    checks = {name.removeprefix("check_can_") for name in vars(access) if name.startswith("check_can_")}
    answers = {name.removeprefix("can_") for name in vars(access) if name.startswith("can_")}
    of_a_site = {
        "register",
        "bridge",
        "word",
        "follow_calendar",
        "propose_criteria",
        "approve_criteria",
        "set_up_review",
    }
    of_a_person = {"record_absence", "hand_over"}
    assert checks - {"work_at"} == answers == {*ON_A_PATIENT, *IN_GENERAL, *of_a_site, *SETTING_UP, *of_a_person}


def test_vigil_itself_works_everywhere() -> None:
    patient = make_patient()
    assert agree("see_patient", system_account(), patient)
    assert agree("register", system_account(), make_site())


def test_a_person_cannot_take_the_place_of_vigil_by_its_name() -> None:
    impostor = make_user(Role.NURSE, username=access.SYSTEM_USERNAME)
    assert not agree("see_patient", impostor, make_patient())


def test_a_patient_of_two_posts_is_listed_once() -> None:
    patient = make_patient()
    physician = make_user(P, sites=[patient.site])
    make_care_team(patient, physician=physician, cover=physician)
    assert list(access.patients_visible_to(physician)) == [patient]


def test_nobody_signed_in_sees_nobody() -> None:
    make_patient()
    assert not access.patients_visible_to(User(role=P)).exists()


def test_the_condition_of_vigil_itself_is_true_in_any_combination() -> None:
    patient = make_patient(family_name="Okafor")
    everybody = access.visible_to(system_account())
    nobody = Q(family_name="Nobody")
    assert Patient.objects.filter(nobody | everybody).get() == patient
    assert Patient.objects.filter(Q(family_name="Okafor") & everybody).get() == patient
    assert not Patient.objects.filter(nobody & everybody).exists()
