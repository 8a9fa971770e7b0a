"""Routes of /api/v1/."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from labs.api.alert_economy import AlertEconomyViewSet
from labs.api.care_teams import CareTeamViewSet
from labs.api.course import DiagnosisViewSet, EventViewSet, LineViewSet, SymptomReportViewSet
from labs.api.course_timeline import CourseTimelineViewSet
from labs.api.cover import AbsenceViewSet, HandOverViewSet, ReviewSettingsViewSet
from labs.api.criteria import CriteriaViewSet
from labs.api.findings import FindingViewSet
from labs.api.flags import FlagViewSet
from labs.api.inbox import InboxViewSet
from labs.api.letters import LetterViewSet
from labs.api.mutes import MuteViewSet
from labs.api.notifications import NotificationAddressViewSet, NotificationSettingsViewSet, NotificationViewSet
from labs.api.opinions import OpinionViewSet
from labs.api.plans import PauseViewSet, PlanViewSet
from labs.api.protocols import ProtocolViewSet
from labs.api.results import ReportViewSet, ResultViewSet
from labs.api.scheduled_tests import ScheduledTestViewSet
from labs.api.sites import SiteViewSet
from labs.api.statements import BridgeViewSet, CourseEventViewSet, MarkViewSet, RebaselineViewSet
from labs.api.visits import VisitViewSet
from labs.api.worklist import ContactAttemptViewSet, WorklistViewSet
from patients.api.contact_details import ContactDetailsViewSet
from patients.api.patients import PatientViewSet

router = SimpleRouter()
router.register("patients", PatientViewSet, basename="patient")
router.register("patients", CourseTimelineViewSet, basename="course-timeline")
router.register("contact-details", ContactDetailsViewSet, basename="contact-details")
router.register("care-teams", CareTeamViewSet, basename="care-team")
router.register("diagnoses", DiagnosisViewSet, basename="diagnosis")
router.register("course-events", CourseEventViewSet, basename="course-event")
router.register("treatment-lines", LineViewSet, basename="treatment-line")
router.register("treatment-events", EventViewSet, basename="treatment-event")
router.register("symptom-reports", SymptomReportViewSet, basename="symptom-report")
router.register("findings", FindingViewSet, basename="finding")
router.register("reports", ReportViewSet, basename="report")
router.register("results", ResultViewSet, basename="result")
router.register("spurious-marks", MarkViewSet, basename="spurious-mark")
router.register("rebaselines", RebaselineViewSet, basename="rebaseline")
router.register("assay-bridges", BridgeViewSet, basename="assay-bridge")
router.register("flags", FlagViewSet, basename="flag")
router.register("second-opinions", OpinionViewSet, basename="second-opinion")
router.register("inbox", InboxViewSet, basename="inbox")
router.register("mutes", MuteViewSet, basename="mute")
router.register("alert-economy", AlertEconomyViewSet, basename="alert-economy")
router.register("absences", AbsenceViewSet, basename="absence")
router.register("hand-overs", HandOverViewSet, basename="hand-over")
router.register("review-settings", ReviewSettingsViewSet, basename="review-settings")
router.register("notifications", NotificationViewSet, basename="notification")
router.register("notification-addresses", NotificationAddressViewSet, basename="notification-address")
router.register("notification-settings", NotificationSettingsViewSet, basename="notification-settings")
router.register("criteria", CriteriaViewSet, basename="criteria")
router.register("letters", LetterViewSet, basename="letter")
router.register("protocols", ProtocolViewSet, basename="protocol")
router.register("sites", SiteViewSet, basename="site")
router.register("plans", PlanViewSet, basename="plan")
router.register("plan-pauses", PauseViewSet, basename="plan-pause")
router.register("scheduled-tests", ScheduledTestViewSet, basename="scheduled-test")
router.register("visits", VisitViewSet, basename="visit")
router.register("worklist", WorklistViewSet, basename="worklist")
router.register("contact-attempts", ContactAttemptViewSet, basename="contact-attempt")

urlpatterns = router.urls
