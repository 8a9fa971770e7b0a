"""The ground floor: who the patient is and who may see them."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    """Patients, people and access."""

    name = "patients"
    verbose_name = _("Patients")
    default_auto_field = "django.db.models.BigAutoField"
