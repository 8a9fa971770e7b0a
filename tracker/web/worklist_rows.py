"""Answers to steps taken from a row of the list: the row as it stands then and the counts, so that nobody loses place.

Without scripts the same steps lead back to the list.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

from labs.models import ScheduledTest
from labs.selectors.due import Status
from labs.selectors.worklist import reach_of, waiting_row, worklist_counts
from labs.selectors.worklist_parts import Tab, tab_of
from labs.selectors.worklist_rows import Row
from patients.models import User
from tracker.web import clock
from tracker.web.going_back import next_of
from tracker.web.signed_in import SignedInRequest
from tracker.web.undo import last, undoable
from tracker.web.worklist import filter_in, tab_in, tabs_with
from tracker.web.worklist_cells import NOT_TICKED, cells_of, words

View = Callable[..., HttpResponseBase]
FORM = {"HX-Retarget": "#beside", "HX-Reswap": "innerHTML", "HX-Reselect": "#act"}
"""A form, fresh or sent back with its errors, goes beside the list."""


def answers_with_row(view: View) -> View:
    """Let a view of one test answer with its row when it is asked from the list: once done, or why it cannot be."""

    @wraps(view)
    def answered(request: SignedInRequest, test_id: int, **kwargs: Any) -> HttpResponseBase:
        if not request.headers.get("HX-Request"):
            return view(request, test_id=test_id, **kwargs)
        request.in_list = True  # type: ignore[attr-defined]
        try:
            answer = view(request, test_id=test_id, **kwargs)
        except Http404 as gone:
            return row_answer(request, test_id, refused=str(gone))
        if answer.status_code != 302:
            for name, value in FORM.items():
                answer[name] = value
            return answer
        return row_answer(request, test_id) if answer["Location"] == next_of(request) else answer

    return answered


def row_answer(request: SignedInRequest, test_id: int, *, refused: str = "") -> HttpResponse:
    """The row of a test as it stands now, where it has gone if it left this part of the list, and the counts."""
    here = next_of(request)
    query = QueryDict(urlsplit(here).query)
    tab, (row, stands_in) = tab_in(query), _now(request.user, test_id)
    stays, done = row is not None and stands_in == tab, last(request)
    context = {
        "one": cells_of([row], tab, here)[0] if row and stays else None,
        "stays": stays,
        "words": words(),
        "ticks": tab not in NOT_TICKED,
        "test_id": test_id,
        "gone_to": stands_in,
        "said": [*get_messages(request), *([refused] if refused else [])],
        "undo": undoable(request) if done and test_id in done.touched else "",
        "here": here,
        "list_query": query,
    }
    return render(request, "worklist/answer.html", context | _counted(request.user, query, tab))


def _now(user: User, test_id: int) -> tuple[Row | None, Tab | None]:
    """The row as it stands, and its part of the list; None for what waits no more."""
    try:
        row = waiting_row(user=user, now=clock.now(), test_id=test_id)
    except ScheduledTest.DoesNotExist:
        return None, None
    return row, tab_of(row.test, Status(row.test.status), row.today)  # type: ignore[attr-defined]


def _counted(user: User, query: QueryDict, tab: Tab) -> dict[str, Any]:
    """The counts of the list the person is on."""
    reach = reach_of(user)
    narrowing = filter_in(query, reach).narrowing()
    counts = worklist_counts(user=user, now=clock.now(), narrowing=narrowing, reach=reach)
    return {"tab": tab, "tabs": tabs_with(counts), "held": counts[Tab.HELD]}
