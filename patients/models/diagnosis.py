"""The disease whose return is watched for."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.patient import Patient


class Disease(models.TextChoices):
    """The three diseases Vigil follows."""

    MM = "MM", _("multiple myeloma")
    AML = "AML", _("acute myeloid leukaemia")
    ALL = "ALL", _("acute lymphoblastic leukaemia")


class HeavyChain(models.TextChoices):
    """Heavy chain of the myeloma clone."""

    IGG = "IgG", "IgG"
    IGA = "IgA", "IgA"
    IGM = "IgM", "IgM"
    IGD = "IgD", "IgD"
    IGE = "IgE", "IgE"
    NONE = "none", _("none")


class LightChain(models.TextChoices):
    """Light chain of the myeloma clone."""

    KAPPA = "kappa", "kappa"
    LAMBDA = "lambda", "lambda"


class DiseaseType(models.TextChoices):
    """What the myeloma clone secretes."""

    INTACT = "intact", _("intact immunoglobulin")
    LIGHT_CHAIN_ONLY = "light_chain_only", _("light chain only")
    NONSECRETORY = "nonsecretory", _("oligo- or non-secretory")


class RiskGroup(models.TextChoices):
    """Risk at diagnosis; it tightens the cadence of tests and nothing else."""

    STANDARD = "standard", _("standard risk")
    HIGH = "high", _("high risk")
    FAVOURABLE = "favourable", _("favourable")
    INTERMEDIATE = "intermediate", _("intermediate")
    ADVERSE = "adverse", _("adverse")
    UNKNOWN = "unknown", _("risk not recorded")


MARKERS = ("serum_m", "urine_m", "flc", "marrow")


@keep_history("DiagnosisHistory")
class Diagnosis(models.Model):
    """One followed disease of a patient, with what the rules need to know of it.

    `measurable` holds codes of `MARKERS` as decided at the baseline of the present line; empty means derive it from the
    results. `icd10` follows the physician's decision; no rule changes it.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="diagnoses")
    disease = models.CharField(_("disease"), max_length=3, choices=Disease.choices)
    subtype = models.CharField(_("subtype"), max_length=120, blank=True)
    diagnosed_on = models.DateField(_("diagnosed on"), null=True, blank=True)
    heavy_chain = models.CharField(_("heavy chain"), max_length=4, choices=HeavyChain.choices, blank=True)
    light_chain = models.CharField(_("light chain"), max_length=6, choices=LightChain.choices, blank=True)
    disease_type = models.CharField(_("disease type"), max_length=16, choices=DiseaseType.choices, blank=True)
    measurable = ArrayField(models.CharField(max_length=8), default=list, blank=True, verbose_name=_("measurable by"))
    risk_group = models.CharField(_("risk group"), max_length=12, choices=RiskGroup.choices, default=RiskGroup.UNKNOWN)
    risk_findings = ArrayField(
        models.CharField(max_length=80), default=list, blank=True, verbose_name=_("findings behind the risk group")
    )
    remission_on = models.DateField(_("in remission since"), null=True, blank=True)
    response = models.CharField(_("best response"), max_length=20, blank=True)
    therapy_ended_on = models.DateField(_("therapy ended on"), null=True, blank=True)
    relapsed_on = models.DateField(_("relapse recorded on"), null=True, blank=True)
    icd10 = models.CharField(_("ICD-10 code"), max_length=10, blank=True)

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ("patient_id", "id")
        constraints = [
            models.UniqueConstraint(fields=["patient", "disease"], name="diagnosis_one_per_disease"),
            models.CheckConstraint(condition=models.Q(disease__in=Disease.values), name="diagnosis_known_disease"),
            models.CheckConstraint(
                condition=models.Q(measurable__contained_by=list(MARKERS)), name="diagnosis_known_markers"
            ),
            models.CheckConstraint(
                condition=models.Q(remission_on__isnull=True)
                | models.Q(diagnosed_on__isnull=True)
                | models.Q(remission_on__gte=models.F("diagnosed_on")),
                name="diagnosis_before_remission",
            ),
            models.CheckConstraint(
                condition=models.Q(disease="MM")
                | models.Q(heavy_chain="", light_chain="", disease_type="", measurable=[]),
                name="diagnosis_chains_only_in_myeloma",
            ),
        ]

    def __str__(self) -> str:
        return self.get_disease_display()

    @property
    def remission_since(self) -> date | None:
        """First day of the latest remission, where it was read along (`last_remission_on`), else of the first."""
        latest: date | None = getattr(self, "last_remission_on", None)
        return latest or self.remission_on

    @property
    def in_relapse(self) -> bool:
        """Whether a relapse is recorded, and no remission after it."""
        if self.relapsed_on is None:
            return False
        return self.remission_since is None or self.remission_since <= self.relapsed_on
