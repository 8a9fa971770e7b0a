"""Signals that a physician does not want to be asked about for a while, and why. They stay visible and are counted."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.level import Level
from patients.models import Patient
from patients.models.history import keep_history, never_deleted
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely

LONGEST_MUTE_DAYS: Final = 180
"""The longest a rule may be muted for a patient at once. This project's own."""


class MuteReason(models.TextChoices):
    """Why a rule is not to ask."""

    ANTIBODY = "antibody", _("a therapeutic antibody disturbs the test")
    TRANSFUSION = "transfusion", _("known course of transfusions")
    THERAPY = "therapy", _("expected under the therapy")
    OTHER_DISEASE = "other_disease", _("another known disease")
    OTHER = "other", _("something else")


@keep_history("MuteHistory")
class Mute(Withdrawable):
    """A physician's word that signals of one rule need no answer in one patient until a day, that day inclusive.

    `level` is the highest it holds for: a stronger signal is asked about all the same. Ended early it is taken back.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="mutes")
    rule = models.CharField(_("rule"), max_length=40)
    level = models.CharField(_("up to the level"), max_length=6, choices=Level.choices)
    reason = models.CharField(_("reason"), max_length=13, choices=MuteReason.choices)
    note = models.TextField(_("note"), blank=True)
    until_on = models.DateField(_("until"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        ordering = ("patient_id", "rule", "id")
        constraints = [
            models.UniqueConstraint(fields=["patient", "rule", "until_on"], condition=STANDING, name="mute_once"),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="mute_known_level"),
            models.CheckConstraint(
                condition=~models.Q(reason=MuteReason.OTHER) | ~models.Q(note=""), name="mute_other_with_note"
            ),
            taken_back_completely("mute_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.rule} {self.until_on}"
