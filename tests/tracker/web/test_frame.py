"""What is around every page: navigation by role, error pages, the session."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from patients.models import Role
from tests.factories import make_nurse, make_physician, make_site, make_user
from tracker.web.navigation import HOME, PLACES

pytestmark = pytest.mark.django_db
NAMES = {"Vigil", "UTC", "CSV", "XLSX", "NDJSON", "Parquet"}  # the same in every language
TEMPLATES = Path(__file__).resolve().parents[3] / "tracker" / "templates"
ELEMENTS = list((TEMPLATES / "allauth" / "elements").glob("*.html"))  # markup alone, in pieces that are no whole tags


@pytest.mark.parametrize(
    ("role", "page"),
    [("physician", "inbox"), ("nurse", "worklist"), ("administrator", "reports"), ("auditor", "patients")],
)
def test_each_role_comes_home_to_its_own_page(client, role, page) -> None:
    client.force_login(make_user(role, sites=[make_site()]))
    assert client.get("/").headers["Location"] == reverse(page)
    assert client.get(reverse(page)).status_code == 200


@pytest.mark.parametrize("role", Role.values)
def test_the_navigation_leads_only_where_the_role_may_go(client, role) -> None:
    client.force_login(make_user(role, sites=[make_site()]))
    for place in PLACES:
        if role in place.roles:
            assert client.get(reverse(place.url_name)).status_code == 200


def test_every_home_is_in_the_navigation_of_its_role() -> None:
    for role, page in HOME.items():
        assert role in next(place.roles for place in PLACES if place.url_name == page)


def test_letters_of_places_are_unique() -> None:
    assert len({place.key for place in PLACES}) == len(PLACES)


class TestErrors:
    def test_a_missing_page_offers_a_way_on(self, client):
        client.force_login(make_nurse(make_site()))
        answer = client.get("/patients/999999/")
        assert answer.status_code == 404
        assert "search box" in answer.content.decode()

    def test_a_missing_page_is_shown_to_somebody_not_signed_in(self, client):
        assert client.get("/no-such-page/").status_code == 404

    def test_a_refusal_gives_the_reason(self, client):
        client.force_login(make_nurse(make_site()))
        assert "Only physicians have an inbox" in client.get(reverse("inbox")).content.decode()

    def test_a_stale_form_gives_back_what_was_typed_but_no_secret(self):
        client = Client(enforce_csrf_checks=True)
        client.force_login(make_physician(make_site()))
        typed = {"note": "Spoke with <b>the</b> lab.", "password": "hidden-word", "csrfmiddlewaretoken": "stale-token"}
        answer = client.post(reverse("acknowledge"), typed)
        page = answer.content.decode()
        assert answer.status_code == 403
        assert "Spoke with &lt;b&gt;the&lt;/b&gt; lab." in page
        assert "hidden-word" not in page
        assert "stale-token" not in page

    def test_a_crash_has_a_page_that_needs_nothing(self, client, monkeypatch):
        client.force_login(make_nurse(make_site()))
        client.raise_request_exception = False
        monkeypatch.setattr("tracker.web.patients.find_patients", lambda **_search: 1 / 0)
        answer = client.get(reverse("patients"))
        assert answer.status_code == 500
        assert "Something went wrong in Vigil" in answer.content.decode()


class TestSession:
    def test_it_is_renewed_with_a_fresh_token(self, client):
        client.force_login(make_nurse(make_site()))
        answer = client.get(reverse("session"))
        assert json.loads(answer.content)["csrf"]
        assert answer.cookies["vigil-session"]["max-age"] or answer.cookies["vigil-session"].value

    def test_somebody_signed_out_is_told_so(self, client):
        assert client.get(reverse("session")).status_code == 401

    def test_signing_in_again_ends_on_a_page_that_says_go_back(self, client):
        client.force_login(make_nurse(make_site()))
        assert "Close this tab" in client.get(reverse("signed_in")).content.decode()


def test_browsers_find_an_icon(client) -> None:
    assert client.get("/favicon.ico").headers["Location"].endswith("icon.svg")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_has_inline_script_or_style(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text)
    assert not re.search(r"<style|<[^>{]*\s(style|on[a-z]+)=", text)


@pytest.mark.parametrize("path", sorted(set(TEMPLATES.rglob("*.html")) - set(ELEMENTS)), ids=lambda path: path.name)
def test_every_text_of_a_template_is_translatable(path: Path) -> None:
    text = re.sub(r"\{%\s*blocktrans.*?endblocktrans\w*\s*%\}", "", path.read_text(), flags=re.DOTALL)
    text = re.sub(r"\{% block (main_class|lang) %\}.*?\{% endblock", "", text)
    text = re.sub(r"<kbd>.*?</kbd>|<(script|title|style)\b.*?</\1>", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<!--.*?-->", "", text, flags=re.DOTALL)
    left = re.sub(r"&\w+;", "", re.sub(r"<[^>]*>", " ", text))
    assert not set(re.findall(r"[A-Za-z]{2,}", left)) - NAMES
