"""The day that is offered for a booking. Pure; no clock is read here."""

from datetime import date, timedelta

from labs.protocols.working_days import WorkingDays

DAY = timedelta(days=1)


def suggested_day(*, due_on: date, opens_on: date, late_from: date, today: date, working: WorkingDays) -> date:
    """The due day while it is ahead, else (and for who is late) the next one; always a working day of the site.

    When the site is closed on it: the last working day before, if that is still ahead and in the window; else the
    first one after it.
    """
    tomorrow = today + DAY
    wanted = tomorrow if late_from < today else max(due_on, tomorrow)
    return working.nearest(wanted, earliest=max(opens_on, tomorrow))
