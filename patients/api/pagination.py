"""Pages of API lists: by key, as quick at the end of a long list as at its start, and no counting."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from patients.selectors.keyset import Key, UnreadableCursor, page_of

PAGE_SIZE = 50
LARGEST_PAGE = 500
NEWEST_FIRST = (Key("id", descending=True, read=int),)


class KeysetPages(BasePagination):
    """`?after=` and `?before=` hold a cursor, `?page_size=` up to 500. A view may name its order in `keys`."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        """The rows of the asked page."""
        after, before = request.query_params.get("after", ""), request.query_params.get("before", "")
        try:
            self.page = page_of(
                queryset, getattr(view, "keys", NEWEST_FIRST), size=_size(request), after=after, before=before
            )
        except UnreadableCursor as error:
            raise ValidationError({"before" if before else "after": [str(error)]}) from error
        self.url = request.build_absolute_uri()
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        """The rows with the addresses of the pages around them."""
        return Response(
            {
                "next": self._link("after", self.page.next_cursor),
                "previous": self._link("before", self.page.previous_cursor),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The OpenAPI description of such an answer."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """The OpenAPI description of the parameters."""
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            _parameter("after", "Cursor from `next` of the page before.", {"type": "string"}),
            _parameter("before", "Cursor from `previous` of the page after.", {"type": "string"}),
            _parameter("page_size", "Rows a page.", size),
        ]

    def _link(self, name: str, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        other = "before" if name == "after" else "after"
        return replace_query_param(replace_query_param(self.url, other, ""), name, cursor)


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LARGEST_PAGE):
        raise ValidationError({"page_size": [_("Give a number from 1 to %(most)d.") % {"most": LARGEST_PAGE}]})
    return int(text)


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
