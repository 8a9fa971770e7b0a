"""What Vigil says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import make_diagnosis, make_flag, make_nurse, make_patient, make_physician
from tracker.env import ROOT

pytestmark = pytest.mark.django_db
REVIEW = "For clinician review. Does not diagnose relapse."
NOT_CERTIFIED = "not a certified medical device"


def test_every_page_says_what_it_is_not() -> None:
    patient = make_patient()
    diagnosis = make_diagnosis(patient)
    flag = make_flag(patient, diagnosis=diagnosis)
    client = Client()
    client.force_login(make_physician(patient.site))
    for address in (
        reverse("inbox"),
        reverse("patients"),
        reverse("patient", args=[patient.pk]),
        reverse("flag", args=[flag.pk]),
        reverse("enter_result", args=[patient.pk]),
        reverse("quarantine"),
    ):
        page = client.get(address).content.decode()
        assert REVIEW in page, address
        assert NOT_CERTIFIED in page, address


def test_the_worklist_says_so_too() -> None:
    client = Client()
    client.force_login(make_nurse(make_patient().site))
    assert REVIEW in client.get(reverse("worklist")).content.decode()


@pytest.mark.parametrize("path", ["README.md", "docs/safety/README.md", "docs/how-to/run-in-production.md"])
def test_the_documents_say_it_is_not_certified(path: str) -> None:
    assert NOT_CERTIFIED in (Path(ROOT) / path).read_text("utf-8")
