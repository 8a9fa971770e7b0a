"""The pages of the rules: for every role, from the files of the rules, with examples as tables and pictures."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from labs.rules.base import Example, Rule
from labs.rules.notation import read
from labs.rules.registry import BY_CODE, RULES
from labs.vocabulary.analytes import ANALYTES
from labs.vocabulary.fixed_point import to_amount
from patients.models import Role
from tests.factories import make_nurse, make_site, make_user
from tracker.docs.examples import read_example
from tracker.docs.rules import sections
from tracker.web.charts.small import SmallValue, draw_small

CASES = [(rule, example) for rule in RULES for example in rule.examples]
PEOPLE = [role for role in Role.values if role != Role.SERVICE]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


@pytest.fixture
def reader(client):
    """Somebody signed in."""
    client.force_login(make_nurse(make_site()))
    return client


def text_of(answer) -> str:
    """A page's words, without tags."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("&#x27;", "'").replace("&quot;", '"')
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(text.split())


def unspaced(text: str) -> str:
    """A text without spaces and without the marks around what is typed."""
    return "".join(text.replace("`", "").split())


@pytest.mark.parametrize(("rule", "example"), CASES, ids=lambda one: getattr(one, "code", getattr(one, "name", "")))
def test_an_example_is_read_for_people_as_the_rule_reads_it(rule: Rule, example: Example) -> None:
    facts, rows = read(example.given, analyte=rule.reads[0], disease=min(rule.diseases))
    shown = read_example(rule, example)
    assert [(one.analyte, one.on, one.comparator) for one in shown.results] == [
        (row.analyte, row.collected_on, row.comparator) for row in rows
    ]
    measured = [(one, row) for one, row in zip(shown.results, rows, strict=True) if not ANALYTES[row.analyte].scale]
    assert [
        None if one.number is None else to_amount(one.number, ANALYTES[one.analyte].places) for one, _ in measured
    ] == [row.amount for _, row in measured]
    assert [one.printed for one in shown.results if ANALYTES[one.analyte].scale] == [
        row.note.coded for row in rows if ANALYTES[row.analyte].scale
    ]
    for one, row in zip(shown.results, rows, strict=True):
        assert ("range" in one.more) is (row.lower is not None or row.upper is not None)
        assert (f"{row.note.cells_counted} cells" in one.more) is (row.note.cells_counted is not None)
    assert [fact.on for fact in shown.facts if fact.kind == "line"] == list(facts.line_starts)
    assert len([fact for fact in shown.facts if fact.kind == "event"]) == len(facts.events)
    assert sum(len(sample) for sample in shown.samples) == len(rows)


@pytest.mark.django_db
class TestList:
    @pytest.mark.parametrize("role", PEOPLE)
    def test_every_role_reads_it(self, client, role):
        client.force_login(make_user(role, sites=[make_site()]))
        page = client.get(reverse("rules"))
        assert page.status_code == 200
        assert all(reverse("rule", args=[rule.code]) in page.content.decode() for rule in RULES)

    def test_nobody_reads_it_without_signing_in(self, client):
        assert client.get(reverse("rules")).status_code == 302
        assert client.get(reverse("rule", args=[RULES[0].code])).status_code == 302

    def test_every_page_leads_there(self, reader):
        assert reverse("rules") in reader.get(reverse("worklist")).content.decode()


@pytest.mark.django_db
class TestRule:
    @each_rule
    def test_it_says_what_the_file_says(self, reader, rule):
        page = text_of(reader.get(reverse("rule", args=[rule.code])))
        for _heading, text in sections(rule.doc):
            assert unspaced(text) in unspaced(page)
        assert rule.criteria_version in page
        for threshold in rule.thresholds:
            assert threshold.value in page
            assert threshold.source.citation in page
        for example in rule.examples:
            assert example.name in page

    def test_a_default_of_the_project_is_marked_in_words(self, reader):
        rule = next(rule for rule in RULES if any(one.source.default for one in rule.thresholds))
        assert "project default" in text_of(reader.get(reverse("rule", args=[rule.code])))

    def test_a_rule_without_defaults_is_not_marked(self, reader):
        rule = BY_CODE["MM-CREATININE"]
        has = any(one.default for one in (*rule.sources, *(each.source for each in rule.thresholds)))
        assert ("project default" in text_of(reader.get(reverse("rule", args=[rule.code])))) == has

    def test_an_unknown_code_offers_what_was_meant(self, reader):
        answer = reader.get(reverse("rule", args=["mm-pd-serum"]))
        assert answer.status_code == 404
        assert reverse("rule", args=["MM-PD-SERUM-M"]) in answer.content.decode()
        assert reverse("rules") in answer.content.decode()

    def test_what_was_asked_for_is_not_taken_as_markup(self, reader):
        answer = reader.get(reverse("rule", args=["<b>bold"]))
        assert answer.status_code == 404
        assert "<b>bold" not in answer.content.decode()


class TestPicture:
    def test_values_stand_in_true_proportion_of_time_and_height(self):
        drawn = draw_small("m", "", [value(1, 0), value(11, 5), value(21, 10)])
        assert drawn is not None
        first, middle, last = drawn.points
        assert middle.x - first.x == pytest.approx(last.x - middle.x)
        assert middle.y - first.y == pytest.approx(last.y - middle.y)
        assert last.y < first.y

    def test_a_value_below_detection_is_no_dot(self):
        drawn = draw_small("m", "", [value(1, 0.1, "<"), value(5, 0.6), value(9, 9, ">")])
        assert drawn is not None
        assert [point.style for point in drawn.points] == ["below", "", "above"]

    def test_other_laboratories_are_not_joined(self):
        drawn = draw_small("m", "", [value(1, 1), value(2, 2), value(3, 3, group="other"), value(4, 4, group="other")])
        assert drawn is not None
        assert len(drawn.lines) == 2
        assert [point.style for point in drawn.points] == ["", "", "other", "other"]

    @pytest.mark.parametrize("days", [(), (1,), (1, 1)])
    def test_one_day_makes_no_picture(self, days):
        assert draw_small("m", "", [value(day, 1) for day in days]) is None

    def test_equal_values_and_zeros_can_be_drawn(self):
        assert draw_small("m", "", [value(1, 0), value(2, 0)]) is not None
        assert draw_small("m", "", [value(1, 3), value(2, 3)]) is not None


def value(day: int, number: float, comparator: str = "", group: str = "") -> SmallValue:
    return SmallValue(date(2026, 1, day), number, f"{comparator}{number}", comparator, group)
