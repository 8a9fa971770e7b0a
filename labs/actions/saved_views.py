"""Keeping the filters of a list under a name, and taking the name away."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.models import SavedView
from patients.models import User

MOST = 20
"""Names one person keeps for one list; more would be a list to search in."""


class ViewRefused(ValueError):
    """The view cannot be kept so; the message says why."""


@transaction.atomic
def save_view(*, page: str, name: str, query: str, by: User, now: datetime) -> SavedView:
    """Keep the filters `query` of a list under a name of this person. The same name again replaces it."""
    name = " ".join(name.split())
    if not name or len(name) > SavedView._meta.get_field("name").max_length:  # type: ignore[operator]
        raise ViewRefused(_("Give the view a name of at most 60 characters."))
    if len(query) > SavedView._meta.get_field("query").max_length:  # type: ignore[operator]
        raise ViewRefused(_("These filters are too long to be kept."))
    standing = SavedView.objects.filter(user=by, page=page, removed_at=None)
    standing.filter(name=name).update(removed_at=now)
    if standing.count() >= MOST:
        raise ViewRefused(_("You keep %(n)d views already. Remove one first.") % {"n": MOST})
    return SavedView.objects.create(user=by, page=page, name=name, query=query, saved_at=now)


@transaction.atomic
def remove_view(*, view_id: int, by: User, now: datetime) -> bool:
    """Take away a view of one's own; whether there was one."""
    return SavedView.objects.filter(pk=view_id, user=by, removed_at=None).update(removed_at=now) > 0
