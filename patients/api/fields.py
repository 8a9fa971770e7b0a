"""References in API requests, limited to what the person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from patients.access import is_system, patients_visible_to
from patients.models import Patient, Site, User


class OwnSite(serializers.SlugRelatedField[Site]):
    """A site of the person, by its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="code", queryset=Site.objects.all(), **options)

    def get_queryset(self) -> QuerySet[Site]:
        """The sites this person works for."""
        user = self.context["request"].user
        return Site.objects.all() if is_system(user) else user.sites.all()


class SeenPatient(serializers.PrimaryKeyRelatedField[Patient]):
    """A patient the person may see, by Vigil's own number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(queryset=Patient.objects.all(), **options)

    def get_queryset(self) -> QuerySet[Patient]:
        """The patients this person may see."""
        return patients_visible_to(self.context["request"].user).select_related("site")


class ChosenUser(serializers.SlugRelatedField[User]):
    """An active person, by user name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="username", queryset=User.objects.filter(is_active=True), **options)
