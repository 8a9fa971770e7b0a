"""Who answers for a patient."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.models.user import User


@keep_history("CareTeamHistory")
class CareTeam(models.Model):
    """The responsible physician, the nurse and the cover of one patient."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="care_team")
    physician = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="responsible_for",
        verbose_name=_("responsible physician"),
    )
    nurse = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="nurse_of", verbose_name=_("nurse")
    )
    cover = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="cover_for", verbose_name=_("cover")
    )

    class Meta:
        verbose_name = _("care team")
        verbose_name_plural = _("care teams")

    def __str__(self) -> str:
        return f"{self.patient}: {self.physician or _('no responsible physician')}"

    def owner(self) -> User | None:
        """The physician who answers: the responsible one while active, else the cover while active."""
        for person in (self.physician, self.cover):
            if person is not None and person.is_active:
                return person
        return None
