"""A site's own words: checked line by line, kept with their history, and given back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from labs.actions.word_letter import reset_wording, word_letter
from labs.letters.languages import languages
from labs.models import LetterTemplate
from labs.selectors.wordings import listed_wordings, wordings_of
from patients.access import AccessRefused
from patients.models import AuditEvent, Site, User
from patients.problems import problems_of
from tests.factories import make_administrator, make_nurse, make_site

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
GOOD = {"subject": "About your visit", "body": "Dear {given_name},\n\n{tests}\n\n{contact}"}


@pytest.fixture
def site() -> Site:
    return make_site()


@pytest.fixture
def administrator(site: Site) -> User:
    return make_administrator(site)


def word(site: Site, by: User, **more: Any) -> LetterTemplate:
    given: dict[str, Any] = {"kind": "due", "channel": "post", "language": "en", **GOOD} | more
    return word_letter(site=site, by=by, now=NOW, **given)


def own(site: Site) -> list[tuple[str, str, str]]:
    return [(one.kind, one.channel, one.language.code) for one in listed_wordings(site) if one.is_own]


def test_the_sites_words_stand_in_place_of_the_shipped_ones(site: Site, administrator: User) -> None:
    word(site, administrator)
    found = wordings_of([site.pk])
    assert found.of(site.pk, "due", "post", languages()["en"]).subject == "About your visit"
    assert found.of(site.pk, "due", "post", languages()["de"]) == languages()["de"].wordings["due", "post"]
    assert own(site) == [("due", "post", "en")]
    assert AuditEvent.objects.get(verb="letter.word").by == administrator


def test_the_same_again_writes_nothing(site: Site, administrator: User) -> None:
    word(site, administrator)
    word(site, administrator)
    assert AuditEvent.objects.count() == 1


def test_former_words_stay_in_the_history(site: Site, administrator: User) -> None:
    word(site, administrator)
    row = word(site, administrator, subject="Your visit")
    assert row.history.filter(subject="About your visit").exists()
    assert LetterTemplate.objects.count() == 1


def test_going_back_to_the_shipped_words(site: Site, administrator: User) -> None:
    word(site, administrator)
    reset_wording(site=site, kind="due", channel="post", language="en", by=administrator, now=NOW)
    assert own(site) == []
    english = languages()["en"]
    assert wordings_of([site.pk]).of(site.pk, "due", "post", english) == english.wordings["due", "post"]


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        ({"body": "Dear {name},\n{contact}"}, "body", "Line 1: {name} is not known here."),
        ({"body": "a\nb\n{contact} {"}, "body", "Line 3: a brace without its partner."),
        ({"body": "Dear {given_name}"}, "body", "Line 1: {contact} is missing."),
        ({"subject": " "}, "subject", "the subject is empty."),
        ({"subject": "x" * 161}, "subject", "too long"),
        ({"body": " \n "}, "body", "empty"),
        ({"channel": "email", "body": "{contact}\nyour leukaemia"}, "body", "Line 2: “leukaemia” tells others"),
        ({"channel": "phone"}, "", "no such letter"),
        ({"kind": "news"}, "", "no such letter"),
        ({"language": "tr"}, "", "no such letter"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_line(
    site: Site, administrator: User, change: dict[str, Any], where: str, what: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        word(site, administrator, **change)
    found = problems_of(refused.value)
    assert [problem.where for problem in found] == [where]
    assert what in found[0].what
    assert found[0].mend
    assert not LetterTemplate.objects.exists()


def test_only_administrators_of_the_site(site: Site) -> None:
    for person in (make_nurse(site), make_administrator()):
        with pytest.raises(AccessRefused):
            word(site, person)
        with pytest.raises(AccessRefused):
            reset_wording(site=site, kind="due", channel="post", language="en", by=person, now=NOW)
