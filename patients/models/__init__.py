"""The tables of the ground floor."""

from patients.models.absence import Absence
from patients.models.access_event import AccessEvent
from patients.models.api_token import ApiToken
from patients.models.audit_event import AuditEvent
from patients.models.care_team import CareTeam
from patients.models.contact_details import ContactDetails
from patients.models.course import CourseEvent, CourseKind, RelapseSite
from patients.models.diagnosis import Diagnosis, Disease, DiseaseType, HeavyChain, LightChain, RiskGroup
from patients.models.patient import MRN, Identifier, Patient, Sex
from patients.models.site import Site
from patients.models.symptom import SymptomReport
from patients.models.treatment import EventKind, Phase, TreatmentEvent, TreatmentLine
from patients.models.user import Role, User

__all__ = [
    "MRN",
    "Absence",
    "AccessEvent",
    "ApiToken",
    "AuditEvent",
    "CareTeam",
    "ContactDetails",
    "CourseEvent",
    "CourseKind",
    "Diagnosis",
    "Disease",
    "DiseaseType",
    "EventKind",
    "HeavyChain",
    "Identifier",
    "LightChain",
    "Patient",
    "Phase",
    "RelapseSite",
    "RiskGroup",
    "Role",
    "Sex",
    "Site",
    "SymptomReport",
    "TreatmentEvent",
    "TreatmentLine",
    "User",
]
