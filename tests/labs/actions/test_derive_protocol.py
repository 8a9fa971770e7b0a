"""A site's own protocols: derived, taken in from a file, retired; whom they are offered to."""

from __future__ import annotations

import copy
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection

from labs.actions.derive_protocol import (
    ProtocolRefused,
    SavedMeanwhileError,
    derive_protocol,
    load_site_protocol,
)
from labs.actions.load_protocols import ProtocolChanged, load_protocols
from labs.actions.plan_refusals import PlanRefused
from labs.actions.retire_protocol import restore_protocol, retire_protocol
from labs.actions.start_plan import start_plan
from labs.models import Protocol
from labs.protocols.nodes import Problems
from labs.protocols.writing import written
from labs.selectors.protocols import own_code, patients_on, protocols_visible_to
from labs.selectors.suggested_plans import protocols_for, suggestions_for
from patients.access import AccessRefused
from patients.actions.system_account import system_account
from patients.models import AuditEvent, Role, Site, User
from tests.factories import (
    make_administrator,
    make_care_team,
    make_diagnosis,
    make_patient,
    make_physician,
    make_plan,
    make_site,
    make_user,
)
from tests.factories.protocols import make_short_protocol, shipped_protocol, short_definition

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return make_site(code="north")


@pytest.fixture
def physician(site: Site) -> User:
    return make_physician(site)


def changed(source: Protocol, **fields: Any) -> dict[str, Any]:
    """The definition of a protocol with its first step twice as far apart, on the word of the site."""
    definition = copy.deepcopy(source.definition)
    definition["steps"][0] |= {"every": "2 months", "source": "LOCAL", "confidence": "local"}
    definition["sources"]["LOCAL"] = "Our guideline of 2025"
    return {**definition, "changed_because": "Our guideline says so.", **fields}


def derive(source: Protocol, site: Site, by: User, *, seen: int = 0, **fields: Any) -> Protocol:
    return derive_protocol(source=source, site=site, definition=changed(source, **fields), seen_version=seen, by=by)


def test_a_derived_protocol_is_the_sites_own_first_version(site: Site, physician: User) -> None:
    source = shipped_protocol()
    own = derive(source, site, physician, title="Our way")
    assert (own.code, own.version, own.site, own.derived_from) == ("mm-maintenance-north", 1, site, source)
    assert (own.title, own.made_by, own.disease) == ("Our way", physician, "MM")
    assert (own.definition["code"], own.definition["version"]) == (own.code, 1)
    event = AuditEvent.objects.get(verb="derive_protocol")
    assert (event.by, event.target_id) == (physician, own.pk)
    assert event.detail["from"] == "mm-maintenance v1"


def test_the_audit_says_what_it_asks_less_of(site: Site, physician: User) -> None:
    derive(make_short_protocol(), site, physician)
    assert AuditEvent.objects.get(verb="derive_protocol").detail["asks_less"] == ["cbc"]


def test_disease_and_anchor_stay_those_of_the_source(site: Site, physician: User) -> None:
    own = derive(make_short_protocol(), site, physician, disease="AML", anchor="transplant", code="x", version=7)
    assert (own.disease, own.definition["anchor"], own.version) == ("MM", "remission", 1)


def test_an_edit_of_the_own_one_is_its_next_version_and_the_first_stays(site: Site, physician: User) -> None:
    first = derive(make_short_protocol(), site, physician)
    before = copy.deepcopy(first.definition)
    second = derive(first, site, physician, seen=1, summary="Other words.")
    assert (second.code, second.version) == (first.code, 2)
    assert second.derived_from == first.derived_from
    first.refresh_from_db()
    assert first.definition == before


def test_deriving_again_from_the_original_goes_on_with_the_own_code(site: Site, physician: User) -> None:
    source = make_short_protocol()
    first = derive(source, site, physician)
    assert derive(source, site, physician, seen=1, title="Another").version == 2
    assert Protocol.objects.filter(code=first.code).count() == 2


def test_what_another_saved_meanwhile_wins_and_the_second_is_told(site: Site, physician: User) -> None:
    source = make_short_protocol()
    other = make_administrator(site, first_name="Ines", last_name="Brandt")
    derive(source, site, other)
    with pytest.raises(SavedMeanwhileError, match=r"Brandt.* version 1 .*make version 2") as refused:
        derive(source, site, physician)
    assert refused.value.newest.made_by == other
    assert derive(source, site, physician, seen=1, title="Mine").version == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins_and_the_other_is_told() -> None:
    site = make_site()
    source, people = make_short_protocol(), [make_physician(site), make_physician(site)]
    start, outcomes = threading.Barrier(2), []

    def save(person: User) -> None:
        start.wait()
        try:
            outcomes.append(derive(source, site, person).version)
        except SavedMeanwhileError:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["1", "told"]
    assert Protocol.objects.filter(site=site).count() == 1


