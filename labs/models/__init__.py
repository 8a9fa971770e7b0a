"""The tables of the first floor."""

from labs.models.clinical_finding import ClinicalFinding, FindingStatus
from labs.models.criteria import CriteriaChange, CriteriaState
from labs.models.evaluation import Evaluation, RuleFailure
from labs.models.flag import Decision, Flag, FlagEvent, Level, Review, Signal
from labs.models.marks import AssayBridge, Rebaseline, SpuriousMark
from labs.models.message import Message, Quarantine
from labs.models.plan import Plan, Protocol, ScheduledTest, SkipReason
from labs.models.result import Report, Result, ResultStatus

__all__ = [
    "AssayBridge",
    "ClinicalFinding",
    "CriteriaChange",
    "CriteriaState",
    "Decision",
    "Evaluation",
    "FindingStatus",
    "Flag",
    "FlagEvent",
    "Level",
    "Message",
    "Plan",
    "Protocol",
    "Quarantine",
    "Rebaseline",
    "Report",
    "Result",
    "ResultStatus",
    "Review",
    "RuleFailure",
    "ScheduledTest",
    "Signal",
    "SkipReason",
    "SpuriousMark",
]
