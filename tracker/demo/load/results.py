"""The reports of the invented patients, received as a laboratory's are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from labs.actions.receive_report import receive_reports
from labs.intake.incoming import IncomingReport
from patients.models import User
from tracker.demo.cohort import Story

RESULTS_AT_ONCE = 20_000
"""Results received together: bounds memory."""


def receive_results(stories: Sequence[Story], *, by: User, now: datetime) -> Counter[str]:
    """Receive every report in the order of arrival; how many results came to what. The rules are asked afterwards."""
    counts: Counter[str] = Counter()
    for reports in _portions(stories):
        received = receive_reports(reports=reports, by=by, now=now, evaluate=False)
        counts["results"] += len(received.results)
        counts["quarantined"] += received.quarantined
        counts["replaced"] += received.count()["replaced"]
        counts["repeated"] += received.count()["known"]
    return counts


def _portions(stories: Sequence[Story]) -> Iterator[list[IncomingReport]]:
    """The reports of whole patients, about `RESULTS_AT_ONCE` results at a time."""
    portion: list[IncomingReport] = []
    size = 0
    for story in stories:
        portion += story.reports
        size += sum(len(report.results) for report in story.reports)
        if size >= RESULTS_AT_ONCE:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion
