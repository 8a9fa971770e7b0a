"""When people are away, and who answers for them then."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history, never_deleted
from patients.models.user import User
from patients.models.withdrawal import Withdrawable, taken_back_completely


@keep_history("AbsenceHistory")
class Absence(Withdrawable):
    """Days, both inclusive, on which a person does not answer. `deputy` does; without one the patient's cover does."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name=_("who"))
    deputy = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="deputises", verbose_name=_("deputy")
    )
    starts_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("starts_on")), name="absence_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(deputy__isnull=True) | ~models.Q(deputy=models.F("user")),
                name="absence_deputy_is_another",
            ),
            taken_back_completely("absence_taken_back_completely"),
        ]
        indexes = [models.Index(fields=["user", "until_on"], name="absence_by_user")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.user} {self.starts_on} – {self.until_on}"