def test_nothing_changed_is_not_saved(site: Site, physician: User) -> None:
    source = make_short_protocol()
    definition = {**source.definition, "changed_because": "a reason"}
    with pytest.raises(ProtocolRefused, match="Nothing differs"):
        derive_protocol(source=source, site=site, definition=definition, seen_version=0, by=physician)
    assert not Protocol.objects.filter(site=site).exists()


STEP = {"step": "x", "kind": "cbc", "every": "1 month", "source": "A", "confidence": "seen"}


@pytest.mark.parametrize(
    ("step", "place"),
    [
        (STEP, ("steps", 3)),
        (STEP | {"kind": "mrd", "every": "0 months"}, ("steps", 3, "every")),
        (STEP | {"kind": "no-such"}, ("steps", 3, "kind")),
        (STEP | {"kind": "mrd", "window_days": 20}, ("steps", 3, "window_days")),
        (STEP | {"kind": "mrd", "source": "Z"}, ("steps", 3, "source")),
        (STEP | {"kind": "mrd", "from_month": 12, "until_month": 6}, ("steps", 3, "until_month")),
    ],
)
def test_a_bad_step_is_refused_at_its_place_and_nothing_is_stored(
    site: Site, physician: User, step: dict[str, Any], place: tuple[Any, ...]
) -> None:
    source = make_short_protocol()
    definition = changed(source)
    definition["steps"].append(step)
    with pytest.raises(Problems) as caught:
        derive_protocol(source=source, site=site, definition=definition, seen_version=0, by=physician)
    assert {problem.place for problem in caught.value.problems} == {place}
    assert not Protocol.objects.filter(site=site).exists()
    assert not AuditEvent.objects.exists()


def test_a_changed_step_and_the_whole_need_a_reason(site: Site, physician: User) -> None:
    source = make_short_protocol()
    definition = copy.deepcopy(source.definition)
    definition["steps"][1]["every"] = "6 months"
    with pytest.raises(Problems) as caught:
        derive_protocol(source=source, site=site, definition=definition, seen_version=0, by=physician)
    assert {problem.place for problem in caught.value.problems} == {("steps", 1, "source"), ("changed_because",)}


@pytest.mark.parametrize("role", [Role.NURSE, Role.AUDITOR, Role.SERVICE])
def test_only_physicians_and_administrators_of_the_site_write_protocols(site: Site, role: Role) -> None:
    source = make_short_protocol()
    own = make_short_protocol(site=site, derived_from=source)
    for person in (make_user(role, sites=[site]), make_physician(make_site())):
        with pytest.raises(AccessRefused):
            derive(source, site, person)
        with pytest.raises(AccessRefused):
            load_site_protocol(text="", site=site, original=None, by=person)
        with pytest.raises(AccessRefused):
            retire_protocol(protocol=own, by=person, now=NOW)


def test_the_own_code_is_short_unlike_others_and_made_of_allowed_letters(physician: User) -> None:
    source = make_short_protocol(code="mm-" + "x" * 55)
    odd = make_site(code="North_West_Unit_of_Haematology")
    code = own_code(site=odd, source=source)
    assert len(code) <= 60
    assert code.endswith("-north-west-unit-of-haematology")
    make_short_protocol(code=code, site=make_site())
    assert own_code(site=odd, source=source).endswith("-haematology-2")


