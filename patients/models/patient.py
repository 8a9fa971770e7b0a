"""Patients and the numbers they are known by."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history, never_deleted
from patients.models.site import Site

MRN = "mrn"


class Sex(models.TextChoices):
    """Sex for reference ranges (FHIR administrative gender)."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("unknown")


@keep_history("PatientHistory")
class Patient(models.Model):
    """A person whose remission is watched. Belongs to one site; never deleted."""

    family_name = models.CharField(_("family name"), max_length=120)
    given_name = models.CharField(_("given name"), max_length=120)
    birth_date = models.DateField(_("birth date"))
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices, default=Sex.UNKNOWN)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="patients", verbose_name=_("site"))
    deceased_on = models.DateField(_("date of death"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"), auto_now_add=True)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes = [
            models.Index(Lower("family_name").asc(), Lower("given_name"), "id", name="patient_by_name"),
            models.Index(fields=["birth_date"], name="patient_by_birth_date"),
            models.Index(fields=["site", "id"], name="patient_by_site"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(deceased_on__isnull=True) | models.Q(deceased_on__gte=models.F("birth_date")),
                name="patient_dies_after_birth",
            )
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.family_name}, {self.given_name}"


@keep_history("IdentifierHistory")
class Identifier(models.Model):
    """A number by which some system knows a patient. Kept as text: leading zeros matter."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(_("system"), max_length=200, default=MRN)
    value = models.CharField(_("number"), max_length=120)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        constraints = [
            models.UniqueConstraint(fields=["system", "value"], name="identifier_unique"),
            models.CheckConstraint(condition=~models.Q(value=""), name="identifier_not_blank"),
        ]
        indexes = [models.Index(fields=["value"], name="identifier_by_value")]

    def __str__(self) -> str:
        return f"{self.system} {self.value}"
