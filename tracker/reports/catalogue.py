"""Every report by its code."""

from __future__ import annotations

from collections.abc import Mapping

from tracker.reports.alert_economy import ALERT_ECONOMY
from tracker.reports.due_tests import DUE_TESTS
from tracker.reports.flags import EXPLANATIONS, FLAGS
from tracker.reports.on_time import ON_TIME
from tracker.reports.report import Report
from tracker.reports.results import RESULTS

REPORTS: Mapping[str, Report] = {
    report.code: report for report in (FLAGS, EXPLANATIONS, DUE_TESTS, RESULTS, ON_TIME, ALERT_ECONOMY)
}
