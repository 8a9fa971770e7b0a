"""The pages of protocols: what is shown to whom, writing one in the form, files, retiring."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from labs.actions.start_plan import start_plan
from labs.models import Closure, Protocol
from labs.protocols.dates import add_months
from labs.protocols.reading import read_protocol, steps_of
from labs.protocols.writing import written
from labs.selectors.protocol_preview import preview_of
from patients.actions.system_account import system_account
from patients.models import Role, Site, User
from tests.factories import (
    make_administrator,
    make_diagnosis,
    make_nurse,
    make_patient,
    make_physician,
    make_plan,
    make_site,
    make_user,
)
from tests.factories.protocols import make_short_protocol, shipped_protocol, short_definition
from tracker.web.charts.protocol_timeline import draw_timeline
from tracker.web.protocol_rows import Typed, typed_of

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 15, 9, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return make_site(code="north", name="North House")


@pytest.fixture
def physician(site: Site) -> User:
    return make_physician(site, last_name="Adeyemi")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, protocol: Protocol, query: str = "") -> Any:
    return as_(user).get(reverse(name, args=[protocol.code, protocol.version]) + query)


def post(user: User, name: str, protocol: Protocol, data: Any = None, **options: Any) -> Any:
    return as_(user).post(reverse(name, args=[protocol.code, protocol.version]), data or {}, **options)


def typed(source: Protocol, **fields: str) -> Typed:
    """The form as it opens, with the first step twice as far apart on the word of the site."""
    first = {"changed_because": "Our guideline.", "seen_version": "0", "anchor_on": "2025-01-31", "do": "save"}
    step = {"step-0-count": "2", "step-0-confidence": "local"}
    return typed_of(source.definition) | first | step | fields


@pytest.mark.parametrize("role", [Role.NURSE, Role.PHYSICIAN, Role.ADMINISTRATOR, Role.AUDITOR])
def test_the_list_shows_shipped_and_own_with_who_is_on_them(site: Site, role: Role) -> None:
    source = make_short_protocol(code="mm-short")
    own = make_short_protocol(site=site, derived_from=source)
    make_short_protocol(code="others-only", site=make_site())
    make_plan(make_diagnosis(make_patient(site=site)), protocol=own)
    text = as_(make_user(role, sites=[site])).get(reverse("protocols")).content.decode()
    assert "for all sites" in text
    assert "in place of Short follow-up" in text
    assert "others-only" not in text
    assert ("Take one in from a file" in text) is (role in {Role.PHYSICIAN, Role.ADMINISTRATOR})


def test_retired_ones_are_folded_away(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site, retired_at=NOW)
    text = as_(physician).get(reverse("protocols")).content.decode()
    assert "1 retired" in text
    assert text.index("1 retired") < text.index(own.code)


def test_the_list_asks_little_however_many_there_are(
    site: Site, physician: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(5):
        make_plan(make_diagnosis(make_patient(site=site)), protocol=make_short_protocol(site=site))
    client = as_(physician)
    with django_assert_max_num_queries(9):
        client.get(reverse("protocols"))


def test_one_protocol_says_when_who_says_so_and_how_sure(physician: User) -> None:
    text = page(physician, "protocol", shipped_protocol()).content.decode()
    for words in (
        "every 1 month",
        "± 7 days",
        "default of this project",
        "EHA-ESMO-2021",
        "Not scheduled",
        "M-protein",
    ):
        assert words in text
    assert "project default" in text
    assert "on symptoms or biochemical relapse" in text


@pytest.mark.parametrize("code", ["mm-maintenance", "aml-after-allogeneic", "all-off-therapy", "all-maintenance"])
@pytest.mark.parametrize("months", ["24", "60", "", "7", "x"])
def test_every_shipped_one_shows_its_picture_for_two_or_five_years(physician: User, code: str, months: str) -> None:
    answer = page(physician, "protocol", shipped_protocol(code), f"?months={months}")
    shown = months if months in {"24", "60"} else "24"
    assert f"first {shown} months" in answer.content.decode()


def test_low_confidence_and_defaults_are_marked(site: Site, physician: User) -> None:
    definition = short_definition(code="mm-x")
    definition["steps"][0]["confidence"] = "low"
    definition["steps"][2]["confidence"] = "project"
    source = make_short_protocol(code="mm-x")
    Protocol.objects.filter(pk=source.pk).update(definition=definition)
    text = page(physician, "protocol", source).content.decode()
    assert "LOW confidence" in text
    assert "default of this project" in text
    own = {**definition, "steps": [{**definition["steps"][2], "every": "6 months"}]}
    mine = make_short_protocol(site=site, derived_from=source)
    Protocol.objects.filter(pk=mine.pk).update(definition=own)
    text = page(physician, "protocol", mine).content.decode()
    assert "default of this site, no guideline gives it" in text
    assert "default of this project" not in text


def test_a_sites_protocol_shows_what_it_asks_less_of(site: Site, physician: User) -> None:
    source = make_short_protocol()
    post(physician, "derive_protocol", source, typed(source))
    own = Protocol.objects.get(site=site)
    text = page(physician, "protocol", own).content.decode()
    assert "Beside the original" in text
    assert "asks for less" in text
    assert "not asked for here" not in text


def test_versions_say_what_changed_between_them(site: Site, physician: User) -> None:
    source = make_short_protocol()
    post(physician, "derive_protocol", source, typed(source))
    first = Protocol.objects.get(site=site)
    again = typed(first, **{"seen_version": "1", "step-2-kind": "mrd", "step-2-note": "n", "title": "Second"})
    post(physician, "derive_protocol", first, again)
    second = Protocol.objects.get(site=site, version=2)
    text = page(physician, "protocol", second).content.decode()
    for words in ("Version 1", "<del>Short follow-up</del>", "<ins>Second</ins>", "Our guideline."):
        assert words in text
    assert "Version 2 is offered for new plans" in page(physician, "protocol", first).content.decode()


def test_the_plan_page_and_the_menu_lead_to_protocols(site: Site) -> None:
    own = make_short_protocol(site=site)
    plan = make_plan(make_diagnosis(make_patient(site=site)), protocol=own)
    text = as_(make_nurse(site)).get(reverse("patient_plan", args=[plan.patient_id])).content.decode()
    assert reverse("protocol", args=[own.code, 1]) in text
    assert f'href="{reverse("protocols")}"' in text


NAMES = ["protocol", "derive_protocol", "download_protocol"]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_there_or_another_sites_is_not_found(physician: User, name: str) -> None:
    assert page(physician, name, Protocol(code="none", version=1)).status_code == 404
    assert page(physician, name, make_short_protocol(site=make_site())).status_code == 404


@pytest.mark.parametrize("name", ["protocol", "download_protocol"])
def test_pages_that_only_show_take_no_post(physician: User, name: str) -> None:
    assert post(physician, name, make_short_protocol()).status_code == 405


@pytest.mark.parametrize("name", ["retire_protocol", "restore_protocol"])
def test_retiring_is_a_post(physician: User, site: Site, name: str) -> None:
    assert page(physician, name, make_short_protocol(site=site)).status_code == 405


def test_the_file_is_what_the_page_shows(physician: User) -> None:
    source = shipped_protocol()
    answer = page(physician, "download_protocol", source)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mm-maintenance-v1.yaml"'
    assert read_protocol(answer.content.decode()).definition == source.definition


def test_the_form_opens_filled_and_with_the_dates_of_a_sample_patient(site: Site, physician: User) -> None:
    source = shipped_protocol()
    text = page(physician, "derive_protocol", source).content.decode()
    assert "mm-maintenance-north, version 1" in text
    assert 'value="Myeloma on maintenance"' in text
    assert "No test is asked for less often" in text
    assert text.count("the same days") == 7


def test_saving_makes_the_sites_first_version(site: Site, physician: User) -> None:
    source = make_short_protocol(code="mm-short")
    answer = post(physician, "derive_protocol", source, typed(source))
    assert answer["Location"] == reverse("protocol", args=["mm-short-north", 1])
    own = Protocol.objects.get(site=site)
    assert own.definition["steps"][0]["every"] == "2 months"
    assert own.definition["changed_because"] == "Our guideline."


def test_a_mistake_leads_to_its_field_and_nothing_typed_is_lost(site: Site, physician: User) -> None:
    source = make_short_protocol()
    answer = post(
        physician, "derive_protocol", source, typed(source, **{"step-1-count": "0", "step-2-note": "keep me"})
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_step-1-count">Step 2, Every:' in text
    assert 'value="keep me"' in text
    assert not Protocol.objects.filter(site=site).exists()


def test_a_changed_step_without_a_word_is_refused_at_its_source(site: Site, physician: User) -> None:
    source = make_short_protocol()
    answer = post(physician, "derive_protocol", source, typed(source, **{"step-0-confidence": "seen"}))
    assert 'href="#id_step-0-source"' in answer.content.decode()
    nothing = post(physician, "derive_protocol", source, typed_of(source.definition) | {"do": "save"})
    assert 'href="#id_changed_because"' in nothing.content.decode()
    same = typed_of(source.definition) | {"do": "save", "changed_because": "x", "anchor_on": "2025-01-01"}
    assert "Nothing differs" in post(physician, "derive_protocol", source, same).content.decode()


def test_of_two_who_save_the_next_version_the_second_sees_why_and_keeps_what_was_typed(
    site: Site, physician: User
) -> None:
    source = make_short_protocol()
    post(make_administrator(site, last_name="Brandt"), "derive_protocol", source, typed(source))
    mine = typed(source, title="Mine", **{"step-2-note": "keep me"})
    answer = post(physician, "derive_protocol", source, mine)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Brandt saved version 1" in text
    assert 'value="Mine"' in text
    assert 'value="keep me"' in text
    assert 'name="seen_version" value="1"' in text
    post(physician, "derive_protocol", source, mine | {"seen_version": "1"})
    assert Protocol.objects.get(site=site, version=2).title == "Mine"


@pytest.mark.parametrize(
    ("do", "steps"), [("add-step", 4), ("remove-step:0", 2), ("remove-step:x", 3), ("preview", 3), ("no-such", 3)]
)
def test_rows_come_and_go_by_buttons_without_scripts(site: Site, physician: User, do: str, steps: int) -> None:
    source = make_short_protocol()
    text = post(physician, "derive_protocol", source, typed(source, do=do, title="Kept")).content.decode()
    assert text.count("<legend>") == steps
    assert 'value="Kept"' in text
    assert not Protocol.objects.filter(site=site).exists()


@pytest.mark.parametrize("sort", ["source", "left"])
def test_sources_and_what_is_left_out_come_and_go_too(physician: User, sort: str) -> None:
    source = make_short_protocol()
    text = post(physician, "derive_protocol", source, typed(source, do=f"add-{sort}")).content.decode()
    assert f'id="{sort}-{1 if sort == "source" else 0}"' in text


def test_the_preview_alone_comes_to_a_script(physician: User) -> None:
    source = make_short_protocol()
    answer = post(physician, "derive_protocol", source, typed(source, do="preview"), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert "<html" not in text
    assert "Asks for less than the original" in text
    assert "Blood count" in text
    assert "31 Mar 2025" in text


def test_the_preview_says_what_stands_in_its_way(physician: User) -> None:
    source = make_short_protocol()
    bad = typed(source, do="preview", **{"step-1-count": "0"})
    answer = post(physician, "derive_protocol", source, bad, headers={"HX-Request": "true"})
    assert "Step 2: " in answer.content.decode()
    assert answer.status_code == 200
    whole = post(physician, "derive_protocol", source, bad)
    assert 'href="#id_step-1-count"' in whole.content.decode()
    for day in ("", "1889-01-01", "x"):
        text = post(physician, "derive_protocol", source, typed(source, do="preview", anchor_on=day)).content.decode()
        assert "Give the day the sample patient is counted from" in text


def test_weekends_and_days_off_are_noted_with_the_day_offered(site: Site, physician: User) -> None:
    source = make_short_protocol()
    Closure.objects.create(
        site=site,
        first_on=date(2025, 3, 31),
        last_on=date(2025, 3, 31),
        name="Move of the unit",
        recorded_by=system_account(),
        recorded_at=NOW,
    )
    steps = steps_of(source.definition)
    (blood, _visit) = preview_of(steps=steps, original=steps, anchor=date(2025, 1, 31), site=site)
    days = {day.due_on: (day.closed, day.offered_on) for day in blood.own}
    assert days[date(2025, 2, 28)] == (None, None)
    assert days[date(2025, 3, 31)] == ("Move of the unit", date(2025, 3, 28))
    assert days[date(2025, 5, 31)] == ("weekend", date(2025, 5, 30))
    text = post(physician, "derive_protocol", source, typed(source, do="preview")).content.decode()
    assert "Move of the unit, offered 28 Mar" in text


@pytest.mark.parametrize("code", ["mm-maintenance", "aml-after-allogeneic", "all-off-therapy"])
def test_the_preview_is_what_a_plan_would_schedule(site: Site, code: str) -> None:
    protocol = shipped_protocol(code)
    anchor = date(2025, 5, 31)
    steps = steps_of(protocol.definition)
    rows = preview_of(steps=steps, original=steps, anchor=anchor, site=site)
    diagnosis = make_diagnosis(make_patient(site=site), protocol.disease, remission_on=anchor)
    plan = start_plan(
        diagnosis=diagnosis,
        protocol=protocol,
        by=system_account(),
        now=datetime(2025, 5, 31, 9, tzinfo=UTC),
        anchor_on=anchor,
        started_on=anchor,
    )
    end = add_months(anchor, 13)
    shown = {(row.kind, day.due_on) for row in rows for day in row.own if day.due_on <= end}
    assert shown == set(plan.tests.values_list("kind", "due_on"))
    assert shown


@pytest.mark.parametrize("role", [Role.NURSE, Role.AUDITOR])
def test_others_do_not_write(site: Site, role: Role) -> None:
    person = make_user(role, sites=[site])
    source = make_short_protocol()
    assert page(person, "derive_protocol", source).status_code == 403
    assert post(person, "derive_protocol", source, typed(source)).status_code == 403
    assert as_(person).get(reverse("upload_protocol")).status_code == 403
    own = make_short_protocol(site=site)
    assert post(person, "retire_protocol", own).status_code == 403
    assert post(person, "restore_protocol", own).status_code == 403
    assert "Retire this version" not in page(person, "protocol", own).content.decode()


def test_one_writes_for_a_site_one_works_for(site: Site) -> None:
    source, other = make_short_protocol(), make_site()
    both = make_physician(site, make_site(code="south"))
    assert page(both, "derive_protocol", source).status_code == 404
    assert "mm-short" in page(both, "derive_protocol", source, "?site=south").content.decode()
    assert page(both, "derive_protocol", source, f"?site={other.code}").status_code == 403
    assert page(make_physician(site), "derive_protocol", source, f"?site={other.code}").status_code == 403
    assert page(both, "derive_protocol", source, "?site=nowhere").status_code == 404


def test_retiring_and_offering_again(site: Site, physician: User) -> None:
    own = make_short_protocol(site=site)
    for name, words in (
        ("retire_protocol", "no new plan rests on this version"),
        ("retire_protocol", "retired already"),
        ("restore_protocol", "In use again"),
        ("restore_protocol", "is in use"),
    ):
        assert words in post(physician, name, own, follow=True).content.decode()


def upload(user: User, site: Site, content: bytes | str, **fields: Any) -> Any:
    data = content if isinstance(content, bytes) else content.encode()
    given = {"site": site.pk, "file": SimpleUploadedFile("own.yaml", data), **fields}
    return as_(user).post(reverse("upload_protocol"), given)


def test_a_file_is_taken_in_for_a_site(site: Site, physician: User) -> None:
    source = make_short_protocol()
    answer = upload(physician, site, "\ufeff" + written(short_definition(code="our-way")), original=source.pk)
    assert answer["Location"] == reverse("protocol", args=["our-way", 1])
    assert Protocol.objects.get(code="our-way").derived_from == source


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("code: x\nversion: none\n", "line 2: &#x27;version&#x27; must be a whole number"),
        ("", "The file is empty"),
        (b"title: \xff", "Line 1 is not in UTF-8"),
        (b"a: b\n# \xe4", "Line 2 is not in UTF-8"),
        ("#" * 400_001, "too large for a protocol"),
        (written(short_definition(code="mm-taken")), "belongs to another protocol"),
    ],
)
def test_every_mistake_of_a_file_is_named(site: Site, physician: User, content: bytes | str, words: str) -> None:
    make_short_protocol(code="mm-taken")
    answer = upload(physician, site, content)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Protocol.objects.filter(site=site).exists()


def test_a_file_goes_to_no_site_but_the_own(physician: User) -> None:
    assert upload(physician, make_site(), written(short_definition(code="our-way"))).status_code == 422
    assert not Protocol.objects.filter(code="our-way").exists()


def test_the_picture_has_a_mark_for_every_test_and_stays_within_its_frame() -> None:
    steps = steps_of(short_definition())
    drawn = draw_timeline(steps, 24)
    assert [(row.label, row.count) for row in drawn.rows] == [("Blood count", 16), ("Visit with symptom check", 2)]
    assert all(drawn.left < mark <= drawn.right for row in drawn.rows for mark in row.marks)
    assert [month for _x, month in drawn.ticks] == [0, 6, 12, 18, 24]
