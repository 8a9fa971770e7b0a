"""Row 3: one result posted (checked, stored, audited, evaluated), against a plain DRF create of one row."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection, models
from rest_framework.generics import CreateAPIView
from rest_framework.response import Response
from rest_framework.serializers import CharField, DateTimeField, ModelSerializer, Serializer
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from benchmarks.measure import Row, in_turn, short
from labs.actions.receive_report import receive_report
from labs.intake.incoming import LOINC, MRN, IncomingReport, IncomingResult, IncomingSubject
from labs.intake.numbers import read_number
from labs.models import Result
from patients.actions.system_account import system_account
from patients.models import Identifier, Patient, User

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

    queryset = PlainRow.objects.all()
    serializer_class = PlainSerializer


class ResultSerializer(Serializer[dict[str, Any]]):
    """The fields of one posted result."""

    mrn = CharField()
    accession = CharField()
    code = CharField()
    value = CharField()
    unit = CharField()
    collected_at = DateTimeField()


class ReceiveView(APIView):
    """One result on the way every result goes."""

    def post(self, request: Any) -> Response:
        """Receive it: checked, stored, audited, evaluated."""
        serializer = ResultSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        received = receive_report(report=_report(serializer.validated_data), by=request.user, now=datetime.now(UTC))
        return Response({"kinds": dict(received.count())}, status=201)


def measure(posts: int) -> Row:
    """The ratio of the medians, after making sure that the last post was stored and evaluated."""
    with connection.schema_editor() as editor:
        editor.create_model(PlainRow)
    by = system_account()
    patient, mrn = _somebody()
    before = Result.objects.filter(patient=patient).count()
    sides: dict[str, Callable[[], object]] = {
        "plain": lambda: _post(PlainView, {**_body(), "patient": patient.pk}, by),
        "receive": lambda: _post(ReceiveView, {**_body(), "mrn": mrn}, by),
    }
    timings = in_turn(sides, turns=posts, warm_up=5)
    if Result.objects.filter(patient=patient).count() != before + posts + 5 or patient.evaluation.pending:
        raise RuntimeError("a posted result was not stored or not evaluated; nothing was measured")
    receive, plain = timings["receive"].median, timings["plain"].median
    return Row(
        work=f"one result posted, p50 of {posts} (patient with {before} results)",
        vigil=f"{short(receive)} ({_statements(sides['receive'])} statements)",
        yardstick=f"{short(plain)} (plain DRF create, {_statements(sides['plain'])} statements)",
        ratio=f"{receive / plain:.2f}x",
        budget=f"at most {BUDGET}x",
        holds=receive / plain <= BUDGET,
        notes=(
            f"Turns: Vigil {timings['receive'].spread}, plain {timings['plain'].spread}. Every post is a commit.",
            "Vigil matches the patient, reads the unit, keeps versions and audit, closes tests, asks every rule.",
        ),
    )


def _somebody() -> tuple[Patient, str]:
    """A myeloma patient with a median number of results."""
    counted = (
        Patient.objects.filter(diagnoses__disease="MM").annotate(size=models.Count("results")).order_by("size", "pk")
    )
    patient = counted[counted.count() // 2]
    return patient, Identifier.objects.get(patient=patient, system=MRN).value


def _body() -> dict[str, str]:
    number = next(NUMBERS)
    moment = datetime.now(UTC) - timedelta(minutes=number)
    value = f"{0.5 + number % 20 / 100:.2f}"
    return {
        "accession": f"BENCH-{number}",
        "code": "33358-3",
        "value": value,
        "unit": "g/dL",
        "collected_at": moment.isoformat(),
    }


def _post(view: type[APIView], body: dict[str, Any], by: User) -> Response:
    request = APIRequestFactory().post("/", body, format="json")
    force_authenticate(request, user=by)
    response: Response = view.as_view()(request)
    if response.status_code != 201:
        raise RuntimeError(f"{view.__name__} answered {response.status_code}")
    return response


def _statements(side: Callable[[], object]) -> int:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        side()
    return len(captured)


def _report(sent: dict[str, Any]) -> IncomingReport:
    comparator, value = read_number(sent["value"])
    at = sent["collected_at"]
    result = IncomingResult(
        accession=sent["accession"],
        code=sent["code"],
        code_system=LOINC,
        display="",
        value_text=sent["value"],
        comparator=comparator,
        value=value,
        coded="",
        unit=sent["unit"],
        unit_system="",
        status="final",
        collected_at=at,
        collected_on=at.date(),
        time_known=True,
        zone_known=True,
        specimen="serum",
        method="SPEP",
        laboratory="Bench",
        reference_low=None,
        reference_high=None,
        reference_text="",
        note="",
        where="posted",
    )
    subject = IncomingSubject(identifiers=((MRN, sent["mrn"]),))
    return IncomingReport(subject, sent["accession"], "final", "Bench", None, (result,), "api", "posted")
