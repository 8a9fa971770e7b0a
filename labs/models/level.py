"""How soon a physician should look at a signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """How soon a physician should look."""

    URGENT = "URGENT", _("urgent")
    REVIEW = "REVIEW", _("review")
    INFO = "INFO", _("information")


SEVERITY: Final[Mapping[str, int]] = {Level.INFO: 0, Level.REVIEW: 1, Level.URGENT: 2}
