"""Symptoms asked for at every visit (clinical reference section 8): code, label, diseases, level, source."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Level = Literal["REVIEW", "URGENT"]

MYELOMA_ARTICLE = "Patient article on relapse of multiple myeloma"
LEUKAEMIA_ARTICLE = "Patient article on relapse of acute leukaemia"
NICE_NG35 = "NICE NG35, myeloma: diagnosis and management"
CTCAE_6 = "CTCAE v6.0, febrile neutropenia"
CNS_CLASSES = "Central nervous system relapse in ALL, Steinherz-Bleyer classes"
CLINICAL = "Clinical knowledge; no stored source"

_MM = frozenset({"MM"})
_ACUTE = frozenset({"AML", "ALL"})
_AML = frozenset({"AML"})
_ALL = frozenset({"ALL"})


class Symptom(NamedTuple):
    """One coded symptom.

    `thinks_of` is what a physician looks for behind it; "" when nothing in particular. `only_in`: where that differs by
    disease.
    """

    code: str
    label: str
    diseases: frozenset[str]
    level: Level
    source: str
    thinks_of: str = ""
    only_in: Mapping[str, str] = MappingProxyType({})

    def behind(self, disease: str) -> str:
        """What a physician looks for behind it in one disease."""
        return self.only_in.get(disease, self.thinks_of)


_ROWS = (
    Symptom("bone_pain", "Bone pain", _MM, "REVIEW", MYELOMA_ARTICLE),
    Symptom("muscle_weakness", "Muscle weakness", _MM, "REVIEW", MYELOMA_ARTICLE),
    Symptom("dizziness", "Dizziness", _MM, "REVIEW", MYELOMA_ARTICLE),
    Symptom("confusion", "Confusion", _MM, "URGENT", MYELOMA_ARTICLE, "hypercalcaemia, hyperviscosity"),
    Symptom("low_energy", "Low energy", _MM, "REVIEW", MYELOMA_ARTICLE),
    Symptom("focal_back_pain", "New or focal back pain", _MM, "URGENT", NICE_NG35, "cord compression"),
    Symptom("leg_weakness", "Leg weakness", _MM, "URGENT", NICE_NG35, "cord compression"),
    Symptom("sphincter_change", "Change of bladder or bowel control", _MM, "URGENT", NICE_NG35, "cord compression"),
    Symptom("pathological_fracture", "Fracture without adequate injury", _MM, "REVIEW", NICE_NG35),
    Symptom("thirst_polyuria", "Thirst, passing much urine", _MM, "REVIEW", NICE_NG35, "hypercalcaemia"),
    Symptom("constipation", "Constipation", _MM, "REVIEW", NICE_NG35, "hypercalcaemia"),
    Symptom("foamy_urine", "Foamy urine", _MM, "REVIEW", NICE_NG35, "kidney damage"),
    Symptom("swelling", "Swelling", _MM, "REVIEW", NICE_NG35, "kidney damage"),
    Symptom("less_urine", "Passing less urine", _MM, "REVIEW", NICE_NG35, "kidney damage"),
    Symptom("visual_blurring", "Blurred vision", _MM, "URGENT", NICE_NG35, "hyperviscosity"),
    Symptom("mucosal_bleeding", "Bleeding of nose or gums", _MM, "URGENT", NICE_NG35, "hyperviscosity"),
    Symptom("new_lump", "New lump", _MM, "REVIEW", NICE_NG35, "plasmacytoma"),
    Symptom("neuropathy", "Numbness or tingling", _MM, "REVIEW", NICE_NG35),
    Symptom("weight_loss", "Weight loss", _MM | _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("infections", "More infections than usual", _MM | _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("abdominal_pain", "Abdominal pain", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom(
        "bleeding",
        "Abnormal or excess bleeding",
        _ACUTE,
        "URGENT",
        LEUKAEMIA_ARTICLE,
        "low platelets, coagulopathy; in AML promyelocytic leukaemia",
        MappingProxyType(
            {"AML": "low platelets, coagulopathy of promyelocytic leukaemia", "ALL": "low platelets, coagulopathy"}
        ),
    ),
    Symptom("bruising", "Bruising", _ACUTE, "URGENT", LEUKAEMIA_ARTICLE, "low platelets"),
    Symptom("bone_joint_pain", "Bone or joint pain", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("enlarged_spleen", "Enlarged spleen", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("enlarged_liver", "Enlarged liver", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("enlarged_nodes", "Enlarged lymph nodes", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("fatigue", "Fatigue", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("malaise", "Feeling ill", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("weakness", "Weakness", _ACUTE, "REVIEW", LEUKAEMIA_ARTICLE),
    Symptom("fever", "Fever of 38.0 °C or above", _MM | _ACUTE, "URGENT", CTCAE_6, "infection with low neutrophils"),
    Symptom("gum_swelling", "Swollen gums", _AML, "URGENT", CLINICAL, "disease outside the marrow"),
    Symptom("skin_nodules", "Skin nodules", _AML, "URGENT", CLINICAL, "disease outside the marrow"),
    Symptom("dyspnoea", "Shortness of breath, chest complaint", _AML, "URGENT", CLINICAL, "leukostasis"),
    Symptom(
        "headache",
        "Headache",
        _MM | _ALL,
        "URGENT",
        CNS_CLASSES,
        "CNS relapse; in myeloma hyperviscosity",
        MappingProxyType({"ALL": "CNS relapse", "MM": "hyperviscosity"}),
    ),
    Symptom("vomiting", "Vomiting", _ALL, "URGENT", CLINICAL, "CNS relapse"),
    Symptom("cranial_nerve_palsy", "Facial palsy, other nerve palsy", _ALL, "URGENT", CNS_CLASSES, "CNS relapse"),
    Symptom("diplopia", "Double vision", _ALL, "URGENT", CLINICAL, "CNS relapse"),
    Symptom("seizures", "Seizures", _ALL, "URGENT", CLINICAL, "CNS relapse"),
    Symptom("back_pain", "Back pain", _ALL, "URGENT", CLINICAL, "spinal disease"),
    Symptom("weight_gain", "Weight gain, ravenous appetite", _ALL, "URGENT", CNS_CLASSES, "hypothalamic syndrome"),
    Symptom("testicular_enlargement", "Enlarged testis", _ALL, "URGENT", LEUKAEMIA_ARTICLE, "testicular relapse"),
    Symptom("cough_svc", "Cough, swollen face or neck veins", _ALL, "URGENT", CLINICAL, "mediastinal mass"),
    Symptom("limp", "Limp or bone pain in a child", _ALL, "URGENT", CLINICAL, "marrow or bone relapse"),
)

SYMPTOMS: Mapping[str, Symptom] = MappingProxyType({symptom.code: symptom for symptom in _ROWS})


def symptoms_of(disease: str) -> tuple[Symptom, ...]:
    """The symptoms to ask for in one disease, the urgent ones first, otherwise in the order of the table."""
    own = [symptom for symptom in _ROWS if disease in symptom.diseases]
    return tuple(sorted(own, key=lambda symptom: symptom.level != "URGENT"))


def level_of(codes: frozenset[str]) -> Level | None:
    """The highest level among reported symptoms; None when none of the codes is known."""
    levels = {SYMPTOMS[code].level for code in codes if code in SYMPTOMS}
    if not levels:
        return None
    return "URGENT" if "URGENT" in levels else "REVIEW"
