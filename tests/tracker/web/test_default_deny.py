"""Every page, whichever is added: nothing without a login, and no patient of another site."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import URLPattern

from patients.models import AccessEvent, AuditEvent, Patient
from tests.factories import make_patient, make_physician, make_site
from tracker.api.urls import router
from tracker.web.urls import urlpatterns

pytestmark = pytest.mark.django_db
PAGES = [one for one in urlpatterns if isinstance(one, URLPattern) and one.name]
OF_PATIENTS = [one for one in PAGES if "<int:patient_id>" in str(one.pattern)]
OPEN = {"icon"}
BY_ADDRESS = {"calendar_feed"}
"""Pages whose address is the secret: an address that is none leads nowhere, with a login or without."""
METHODS = ["get", "post"]


def address(page: URLPattern, patient: Patient) -> str:
    """The page with this patient; whatever else it names is the first of its kind."""

    def given(part: re.Match[str]) -> str:
        kind, name = part.groups()
        return str(patient.pk if name == "patient_id" else 1 if kind == "int" else "biopsy")

    return re.sub(r"<(\w+):(\w+)>", given, "/" + str(page.pattern))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nobody_sees_a_page_without_a_login(client: Client, page: URLPattern, method: str) -> None:
    answer = getattr(client, method)(address(page, Patient(pk=1)))
    assert answer.status_code in ((404, 405) if page.name in BY_ADDRESS else (302, 401, 405))
    assert answer.status_code != 302 or "login" in answer.headers["Location"] or page.name in OPEN


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("page", OF_PATIENTS, ids=lambda page: page.name)
def test_no_page_opens_a_patient_of_another_site(client: Client, page: URLPattern, method: str) -> None:
    client.force_login(make_physician(make_site()))
    answer = getattr(client, method)(address(page, make_patient()))
    assert answer.status_code in (403, 404, 405)
    assert not AuditEvent.objects.exists()
    assert not AccessEvent.objects.exists()


@pytest.mark.parametrize("prefix", [prefix for prefix, *_rest in router.registry])
def test_nobody_reads_the_api_without_a_login(client: Client, prefix: str) -> None:
    for path in (f"/api/v1/{prefix}/", f"/api/v1/{prefix}/1/"):
        assert {client.get(path).status_code, client.post(path).status_code} <= {401, 404}
