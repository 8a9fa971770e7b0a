"""What signals came to and what they cost: for physicians, administrators and auditors, of their own sites."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from labs.selectors.alert_economy.counted import alert_economy as economy_of
from labs.selectors.alert_economy.retuning import ENOUGH_DECIDED, PRECISION_BAR, proposals
from labs.selectors.alert_economy.statement import LOOK_BACK_HOURS, TIME_CAP_MINUTES
from patients.access import ECONOMISTS
from tracker.reports.alert_economy import ALERT_ECONOMY
from tracker.reports.export import STREAMED, Request
from tracker.reports.report import Filters
from tracker.web import clock
from tracker.web.economy_page import economy_page, worded
from tracker.web.for_roles import for_roles
from tracker.web.measures import figure_data, what_is_asked
from tracker.web.reports import streamed, whole
from tracker.web.signed_in import SignedInRequest

FORMATS = ("csv", "xlsx")
for_economists = for_roles(
    ECONOMISTS,
    gettext_lazy("Only physicians, administrators and auditors read what signals came to and what they cost."),
)


@require_safe
@for_economists
def alert_economy(request: SignedInRequest) -> HttpResponse:
    """Every rule with what its signals came to, and proposals to retune those that mostly asked in vain."""
    form, scope = what_is_asked(request)
    economy = economy_of(scope.asked)
    context = {
        "form": form,
        "query": request.GET.urlencode(),
        "code": "alert-economy",
        "title": _("Relapses among decided signals"),
        "page": economy_page(economy),
        "data_url": reverse("alert_economy_data"),
        "proposals": worded(proposals(economy.by_site), form.sites, request.user),
        "enough": ENOUGH_DECIDED,
        "bar": round(100 * PRECISION_BAR),
        "cap": TIME_CAP_MINUTES,
        "look_back": LOOK_BACK_HOURS,
    }
    return render(request, "alert_economy/page.html", context)


@require_safe
@for_economists
def data(request: SignedInRequest) -> HttpResponse:
    """The first table as CSV: the data of the picture."""
    _form, scope = what_is_asked(request)
    return figure_data(economy_page(economy_of(scope.asked)), f"vigil-alert-economy-{scope.asked.now:%Y-%m-%d}.csv")


@require_POST
@for_economists
def take(request: SignedInRequest) -> HttpResponse | StreamingHttpResponse | FileResponse:
    """The whole report by site, of what the address narrows it to. Taking it is recorded."""
    wanted = request.POST.get("format", "csv")
    if wanted not in FORMATS:
        raise Http404(_("There is no such format."))
    form, scope = what_is_asked(request)
    chosen = form.cleaned_data if form.is_valid() else {}
    filters = Filters(
        site=chosen.get("site", ""), disease=scope.asked.disease, since=scope.asked.since, until=scope.asked.until
    )
    asked = Request(ALERT_ECONOMY, wanted, filters, request.user, clock.now())
    return streamed(asked) if wanted in STREAMED else whole(asked)
