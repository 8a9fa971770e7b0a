"""The top floor: whatever needs patients and laboratory results together."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackerConfig(AppConfig):
    """Pages, reports and the running of Vigil."""

    name = "tracker"
    verbose_name = _("Vigil")
    default_auto_field = "django.db.models.BigAutoField"
