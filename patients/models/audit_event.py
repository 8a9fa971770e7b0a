"""Who changed what. Append-only, also for the application."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import append_only
from patients.models.patient import Patient
from patients.models.user import User


class AuditEvent(models.Model):
    """One change with its actor, written in the transaction of the change."""

    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    verb = models.CharField(_("what"), max_length=60)
    target_type = models.CharField(_("of"), max_length=60)
    target_id = models.BigIntegerField(_("number"), null=True)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="audit_events")
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        indexes = [models.Index(fields=["patient", "-at"], name="audit_by_patient")]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"
