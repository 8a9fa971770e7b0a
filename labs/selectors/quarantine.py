"""What came in and could not be used, and who may look after it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from labs.models import Quarantine
from patients.access import can_mend, senders_for, visible_to
from patients.models import User
from patients.selectors.keyset import Key, Page, page_of

PAGE_SIZE = 50
NEWEST_FIRST = (Key("id", descending=True, read=int),)
RESULT_WORDS = frozenset({"code", "value", "unit"})


def quarantined_for(user: User) -> QuerySet[Quarantine]:
    """Items of patients this person may see, and those of nobody known that were sent for a site of theirs."""
    if not can_mend(user):
        return Quarantine.objects.none()
    sent_here = Q(message=None) | Q(message__received_by__in=senders_for(user).values("pk"))
    items = Quarantine.objects.filter(Q(patient__isnull=True) & sent_here | visible_to(user, "patient__"))
    return items.select_related("patient__site", "message", "closed_by")


def open_items(*, user: User, reason: str = "", after: str = "", before: str = "") -> Page[Quarantine]:
    """A page of what waits to be mended, newest first."""
    waiting = quarantined_for(user).filter(state=Quarantine.State.OPEN)
    if reason:
        waiting = waiting.filter(reason=reason)
    return page_of(waiting, NEWEST_FIRST, size=PAGE_SIZE, after=after, before=before)


def open_reasons(*, user: User) -> list[str]:
    """The reasons that occur among what waits."""
    waiting = quarantined_for(user).filter(state=Quarantine.State.OPEN)
    return list(waiting.order_by("reason").values_list("reason", flat=True).distinct())


def is_result(item: Quarantine) -> bool:
    """Whether the item is one result, which can be mended here; anything else is mended in its file."""
    return item.raw.keys() >= RESULT_WORDS
