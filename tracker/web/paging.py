"""What addresses carry: cursors, and words to search for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypedDict

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from patients.selectors.keyset import UnreadableCursor

View = Callable[..., HttpResponse]


class Cursors(TypedDict):
    """The two cursors an address may carry; "" for none."""

    after: str
    before: str


def cursors(request: HttpRequest) -> Cursors:
    """The cursor of this page: `after` or `before` another one, for selectors that page."""
    return {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}


def plain_text(request: HttpRequest, name: str) -> str:
    """A word of the address without spaces around it, and without NUL, which no database takes."""
    return request.GET.get(name, "").replace("\0", "").strip()


def refuses_bad_cursors(view: View) -> View:
    """Answer 400 instead of failing when a cursor in the address was damaged."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except UnreadableCursor as error:
            raise BadRequest(str(error)) from error

    return checked
