"""The papers and texts rules rest on, each once."""

from labs.rules.base import Source

KUMAR_2016 = Source(
    "IMWG-2016",
    "Kumar S, et al. International Myeloma Working Group consensus criteria for response and minimal residual disease "
    "assessment in multiple myeloma. Lancet Oncol 2016;17:e328-e346",
)
PARAPROTEIN_RELAPSE = Source(
    "IMWG-TREATMENT-AT-RELAPSE",
    "Indications for treatment at relapse of multiple myeloma (IMWG): clinical relapse, or significant paraprotein "
    "relapse",
    "http://ashpublications.com/view-large/6511371",
)
RAJKUMAR_2011 = Source(
    "IMWG-2011",
    "Rajkumar SV, et al. Consensus recommendations for the uniform reporting of clinical trials: report of the "
    "International Myeloma Workshop Consensus Panel 1. Blood 2011;117:4691-4695",
    "http://ashpublications.net/view-large/7148891",
)
DISPENZIERI_2009 = Source(
    "IMWG-FLC-2009",
    "Dispenzieri A, et al. International Myeloma Working Group guidelines for serum-free light chain analysis. "
    "Leukemia 2009;23:215-224",
)
KDIGO_2012 = Source(
    "KDIGO-2012", "KDIGO clinical practice guideline for acute kidney injury. Kidney Int Suppl 2012;2:1-138"
)
DOEHNER_2022 = Source(
    "ELN-2022",
    "Doehner H, et al. Diagnosis and management of AML in adults: 2022 recommendations from an international expert "
    "panel on behalf of the ELN, table 8. Blood 2022;140:1345-1377",
)
DOEHNER_2017 = Source(
    "ELN-2017",
    "Doehner H, et al. Diagnosis and management of AML in adults: 2017 ELN recommendations from an international "
    "expert panel. Blood 2017;129:424-447; relapse as in the texts of 2010 to 2017: marrow blasts, or blasts in "
    "blood, or extramedullary disease",
    "http://ashpublications.net/view-large/8220999",
)
HEUSER_2021 = Source(
    "ELN-MRD-2021",
    "Heuser M, et al. 2021 update on MRD in acute myeloid leukemia: a consensus document from the European LeukemiaNet "
    "MRD Working Party. Blood 2021;138:2753-2767",
)
GOKBUGET_2024 = Source(
    "ELN-ALL-2024",
    "Goekbuget N, et al. Diagnosis, prognostic factors, and assessment of ALL in adults: 2024 ELN recommendations "
    "from a European expert panel. Blood 2024;143:1891-1902",
)
BLINATUMOMAB_LABEL = Source(
    "BLINATUMOMAB-LABEL",
    "Prescribing information of blinatumomab (FDA): residual disease of at least 0.1 % in remission",
)
ESTEY_1996 = Source(
    "ESTEY-1996",
    "Estey E, Pierce S. Blood 1996;87:3899: 375 first relapses of AML, counts abnormal at relapse in 77 %, before "
    "it in 7 %, marrow first in 16 %",
    "https://ashpublications.org/blood/article/87/9/3899",
)
CNS_CLASSES = Source(
    "CNS-CLASSES",
    "Classes of the central nervous system in ALL: CNS1, CNS2a to c, CNS3a to c (COG)",
    "https://bibliotheek.ehb.be:2400/topics/en-gb/273/criteria",
)
STEINHERZ_BLEYER = Source(
    "STEINHERZ-BLEYER",
    "Comparison of white to red cells in CSF and blood at a traumatic tap (Steinherz and Bleyer)",
    "https://www.medscape.com/answers/990113-170577",
)
NCCN_ALL = Source(
    "NCCN-ALL", "Relapse after complete remission in adult acute lymphoblastic leukaemia (NCCN; ELN adult ALL 2024)"
)
PEDIATRIC_M2_M3 = Source(
    "PAEDIATRIC-M2-M3",
    "Marrow classes M2 (5 to 25 % blasts) and M3 (above 25 %) of paediatric protocols",
    "http://pedsoncologyeducation.com/ALLRelapse.asp",
)
BUCHMANN_2022 = Source(
    "PDL-2021",
    "Buchmann S, et al. Remission, treatment failure, and relapse in pediatric ALL: an international consensus of the "
    "Ponte-di-Legno Consortium. Blood 2022;139:1785-1793",
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC8952186",
)
RELAPSE_TIMES = Source(
    "RELAPSE-TIMES",
    "Locatelli F, et al. How I treat relapsed childhood acute lymphoblastic leukemia. Blood 2012;120:2807-2816 (BFM, "
    "IntReALL); COG AALL1331 (marrow 36 months, isolated extramedullary 18 months)",
)
COSKUN_2020 = Source("COSKUN-2020", "Coskun et al. 2020: within-subject variation of haemoglobin (2.7 % of its mean)")
RBC_VARIATION_1992 = Source(
    "RBC-CV-1992",
    "One-year within-subject variation of haematology quantities",
    "https://pubmed.ncbi.nlm.nih.gov/1497462/",
)
PAYNE_1973 = Source(
    "PAYNE-1973",
    "Payne RB, et al. Interpretation of serum calcium in patients with abnormal serum proteins. BMJ 1973;4:643-646",
)
CORRECTED_CALCIUM_OLDER = Source(
    "IMWG-2006",
    "Durie BGM, et al. International uniform response criteria for multiple myeloma. Leukemia 2006;20:1467-1473",
)
EUBIVAS_LDH = Source(
    "EUBIVAS-LDH",
    "European Biological Variation Study (EuBIVAS): within-subject variation of LDH (5.2 % of its mean), to be checked "
    "against the paper",
)
KDIGO_CKD_2012 = Source(
    "KDIGO-CKD-2012",
    "KDIGO 2012 clinical practice guideline for the evaluation and management of chronic kidney disease, 2.1.3. Kidney "
    "Int Suppl 2013;3:1-150",
)
EFLM_HAEMATOLOGY = Source(
    "EFLM-HAEMATOLOGY",
    "EFLM biological variation database: within-subject variation of platelets (7.3 % of their mean)",
)
MANN_KENDALL = Source(
    "MANN-KENDALL",
    "Mann HB. Nonparametric tests against trend. Econometrica 1945;13:245-259; Kendall MG. Rank correlation methods. "
    "Griffin, 1948; slope: Sen PK. J Am Stat Assoc 1968;63:1379-1389",
)
GREENBERG_1997 = Source(
    "IPSS-1997",
    "Greenberg P, et al. International scoring system for evaluating prognosis in myelodysplastic syndromes. Blood "
    "1997;89:2079-2088",
)
ANTIBODY_BAND = Source(
    "ANTIBODY-BAND",
    "Distinguishing daratumumab from monoclonal proteins: serum levels and limits of electrophoresis",
    "https://www.clinlabnavigator.com/blog/distinguishing-daratumumab-from-monoclonal-proteins.html",
)
FLC_BY_KIDNEY = Source(
    "FLC-BY-EGFR",
    "Long TE, et al. Defining new reference intervals for serum free light chains in individuals with chronic kidney "
    "disease: results of the iStopMM study. Blood Cancer J 2022;12:133; bands as laboratories print them",
    "https://jdos.nicholsinstitute.com/dos/BACL/test/134381",
)
FREELITE_RANGES = Source(
    "FREELITE-RANGES",
    "Reference ranges of Freelite as laboratories print them: kappa 3.3 to 19.4, lambda 5.7 to 26.3 mg/L",
    "https://jp.labcorp.com/tests/121137",
)
KATZMANN_2011 = Source(
    "KATZMANN-2011",
    "Katzmann JA, et al. Long-term biological variation of serum protein electrophoresis M-spike, urine M-spike, and "
    "monoclonal serum free light chain quantification. Clin Chem 2011;57:1687-1692",
)
URINE_BY_FLC = Source(
    "URINE-BY-FLC",
    "Serum free light chains in place of serial 24-hour urine: collecting urine once dFLC rises by more than 10 mg/dL "
    "from its lowest caught 94 % of progressions",
    "https://pubmed.ncbi.nlm.nih.gov/30016549/",
)
OLIGOCLONAL_BANDS = Source(
    "OLIGOCLONAL-BANDS",
    "New bands of another isotype after autologous transplant: seen in 10 to 73 % of series, usually benign",
    "https://pmc.ncbi.nlm.nih.gov/articles/PMC3696619",
)
VIGIL = Source("VIGIL-1", "Default of this project; no guideline gives it", default=True)
