"""What a unit did about planned tests that no result closes: visits and scans noted, what it does not do left out."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from labs.actions.record_many_done import record_many_done
from labs.actions.skip_many import skip_many
from labs.models import ScheduledTest, SkipReason
from labs.vocabulary.test_kinds import DONE_BY_HAND, VISIT
from patients.models import Diagnosis, User
from tracker.demo.cohort import Story

RESIDUAL_DISEASE = ("mrd", "mrd_molecular")
SCANS_FORGOTTEN = 5
"""One scan in so many was not done."""


def record_visits_done(stories: Sequence[Story], diagnoses: Sequence[Diagnosis], *, by: User, now: datetime) -> int:
    """Note each visit that fell into the window of a planned one; how many."""
    seen = {diagnosis.patient_id: _days_seen(story) for story, diagnosis in zip(stories, diagnoses, strict=True)}
    return record_many_done(days=_days_done(seen, now.date()), by=by, now=now)


def _days_seen(story: Story) -> list[date]:
    days = {result.collected_on for report in story.reports for result in report.results}
    return sorted(day for day in days if day is not None)


def _days_done(seen: Mapping[int, Sequence[date]], today: date) -> dict[int, date]:
    """By test: the first day the patient came after its window had opened and before the next one did."""
    tests = ScheduledTest.objects.filter(
        patient_id__in=seen, kind__in=DONE_BY_HAND, opens_on__lte=today, collected_on=None, skipped_because=""
    ).values_list("pk", "patient_id", "kind", "opens_on", "lapses_on", "sequence")
    done = {}
    for test, patient, kind, opens_on, lapses_on, sequence in tests:
        if kind != VISIT and (patient + sequence) % SCANS_FORGOTTEN == 0:
            continue
        days = seen[patient]
        place = bisect_left(days, opens_on)
        if place < len(days) and (lapses_on is None or days[place] < lapses_on):
            done[test] = days[place]
    return done


def skip_what_is_not_done(stories: Sequence[Story], diagnoses: Sequence[Diagnosis], *, by: User, now: datetime) -> int:
    """Skip residual disease in patients in whom it cannot be followed; how many tests."""
    without = [
        diagnosis.patient_id
        for story, diagnosis in zip(stories, diagnoses, strict=True)
        if not any(result.code.startswith("mrd_") for report in story.reports for result in report.results)
    ]
    tests = ScheduledTest.objects.filter(patient_id__in=without, kind__in=RESIDUAL_DISEASE, opens_on__lte=now.date())
    return skip_many(tests=tests.values_list("pk", flat=True), reason=SkipReason.NOT_INDICATED, by=by, now=now)
