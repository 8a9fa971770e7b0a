"""Plain functions that put valid rows into the test database. Every argument has a default; name only what the test is about."""

from tests.factories.criteria import make_criteria_change
from tests.factories.flags import make_evaluation, make_flag, make_opinion
from tests.factories.intake import make_message, make_quarantine
from tests.factories.marks import make_bridge, make_mark, make_rebaseline
from tests.factories.mutes import make_mute
from tests.factories.people import (
    make_absence,
    make_administrator,
    make_care_team,
    make_nurse,
    make_physician,
    make_service_account,
    make_site,
    make_user,
)
from tests.factories.persons import (
    make_course_event,
    make_diagnosis,
    make_event,
    make_identifier,
    make_line,
    make_patient,
    make_symptom_report,
)
from tests.factories.plans import make_pause, make_plan, make_protocol, make_scheduled_test
from tests.factories.results import make_report, make_result, make_series

__all__ = [
    "make_absence",
    "make_administrator",
    "make_bridge",
    "make_care_team",
    "make_course_event",
    "make_criteria_change",
    "make_diagnosis",
    "make_evaluation",
    "make_event",
    "make_flag",
    "make_identifier",
    "make_line",
    "make_mark",
    "make_message",
    "make_mute",
    "make_nurse",
    "make_opinion",
    "make_patient",
    "make_pause",
    "make_physician",
    "make_plan",
    "make_protocol",
    "make_quarantine",
    "make_rebaseline",
    "make_report",
    "make_result",
    "make_scheduled_test",
    "make_series",
    "make_service_account",
    "make_site",
    "make_symptom_report",
    "make_user",
]
