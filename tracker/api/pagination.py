"""Pages of API lists."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class CursorPages(CursorPagination):
    """Keyset pages: as quick at the end of a long list as at its start, and no counting. A view may set `ordering`."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
