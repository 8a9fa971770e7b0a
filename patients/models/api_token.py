"""Keys by which other programs call the API."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.history import keep_history
from patients.models.user import User


@keep_history("ApiTokenHistory")
class ApiToken(models.Model):
    """A key of a service account. Only its SHA-256 is kept: the key itself is shown once, when it is issued."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens", verbose_name=_("account"))
    label = models.CharField(_("used by"), max_length=80)
    digest = models.CharField(_("SHA-256 of the key"), max_length=64, unique=True)
    issued_at = models.DateTimeField(_("issued"))
    expires_on = models.DateField(_("valid until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.user} {self.label}"
