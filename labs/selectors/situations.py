"""What the choice of a protocol, and its anchor, rest on."""

from __future__ import annotations

from collections.abc import Iterable

from labs.protocols.choosing import Situation
from patients.models import Diagnosis, EventKind, Phase, RiskGroup, TreatmentEvent, TreatmentLine

HIGH = frozenset({RiskGroup.HIGH, RiskGroup.ADVERSE})
TRANSPLANTS = {
    "MM": (EventKind.TRANSPLANT_AUTOLOGOUS, EventKind.TRANSPLANT_ALLOGENEIC),
    "AML": (EventKind.TRANSPLANT_ALLOGENEIC,),
    "ALL": (EventKind.TRANSPLANT_ALLOGENEIC,),
}


def situations_of(diagnoses: Iterable[Diagnosis]) -> dict[int, Situation]:
    """The situation of each diagnosis, by its number. Two queries."""
    wanted = list(diagnoses)
    transplants: dict[tuple[int, str], TreatmentEvent] = {}
    kinds = {kind for kinds in TRANSPLANTS.values() for kind in kinds}
    events = TreatmentEvent.objects.filter(patient__in={one.patient_id for one in wanted}, kind__in=kinds)
    for event in events.order_by("started_on", "id"):
        transplants[event.patient_id, event.kind] = event
    lines = TreatmentLine.objects.filter(diagnosis__in=wanted, phase=Phase.MAINTENANCE, ended_on=None)
    maintained = set(lines.values_list("diagnosis_id", flat=True))
    return {one.pk: _situation(one, transplants, one.pk in maintained) for one in wanted}


def _situation(
    diagnosis: Diagnosis, transplants: dict[tuple[int, str], TreatmentEvent], on_maintenance: bool
) -> Situation:
    days = [
        event.started_on
        for kind in TRANSPLANTS[diagnosis.disease]
        if (event := transplants.get((diagnosis.patient_id, kind))) is not None
    ]
    return Situation(
        disease=diagnosis.disease,
        disease_type=diagnosis.disease_type,
        high_risk=diagnosis.risk_group in HIGH,
        words=(diagnosis.subtype, *diagnosis.risk_findings),
        remission_on=diagnosis.remission_on,
        therapy_ended_on=diagnosis.therapy_ended_on,
        transplant_on=max(days, default=None),
        on_maintenance=on_maintenance,
    )
