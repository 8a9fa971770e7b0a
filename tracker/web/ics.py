"""Visits written as iCalendar (RFC 5545): one as a file, all of a site as a feed.

Never a record number, never a result. A name only where the site allows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from icalendar import Calendar, Event

from labs.selectors.calendar_events import CalendarEvent

LENGTH = timedelta(minutes=30)
"""How long a visit with a time stands in the calendar [project default: nobody records how long a visit takes]."""
DAY = timedelta(days=1)
ASK_AGAIN = "PT1H"


def as_calendar(events: Sequence[CalendarEvent], *, name: str, zone: ZoneInfo, now: datetime) -> HttpResponse:
    """The events as a calendar; `zone` is the clock of the site, on which the times are."""
    calendar = Calendar()
    calendar.add("prodid", "-//Vigil//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-published-ttl", ASK_AGAIN)
    for event in events:
        calendar.add_component(_event(event, zone, now))
    return HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")


def _event(event: CalendarEvent, zone: ZoneInfo, now: datetime) -> Event:
    written = Event()
    written.add("uid", f"{event.key}@vigil")
    written.add("sequence", event.revision)
    written.add("dtstamp", (event.changed_at or now).astimezone(UTC).replace(microsecond=0))
    written.add("summary", _summary(event))
    if event.time is None:
        written.add("dtstart", event.day)
        written.add("dtend", event.day + DAY)
    else:
        begins = datetime.combine(event.day, event.time, zone).astimezone(UTC)
        written.add("dtstart", begins)
        written.add("dtend", begins + LENGTH)
    if event.place:
        written.add("location", event.place)
    written.add("status", "CONFIRMED" if event.patients else "CANCELLED")
    written.add("transp", "TRANSPARENT")
    return written


def _summary(event: CalendarEvent) -> str:
    if event.patient is not None:
        who = str(event.patient)
    elif event.patients:
        who = ngettext("%(n)d patient", "%(n)d patients", event.patients) % {"n": event.patients}
    else:
        who = _("Nobody comes any more")
    what = ", ".join(_(label) for label in event.labels)
    return f"{who}: {what}" if what else who
