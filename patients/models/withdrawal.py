"""Statements of people that can be taken back: who did it, when and why. The statement stays on record."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.user import User

STANDING = models.Q(withdrawn_at__isnull=True)
"""The condition "was not taken back"."""


class Withdrawable(models.Model):
    """What was taken back no longer counts, and is still shown with the reason."""

    withdrawn_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("taken back by")
    )
    withdrawn_because = models.TextField(_("taken back because"), blank=True)

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        """Whether it counts today."""
        return self.withdrawn_at is None


def taken_back_completely(name: str) -> models.CheckConstraint:
    """A constraint of this name: all of who, when and why, or none."""
    return models.CheckConstraint(
        condition=models.Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
        | (models.Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~models.Q(withdrawn_because="")),
        name=name,
    )
