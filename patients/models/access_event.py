"""Who opened whose record. Append-only."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import append_only
from patients.models.patient import Patient
from patients.models.user import User


class AccessEvent(models.Model):
    """One opening of a patient's record (or one export that held it)."""

    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="access_events")
    view = models.CharField(_("page"), max_length=60)
    purpose = models.CharField(_("purpose"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("access event")
        verbose_name_plural = _("access events")
        indexes = [
            models.Index(fields=["patient", "-at"], name="access_by_patient"),
            models.Index(fields=["by", "patient", "-at"], name="access_by_person"),
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.by} {self.view}"
