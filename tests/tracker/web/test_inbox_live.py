"""The inbox as it is kept: its queries, what moved meanwhile, and the way from one patient to the next."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from labs.models import Flag, Level
from labs.selectors.frozen_bars import frozen_bars
from tests.counting import statements_of
from tests.factories import (
    make_diagnosis,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
    make_series,
    make_site,
)
from tests.labs.selectors.test_inbox_news import mute
from tracker.web.sparks import spark

pytestmark = pytest.mark.django_db
LIVE = "inbox_live"
DAYS = {date(2026, 1, 1): "0.3", date(2026, 5, 1): "0.6", date(2026, 9, 1): "1.1"}
FINDING = {
    "comparisons": [
        {"what": "rise on 1 May 2026", "found": "0.3 g/dL", "needed": "at least 0.3 g/dL", "met": True},
        {"what": "rise on 1 Sep 2026", "found": "0.8 g/dL", "needed": "at least 0.5 g/dL", "met": True},
        {"what": "rise from a high level on 1 Sep 2026", "found": "0.8 g/dL", "needed": "at least 1.0 g/dL", "met": False},
        {"what": "bone pain on 3 Sep 2026", "found": "told", "needed": "", "met": True},
    ],
    "evidence": [{"analyte": "serum_m", "collected_on": "2026-09-01", "role": "confirming", "value": "1.1", "unit": "g/dL"}],
    "reference": {"value": "0.3 g/dL", "how": "lowest single value", "confirmed": False, "collected_on": ["2026-01-01"]},
}  # fmt: skip


@pytest.fixture
def doctor():
    return make_physician(make_site())


@pytest.fixture
def as_doctor(client, doctor):
    client.force_login(doctor)
    return client


def waiting(doctor, **fields) -> Flag:
    diagnosis = make_diagnosis(make_patient(site=doctor.sites.get()))
    make_line(diagnosis)
    make_series(diagnosis.patient, "serum_m", DAYS)
    return make_flag(diagnosis.patient, diagnosis=diagnosis, owner=doctor, finding=FINDING, **fields)


@pytest.mark.parametrize("cards", [1, 20])
def test_twelve_statements_hold_whatever_the_cards_and_filter(as_doctor, doctor, cards) -> None:
    for _ in range(cards):
        mute(make_flag(waiting(doctor).patient, "CBC-LDH", owner=doctor, level=Level.REVIEW))
    for query in ("", "scope=site&info=on", "disease=MM", "level=URGENT", "state=confirmed", "state=muted", "new=on"):
        assert len(statements_of(as_doctor, f"{reverse('inbox')}?{query}")) <= 12, query


class TestLive:
    def ask(self, client, read_at: datetime, **query):
        asked = {"read_at": read_at.isoformat(), **query}
        return client.get(reverse(LIVE), asked, headers={"HX-Request": "true"})

    def test_it_says_what_came_and_the_counts(self, as_doctor, doctor) -> None:
        flag = waiting(doctor)
        page = self.ask(as_doctor, flag.raised_at - timedelta(hours=1)).content.decode()
        assert "1 new or changed since" in page
        assert "1 urgent" in page
        assert "<html" not in page

    def test_the_same_is_not_said_twice(self, as_doctor, doctor) -> None:
        flag = waiting(doctor)
        before = flag.raised_at - timedelta(hours=1)
        assert self.ask(as_doctor, before, told="1.1.0.0.0").status_code == 204
        assert self.ask(as_doctor, before, told="0.1.0.0.0").status_code == 200

    def test_three_statements_are_enough(self, as_doctor, doctor) -> None:
        waiting(doctor)
        address = f"{reverse(LIVE)}?read_at=2025-01-01T00:00:00%2B00:00"
        assert len(statements_of(as_doctor, address)) <= 3

    def test_it_keeps_nobody_signed_in(self, as_doctor, doctor) -> None:
        soon = datetime.now(UTC) + timedelta(minutes=2)
        Session.objects.update(expire_date=soon)
        answer = self.ask(as_doctor, datetime.now(UTC))
        assert Session.objects.get().expire_date == soon
        assert not answer.cookies
        as_doctor.get(reverse("inbox"))
        assert Session.objects.get().expire_date > soon

    def test_who_is_signed_out_gets_nothing_to_show(self, client) -> None:
        answer = self.ask(client, datetime.now(UTC))
        assert (answer.status_code, answer.content) == (204, b"")

    def test_a_nurse_has_none(self, client) -> None:
        client.force_login(make_nurse(make_site()))
        assert self.ask(client, datetime.now(UTC)).status_code == 403

    @pytest.mark.parametrize("text", ["", "yesterday", "2026-02-31T00:00:00Z", "2026-02-01T00:00:00"])
    def test_an_unreadable_time_is_refused(self, as_doctor, text) -> None:
        assert as_doctor.get(reverse(LIVE), {"read_at": text}).status_code == 400


class TestNext:
    def test_it_follows_the_filter_of_the_inbox(self, as_doctor, doctor) -> None:
        first = waiting(doctor, level=Level.REVIEW)
        waiting(doctor, level=Level.REVIEW, signal="provisional")
        last = waiting(doctor, level=Level.REVIEW)
        as_doctor.get(reverse("inbox"), {"state": "confirmed"})
        answer = as_doctor.get(reverse("inbox_next", args=[first.pk]))
        assert answer.headers["Location"] == reverse("flag", args=[last.pk])
        answer = as_doctor.get(reverse("inbox_previous", args=[last.pk]))
        assert answer.headers["Location"] == reverse("flag", args=[first.pk])

    @pytest.mark.parametrize(("way", "words"), [("inbox_next", "last patient"), ("inbox_previous", "first patient")])
    def test_at_the_end_it_leads_back_and_says_so(self, as_doctor, doctor, way, words) -> None:
        answer = as_doctor.get(reverse(way, args=[waiting(doctor).pk]), follow=True)
        assert words in answer.content.decode()

    def test_the_page_of_a_signal_has_both_with_their_keys(self, as_doctor, doctor) -> None:
        page = as_doctor.get(reverse("flag", args=[waiting(doctor).pk])).content.decode()
        assert 'data-page-key="n"' in page
        assert 'data-page-key="p"' in page

    @pytest.mark.parametrize("way", ["inbox_next", "inbox_previous"])
    def test_a_stranger_finds_nothing_and_a_nurse_has_no_inbox(self, client, doctor, way) -> None:
        flag = waiting(doctor)
        client.force_login(make_physician(make_site()))
        assert client.get(reverse(way, args=[flag.pk])).status_code == 404
        client.force_login(make_nurse(doctor.sites.get()))
        assert client.get(reverse(way, args=[flag.pk])).status_code == 403


class TestCard:
    def test_it_says_what_is_new_how_sure_it_is_and_what_is_muted(self, as_doctor, doctor) -> None:
        mute(make_flag(waiting(doctor).patient, "CBC-LDH", owner=doctor, level=Level.REVIEW), note="Daratumumab.")
        page = as_doctor.get(reverse("inbox")).content.decode()
        for words in ("v-news--new", "v-state--confirmed", "muted until 3 Mar 2027", "Daratumumab.", "1 muted"):
            assert words in page

    def test_the_picture_has_the_lowest_value_the_bar_and_words(self, doctor) -> None:
        flag = waiting(doctor)
        results = list(flag.patient.results.order_by("collected_on"))
        frozen = frozen_bars(FINDING, "serum_m", results)
        assert (frozen.reference, [bar.value for bar in frozen.bars]) == (Decimal("0.3"), [Decimal("0.8")])
        drawn = spark("serum_m", results, frozen)
        assert drawn is not None
        assert [point.is_nadir for point in drawn.points] == [True, False, False]
        for words in (
            "3 values",
            "lowest 0.3\N{NO-BREAK SPACE}g/dL on 1 Jan 2026",
            "criterion at 0.8\N{NO-BREAK SPACE}g/dL",
        ):
            assert words in drawn.words

    def test_a_reference_that_is_no_value_of_the_marker_is_not_drawn(self, doctor) -> None:
        results = list(waiting(doctor).patient.results.order_by("collected_on"))
        for reference in (
            {"value": "0.4 g/dL"},
            {"value": "0.3 mg/L"},
            {"collected_on": ["2026-05-01"]},
            {"value": "?"},
        ):
            finding = FINDING | {"reference": FINDING["reference"] | reference}  # type: ignore[operator]
            assert frozen_bars(finding, "serum_m", results) == frozen_bars({}, "serum_m", results)

    def test_a_fixed_bar_is_drawn_where_the_value_compared_is_the_one_drawn(self, doctor) -> None:
        results = list(waiting(doctor).patient.results.order_by("collected_on"))
        bar = {"what": "amount on 1 Sep 2026", "found": "1.1 g/dL", "needed": "above 1 g/dL", "met": True}
        assert [one.value for one in frozen_bars({"comparisons": [bar]}, "serum_m", results).bars] == [1]
        assert not frozen_bars({"comparisons": [bar | {"found": "1.2 g/dL"}]}, "serum_m", results).bars
