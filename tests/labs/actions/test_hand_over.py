from __future__ import annotations

from datetime import UTC, datetime

import pytest

from labs.actions.hand_over import hand_over
from labs.models import Flag, FlagEvent
from tests.factories import make_care_team, make_flag, make_patient, make_physician

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)


def test_waiting_signals_go_to_the_new_physician_and_resolved_ones_stay() -> None:
    patient = make_patient()
    old, new = make_physician(patient.site), make_physician(patient.site)
    make_care_team(patient, physician=old)
    waiting = make_flag(patient, owner=old)
    resolved = make_flag(
        patient, "MM-HB", owner=old, review="resolved", decision="watch", reviewed_by=old, reviewed_at=NOW
    )
    hand_over(patient=patient, physician=new, by=new, now=NOW)
    owners = dict(Flag.objects.values_list("pk", "owner"))
    assert owners == {waiting.pk: new.pk, resolved.pk: old.pk}
    assert FlagEvent.objects.get().kind == "assigned"


def test_without_a_physician_the_cover_owns_them() -> None:
    patient = make_patient()
    physician, cover = make_physician(patient.site), make_physician(patient.site)
    flag = make_flag(patient, owner=physician)
    hand_over(patient=patient, physician=None, cover=cover, by=cover, now=NOW)
    flag.refresh_from_db()
    assert flag.owner == cover


def test_a_change_of_nurse_moves_no_signal() -> None:
    patient = make_patient()
    physician = make_physician(patient.site)
    make_care_team(patient, physician=physician)
    make_flag(patient, owner=physician)
    hand_over(patient=patient, nurse=None, by=physician, now=NOW)
    assert not FlagEvent.objects.exists()
