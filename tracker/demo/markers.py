"""True levels of the disease markers on each visit."""

import numpy as np

from tracker.demo.biology import Usual
from tracker.demo.counts import Values
from tracker.demo.course import Course, Days, Floats
from tracker.demo.illness import Illness, Marker
from tracker.demo.influences import Influences

DRUG_BAND = 0.07
"""g/dL that daratumumab itself adds to a gamma band (trough to peak 0.06 to 0.09)."""


def true_myeloma(
    usual: Usual, illness: Illness, level: Floats, burden: Floats, by: Influences, own_serum: Floats
) -> Values:
    """M-protein, immunoglobulins, free light chains, urine and marrow. `own_serum`: M-protein of the clone, g/dL."""
    serum = own_serum + DRUG_BAND * by.antibody
    involved = _involved_free_light_chain(illness, level, own_serum)
    paresis = 1 - 0.55 * np.clip(burden + 0.6 * by.suppression, 0, 1)
    polyclonal = 1 + 0.25 * by.infection
    kappa, lambda_ = usual.kappa * polyclonal * paresis, usual.lambda_ * polyclonal * paresis
    if illness.light_chain == "kappa":
        kappa = kappa + involved
    else:
        lambda_ = lambda_ + involved
    own = own_serum * 1000
    urine = level if illness.marker is Marker.URINE_M else involved * (0.4 if "urine_m" in illness.measurable else 0.02)
    marrow = level if illness.marker is Marker.MARROW else 1.5 + 50 * burden
    igg = usual.igg * paresis * polyclonal + by.immunoglobulin + 900 * DRUG_BAND * by.antibody
    return {
        "serum_m": serum,
        "flc_kappa": kappa,
        "flc_lambda": lambda_,
        "igg": igg + (own if illness.heavy_chain == "IgG" else 0),
        "iga": usual.iga * paresis * polyclonal + (own if illness.heavy_chain == "IgA" else 0),
        "igm": usual.igm * paresis * polyclonal,
        "b2m": usual.b2m * (1 + 2.2 * burden),
        "urine_m": urine,
        "urine_protein_24h": 90 + urine * 1.15,
        "urine_pcr": 70 + urine * 0.8,
        "mrd_flow": 0.0005 + 40 * burden,
        "plasma_cells_marrow": marrow,
    }


def serum_m_of_clone(illness: Illness, course: Course, days: Days) -> Floats:
    """Serum M-protein of the person's own clone, g/dL. In light-chain escape it rests while the free chains rise."""
    if not illness.serum_top:
        return np.zeros(len(days))
    regrows = illness.marker is Marker.SERUM_M
    return course.level(days, top=illness.serum_top, residual=illness.serum_residual, regrows=regrows)


def _involved_free_light_chain(illness: Illness, level: Floats, serum: Floats) -> Floats:
    """dFLC of the clone, mg/L."""
    if illness.marker in (Marker.FLC, Marker.ESCAPE):
        return level
    if illness.marker is Marker.URINE_M:
        return level * 0.35
    return serum * 22


def true_leukaemia(illness: Illness, level: Floats) -> Values:
    """Marrow blasts, residual disease and CSF. `level`: clone in per cent of marrow cells."""
    marrow = level if illness.marker is not Marker.CNS else np.where(level > 60, level, 0.05)
    in_csf = np.where(level > 4, level, 0.0) if illness.marker is Marker.CNS else np.zeros(len(level))
    return {
        "blasts_marrow": 1.1 + np.minimum(marrow, 96.0),
        "mrd_flow": marrow,
        "mrd_molecular": marrow * (3.0 if illness.disease == "AML" else 1.0),
        "csf_wbc": 1.2 + in_csf * 0.9,
        "csf_rbc": np.full(len(level), 1.5),
        "csf_blasts": np.minimum(in_csf * 1.8, 90.0),
    }


def marrow_clone(illness: Illness, level: Floats) -> Floats:
    """Per cent of marrow cells that are blasts of the clone, for what they do to the blood count."""
    if illness.disease == "MM":
        return np.zeros(len(level))
    return np.where(level > 60, level, 0.0) if illness.marker is Marker.CNS else level
