"""What the API answers when it cannot do what was asked: problems, each with where, what and how to mend it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from patients.problems import Problem, problems_of

MEND = {
    status.HTTP_400_BAD_REQUEST: _("Correct the request and send it again."),
    status.HTTP_401_UNAUTHORIZED: _("Sign in, or send a valid key."),
    status.HTTP_403_FORBIDDEN: _("Ask an administrator for access."),
    status.HTTP_404_NOT_FOUND: _("Check the number. You see only patients of your sites and care teams."),
    status.HTTP_405_METHOD_NOT_ALLOWED: _("See /api/docs/ for what this address can do."),
    status.HTTP_406_NOT_ACCEPTABLE: _("Ask for application/json."),
    status.HTTP_409_CONFLICT: _("Read it again, then decide again."),
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: _("Send application/json."),
}


class Conflict(exceptions.APIException):
    """The thing changed meanwhile, or is in a state that does not allow the step."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This is not possible in the present state.")


def answer_problems(error: Exception, _context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal as a list of problems. None lets an unexpected error through as such."""
    headers: dict[str, str] = {}
    code: int
    if isinstance(error, ValidationError):
        code, problems = status.HTTP_400_BAD_REQUEST, problems_of(error)
    elif isinstance(error, exceptions.ValidationError):
        code, problems = error.status_code, list(_each(error.detail))
    elif isinstance(error, Http404):
        code, problems = (
            status.HTTP_404_NOT_FOUND,
            [_plain(str(_("There is nothing here.")), status.HTTP_404_NOT_FOUND)],
        )
    elif isinstance(error, PermissionDenied):
        code = status.HTTP_403_FORBIDDEN
        problems = [_plain(str(error) or str(_("You may not do this.")), code)]
    elif isinstance(error, exceptions.APIException):
        code, problems = error.status_code, [_plain(str(error.detail), error.status_code)]
        if header := getattr(error, "auth_header", None):
            headers["WWW-Authenticate"] = header
    else:
        return None
    set_rollback()  # type: ignore[no-untyped-call]
    body = {"problems": [{"where": p.where, "what": p.what, "mend": p.mend} for p in problems]}
    return Response(body, status=code, headers=headers)


def _plain(what: str, code: int) -> Problem:
    return Problem("", what, str(MEND.get(code, MEND[status.HTTP_400_BAD_REQUEST])))


def _each(detail: Any, path: str = "") -> Iterator[Problem]:
    """Field errors of a serializer, nested ones with their path (`results.0.unit`)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _each(inner, ".".join(part for part in (path, own) if part))
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            yield from _each(inner, f"{path}.{index}".lstrip(".") if isinstance(inner, dict) else path)
    elif detail:
        yield Problem(path, str(detail), str(MEND[status.HTTP_400_BAD_REQUEST]))
