"""People who work with Vigil, and service accounts of interfaces."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.site import Site


class Role(models.TextChoices):
    """What a person does here; it decides their first page and what they may do."""

    NURSE = "nurse", _("Nurse")
    PHYSICIAN = "physician", _("Physician")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    SERVICE = "service", _("Service account")


class User(AbstractUser):
    """A person (or an interface) with one role and the sites they work for. Never deleted, only deactivated."""

    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.NURSE)
    sites = models.ManyToManyField(Site, related_name="staff", blank=True, verbose_name=_("sites"))

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.get_full_name() or self.username
