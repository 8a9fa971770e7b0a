"""Reports and results: what a laboratory measured, in its own words and made comparable."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.message import Message
from patients.models import Patient
from patients.models.history import keep_history, never_deleted


class ResultStatus(models.TextChoices):
    """FHIR R4 observation statuses; `amended`, `corrected` and `final` are usable by rules."""

    REGISTERED = "registered", _("registered")
    PRELIMINARY = "preliminary", _("preliminary")
    FINAL = "final", _("final")
    AMENDED = "amended", _("amended")
    CORRECTED = "corrected", _("corrected")
    CANCELLED = "cancelled", _("cancelled")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")
    UNKNOWN = "unknown", _("status not known")


class Report(models.Model):
    """One accession of one laboratory: the frame of its results."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="reports")
    accession = models.CharField(_("accession"), max_length=120)
    laboratory = models.CharField(_("laboratory"), max_length=120, blank=True)
    collected_on = models.DateField(_("collected on"))
    issued_at = models.DateTimeField(_("issued"), null=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="reports")

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["patient", "laboratory", "accession"], name="report_unique"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return self.accession


@keep_history("ResultHistory", inserts=False)
class Result(models.Model):
    """One version of one measured value.

    `value_printed`, `unit_printed`, `code`: as the laboratory sent them. `value` (numeric of record) and `amount`
    (the same in fixed point: canonical unit x 10**places of the analyte) are set when the value is comparable; for
    `<0.1` they hold 0.1 and `comparator` says `<`. `coded` holds coded answers (negative, positive ...).
    `is_current` is false once a newer version replaced it; a version never changes otherwise.
    `collected_on` is the calendar day at the site; `time_known` is false when only a date was sent.
    `detection_limit` (canonical unit), `cells_counted` and `target` say how sure a small share is, and of what.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="results")
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="results")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="results")
    analyte = models.CharField(_("analyte"), max_length=40)
    code = models.CharField(_("code"), max_length=60)
    value_printed = models.CharField(_("value as printed"), max_length=400, blank=True)
    unit_printed = models.CharField(_("unit as printed"), max_length=60, blank=True)
    comparator = models.CharField(_("comparator"), max_length=2, blank=True)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=9, null=True)
    amount = models.BigIntegerField(_("fixed-point value"), null=True)
    coded = models.CharField(_("coded value"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=ResultStatus.choices)
    collected_at = models.DateTimeField(_("collected"), null=True)
    collected_on = models.DateField(_("collected on"))
    time_known = models.BooleanField(_("time known"), default=False)
    specimen = models.CharField(_("specimen"), max_length=40, blank=True)
    method = models.CharField(_("method"), max_length=80, blank=True)
    method_family = models.CharField(_("method family"), max_length=40, blank=True)
    laboratory = models.CharField(_("laboratory"), max_length=120, blank=True)
    reference_low = models.DecimalField(_("lower limit"), max_digits=24, decimal_places=9, null=True)
    reference_high = models.DecimalField(_("upper limit"), max_digits=24, decimal_places=9, null=True)
    detection_limit = models.DecimalField(_("limit of detection"), max_digits=24, decimal_places=9, null=True)
    cells_counted = models.PositiveIntegerField(_("cells counted"), null=True)
    target = models.CharField(_("target"), max_length=60, blank=True)
    note = models.TextField(_("note"), blank=True)
    warnings = models.JSONField(_("warnings"), default=list)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    is_current = models.BooleanField(_("current version"), default=True)
    fingerprint = models.UUIDField(_("fingerprint"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(fields=["patient", "fingerprint"], name="result_once"),
            models.CheckConstraint(condition=models.Q(status__in=ResultStatus.values), name="result_known_status"),
            models.CheckConstraint(
                condition=models.Q(comparator__in=["", "<", "<=", ">", ">="]), name="result_known_comparator"
            ),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True, amount__isnull=True)
                | models.Q(value__isnull=False, amount__isnull=False),
                name="result_value_and_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(detection_limit__isnull=True) | models.Q(detection_limit__gt=0),
                name="result_detects_above_zero",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, supersedes__isnull=True)
                | models.Q(version__gt=1, supersedes__isnull=False),
                name="result_version_supersedes",
            ),
        ]
        indexes = [
            models.Index(
                fields=["patient", "analyte", "collected_on"],
                include=["amount", "comparator", "status", "is_current"],
                name="result_series",
            ),
            models.Index(fields=["report"], name="result_by_report"),
            models.Index(fields=["-collected_on", "-id"], name="result_by_day"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.analyte} {self.value_printed} {self.unit_printed} {self.collected_on}"
