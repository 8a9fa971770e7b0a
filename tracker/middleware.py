"""What happens around every request: a log line without patient data, metrics, no copies in browsers, idle sessions."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from structlog.contextvars import bound_contextvars

from tracker import metrics

log = structlog.get_logger("vigil.request")
GetResponse = Callable[[HttpRequest], HttpResponse]
GIVEN_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class RequestLogMiddleware:
    """Log each request by its route, never by its address: addresses hold identifiers and search words."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, log and count."""
        given = request.headers.get("X-Request-ID", "")
        request_id = given if GIVEN_REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
        started = time.perf_counter()
        with bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            route = request.resolver_match.route if request.resolver_match else "(no route)"
            user = getattr(request, "_cached_user", None)  # not `request.user`, which may ask the database
            log.info(
                "request",
                method=request.method,
                route=route,
                status=response.status_code,
                duration_ms=round(seconds * 1000, 1),
                user_id=getattr(user, "pk", None),
            )
        metrics.observe_request(request.method or "", route, response.status_code, seconds)
        response["X-Request-ID"] = request_id
        return response


class NoStoreMiddleware:
    """Pages are not kept by browsers and proxies, so that "back" after signing out shows nobody's record."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Forbid storing, unless the view said something itself."""
        response = self.get_response(request)
        if "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class IdleSessionMiddleware(SessionMiddleware):
    """Sessions that end after a time without a request; what a page asks by itself (`leaves_session`) is none."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Renew the session, unless the view leaves it as it is."""
        if not getattr(response, "leaves_session", False):
            return super().process_response(request, response)
        patch_vary_headers(response, ("Cookie",))
        return response


def leaves_session(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view that a page asks by itself: it neither renews nor changes the session."""

    @wraps(view)
    def left(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.leaves_session = True  # type: ignore[attr-defined]
        return response

    return left
