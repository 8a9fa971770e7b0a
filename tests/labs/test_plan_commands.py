"""`manage.py load_protocols` and `manage.py start_plans`."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from django.core.management import call_command

from labs.models import Plan, Protocol
from tests.factories.persons import make_diagnosis, make_patient

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[dict, str, int]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=err)
    except SystemExit as stop:
        code = int(str(stop.code))
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue(), code


def test_the_shipped_protocols_are_loaded_once():
    first, _, code = run("load_protocols")
    assert (code, "mm-maintenance v1" in first["taken"]) == (0, True)
    run("load_protocols")
    assert Protocol.objects.count() == len(first["taken"])


def test_a_bad_file_is_refused_with_its_line(tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("code: bad\nversion: 0\n")
    answer, err, code = run("load_protocols", str(path))
    assert (code, answer["taken"]) == (2, [])
    assert "line 2" in err
    assert not Protocol.objects.exists()
    assert run("load_protocols", str(tmp_path / "nowhere.yaml"))[2] == 2


def test_plans_are_started_and_who_was_left_is_said():
    run("load_protocols")
    make_diagnosis(remission_on=date(2024, 1, 10))
    assert run("start_plans") == ({"started": 1, "left": {}}, "", 0)
    make_patient()
    answer, _, code = run("start_plans")
    assert (answer, code) == ({"started": 0, "left": {"no diagnosis is recorded": 1}}, 1)
    assert Plan.objects.count() == 1
