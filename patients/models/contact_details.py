"""How a patient can be reached, in which language, and what they agreed to."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history, never_deleted
from patients.models.patient import Patient


@keep_history("ContactDetailsHistory")
class ContactDetails(models.Model):
    """Address, telephone and e-mail of a patient, with consent for each way. Without it nothing is sent that way."""

    patient = models.OneToOneField(Patient, on_delete=models.PROTECT, related_name="contact_details")
    address = models.TextField(_("postal address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    mobile = models.CharField(_("mobile for text messages"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    allows_post = models.BooleanField(_("letters by post"), default=True)
    allows_email = models.BooleanField(_("e-mail"), default=False)
    allows_sms = models.BooleanField(_("text messages"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("contact details")
        verbose_name_plural = _("contact details")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(allows_email=False) | ~models.Q(email=""), name="contact_email_for_consent"
            ),
            models.CheckConstraint(
                condition=models.Q(allows_sms=False) | ~models.Q(mobile=""), name="contact_mobile_for_consent"
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return str(self.patient)
