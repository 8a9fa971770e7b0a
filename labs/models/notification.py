"""Telling people outside of Vigil's pages that a signal waits: where to, when, and each attempt."""

from __future__ import annotations

from datetime import time
from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.decision import SecondOpinion
from labs.models.flag import Flag, FlagEvent
from patients.models import Site
from patients.models.history import append_only, keep_history, never_deleted
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely

QUIET_FROM: Final = time(20, 0)
QUIET_UNTIL: Final = time(7, 0)
DIGEST_AT: Final = time(7, 30)
"""Where a site decided nothing. This project's own."""


class NotificationWay(models.TextChoices):
    """By which way people are told (VIGIL_MESSAGE_BACKENDS names what sends it)."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    WEBHOOK = "webhook", _("webhook")


class NotificationKind(models.TextChoices):
    """What people are told."""

    URGENT = "urgent", _("an urgent signal waits")
    DIGEST = "digest", _("what waits, once a day")
    TAKEN_BACK = "taken_back", _("the evidence of a decision was corrected")
    OPINION = "opinion", _("a second opinion is asked for")
    OPINION_GIVEN = "opinion_given", _("a second opinion was given")
    TRIAL = "trial", _("a trial, to see that it arrives")


class NotificationState(models.TextChoices):
    """How far it has got."""

    WAITING = "waiting", _("waits to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be sent")
    DROPPED = "dropped", _("no longer needed")


@keep_history("NotificationSettingsHistory")
class NotificationSettings(models.Model):
    """How a site tells its people. Urgent signals go out at any hour; everything else waits while it is quiet.

    `names_patients`: whether a message may hold the patient's name and number and the sentence of the signal; where it
    may not, it says only that something waits, how much and how long.
    """

    site = models.OneToOneField(
        Site, on_delete=models.PROTECT, related_name="notification_settings", verbose_name=_("site")
    )
    names_patients = models.BooleanField(_("messages may name patients"), default=False)
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("quiet until"), default=QUIET_UNTIL)
    digest_at = models.TimeField(_("daily message at"), default=DIGEST_AT)
    webhook_url = models.URLField(_("webhook"), blank=True)

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return str(self.site)

    @classmethod
    def of(cls, site: Site) -> NotificationSettings:
        """What the site decided, else the defaults, not stored."""
        return getattr(site, "notification_settings", None) or cls(site=site)


@keep_history("NotificationAddressHistory")
class NotificationAddress(Withdrawable):
    """Where one person is told, and of what. Without any, the e-mail address of the account is told of both."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notification_addresses")
    way = models.CharField(_("how"), max_length=7, choices=NotificationWay.choices)
    address = models.CharField(_("address"), max_length=254)
    urgent = models.BooleanField(_("urgent signals, at once"), default=True)
    digest = models.BooleanField(_("what waits, once a day"), default=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("address for notifications")
        verbose_name_plural = _("addresses for notifications")
        ordering = ("user_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "way", "address"], condition=STANDING, name="notification_address_once"
            ),
            taken_back_completely("notification_address_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.user} {self.get_way_display()}"


@keep_history("NotificationHistory")
class Notification(models.Model):
    """One message to one address, with its words as they were when it was made, and what came of sending it.

    recipient    empty: the webhook of the site, or an address outside (a second opinion)
    not_before   held back until then: quiet hours
    attempted_at when the last attempt began; `failure` is `UNDERWAY` until it has an outcome
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="notifications"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", verbose_name=_("site"))
    kind = models.CharField(_("about"), max_length=13, choices=NotificationKind.choices)
    way = models.CharField(_("how"), max_length=7, choices=NotificationWay.choices)
    address = models.CharField(_("address"), max_length=254)
    subject = models.CharField(_("subject"), max_length=160, blank=True)
    body = models.TextField(_("text"))
    state = models.CharField(
        _("state"), max_length=7, choices=NotificationState.choices, default=NotificationState.WAITING
    )
    made_at = models.DateTimeField(_("made"))
    not_before = models.DateTimeField(_("not before"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    attempted_at = models.DateTimeField(_("last attempt"), null=True, blank=True)
    failure = models.TextField(_("why it failed"), blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False) | ~models.Q(state="sent"), name="notification_sent_when"
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(state="waiting"), name="notification_waiting"),
            models.Index(fields=["site", "-made_at"], name="notification_by_site"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d}"


class NotifiedFlag(models.Model):
    """A signal that a notification tells of, and the step of its life that was the reason; with `opinion` it was about
    that second opinion. Append-only."""

    notification = models.ForeignKey(Notification, on_delete=models.PROTECT, related_name="told")
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="notified")
    event = models.ForeignKey(FlagEvent, on_delete=models.PROTECT, related_name="told")
    opinion = models.ForeignKey(SecondOpinion, on_delete=models.PROTECT, null=True, blank=True, related_name="told")

    class Meta:
        verbose_name = _("signal told of")
        verbose_name_plural = _("signals told of")
        constraints = [
            models.UniqueConstraint(fields=["notification", "flag"], name="notified_once"),
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.flag_id}"
