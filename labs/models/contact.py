"""Reaching patients: calls and what came of them, letters, and the views of lists that people saved."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Patient, Site
from patients.models.history import append_only, keep_history, never_deleted


class Channel(models.TextChoices):
    """By which way a patient was addressed."""

    PHONE = "phone", _("telephone")
    POST = "post", _("letter")
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")
    IN_PERSON = "in_person", _("in person")


class ContactOutcome(models.TextChoices):
    """What came of addressing a patient."""

    AGREED = "agreed", _("will come")
    CALL_AGAIN = "call_again", _("asked to be called again")
    NO_ANSWER = "no_answer", _("no answer")
    MESSAGE_LEFT = "message_left", _("message left")
    WRONG_NUMBER = "wrong_number", _("number is wrong")
    DECLINED = "declined", _("does not want to come")
    MOVED = "moved", _("followed elsewhere now")
    SENT = "sent", _("message sent")


class ContactAttempt(models.Model):
    """One attempt to reach a patient about waiting tests. Never changed: another row follows a slip of the pen."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_attempts")
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who"))
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices, default=Channel.PHONE)
    outcome = models.CharField(_("outcome"), max_length=14, choices=ContactOutcome.choices)
    again_on = models.DateField(_("contact again on"), null=True, blank=True)
    tests = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("about the tests"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("contact attempt")
        verbose_name_plural = _("contact attempts")
        ordering = ("patient_id", "-at", "-id")
        indexes = [models.Index(fields=["patient", "at"], name="contact_by_patient")]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.get_outcome_display()}"


class LetterKind(models.TextChoices):
    """What a letter or message is about."""

    DUE = "due", _("tests are due")
    MISSED = "missed", _("tests were missed")
    STABLE = "stable", _("results are stable, with the next date")


@keep_history("LetterTemplateHistory")
class LetterTemplate(models.Model):
    """A site's own wording of a letter or message. Without one, the wording shipped with Vigil is used."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="letter_templates", verbose_name=_("site"))
    kind = models.CharField(_("about"), max_length=6, choices=LetterKind.choices)
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices)
    language = models.CharField(_("language"), max_length=8)
    subject = models.CharField(_("subject"), max_length=160, blank=True)
    body = models.TextField(_("text"))
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("wording of a letter")
        verbose_name_plural = _("wordings of letters")
        constraints = [
            models.UniqueConstraint(fields=["site", "kind", "channel", "language"], name="letter_template_one"),
            models.CheckConstraint(condition=~models.Q(body=""), name="letter_template_not_empty"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"


class LetterState(models.TextChoices):
    """How far a letter or message has got."""

    PREPARED = "prepared", _("prepared")
    WAITING = "waiting", _("waits to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be sent")
    CANCELLED = "cancelled", _("not sent")


@keep_history("LetterHistory")
class Letter(models.Model):
    """One letter or message to a patient, with the words and the address as they were when it was made."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(_("about"), max_length=6, choices=LetterKind.choices)
    channel = models.CharField(_("how"), max_length=10, choices=Channel.choices)
    language = models.CharField(_("language"), max_length=8)
    recipient = models.TextField(_("to"))
    subject = models.CharField(_("subject"), max_length=160, blank=True)
    body = models.TextField(_("text"))
    tests = ArrayField(models.BigIntegerField(), default=list, verbose_name=_("about the tests"))
    state = models.CharField(_("state"), max_length=9, choices=LetterState.choices, default=LetterState.PREPARED)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.TextField(_("why it failed"), blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ("-made_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=False) | ~models.Q(state="sent"), name="letter_sent_when"
            ),
        ]
        indexes = [models.Index(fields=["patient", "made_at"], name="letter_by_patient")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.made_at:%Y-%m-%d}"


@keep_history("SavedViewHistory")
class SavedView(models.Model):
    """Filters of a list that a person named, to come back to. Taken away by `removed_at`."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="saved_views")
    page = models.SlugField(_("list"), max_length=40)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=500)
    saved_at = models.DateTimeField(_("saved"))
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "page", "name"],
                condition=models.Q(removed_at__isnull=True),
                name="saved_view_name_once",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_named"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return self.name
