"""The first floor: what was planned, what was measured, what it may mean."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabsConfig(AppConfig):
    """Tests, results, rules and flags."""

    name = "labs"
    verbose_name = _("Laboratory")
    default_auto_field = "django.db.models.BigAutoField"
