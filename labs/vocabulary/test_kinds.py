"""The kinds of follow-up test that can be scheduled, the analytes that belong to each, and which of them close it.

A kind is closed by results when, within the test's window, at least one analyte of every group in `needs` has come. A
kind without `needs` (a visit, imaging) has no result Vigil could read: a person records that it was done.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Need:
    """One part of a panel: any of these analytes is enough. `label` says what is missing when none has come."""

    label: str
    any_of: frozenset[str]


@dataclass(frozen=True, slots=True)
class TestKind:
    """One kind of test.

    also            belongs to the panel but is not needed to close it
    disease_marker  follows the disease itself, so that a missed one hides a relapse
    """

    __test__ = False  # not a test case, whatever its name makes pytest think

    code: str
    label: str
    needs: tuple[Need, ...] = ()
    also: frozenset[str] = frozenset()
    disease_marker: bool = False

    @property
    def analytes(self) -> frozenset[str]:
        """Every analyte of the panel."""
        return self.also.union(*(need.any_of for need in self.needs))

    @property
    def done_by_hand(self) -> bool:
        """No result closes it: a person records the day it was done."""
        return not self.needs

    def missing(self, found: Collection[str]) -> tuple[str, ...]:
        """Labels of the parts that these analytes do not yet give; empty when the panel is complete."""
        return tuple(need.label for need in self.needs if need.any_of.isdisjoint(found))


def _need(label: str, *analytes: str) -> Need:
    return Need(label, frozenset(analytes))


_COUNTS = (_need("haemoglobin", "haemoglobin"), _need("white cells", "wbc"), _need("platelets", "platelets"))
_COUNTS_ALSO = frozenset(
    {
        "rbc",
        "haematocrit",
        "mcv",
        "reticulocytes",
        "neutrophils",
        "lymphocytes",
        "monocytes",
        "blasts_blood_percent",
        "blasts_blood_count",
        "plasma_cells_blood_percent",
        "plasma_cells_blood_count",
    }
)
_CALCIUM = _need("calcium", "calcium", "calcium_corrected", "calcium_ionised")
_LIGHT_CHAINS = (_need("free kappa", "flc_kappa"), _need("free lambda", "flc_lambda"))
_SERUM_M = _need("serum M-protein or immunofixation", "serum_m", "ife_serum")

_ALL = (
    TestKind("cbc", "Blood count", _COUNTS, _COUNTS_ALSO),
    TestKind(
        "cbc_diff",
        "Blood count with differential",
        (*_COUNTS, _need("neutrophils", "neutrophils")),
        _COUNTS_ALSO,
        disease_marker=True,
    ),
    TestKind(
        "chemistry",
        "Chemistry",
        (_need("creatinine", "creatinine"), _CALCIUM),
        frozenset(
            {
                "egfr",
                "egfr_mdrd",
                "egfr_ckd_epi_2009",
                "albumin",
                "total_protein",
                "ldh",
                "b2m",
                "crp",
                "calcium_corrected",
            }
        ),
    ),
    TestKind(
        "spep_flc",
        "SPEP + FLC",
        (_SERUM_M, *_LIGHT_CHAINS),
        frozenset({"flc_ratio", "igg", "iga", "igm", "total_protein"}),
        disease_marker=True,
    ),
    TestKind("spep", "SPEP", (_SERUM_M,), frozenset({"igg", "iga", "igm", "total_protein"}), disease_marker=True),
    TestKind("flc", "Free light chains", _LIGHT_CHAINS, frozenset({"flc_ratio"}), disease_marker=True),
    TestKind(
        "immunoglobulins",
        "IgG, IgA, IgM",
        (_need("IgG", "igg"), _need("IgA", "iga"), _need("IgM", "igm")),
        disease_marker=True,
    ),
    TestKind(
        "urinalysis",
        "Urinalysis",
        (_need("urine protein", "urine_protein_dipstick", "urine_protein_dipstick_mass", "urine_acr", "urine_pcr"),),
    ),
    TestKind(
        "urine_24h",
        "24 h urine",
        (_need("urine M-protein or immunofixation", "urine_m", "ife_urine"),),
        frozenset({"urine_protein_24h"}),
        disease_marker=True,
    ),
    TestKind(
        "marrow",
        "Bone marrow",
        (_need("plasma cells or blasts in marrow", "plasma_cells_marrow", "blasts_marrow"),),
        frozenset({"plasma_cells_marrow_flow"}),
        disease_marker=True,
    ),
    TestKind(
        "mrd",
        "Residual disease (MRD)",
        (_need("an MRD result", "mrd_flow", "mrd_molecular", "mrd_receptor", "mrd_sequencing"),),
        disease_marker=True,
    ),
    TestKind(
        "mrd_molecular",
        "Molecular residual disease",
        (_need("a molecular MRD result", "mrd_molecular"),),
        disease_marker=True,
    ),
    TestKind(
        "lumbar_puncture",
        "Lumbar puncture",
        (_need("white cells in CSF", "csf_wbc"),),
        frozenset({"csf_rbc", "csf_blasts", "csf_protein", "csf_glucose"}),
        disease_marker=True,
    ),
    TestKind("chimerism", "Chimerism", disease_marker=True),
    TestKind("mri", "MRI", disease_marker=True),
    TestKind("ct_pet", "PET-CT or whole-body low-dose CT", disease_marker=True),
    TestKind("visit", "Visit with symptom check"),
    TestKind("liver", "Liver function"),
    TestKind("late_effects", "Late-effects check"),
)

TEST_KINDS: Mapping[str, TestKind] = MappingProxyType({kind.code: kind for kind in _ALL})
DONE_BY_HAND = frozenset(kind.code for kind in _ALL if kind.done_by_hand)
VISIT = "visit"


def label_of(code: str) -> str:
    """The kind's name for people; the code itself when it is not known, so that an old row still shows."""
    kind = TEST_KINDS.get(code)
    return kind.label if kind else code