def test_a_file_is_taken_in_once_and_its_next_version_follows(site: Site, physician: User) -> None:
    source = make_short_protocol()
    text = written(short_definition(code="our-way"))
    own = load_site_protocol(text=text, site=site, original=source, by=physician)
    assert (own.code, own.site, own.derived_from, own.made_by) == ("our-way", site, source, physician)
    assert load_site_protocol(text=text, site=site, original=source, by=physician) == own
    assert AuditEvent.objects.filter(verb="load_site_protocol").count() == 1
    later = written(short_definition(code="our-way", version=2, title="Second"))
    assert load_site_protocol(text=later, site=site, original=None, by=physician).derived_from == source


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"code": "mm-taken"}, "belongs to another protocol.*mm-taken-north"),
        ({"code": "our-way", "version": 3}, "next version of our-way is 1"),
        ({"code": "our-way", "disease": "AML"}, "for another disease"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(site: Site, physician: User, fields: dict[str, Any], reason: str) -> None:
    make_short_protocol(code="mm-taken")
    text = written(short_definition(**fields))
    with pytest.raises(ProtocolRefused, match=reason):
        load_site_protocol(text=text, site=site, original=make_short_protocol(), by=physician)
    assert not Protocol.objects.filter(site=site).exists()


def test_other_content_under_a_version_that_is_there_is_refused(site: Site, physician: User) -> None:
    load_site_protocol(text=written(short_definition(code="our-way")), site=site, original=None, by=physician)
    with pytest.raises(ProtocolRefused, match="next version of our-way is 2"):
        other = written(short_definition(code="our-way", title="Other"))
        load_site_protocol(text=other, site=site, original=None, by=physician)


def test_the_command_does_not_touch_the_own_code_of_a_site(site: Site, tmp_path) -> None:
    make_short_protocol(code="our-way", site=site)
    path = tmp_path / "our-way.yaml"
    path.write_text(written(short_definition(code="our-way", version=2)))
    with pytest.raises(ProtocolChanged, match="belongs to a site"):
        load_protocols(by=system_account(), paths=[path])


def suggested(site: Site) -> str | None:
    patient = make_patient(site=site)
    make_diagnosis(patient, remission_on=date(2025, 6, 1))
    protocol = suggestions_for([patient])[patient.pk].protocol
    return None if protocol is None else f"{protocol.code} v{protocol.version}"


def test_the_own_protocol_takes_the_place_of_the_shipped_one_at_its_site_only(site: Site, physician: User) -> None:
    source = shipped_protocol()
    elsewhere = make_site()
    assert suggested(site) == suggested(elsewhere) == "mm-maintenance v1"
    own = derive(source, site, physician)
    second = derive(own, site, physician, seen=1, title="Second")
    assert suggested(site) == "mm-maintenance-north v2"
    assert suggested(elsewhere) == "mm-maintenance v1"
    retire_protocol(protocol=second, by=physician, now=NOW)
    assert suggested(site) == "mm-maintenance-north v1"
    retire_protocol(protocol=own, by=physician, now=NOW)
    assert suggested(site) == "mm-maintenance v1"
    restore_protocol(protocol=own, by=physician)
    assert suggested(site) == "mm-maintenance-north v1"


def test_what_can_be_chosen_begins_with_what_is_suggested_at_the_site(site: Site, physician: User) -> None:
    source = shipped_protocol()
    other = make_short_protocol(site=site, code="mm-extra")
    own = derive(source, site, physician)
    make_short_protocol(site=make_site())
    make_short_protocol(site=site, code="mm-retired", retired_at=NOW)
    diagnosis = make_diagnosis(make_patient(site=site), remission_on=date(2025, 6, 1))
    choices = protocols_for(diagnosis)
    assert choices[:2] == [own, other]
    assert source in choices
    assert {one.site_id for one in choices} == {None, site.pk}
    assert "mm-retired" not in {one.code for one in choices}


def test_a_protocol_of_its_own_that_replaces_none_is_suggested_to_nobody(site: Site) -> None:
    shipped_protocol()
    make_short_protocol(site=site)
    assert suggested(site) == "mm-maintenance v1"


def test_retiring_is_written_down_and_plans_go_on(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    plan = make_plan(protocol=own)
    retire_protocol(protocol=own, by=physician, now=NOW)
    own.refresh_from_db()
    plan.refresh_from_db()
    assert (own.retired_at, plan.ended_on) == (NOW, None)
    assert AuditEvent.objects.get(verb="retire_protocol").by == physician
    with pytest.raises(ProtocolRefused, match="already"):
        retire_protocol(protocol=own, by=physician, now=NOW)
    restore_protocol(protocol=own, by=physician)
    with pytest.raises(ProtocolRefused, match="in use"):
        restore_protocol(protocol=own, by=physician)


def test_a_shipped_protocol_is_not_retired(physician: User) -> None:
    with pytest.raises(ProtocolRefused, match="Derive one"):
        retire_protocol(protocol=make_short_protocol(), by=physician, now=NOW)


def test_no_new_plan_rests_on_a_retired_protocol_or_that_of_another_site(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    here = make_diagnosis(make_patient(site=site), remission_on=date(2025, 6, 1))
    there = make_diagnosis(make_patient(site=make_site()), remission_on=date(2025, 6, 1))
    with pytest.raises(PlanRefused, match="a protocol of another site"):
        start_plan(diagnosis=there, protocol=own, by=system_account(), now=NOW)
    retire_protocol(protocol=own, by=physician, now=NOW)
    own.refresh_from_db()
    with pytest.raises(PlanRefused, match="retired"):
        start_plan(diagnosis=here, protocol=own, by=system_account(), now=NOW)
    restore_protocol(protocol=own, by=physician)
    own.refresh_from_db()
    assert start_plan(diagnosis=here, protocol=own, by=system_account(), now=NOW).tests.exists()


def test_who_sees_a_sites_own_protocol(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    stranger = make_physician(make_site())
    assert own in protocols_visible_to(physician)
    assert own in protocols_visible_to(system_account())
    assert own not in protocols_visible_to(stranger)
    plan = make_plan(make_diagnosis(make_patient(site=site)), protocol=own)
    make_care_team(plan.patient, physician=stranger)
    assert own in protocols_visible_to(stranger)


def test_patients_on_it_are_counted_and_only_those_one_may_see(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    make_plan(make_diagnosis(make_patient(site=site)), protocol=own)
    make_plan(make_diagnosis(make_patient(site=site)), protocol=own, ended_on=date(2025, 1, 1), ended_because="moved")
    make_plan(make_diagnosis(make_patient(site=make_site())), protocol=own)
    assert patients_on(physician) == {own.pk: 1}
    assert patients_on(physician, [own]) == {own.pk: 1}
    assert patients_on(physician, []) == {}
