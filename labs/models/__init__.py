"""The tables of the first floor."""

from labs.models.calendar import CalendarFeed, Closure, FollowUpSettings
from labs.models.clinical_finding import ClinicalFinding, FindingStatus
from labs.models.contact import (
    Channel,
    ContactAttempt,
    ContactOutcome,
    Letter,
    LetterKind,
    LetterState,
    LetterTemplate,
    SavedView,
)
from labs.models.criteria import CriteriaChange, CriteriaState
from labs.models.decision import Created, FlagDecision, SecondOpinion
from labs.models.evaluation import Evaluation, RuleFailure
from labs.models.flag import Decision, Flag, FlagEvent, OwnerAs, Review, Signal
from labs.models.level import Level
from labs.models.marks import AssayBridge, Rebaseline, SpuriousMark
from labs.models.message import Message, Quarantine
from labs.models.mute import Mute, MuteReason
from labs.models.notification import (
    Notification,
    NotificationAddress,
    NotificationKind,
    NotificationSettings,
    NotificationState,
    NotificationWay,
    NotifiedFlag,
)
from labs.models.on_list import DiagnosisOnList, PatientOnList, PlanOnList
from labs.models.plan import Keeping, PauseReason, Plan, PlanEnd, PlanPause, Protocol
from labs.models.result import Report, Result, ResultStatus
from labs.models.review import ReviewSettings
from labs.models.scheduled_test import ScheduledTest, SkipReason

__all__ = [
    "AssayBridge",
    "CalendarFeed",
    "Channel",
    "ClinicalFinding",
    "Closure",
    "ContactAttempt",
    "ContactOutcome",
    "Created",
    "CriteriaChange",
    "CriteriaState",
    "Decision",
    "DiagnosisOnList",
    "Evaluation",
    "FindingStatus",
    "Flag",
    "FlagDecision",
    "FlagEvent",
    "FollowUpSettings",
    "Keeping",
    "Letter",
    "LetterKind",
    "LetterState",
    "LetterTemplate",
    "Level",
    "Message",
    "Mute",
    "MuteReason",
    "Notification",
    "NotificationAddress",
    "NotificationKind",
    "NotificationSettings",
    "NotificationState",
    "NotificationWay",
    "NotifiedFlag",
    "OwnerAs",
    "PatientOnList",
    "PauseReason",
    "Plan",
    "PlanEnd",
    "PlanOnList",
    "PlanPause",
    "Protocol",
    "Quarantine",
    "Rebaseline",
    "Report",
    "Result",
    "ResultStatus",
    "Review",
    "ReviewSettings",
    "RuleFailure",
    "SavedView",
    "ScheduledTest",
    "SecondOpinion",
    "Signal",
    "SkipReason",
    "SpuriousMark",
]
