"""What a site decided about the review of signals."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Site
from patients.models.history import keep_history, never_deleted

URGENT_HOURS: Final = 4
REVIEW_DAYS: Final = 7
"""How soon an answer is due where a site decided nothing. This project's own (design section 4)."""

LONGEST_HOURS: Final = 72
LONGEST_DAYS: Final = 90
"""The longest a site may allow itself. This project's own: beyond it nobody would be asked at all."""


@keep_history("ReviewSettingsHistory")
class ReviewSettings(models.Model):
    """How a site answers signals: how soon an answer is due before the signal is passed on, and who owns a signal when
    nobody of the patient's care team can."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="review_settings", verbose_name=_("site"))
    urgent_hours = models.PositiveSmallIntegerField(
        _("hours to answer an urgent signal"),
        default=URGENT_HOURS,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_HOURS)],
    )
    review_days = models.PositiveSmallIntegerField(
        _("days to answer a signal to review"),
        default=REVIEW_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_DAYS)],
    )
    duty_physician = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("physician on duty"),
    )

    class Meta:
        verbose_name = _("review settings")
        verbose_name_plural = _("review settings")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(urgent_hours__range=(1, LONGEST_HOURS), review_days__range=(1, LONGEST_DAYS)),
                name="review_answer_times_in_bounds",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return str(self.site)

    @classmethod
    def of(cls, site: Site) -> ReviewSettings:
        """What the site decided, else the defaults, not stored."""
        return getattr(site, "review_settings", None) or cls(site=site)
