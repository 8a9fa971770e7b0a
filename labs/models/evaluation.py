"""When the rules last looked at a patient, what each answered, and where a rule failed."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from patients.models.history import never_deleted


class Evaluation(models.Model):
    """The present answer of every rule for one patient. `answers`: rule code -> {"answer": ..., "missing": [...]}.

    `pending` marks results that are stored but not yet evaluated: shown as such, and picked up by a job.
    """

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="evaluation")
    evaluated_at = models.DateTimeField(_("evaluated"), null=True)
    as_of = models.DateField(_("as of"), null=True)
    answers = models.JSONField(_("answers"), default=dict)
    pending = models.BooleanField(_("waits for evaluation"), default=False)

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        indexes = [models.Index(fields=["id"], condition=models.Q(pending=True), name="evaluation_pending")]

    def __str__(self) -> str:
        return f"{self.patient_id} {self.as_of}"


class RuleFailure(models.Model):
    """A rule that raised an exception: no result was lost, the other rules went on, an administrator must see it."""

    rule = models.CharField(_("rule"), max_length=40)
    at = models.DateTimeField(_("at"))
    patients = models.PositiveIntegerField(_("patients concerned"))
    error = models.TextField(_("error"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule failure")
        verbose_name_plural = _("rule failures")
        ordering = ("-id",)
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.rule} {self.at:%Y-%m-%d %H:%M}"
