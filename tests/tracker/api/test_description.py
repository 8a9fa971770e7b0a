"""The API against its own OpenAPI description: whatever is asked, the answer is one that was promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.db.models import Model
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from patients.models import Role
from tests.factories import (
    make_absence,
    make_bridge,
    make_criteria_change,
    make_diagnosis,
    make_event,
    make_flag,
    make_line,
    make_mark,
    make_mute,
    make_opinion,
    make_patient,
    make_pause,
    make_plan,
    make_protocol,
    make_rebaseline,
    make_result,
    make_scheduled_test,
    make_symptom_report,
    make_user,
)
from tests.factories.contact import make_letter
from tests.factories.contacts import make_contact
from tests.factories.findings import make_finding
from tests.factories.notifications import make_address, make_notification
from tests.factories.plans import make_closure
from tests.factories.protocols import make_short_protocol
from tracker.wsgi import application

PROMISES = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def describe() -> dict[str, Any]:
    return SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call,no-any-return]


def test_every_operation_says_what_it_does_and_how_it_refuses() -> None:
    for path, operations in describe()["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), f"{method} {path}"
            assert {"400", "401", "403", "404", "409"} <= set(operation["responses"]), f"{method} {path}"


def test_the_description_has_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    describe()
    assert "Warning" not in capsys.readouterr().err


@pytest.mark.django_db
def test_the_page_of_the_description_loads_nothing_from_elsewhere() -> None:
    client = Client()
    client.force_login(make_user())
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "http://" not in page.content.decode()
    assert "https://" not in page.content.decode()


@pytest.mark.django_db
def test_the_description_itself_asks_who_you_are() -> None:
    assert Client().get("/api/schema/").status_code == 401
    assert Client().get("/api/docs/").status_code == 401


TOKEN = {"X-CSRFToken": "a" * 32}
OPERATIONS = {
    operation.ok().label: operation.ok()
    for operation in schemathesis.openapi.from_dict(describe()).get_all_operations()
}


@dataclass
class Setting:
    """The cookies of a physician who sees one patient with one of everything, and where each thing is."""

    cookies: dict[str, str]
    numbers: dict[str, int | str]
    site: str


@pytest.fixture
def setting() -> Setting:
    patient = make_patient()
    diagnosis = make_diagnosis(patient)
    protocol = make_protocol(definition={"anchor": "remission", "steps": []})
    rows: dict[str, Model] = {
        "patients": patient,
        "care-teams": patient,
        "contact-details": patient,
        "diagnoses": diagnosis,
        "treatment-lines": make_line(diagnosis),
        "treatment-events": make_event(patient),
        "symptom-reports": make_symptom_report(patient, "bone_pain"),
        "findings": make_finding(patient),
        "absences": make_absence(make_user(Role.PHYSICIAN, sites=[patient.site])),
        "hand-overs": patient,  # no address of one
        "review-settings": patient.site,
        "notifications": (told := make_notification(patient.site, make_user(Role.PHYSICIAN, sites=[patient.site]))),
        "notification-addresses": make_address(told.recipient, "doctor@unit.example", told.made_at),
        "notification-settings": patient.site,
        "criteria": make_criteria_change(patient.site),
        "flags": (flag := make_flag(patient)),
        "second-opinions": make_opinion(flag),
        "mutes": make_mute(patient),
        "alert-economy": patient.site,  # no address of one
        "results": (result := make_result(patient)),
        "reports": result.report,
        "spurious-marks": make_mark(result),
        "rebaselines": make_rebaseline(patient),
        "assay-bridges": make_bridge(patient.site),
        "course-events": diagnosis.course.get(),
        "scheduled-tests": make_scheduled_test(patient),
        "letters": make_letter(patient),
        "protocols": make_short_protocol(site=patient.site),
        "sites": make_closure(patient.site),
        "plans": (plan := make_plan(diagnosis, protocol=protocol)),
        "plan-pauses": make_pause(plan),
        "worklist": patient,
        "inbox": patient,
        "contact-attempts": make_contact(patient),
    }
    visit = make_scheduled_test(patient, "marrow", booked_for=date(2025, 6, 2))
    client = Client()
    client.force_login(make_user(Role.PHYSICIAN, sites=[patient.site]))
    cookie = settings.SESSION_COOKIE_NAME
    cookies = {cookie: client.cookies[cookie].value, settings.CSRF_COOKIE_NAME: TOKEN["X-CSRFToken"]}
    numbers: dict[str, int | str] = {name: row.pk for name, row in rows.items()}
    numbers |= {"visits": f"{patient.pk}_{visit.booked_for}"}
    return Setting(cookies, numbers, patient.site.code)


@pytest.mark.django_db
def test_every_list_has_its_row_in_the_setting(setting: Setting) -> None:
    assert {label.split("/")[3] for label in OPERATIONS} == set(setting.numbers)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_one_that_was_promised(label: str, setting: Setting) -> None:
    @effort(
        max_examples=20,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(), exists=booleans())
    def ask(case: schemathesis.Case, exists: bool) -> None:
        if exists and case.path_parameters:
            number = setting.numbers[label.split("/")[3]]
            here = {"id": number, "closure_id": number, "code": setting.site}
            case.path_parameters |= {name: here[name] for name in case.path_parameters}
        case.call_and_validate(app=application, cookies=setting.cookies, headers=TOKEN, checks=list(PROMISES))

    ask()
