"""Refusals of what somebody entered: where it is, what is wrong, and how to mend it.

They are Django's `ValidationError` by field, so forms show them beside the field and the API as {where, what, mend}.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from patients.models import Site

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the field (empty: the whole), what is wrong with it, how to mend it."""

    where: str
    what: str
    mend: str


def problem(where: str, what: Words, mend: Words) -> ValidationError:
    """A refusal to raise; `where` names a field, empty for the whole record."""
    return refusal([Problem(where, str(what), str(mend))])


def refusal(problems: Iterable[Problem]) -> ValidationError:
    """Several problems as one refusal to raise."""
    by_field: dict[str, list[ValidationError]] = defaultdict(list)
    for one in problems:
        error = ValidationError("%(what)s %(mend)s", code="refused", params={"what": one.what, "mend": one.mend})
        by_field[one.where or NON_FIELD_ERRORS].append(error)
    return ValidationError(dict(by_field))


def problems_of(error: ValidationError) -> list[Problem]:
    """A refusal as a list of problems, whether `problem` made it or Django's own validation did."""
    return list(_each(error))


def check_not_ahead(where: str, day: date | None, *, site: Site, now: datetime) -> None:
    """Raise when a day lies in the future at the site."""
    if day is not None and day > now.astimezone(site.zone).date():
        raise problem(where, _("%(day)s lies in the future.") % {"day": day.isoformat()}, _("Check the year."))


def _each(error: ValidationError) -> Iterator[Problem]:
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    for field, errors in by_field.items():
        where = "" if field == NON_FIELD_ERRORS else field
        for single in errors:
            params = single.params if isinstance(single.params, dict) else {}
            if "mend" in params:
                yield Problem(where, params["what"], params["mend"])
            else:
                yield Problem(where, " ".join(single.messages), _("Correct this value and send it again."))
