"""Several querysets in one message say what each says alone."""

from __future__ import annotations

import pytest
from django.db.models import Count, Value, Window

from labs.models import Flag, Result
from labs.selectors.read_together import read_together
from labs.selectors.trend import valued_results
from tests.factories import make_flag, make_result

pytestmark = pytest.mark.django_db


def test_objects_are_those_of_each_queryset_alone(django_assert_num_queries):
    one, other = make_result(value="1.5"), make_result(value="2.5")
    flag = make_flag(one.patient)
    results = Result.objects.order_by("pk").defer("warnings")
    with django_assert_num_queries(1):
        read = read_together(results=results, flags=Flag.objects.defer("finding"))
        assert [(row.pk, row.value, row.analyte) for row in read["results"]] == [
            (row.pk, row.value, row.analyte) for row in (one, other)
        ]
        assert [(row.pk, row.raised_at, row.unanswered_by) for row in read["flags"]] == [
            (flag.pk, flag.raised_at, flag.unanswered_by)
        ]


def test_what_is_annotated_comes_along_and_what_is_deferred_is_read_when_asked_for():
    result = make_result(note="seen")
    rows = valued_results(result.patient).annotate(of_all=Window(Count("*")), twice=Value("é%;"))
    (row,) = read_together(rows=rows, again=rows[:1])["rows"]
    assert (row.marked, row.of_all, row.twice, row.note) == (False, 1, "é%;", "seen")


def test_columns_of_json_are_refused():
    with pytest.raises(ValueError, match="JSON must be deferred"):
        read_together(flags=Flag.objects.all())
