"""Acknowledge several signals of one card at once: all or none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from labs.actions.evaluate import lock_patients
from labs.actions.review_flag import acknowledge_flag
from labs.models import Flag
from patients.models import User


@transaction.atomic
def acknowledge_flags(*, versions: Mapping[int, int], by: User, now: datetime) -> list[Flag]:
    """Acknowledge flags at the versions shown. Raises `ReviewRefused`, changing nothing, if one has moved on."""
    lock_patients(Flag.objects.filter(pk__in=list(versions)).values_list("patient_id", flat=True))
    return [acknowledge_flag(flag_id=number, version=versions[number], by=by, now=now) for number in sorted(versions)]
