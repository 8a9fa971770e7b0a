"""What clinicians found: on images, in tissue, at examination."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from labs.vocabulary.findings import FINDING_KINDS, MODALITIES
from patients.models import Patient, User
from patients.models.history import keep_history, never_deleted


class FindingStatus(models.TextChoices):
    """A first version is final, a later one corrected or taken back; rules read what is final or corrected."""

    FINAL = "final", _("final")
    CORRECTED = "corrected", _("corrected")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")


@keep_history("ClinicalFindingHistory", inserts=False)
class ClinicalFinding(models.Model):
    """One version of one finding.

    `kind` is the code of an analyte that clinicians enter. Either `coded` (a word of the analyte's scale) or `value`
    (canonical unit) with `amount` (the same in fixed point) is there. `site_label` names the place, lesion or sign.
    `computed` is true for a sum of products that Vigil worked out from the diameters of the same images.
    `is_current` is false once a newer version replaced it; a version never changes otherwise.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="findings")
    kind = models.CharField(_("kind"), max_length=40)
    observed_on = models.DateField(_("found on"))
    site_label = models.CharField(_("site"), max_length=1000, blank=True)
    method = models.CharField(_("method"), max_length=24, blank=True)
    coded = models.CharField(_("finding"), max_length=60, blank=True)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=9, null=True)
    amount = models.BigIntegerField(_("fixed-point value"), null=True)
    computed = models.BooleanField(_("worked out"), default=False)
    note = models.TextField(_("note"), blank=True)
    status = models.CharField(_("status"), max_length=16, choices=FindingStatus.choices, default=FindingStatus.FINAL)
    reason = models.TextField(_("reason of the change"), blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="superseded_by")
    is_current = models.BooleanField(_("current version"), default=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ("patient_id", "-observed_on", "-id")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=list(FINDING_KINDS)), name="finding_known_kind"),
            models.CheckConstraint(condition=models.Q(method__in=["", *MODALITIES]), name="finding_known_method"),
            models.CheckConstraint(condition=models.Q(status__in=FindingStatus.values), name="finding_known_status"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True, amount__isnull=True)
                | models.Q(value__isnull=False, amount__isnull=False, value__gte=0),
                name="finding_value_and_amount",
            ),
            models.CheckConstraint(
                condition=(models.Q(coded="") & models.Q(value__isnull=False))
                | (~models.Q(coded="") & models.Q(value__isnull=True)),
                name="finding_coded_or_measured",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, supersedes__isnull=True, status="final", reason="")
                | (
                    models.Q(version__gt=1, supersedes__isnull=False) & ~models.Q(status="final") & ~models.Q(reason="")
                ),
                name="finding_version_supersedes",
            ),
            models.UniqueConstraint(fields=["supersedes"], name="finding_superseded_once"),
            models.UniqueConstraint(
                "patient",
                "kind",
                "observed_on",
                Upper("site_label"),
                "method",
                condition=models.Q(is_current=True) & ~models.Q(status="entered-in-error"),
                name="finding_once_a_day_and_site",
            ),
        ]
        indexes = [models.Index(fields=["patient", "-observed_on", "-id"], name="finding_by_patient")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.kind} {self.site_label} {self.observed_on}"
