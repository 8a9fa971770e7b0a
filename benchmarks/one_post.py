"""Row 3: one result posted (checked, stored, audited, evaluated), against a plain DRF create of one row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection, models
from rest_framework.generics import CreateAPIView
from rest_framework.response import Response
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory, force_authenticate

from benchmarks.measure import Row, in_turn, short
from labs.api.results import ResultViewSet
from labs.models import Result
from patients.models import Patient, User

BUDGET = 1.5
NUMBERS = count(1)


class PlainRow(models.Model):
    """A result as the shortest Django code would keep it: no unit is read, nothing is checked, nobody is told."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    accession = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    value = models.DecimalField(max_digits=24, decimal_places=9)
    unit = models.CharField(max_length=60)
    collected_at = models.DateTimeField()

    class Meta:
        app_label = "labs"
        db_table = "benchmark_plain_row"

    def __str__(self) -> str:
        return self.accession


class PlainSerializer(ModelSerializer[PlainRow]):
    """What `ModelSerializer` makes of the table."""

    class Meta:
        model = PlainRow
        fields = ("patient", "accession", "code", "value", "unit", "collected_at")


class PlainView(CreateAPIView[PlainRow]):
    """The shortest view that creates a row."""

    queryset = PlainRow._default_manager.all()
    serializer_class = PlainSerializer


def measure(posts: int) -> Row:
    """The ratio of the medians, after making sure that every post was stored and evaluated."""
    with connection.schema_editor() as editor:
        editor.create_model(PlainRow)
    patient = _somebody()
    by = patient.care_team.physician
    if by is None:
        raise RuntimeError("the patient has no physician to post as")
    before = Result.objects.filter(patient=patient).count()
    plain_view, view = PlainView.as_view(), ResultViewSet.as_view({"post": "create"})
    sides: dict[str, Callable[[], object]] = {
        "plain": lambda: _post(plain_view, _plain_body(patient), by),
        "vigil": lambda: _post(view, _body(patient), by),
    }
    timings = in_turn(sides, turns=posts, warm_up=5)
    if Result.objects.filter(patient=patient).count() != before + posts + 5 or patient.evaluation.pending:
        raise RuntimeError("a posted result was not stored or not evaluated; nothing was measured")
    vigil, plain = timings["vigil"].median, timings["plain"].median
    return Row(
        work=f"one result posted, p50 of {posts} (patient with {before} results)",
        vigil=f"{short(vigil)} ({_statements(sides['vigil'])} statements)",
        yardstick=f"{short(plain)} (plain DRF create, {_statements(sides['plain'])} statements)",
        ratio=f"{vigil / plain:.2f}x",
        budget=f"at most {BUDGET}x",
        holds=vigil / plain <= BUDGET,
        notes=(
            f"Turns: Vigil {timings['vigil'].spread}, plain {timings['plain'].spread}. Every post is a commit.",
            "Vigil matches the patient, reads the unit, keeps versions and audit, closes tests, asks every rule.",
        ),
    )


def _somebody() -> Patient:
    """A myeloma patient with a median number of results."""
    counted = Patient.objects.filter(diagnoses__disease="MM").annotate(size=models.Count("results"))
    return counted.select_related("care_team__physician").order_by("size", "pk")[counted.count() // 2]


def _plain_body(patient: Patient) -> dict[str, Any]:
    number = next(NUMBERS)
    moment = datetime.now(UTC) - timedelta(minutes=number)
    return {
        "patient": patient.pk,
        "accession": f"BENCH-{number}",
        "code": "33358-3",
        "value": f"{0.5 + number % 20 / 100:.2f}",
        "unit": "g/dL",
        "collected_at": moment.isoformat(),
    }


def _body(patient: Patient) -> dict[str, Any]:
    number = next(NUMBERS)
    return {
        "patient": patient.pk,
        "analyte": "serum_m",
        "value": f"{0.5 + number % 20 / 100:.2f}",
        "unit": "g/dL",
        "collected_on": (datetime.now(UTC) - timedelta(days=1 + number % 20)).date().isoformat(),
        "accession": f"BENCH-{number}",
        "laboratory": "Bench",
    }


def _post(view: Callable[..., Any], body: dict[str, Any], by: User) -> Response:
    request = APIRequestFactory().post("/", body, format="json")
    force_authenticate(request, user=by)
    response: Response = view(request)
    if response.status_code != 201:
        raise RuntimeError(f"the answer was {response.status_code}: {response.data}")
    return response


def _statements(side: Callable[[], object]) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        side()
    return len(captured)
