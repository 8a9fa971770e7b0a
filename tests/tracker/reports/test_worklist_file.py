"""The worklist as a file and as a sheet of paper: all rows of the part, for who works there, and written down."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from patients.models import AccessEvent, AuditEvent, ContactDetails, Site, User
from tests.factories.people import make_administrator, make_nurse, make_site
from tests.factories.persons import make_diagnosis, make_patient
from tests.factories.plans import make_plan, make_scheduled_test

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def site() -> Site:
    return make_site(time_zone="UTC", name="Northern unit")


@pytest.fixture
def nurse(site, client: Client) -> User:
    nurse = make_nurse(site)
    client.force_login(nurse)
    return nurse


def today():
    return timezone.now().date()


def overdue(site: Site, **particulars):
    plan = make_plan(make_diagnosis(make_patient(site=site, **particulars), risk_group="high"))
    return make_scheduled_test(plan.patient, plan=plan, step="a", due_on=today() - 30 * DAY)


def taken(client: Client, query: str = "", **data) -> bytes:
    answer = client.post(reverse("take_worklist") + query, data)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def lines_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


def test_every_row_of_the_part_is_in_the_file_not_only_the_first_page(client, nurse, site):
    for number in range(53):
        overdue(site, family_name=f"Family{number:02}")
    make_scheduled_test(make_patient(site=site), due_on=today())
    lines = lines_of(taken(client, format="csv"))
    assert len(lines) == 53
    assert {line["test"] for line in lines} == {"cbc"}
    assert lines[0]["days_late"] == "23"
    assert len(lines_of(taken(client, "?tab=week", format="csv"))) == 1
    assert len(lines_of(taken(client, "?disease=AML", format="csv"))) == 0


def test_it_names_whom_to_call_and_how(client, nurse, site):
    test = overdue(site, family_name="Lindqvist", given_name="=Maja")
    ContactDetails.objects.create(
        patient=test.patient, phone="+46 8 1234", recorded_by=nurse, recorded_at=timezone.now()
    )
    (line,) = lines_of(taken(client, format="csv"))
    assert (line["family_name"], line["given_name"], line["phone"]) == ("Lindqvist", "'=Maja", "'+46 8 1234")
    assert (line["risk_group"], line["calls"]) == ("high", "0")


def test_the_same_as_a_workbook(client, nurse, site):
    overdue(site, family_name="Lindqvist")
    book = load_workbook(io.BytesIO(taken(client, format="xlsx")))
    assert "Lindqvist" in [cell.value for cell in list(book.worksheets[0].rows)[1]]


def test_taking_it_is_written_down_without_the_name_that_was_searched(client, nurse, site):
    test = overdue(site, family_name="Lindqvist")
    taken(client, "?q=lindqvist&risk=0", format="csv")
    started, ended = AuditEvent.objects.filter(by=nurse, verb__in=["start_export", "export"]).order_by("id")
    assert started.detail["filters"] == {"tab": "overdue", "risk": "0", "text": "yes"}
    assert (ended.detail["rows"], ended.detail["complete"]) == (1, True)
    assert AccessEvent.objects.filter(patient=test.patient, view="export", purpose="worklist").count() == 1


def test_only_nurses_and_physicians_take_it_and_only_of_their_patients(client, nurse, site):
    overdue(make_site())
    assert lines_of(taken(client, format="csv")) == []
    assert client.get(reverse("take_worklist")).status_code == 405
    assert client.post(reverse("take_worklist"), {"format": "parquet"}).status_code == 404
    client.force_login(make_administrator(site))
    assert client.post(reverse("take_worklist"), {"format": "csv"}).status_code == 403


# The day sheet


def booked(site: Site, at: str | None = None, **fields):
    patient = fields.pop("patient", None) or make_patient(site=site, family_name=fields.pop("name", "Doe"))
    return make_scheduled_test(patient, due_on=today(), booked_for=today(), booked_time=at, **fields)


def test_the_day_sheet_has_one_line_a_patient_by_time(client, nurse, site):
    late, early, whenever = booked(site, "14:00", name="Late"), booked(site, "08:30", name="Early"), booked(site)
    booked(site, "08:30", patient=early.patient, kind="chemistry")
    make_scheduled_test(make_patient(site=site), due_on=today(), booked_for=today() + DAY)
    lines = client.get(reverse("day_sheet")).context["lines"]
    assert [line.patient for line in lines] == [early.patient, late.patient, whenever.patient]
    assert lines[0].tests == ["Blood count", "Chemistry"]
    assert AccessEvent.objects.filter(view="day-sheet", by=nurse).count() == 3


def test_another_day_and_site_are_asked_for_and_a_bad_day_is_refused(client, nurse, site):
    booked(site)
    other = make_site()
    page = client.get(reverse("day_sheet"), {"on": (today() + DAY).isoformat()})
    assert "Nobody is booked" in page.content.decode()
    assert client.get(reverse("day_sheet"), {"on": "tomorrow"}).status_code == 400
    assert client.get(reverse("day_sheet"), {"site": other.pk}).status_code == 400
    assert client.post(reverse("day_sheet")).status_code == 405
    client.force_login(make_administrator(site))
    assert client.get(reverse("day_sheet")).status_code == 403
