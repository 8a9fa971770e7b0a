"""Never more messages to one patient than the site allows: how long ago the last one was, and how many there were."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import FollowUpSettings, Letter
from labs.models.letter_states import COUNTED, UNSENT
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Said:
    """One letter or message that counts: the day it was sent (or made, while it waits), what it is, where it stands."""

    on: date
    kind: str
    waits: bool


def said_to(patients: Collection[Patient]) -> Mapping[int, list[Said]]:
    """What was sent, or waits to be, by the number of the patient; days on the clock of the site. One query."""
    zones = {one.pk: one.site.zone for one in patients}
    found: dict[int, list[Said]] = defaultdict(list)
    letters = Letter.objects.filter(patient__in=zones, state__in=COUNTED)
    for number, sent, made, kind, state in letters.values_list("patient_id", "sent_at", "made_at", "kind", "state"):
        found[number].append(Said((sent or made).astimezone(zones[number]).date(), kind, state in UNSENT))
    return found


def why_no_more(said: Collection[Said], settings: FollowUpSettings, *, kind: str, today: date) -> str:
    """Why nothing more may be sent today; "" when it may.

    From the day of the last one, `message_gap_days` must have passed; of the last `message_limit_days` days, today
    included, fewer than `message_limit` must have been messages.
    """
    if any(one.waits and one.kind == kind for one in said):
        return _("A letter about the same waits already. Send or cancel it.")
    last = max((one.on for one in said), default=None)
    if last is not None and today < (free := last + timedelta(days=settings.message_gap_days)):
        return _("The last message was on %(day)s. The site allows the next one from %(free)s on.") % {
            "day": _written(last),
            "free": _written(free),
        }
    since = today - timedelta(days=settings.message_limit_days)
    if sum(one.on > since for one in said) >= settings.message_limit:
        return ngettext(
            "The site allows %(limit)s message within %(days)s days, and that is reached.",
            "The site allows %(limit)s messages within %(days)s days, and that is reached.",
            settings.message_limit,
        ) % {"limit": settings.message_limit, "days": settings.message_limit_days}
    return ""


def _written(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
