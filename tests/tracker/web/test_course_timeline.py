"""The relapse timeline on the page of a patient: what it says, what it leaves open, and what it asks of the database."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from labs.models import Decision, Flag, Level, Review, Signal
from patients.models import Diagnosis, Disease, EventKind, Phase, RiskGroup, TreatmentLine
from tests.factories import (
    make_course_event,
    make_diagnosis,
    make_event,
    make_flag,
    make_line,
    make_nurse,
    make_patient,
    make_physician,
)
from tracker.web.charts.schedule import DrawnLane
from tracker.web.course_timeline import LEGEND, timeline_context
from tracker.web.course_words import line_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 1, 1)


@pytest.fixture
def diagnosis() -> Diagnosis:
    """ALL: remission, deeper response, signals, a combined relapse, second remission."""
    found = make_diagnosis(
        make_patient(),
        disease=Disease.ALL,
        diagnosed_on=date(2021, 6, 1),
        remission_on=date(2022, 1, 14),
        response="CR",
        therapy_ended_on=date(2023, 6, 1),
        risk_group=RiskGroup.HIGH,
    )
    make_line(found, phase=Phase.INDUCTION, regimen="BFM", started_on=date(2021, 6, 3), ended_on=date(2021, 9, 1))
    make_line(found, phase=Phase.MAINTENANCE, regimen="6-MP", started_on=date(2022, 2, 1), ended_on=date(2023, 6, 1))
    make_line(found, number=2, phase=Phase.SALVAGE, regimen="IntReALL", started_on=date(2024, 8, 28))
    make_event(found.patient, EventKind.TRANSPLANT_ALLOGENEIC, started_on=date(2025, 2, 1))
    make_course_event(found, "relapse", on=date(2024, 8, 14), sites=["cns", "marrow"])
    make_course_event(found, on=date(2025, 1, 10), response="CRi")
    return found


def signal(diagnosis: Diagnosis, onset_on: date, **fields: object) -> Flag:
    raised = datetime(onset_on.year, onset_on.month, onset_on.day, 12, tzinfo=UTC)
    return make_flag(
        diagnosis.patient, diagnosis=diagnosis, onset_on=onset_on, **{"rule": "ALL-MRD", "raised_at": raised} | fields
    )


def course_page(client: Client, diagnosis: Diagnosis) -> str:
    client.force_login(make_nurse(diagnosis.patient.site))
    return html.unescape(client.get(reverse("patient", args=[diagnosis.patient_id])).content.decode())


def sentences(diagnosis: Diagnosis) -> list[str]:
    (drawn,) = timeline_context(diagnosis.patient, today=TODAY)["timelines"]
    return drawn.sentences


def test_it_tells_the_course_in_sentences(diagnosis: Diagnosis) -> None:
    signal(diagnosis, date(2024, 4, 15))
    assert sentences(diagnosis) == [
        "From diagnosis 7 months (1 Jun 2021 – 13 Jan 2022).",
        "Remission 1 lasted 31 months (14 Jan 2022 – 13 Aug 2024).",
        "Relapse 1 lasted 4 months (14 Aug 2024 – 9 Jan 2025).",
        "Remission 2 so far 11 months (since 10 Jan 2025).",
        (
            "Relapse 1 on 14 Aug 2024, 121 days after the sample of the first signal (ALL-MRD, 15 Apr 2024)"
            "; it was raised 121 days before the relapse."
        ),
    ]


def test_the_page_shows_picture_and_list(client: Client, diagnosis: Diagnosis) -> None:
    signal(diagnosis, date(2024, 4, 15), level=Level.REVIEW, signal=Signal.PROVISIONAL)
    page = course_page(client, diagnosis)
    assert "Remission 1 lasted 31 months" in page
    assert 'href="#v-mark-signal-REVIEW-provisional"' in page
    assert "marrow; isolated" not in page
    for told in (
        "high risk",
        "central nervous system, marrow; combined; late (BFM), late (COG)",
        "14 days after relapse 1",
        "allogeneic transplant",
        "line 2, IntReALL; no end recorded",
    ):
        assert told.lower() in page.lower(), told


@pytest.mark.parametrize(
    ("onset_on", "fields", "counts"),
    [
        (date(2022, 1, 13), {}, False),  # of the disease before the remission
        (date(2022, 1, 14), {}, True),
        (date(2024, 8, 14), {}, True),
        (date(2024, 8, 15), {}, False),
        (date(2024, 4, 15), {"level": Level.INFO}, False),
        (date(2024, 4, 15), {"signal": Signal.PROVISIONAL, "level": Level.REVIEW}, True),
        (date(2024, 4, 15), {"signal": Signal.NOT_CONFIRMED}, False),
        (date(2024, 4, 15), {"signal": Signal.WITHDRAWN}, False),
        (date(2024, 4, 15), {"signal": Signal.NOT_EVALUABLE}, False),
        (date(2024, 4, 15), {"decision": Decision.EXPLAINED_INFECTION}, False),
        (date(2024, 4, 15), {"decision": Decision.WATCH}, True),
    ],
)
def test_which_signal_counts_as_the_first(
    diagnosis: Diagnosis, onset_on: date, fields: dict[str, str], counts: bool
) -> None:
    if "decision" in fields:
        by = make_physician(diagnosis.patient.site)
        fields |= {"review": Review.RESOLVED, "reviewed_by": by, "reviewed_at": datetime(2024, 5, 1, tzinfo=UTC)}
    signal(diagnosis, onset_on, **fields)
    (drawn,) = timeline_context(diagnosis.patient, today=TODAY)["timelines"]
    (lead,) = drawn.course.leads
    assert (lead.by_sample is not None) == counts
    if not counts:
        assert "no signal had been raised before it" in drawn.sentences[-1]


def test_a_signal_raised_after_the_relapse_is_no_warning(diagnosis: Diagnosis) -> None:
    signal(diagnosis, date(2024, 8, 10), raised_at=datetime(2024, 9, 1, 12, tzinfo=UTC))
    assert sentences(diagnosis)[-1].endswith(
        "4 days after the sample of the first signal (ALL-MRD, 10 Aug 2024); it was raised only after the day of the "
        "relapse."
    )


def test_what_was_taken_back_is_struck_and_not_drawn(client: Client, diagnosis: Diagnosis) -> None:
    by = make_physician(diagnosis.patient.site, username="adeyemi")
    gone = {"withdrawn_at": datetime(2025, 1, 1, tzinfo=UTC), "withdrawn_by": by, "withdrawn_because": "wrong patient"}
    make_course_event(diagnosis, "relapse", on=date(2023, 1, 1), **gone)
    line = make_line(diagnosis, number=3, regimen="never given", started_on=date(2019, 1, 1))
    TreatmentLine.every.filter(pk=line.pk).update(**gone)
    (drawn,) = timeline_context(diagnosis.patient, today=TODAY)["timelines"]
    assert [line.struck for line in drawn.lines if line.struck] == ["taken back by adeyemi: wrong patient"] * 2
    assert [stage.number for stage in drawn.course.stages] == [1, 1, 1, 2]
    assert "never given" not in " ".join(title_of(lane) for lane in drawn.lanes)
    page = course_page(client, diagnosis)
    assert '<del class="v-struck">Relapse</del>' in page
    assert "wrong patient" in page


def title_of(lane: DrawnLane) -> str:
    return lane.description


def test_what_is_not_recorded_is_said(diagnosis: Diagnosis) -> None:
    bare = make_diagnosis(make_patient(), diagnosed_on=None, remission_on=None, response="")
    make_course_event(bare, "relapse", on=date(2024, 1, 1))
    (drawn,) = timeline_context(bare.patient, today=TODAY)["timelines"]
    assert drawn.sentences[0] == "The day of diagnosis is not recorded."
    assert drawn.sentences[-1] == "No remission is recorded."
    told = [detail for line in drawn.lines for detail in line.details]
    assert {"risk not recorded", "site not recorded"} <= set(told)


def test_nothing_known_draws_nothing(client: Client) -> None:
    bare = make_diagnosis(make_patient(), diagnosed_on=None, remission_on=None, response="")
    (drawn,) = timeline_context(bare.patient, today=TODAY)["timelines"]
    assert drawn.lanes == []
    assert "day not recorded" in course_page(client, bare)


def test_a_death_ends_the_course() -> None:
    dead = make_diagnosis(make_patient(deceased_on=date(2025, 3, 1)))
    (drawn,) = timeline_context(dead.patient, today=TODAY)["timelines"]
    assert drawn.sentences == [
        "From diagnosis 12 months (10 Jan 2023 – 9 Jan 2024).",
        "Remission 1 lasted 13 months (10 Jan 2024 until death).",
        "Died on 1 Mar 2025.",
    ]
    assert drawn.course.stages[-1].last == date(2025, 3, 1)
    assert drawn.today_x == ""


@pytest.mark.parametrize(("sites", "said"), [(["testis"], "isolated"), (["other"], ""), (["biochemical"], "")])
def test_extent(sites: list[str], said: str) -> None:
    found = make_diagnosis(make_patient(), disease=Disease.ALL)
    make_course_event(found, "relapse", on=date(2025, 1, 1), sites=sites)
    (drawn,) = timeline_context(found.patient, today=TODAY)["timelines"]
    assert ("isolated" in drawn.lines[-1].details) == (said == "isolated")
    assert "combined" not in drawn.lines[-1].details


def test_each_signal_that_stands_has_a_mark_with_its_word() -> None:
    for level in Level.values:
        for state in (Signal.CONFIRMED, Signal.PROVISIONAL):
            assert f"signal-{level}-{state}" in LEGEND


def test_the_statements_do_not_grow(diagnosis: Diagnosis) -> None:
    def asked() -> list[str]:
        patient = type(diagnosis.patient).objects.select_related("site").prefetch_related("diagnoses").get()
        with CaptureQueriesContext(connection) as captured:
            drawn = timeline_context(patient, today=TODAY)["timelines"]
            assert all(line_of(line.step, one.course).what for one in drawn for line in one.lines)
        return [query["sql"] for query in captured.captured_queries]

    few = asked()
    for month in range(1, 7):
        signal(diagnosis, date(2024, month, 1))
        make_line(diagnosis, number=2 + month, started_on=date(2025, month, 1))
        make_course_event(diagnosis, on=date(2025, 6 + month, 1))
    assert asked() == few
    assert len(few) == 4
