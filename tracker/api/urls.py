"""Routes of /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from labs.api.flags import FlagViewSet
from patients.api.patients import PatientViewSet

router = SimpleRouter()
router.register("patients", PatientViewSet, basename="patient")
router.register("flags", FlagViewSet, basename="flag")

urlpatterns = router.urls
