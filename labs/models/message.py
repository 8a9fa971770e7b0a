"""What came in, as it came, and what became of each line of it."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from patients.models.history import keep_history, never_deleted


class Message(models.Model):
    """One file or message, kept raw under VIGIL_HOME (`path`, named by its SHA-256) before anything reads it."""

    class State(models.TextChoices):
        """How far the reading got."""

        STORED = "stored", _("stored, not yet read")
        TAKEN = "taken", _("taken")
        PARTLY = "partly", _("partly taken")
        REFUSED = "refused", _("refused")

    source = models.CharField(_("source"), max_length=80)
    format = models.CharField(_("format"), max_length=10)
    name = models.CharField(_("name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    size = models.BigIntegerField(_("bytes"))
    path = models.CharField(_("stored as"), max_length=255)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.STORED)
    summary = models.JSONField(_("summary"), default=dict)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ("-id",)
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.name} ({self.received_at:%Y-%m-%d})"


@keep_history("QuarantineHistory", inserts=False)
class Quarantine(models.Model):
    """A row, entry or value that could not be used, with the reason and how to mend it. Never guessed, never lost.

    `raw` holds the sender's own words. `fingerprint` makes a replay find the same item again.
    """

    class State(models.TextChoices):
        """What people did with it."""

        OPEN = "open", _("to be mended")
        MENDED = "mended", _("mended")
        DISMISSED = "dismissed", _("not needed")

    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="quarantined")
    fingerprint = models.UUIDField(_("fingerprint"), unique=True)
    where = models.CharField(_("where"), max_length=255)
    reason = models.CharField(_("reason"), max_length=60)
    explanation = models.TextField(_("explanation"))
    remedy = models.TextField(_("how to mend it"))
    raw = models.JSONField(_("as it came"), default=dict)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="quarantined")
    analyte = models.CharField(_("analyte"), max_length=40, blank=True)
    collected_on = models.DateField(_("collected on"), null=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("quarantined item")
        verbose_name_plural = _("quarantine")
        indexes = [
            models.Index(fields=["state", "-id"], name="quarantine_open"),
            models.Index(fields=["patient", "state"], name="quarantine_by_patient"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True, closed_by__isnull=True)
                | models.Q(~models.Q(state="open"), closed_at__isnull=False, closed_by__isnull=False),
                name="quarantine_closed_by_someone",
            )
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"
