"""How a site works: its days off, what it allows in follow-up, and the private calendars read from outside."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Site
from patients.models.history import keep_history, never_deleted
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely


@keep_history("ClosureHistory")
class Closure(Withdrawable):
    """Days, both inclusive, on which a site sees no patients: a holiday, a move, a strike."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="closures", verbose_name=_("site"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    name = models.CharField(_("name"), max_length=80)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("days off")
        verbose_name_plural = _("days off")
        ordering = ("site_id", "first_on", "id")
        constraints = [
            models.UniqueConstraint(fields=["site", "first_on", "name"], condition=STANDING, name="closure_once"),
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="closure_ends_after_start"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="closure_named"),
            taken_back_completely("closure_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.name} {self.first_on}"


@keep_history("FollowUpSettingsHistory")
class FollowUpSettings(models.Model):
    """What a site decided about follow-up. Every default is this project's own; no guideline gives one.

    works_weekends       Saturday and Sunday are working days
    day_capacity         patients a day the calendar shows as full; empty: no bound
    result_within_days   a sample without a result for longer is an alarm
    feed_quiet_days      an interface that sent nothing for longer is an alarm
    lost_after_days      days late from which a patient may be lost. Two definitions read it, each says its own:
                         `silence.lost_to_follow_up` (today, whom to call: a booking takes off) and `measures.lost`
                         (any day, for comparison: only coming does)
    message_gap_days     days between two messages to one patient, at least
    message_limit        messages to one patient within `message_limit_days`, at most
    feed_names           calendars read from outside may name patients; otherwise they say how many come
    """

    site = models.OneToOneField(
        Site, on_delete=models.PROTECT, related_name="follow_up_settings", verbose_name=_("site")
    )
    works_weekends = models.BooleanField(_("open on weekends"), default=False)
    day_capacity = models.PositiveSmallIntegerField(
        _("patients a day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    result_within_days = models.PositiveSmallIntegerField(_("days a result may take"), default=7)
    feed_quiet_days = models.PositiveSmallIntegerField(_("days an interface may be quiet"), default=4)
    lost_after_days = models.PositiveSmallIntegerField(_("days late until lost to follow-up"), default=180)
    message_gap_days = models.PositiveSmallIntegerField(_("days between messages"), default=14)
    message_limit = models.PositiveSmallIntegerField(_("messages at most"), default=3)
    message_limit_days = models.PositiveSmallIntegerField(_("within days"), default=90)
    sends_email = models.BooleanField(_("sends e-mail"), default=False)
    sends_sms = models.BooleanField(_("sends text messages"), default=False)
    language = models.CharField(_("language of letters"), max_length=8, default="en")
    letterhead = models.TextField(_("letterhead"), blank=True)
    contact_line = models.CharField(_("how to reach us"), max_length=200, blank=True)
    feed_names = models.BooleanField(_("names in calendar feeds"), default=False)

    class Meta:
        verbose_name = _("follow-up settings")
        verbose_name_plural = _("follow-up settings")
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return str(self.site)


@keep_history("CalendarFeedHistory", ignoring=("last_read_at",))
class CalendarFeed(models.Model):
    """A calendar of a site's bookings that a person reads in another program by a private address.

    Only a digest of the token is stored: the address is shown once.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="calendar_feeds", verbose_name=_("site"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="calendar_feeds", verbose_name=_("for")
    )
    token_digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.site} {self.user}"
