"""What the patient tells."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.models.user import User


@keep_history("SymptomReportHistory")
class SymptomReport(models.Model):
    """Coded symptoms asked for on one day (codes of `labs/vocabulary/symptoms.py`); no code means asked, none told."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="symptom_reports")
    reported_on = models.DateField(_("reported on"))
    symptoms = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("symptoms"))
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("symptom report")
        verbose_name_plural = _("symptom reports")
        ordering = ("patient_id", "-reported_on", "-id")

    def __str__(self) -> str:
        return f"{self.reported_on}: {', '.join(self.symptoms) or _('no symptoms')}"
