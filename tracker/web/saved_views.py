"""Saving the filters of the worklist under a name, and taking the name away."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from labs.actions.saved_views import ViewRefused, remove_view, save_view
from tracker.web import clock
from tracker.web.for_roles import for_clinicians
from tracker.web.going_back import back, next_of
from tracker.web.signed_in import SignedInRequest
from tracker.web.worklist import PAGE, WorklistFilter

KEPT = ("tab", *WorklistFilter.base_fields)


@require_POST
@for_clinicians
def save(request: SignedInRequest) -> HttpResponse:
    """Keep the filters of the list the person came from."""
    given = QueryDict(urlsplit(next_of(request)).query)
    query = QueryDict(mutable=True)
    for name in KEPT:
        if given.get(name):
            query[name] = given[name]
    name = request.POST.get("name", "")
    try:
        view = save_view(page=PAGE, name=name, query=query.urlencode(), by=request.user, now=clock.now())
    except ViewRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
    return back(request)


@require_POST
@for_clinicians
def remove(request: SignedInRequest, view_id: int) -> HttpResponse:
    """Take a view away."""
    if remove_view(view_id=view_id, by=request.user, now=clock.now()):
        messages.success(request, _("The view is removed. The list is not changed by it."))
    else:
        messages.error(request, _("There is no such view of yours."))
    return back(request)
