"""Two physicians at once, each on a connection of their own: one decides, the other is told, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from labs.actions.order_tests import WorkUp
from labs.actions.review_flag import resolve_flag
from labs.actions.undo_decision import undo_decision
from labs.models import Created, Decision, Flag, FlagDecision, FlagEvent, ScheduledTest
from patients.actions.system_account import system_account
from patients.models import CourseEvent
from tests.factories import make_diagnosis, make_flag, make_patient, make_physician
from tests.labs.actions.test_relapse_recorded import at_once

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DETAILS: dict[str, Any] = {"work_up": WorkUp(["marrow"], date(2026, 12, 4))}


def signal() -> Flag:
    system_account()
    diagnosis = make_diagnosis(make_patient())
    return make_flag(diagnosis.patient, diagnosis=diagnosis, owner=make_physician(diagnosis.patient.site))


def decide(flag: Flag, by: Any, decision: str, **details: Any) -> Flag:
    return resolve_flag(flag_id=flag.pk, version=flag.version, decision=decision, by=by, now=NOW, **details)


def test_of_two_decisions_one_stands_with_what_it_created_and_nothing_of_the_other() -> None:
    flag = signal()
    people = [flag.owner, make_physician(flag.patient.site)]
    came = at_once(
        lambda: decide(flag, people[0], Decision.RELAPSE_CONFIRMED),
        lambda: decide(flag, people[1], Decision.WORK_UP, **DETAILS),
    )
    assert came == ["done", "refused"]
    made = FlagDecision.objects.get()
    relapse = made.decision == Decision.RELAPSE_CONFIRMED
    assert CourseEvent.objects.filter(kind="relapse").count() == relapse
    assert ScheduledTest.objects.count() == (not relapse)
    assert Created.objects.get().decision == made
    assert FlagEvent.objects.filter(by=made.by).count() == 1


def test_of_two_who_undo_one_does() -> None:
    flag = signal()
    done = decide(flag, flag.owner, Decision.WORK_UP, **DETAILS)

    def undo() -> Flag:
        return undo_decision(flag_id=flag.pk, version=done.version, by=flag.owner, now=NOW)

    assert at_once(undo, undo) == ["done", "refused"]
    assert FlagEvent.objects.filter(kind="undone").count() == 1


def test_the_second_finds_what_they_typed_in_the_form_and_may_save_it() -> None:
    flag = signal()
    version = flag.version
    decide(flag, flag.owner, Decision.WATCH, watch_until=date(2099, 1, 1))
    client = Client()
    client.force_login(make_physician(flag.patient.site))
    until = (datetime.now(UTC) + timedelta(days=10)).date().isoformat()
    typed = {
        "decision": "work_up",
        "work_up_kinds": ["marrow", "mri"],
        "work_up_until": until,
        "note": "Friday.",
    }
    answer = client.post(reverse("resolve", args=[flag.pk]), {"version": version, **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This signal changed since it was shown: it is now confirmed and resolved" in page
    form = answer.context["form"]
    assert {name: form[name].value() for name in typed} == typed
    assert not ScheduledTest.objects.exists()
    assert f'action="{reverse("correct_decision", args=[flag.pk])}"' in page
    again = client.post(reverse("correct_decision", args=[flag.pk]), {"version": form["version"].value(), **typed})
    assert again.status_code == 422  # it asks why
    corrected = {name: again.context["form"][name].value() for name in ("version", *typed)} | {"reason": "Too early."}
    assert client.post(reverse("correct_decision", args=[flag.pk]), corrected).status_code == 302
    assert set(ScheduledTest.objects.values_list("kind", flat=True)) == {"marrow", "mri"}
