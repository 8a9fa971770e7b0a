"""What surrounds the review of signals: what a site decided, mutes, second opinions, messages, and what was seen."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.flag import Flag
from patients.models import Patient, Site
from patients.models.history import keep_history, never_deleted
from patients.models.withdrawal import Withdrawable, taken_back_completely


@keep_history("ReviewSettingsHistory")
class ReviewSettings(models.Model):
    """How a site answers signals. Every default is this project's own.

    urgent_hours, review_days  how soon an answer is due
    duty_physician             who owns a signal when nobody of the patient's care team can
    digest_hour                hour of the site's day at which signals to review are sent together
    quiet_from, quiet_until    hours of the site's day in which only urgent ones are sent
    names_patients             messages may name the patient and the finding; otherwise they say that something waits
    """

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="review_settings", verbose_name=_("site"))
    urgent_hours = models.PositiveSmallIntegerField(
        _("hours to answer an urgent signal"), default=4, validators=[MinValueValidator(1)]
    )
    review_days = models.PositiveSmallIntegerField(
        _("days to answer a signal to review"), default=7, validators=[MinValueValidator(1)]
    )
    duty_physician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("physician on duty"),
    )
    sends_email = models.BooleanField(_("sends e-mail"), default=False)
    webhook_url = models.URLField(_("webhook"), max_length=500, blank=True)
    digest_hour = models.PositiveSmallIntegerField(_("hour of the digest"), default=7)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    names_patients = models.BooleanField(_("names in messages"), default=False)

    class Meta:
        verbose_name = _("review settings")
        verbose_name_plural = _("review settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="review_digest_hour_of_a_day"),
            models.CheckConstraint(
                condition=models.Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="review_quiet_hours_complete",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return str(self.site)


class MuteReason(models.TextChoices):
    """Why signals of a rule are muted for a patient."""

    ANTIBODY = "antibody", _("therapeutic antibody interferes")
    TRANSFUSION = "transfusion", _("known course of transfusions")
    THERAPY = "therapy", _("expected under this therapy")
    OTHER_DISEASE = "other_disease", _("explained by another disease")
    OTHER = "other", _("another reason")


@keep_history("MuteHistory")
class Mute(Withdrawable):
    """Signals of one rule in one patient ask for no answer until a day. They stay visible and are counted."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="mutes")
    rule = models.CharField(_("rule"), max_length=40)
    reason = models.CharField(_("reason"), max_length=14, choices=MuteReason.choices)
    note = models.TextField(_("note"), blank=True)
    starts_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        ordering = ("patient_id", "rule", "starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("starts_on")), name="mute_ends_after_start"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="other") | ~models.Q(note=""), name="mute_other_reason_explained"
            ),
            taken_back_completely("mute_taken_back_completely"),
        ]
        indexes = [models.Index(fields=["patient", "rule", "until_on"], name="mute_by_patient")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.rule} {self.starts_on} – {self.until_on}"


@keep_history("SecondOpinionHistory")
class SecondOpinion(models.Model):
    """A colleague, or somebody outside, was asked about a signal. The owner stays the same."""

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="second_opinions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    asked_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opinions_asked",
        verbose_name=_("colleague"),
    )
    outside_address = models.EmailField(_("address outside"), blank=True)
    question = models.TextField(_("question"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("second opinion")
        verbose_name_plural = _("second opinions")
        ordering = ("flag_id", "asked_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(asked_of__isnull=False, outside_address="")
                | (models.Q(asked_of__isnull=True) & ~models.Q(outside_address="")),
                name="opinion_asked_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_at__isnull=False, answered_by__isnull=False)),
                name="opinion_answered_completely",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.flag} {self.asked_of or self.outside_address}"


class NoticeKind(models.TextChoices):
    """Why a person is told."""

    URGENT = "urgent", _("urgent signal")
    DIGEST = "digest", _("signals to review")
    ESCALATED = "escalated", _("signal not answered in time")
    TAKEN_BACK = "taken_back", _("evidence of a decision changed")
    OPINION = "opinion", _("second opinion asked")


class NoticeState(models.TextChoices):
    """How far a message to a person has got."""

    WAITING = "waiting", _("waits to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be sent")


@keep_history("NoticeHistory")
class Notice(models.Model):
    """One message to one person about signals, by one way, with each attempt to deliver it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices", verbose_name=_("to")
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="notices", verbose_name=_("site"))
    kind = models.CharField(_("about"), max_length=10, choices=NoticeKind.choices)
    backend = models.CharField(_("how"), max_length=20)
    flags = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("signals"))
    not_before = models.DateTimeField(_("not before"))
    made_at = models.DateTimeField(_("made"))
    state = models.CharField(_("state"), max_length=7, choices=NoticeState.choices, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failure = models.TextField(_("why it failed"), blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False) | ~models.Q(state="sent"), name="notice_sent_when"
            ),
        ]
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(state="waiting"), name="notice_waiting"),
            models.Index(fields=["user", "made_at"], name="notice_by_user"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.user}"


class InboxVisit(models.Model):
    """When a physician last looked through the inbox: what was raised since is new to them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="inbox_visit")
    seen_at = models.DateTimeField(_("seen"))
    before_at = models.DateTimeField(_("seen the time before"), null=True, blank=True)

    class Meta:
        verbose_name = _("visit to the inbox")
        verbose_name_plural = _("visits to the inbox")

    def __str__(self) -> str:
        return f"{self.user} {self.seen_at:%Y-%m-%d}"
