"""The calendar of a site: who comes when, how full the days are, and on which the site is closed."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from labs.selectors.calendar_load import DayLoad, load_of, load_on
from labs.selectors.visits import Visit, visits_at
from labs.selectors.worklist import sites_of
from tracker.web import clock
from tracker.web.for_roles import for_schedulers
from tracker.web.signed_in import SignedInRequest
from tracker.web.undo import undoable
from tracker.web.visits import day_in

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Period:
    """A month (`first`: its first day) or a week (`first`: its Monday), as addresses name it."""

    kind: str
    first: date

    @property
    def since(self) -> date:
        """The Monday on which the page begins."""
        return self.first - self.first.weekday() * DAY

    @property
    def until(self) -> date:
        """The Sunday on which it ends."""
        last = self.first + 6 * DAY if self.kind == "week" else self._first_of(1) - DAY
        return last + (6 - last.weekday()) * DAY

    @property
    def before(self) -> str:
        """The period before, as addresses name it."""
        return name_of(self.kind, self.first - DAY)

    @property
    def after(self) -> str:
        """The period after, as addresses name it."""
        return name_of(self.kind, self.until + DAY if self.kind == "week" else self._first_of(1))

    def _first_of(self, months_on: int) -> date:
        year, month = divmod(self.first.year * 12 + self.first.month - 1 + months_on, 12)
        return date(year, month + 1, 1)


def name_of(kind: str, day: date) -> str:
    """The month (2026-12) or week (2026-W49) of a day."""
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}" if kind == "week" else f"{day:%Y-%m}"


def period_in(month: str, week: str, today: date) -> Period:
    """The period an address names; the present month for one that cannot be read, or lies beyond all calendars."""
    if week:
        monday = day_in(f"{week}-1")
        if monday is not None and _in_reach(monday):
            return Period("week", monday)
        return Period("week", today - today.weekday() * DAY)
    first = day_in(f"{month}-01")
    return Period("month", first if first is not None and _in_reach(first) else today.replace(day=1))


def _in_reach(day: date) -> bool:
    return 1900 <= day.year <= 2200


@require_safe
@for_schedulers
def calendar(request: SignedInRequest) -> HttpResponse:
    """A month or a week of one of the person's sites."""
    sites = sites_of(request.user)
    site = next((one for one in sites if str(one.pk) == request.GET.get("site")), sites[0] if sites else None)
    if site is None:
        return render(request, "calendar/calendar.html", {"site": None})
    now = clock.now()
    today = now.astimezone(site.zone).date()
    period = period_in(request.GET.get("month", ""), request.GET.get("week", ""), today)
    days = load_of(site=site, since=period.since, until=period.until)
    visits: list[Visit] = []
    if period.kind == "week":
        visits = visits_at(site=site, user=request.user, now=now, since=period.since, until=period.until)
    context = {
        "site": site,
        "sites": sites,
        "period": period,
        "today": today,
        "weeks": _weeks(days),
        "days": [(load, [visit for visit in visits if visit.day == load.day]) for load in days],
        "names": {"month": name_of("month", period.first), "week": name_of("week", _shown(period, today))},
        "weekdays": months.day_name,
    }
    return render(request, "calendar/calendar.html", context)


@require_safe
@for_schedulers
def day(request: SignedInRequest, site_id: int, day: str) -> HttpResponse:
    """The visits of a site on one day."""
    site, shown = request.user.sites.filter(pk=site_id).first(), day_in(day)
    if site is None or shown is None or not _in_reach(shown):
        raise Http404(_("No such day, or not of a site you work for."))
    now = clock.now()
    context = {
        "site": site,
        "load": load_on(site=site, day=shown),
        "visits": visits_at(site=site, user=request.user, now=now, since=shown, until=shown),
        "today": now.astimezone(site.zone).date(),
        "before": shown - DAY,
        "after": shown + DAY,
        "names": {"month": name_of("month", shown), "week": name_of("week", shown)},
        "undo": undoable(request),
        "here": request.get_full_path(),
    }
    return render(request, "calendar/day.html", context)


def _weeks(days: list[DayLoad]) -> list[list[DayLoad]]:
    return [days[start : start + 7] for start in range(0, len(days), 7)]


def _shown(period: Period, today: date) -> date:
    """The day whose week is offered beside a month: today's when the month holds it, else the first."""
    return today if period.since <= today <= period.until else period.first
