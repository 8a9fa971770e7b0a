"""Jobs of the first floor do what they say when a worker calls them."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from labs.actions.evaluate import mark_pending
from labs.jobs import (
    ask_about_muted,
    catch_up_evaluations,
    evaluate_range,
    keep_owners,
    open_watched,
    pass_on,
)
from labs.models import Evaluation, Flag
from patients.models import Patient
from tests.factories.flags import make_flag
from tests.factories.mutes import make_mute
from tests.factories.people import make_care_team, make_physician
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.results import make_series

RISING = {date(2026, 1, 5): "0.3", date(2026, 2, 5): "0.3", date(2026, 3, 5): "0.9", date(2026, 4, 5): "1.0"}


def a_patient_with_a_rise() -> Patient:
    """Somebody whose results came but were not evaluated."""
    patient = make_patient()
    make_diagnosis(patient)
    make_series(patient, "serum_m", RISING)
    mark_pending(patient_ids=[patient.pk])
    return patient


@pytest.mark.django_db
def test_catching_up_evaluates_who_waits() -> None:
    patient = a_patient_with_a_rise()
    catch_up_evaluations(0)
    assert not Evaluation.objects.get(patient=patient).pending
    assert Flag.objects.filter(patient=patient, rule="MM-PD-SERUM-M", signal="confirmed").exists()


@pytest.mark.django_db
def test_owners_are_kept_right_late_signals_passed_on_and_watches_ended() -> None:
    patient = make_patient()
    doctor, cover = make_physician(patient.site), make_physician(patient.site)
    make_care_team(patient, physician=doctor, cover=cover)
    flag = make_flag(patient, answer_by=None)
    keep_owners(0)
    flag.refresh_from_db()
    assert flag.owner == doctor
    Flag.objects.update(answer_by=timezone.now())
    pass_on(0)
    flag.refresh_from_db()
    assert flag.owner == cover
    Flag.objects.update(
        review="resolved", decision="watch", watch_until=date(2026, 1, 1), reviewed_by=cover, reviewed_at=timezone.now()
    )
    open_watched(0)
    flag.refresh_from_db()
    assert (flag.review, flag.owner) == ("open", doctor)


@pytest.mark.django_db
def test_what_was_muted_until_yesterday_is_asked_about_anew() -> None:
    patient = make_patient()
    flag = make_flag(patient, level="REVIEW", answer_by=None)
    Flag.objects.filter(pk=flag.pk).update(muted_by=make_mute(patient, until_on=date(2026, 1, 1)))
    ask_about_muted(0)
    flag.refresh_from_db()
    assert flag.muted_by is None
    assert flag.answer_by > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_a_range_is_evaluated_by_one_job() -> None:
    patient = a_patient_with_a_rise()
    evaluate_range(patient.pk, patient.pk)
    assert Flag.objects.filter(patient=patient, rule="MM-PD-SERUM-M", signal="confirmed").exists()
