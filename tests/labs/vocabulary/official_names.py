"""Names under which the accepted codes travel: LOINC's long names of two releases, and what laboratories write."""

NAMES = {
    "haemoglobin": (
        "Hemoglobin [Mass/volume] in Blood",
        "Hemoglobin [Moles/volume] in Blood",
        "Hgb",
        "HB",
        "Haemoglobin",
    ),
    "rbc": ("Erythrocytes [#/volume] in Blood by Automated count", "RBC Auto (Bld) [#/Vol]", "Red blood cells"),
    "haematocrit": (
        "Hematocrit [Volume Fraction] of Blood by Automated count",
        "Hematocrit [Volume Fraction] of Blood",
        "HCT",
    ),
    "mcv": (
        "MCV [Entitic volume] by Automated count",
        "Erythrocyte mean corpuscular volume [Entitic volume] by Automated count",
        "MCV",
    ),
    "reticulocytes": (
        "Reticulocytes/100 erythrocytes in Blood by Automated count",
        "Reticulocytes/Erythrocytes in Blood",
    ),
    "wbc": (
        "Leukocytes [#/volume] in Blood by Automated count",
        "WBC Auto (Bld) [#/Vol]",
        "White blood cell count",
        "WBC (corrected)",
        "WBC CT",
    ),
    "neutrophils": ("Neutrophils [#/volume] in Blood by Automated count", "ANC", "Absolute neutrophil count"),
    "lymphocytes": ("Lymphocytes [#/volume] in Blood by Automated count", "Lymphocytes, absolute"),
    "monocytes": ("Monocytes [#/volume] in Blood by Automated count", "Monocytes"),
    "platelets": ("Platelets [#/volume] in Blood by Automated count", "PLT", "Thrombocytes"),
    "blasts_blood_percent": (
        "Blasts/100 leukocytes in Blood",
        "Blasts/Leukocytes in Blood by Manual count",
        "Blast cells",
    ),
    "blasts_blood_count": ("Blasts [#/volume] in Blood", "Blasts [#/volume] in Blood by Manual count"),
    "plasma_cells_blood_percent": ("Plasma cells/100 leukocytes in Blood", "Plasma cells/Leukocytes in Blood"),
    "plasma_cells_blood_count": ("Plasma cells [#/volume] in Blood",),
    "plasma_cells_marrow": ("Plasma cells/100 cells in Bone marrow", "Plasma cells/Cells in Bone marrow"),
    "plasma_cells_marrow_flow": ("Abnormal plasma cells/100 cells in Bone marrow by Flow cytometry (FC)",),
    "blasts_marrow": ("Blasts/cells in Bone marrow", "Blasts/100 cells in Bone marrow", "Myeloblasts"),
    "serum_m": (
        "Protein.monoclonal [Mass/volume] in Serum or Plasma by Electrophoresis",
        "Protein.monoclonal band 1 [Mass/volume] in Serum or Plasma by Electrophoresis",
        "M-spike",
        "Paraprotein",
        "IgG kappa M-spike",
        "Monoclonal IgG lambda",
        "M-protein",
    ),
    "urine_m": ("Protein.monoclonal [Mass/time] in 24 hour Urine by Electrophoresis", "Urine M-spike, 24 h"),
    "ife_serum": (
        "Immunofixation for Serum or Plasma",
        "Immunofixation [interpretation] for Serum or Plasma",
        "Monoclonal protein, IFE",
    ),
    "ife_urine": ("Immunofixation for Urine",),
    "flc_kappa": (
        "Immunoglobulin light chains.kappa.free [Mass/volume] in Serum",
        "Kappa light chains.free [Mass/volume] in Serum or Plasma",
        "Free kappa",
        "Kappa FLC free light chain",
    ),
    "flc_lambda": (
        "Immunoglobulin light chains.lambda.free [Mass/volume] in Serum or Plasma",
        "Lambda light chains.free [Mass/volume] in Serum or Plasma by Nephelometry",
        "Free lambda",
    ),
    "flc_ratio": (
        "Immunoglobulin light chains.kappa.free/Immunoglobulin light chains.lambda.free [Mass Ratio] in Serum",
        "Kappa light chains.free/Lambda light chains.free [Mass Ratio] in Serum or Plasma",
        "Kappa/Lambda free light chain ratio",
        "Free kappa/lambda ratio",
        "K/L ratio",
    ),
    "igg": ("IgG [Mass/volume] in Serum or Plasma", "Immunoglobulin G"),
    "iga": ("IgA [Mass/volume] in Serum or Plasma", "Immunoglobulin A"),
    "igm": ("IgM [Mass/volume] in Serum or Plasma", "Immunoglobulin M"),
    "total_protein": ("Protein [Mass/volume] in Serum or Plasma", "Total protein"),
    "albumin": ("Albumin [Mass/volume] in Serum or Plasma", "Albumin"),
    "creatinine": (
        "Creatinine [Mass/volume] in Serum or Plasma",
        "Creatinine [Moles/volume] in Serum or Plasma",
        "Creat",
    ),
    "egfr": (
        (
            "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by "
            "Creatinine-based formula (CKD-EPI 2021)"
        ),
        "eGFR",
    ),
    "egfr_mdrd": (
        (
            "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by "
            "Creatinine-based formula (MDRD)"
        ),
    ),
    "egfr_ckd_epi_2009": (
        (
            "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by "
            "Creatinine-based formula (CKD-EPI)"
        ),
    ),
    "calcium": (
        "Calcium [Mass/volume] in Serum or Plasma",
        "Calcium [Moles/volume] in Serum or Plasma",
        "Calcium, total",
    ),
    "calcium_corrected": (
        "Calcium [Mass/volume] corrected for albumin in Serum or Plasma",
        "Calcium [Moles/volume] corrected for albumin in Serum or Plasma",
        "Adjusted calcium",
    ),
    "calcium_ionised": (
        "Calcium.ionized [Moles/volume] in Blood",
        "Calcium.ionized [Moles/volume] in Serum or Plasma",
        "Ionised calcium",
    ),
    "b2m": ("Beta-2-Microglobulin [Mass/volume] in Serum or Plasma", "B2M", "β2-microglobulin"),
    "ldh": (
        "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma",
        "Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma by Lactate to pyruvate reaction",
        "LDH",
        "LD",
    ),
    "crp": ("C reactive protein [Mass/volume] in Serum or Plasma", "CRP", "C-reactive protein"),
    "urine_protein_24h": ("Protein [Mass/time] in 24 hour Urine", "Protein, 24 h urine"),
    "urine_protein_dipstick": ("Protein [Presence] in Urine by Test strip", "Protein [Presence] in Urine"),
    "urine_protein_dipstick_mass": ("Protein [Mass/volume] in Urine by Test strip",),
    "urine_acr": ("Microalbumin/Creatinine [Mass Ratio] in Urine", "Albumin/Creatinine [Mass Ratio] in Urine", "ACR"),
    "urine_pcr": ("Protein/Creatinine [Mass Ratio] in Urine", "Protein/creatinine ratio"),
    "csf_wbc": (
        "Leukocytes [#/volume] in Cerebral spinal fluid",
        "Leukocytes [#/volume] in Cerebral spinal fluid by Manual count",
        "Nucleated cells [#/volume] in Cerebral spinal fluid",
    ),
    "csf_rbc": ("Erythrocytes [#/volume] in Cerebral spinal fluid",),
    "csf_blasts": ("Blasts/100 leukocytes in Cerebral spinal fluid", "Blasts/Leukocytes in Cerebral spinal fluid"),
    "csf_protein": ("Protein [Mass/volume] in Cerebral spinal fluid",),
    "csf_glucose": ("Glucose [Mass/volume] in Cerebral spinal fluid",),
}

# (code, name): the name speaks of something the code does not mean.
MISNAMED = [
    ("2458-8", "IgG"),
    ("2458-8", "Immunoglobulin G [Mass/volume] in Serum"),
    ("2465-3", "IgA"),
    ("26446-5", "Promyelocytes"),
    ("26446-5", "Eosinophils/100 leukocytes"),
    ("26464-8", "Blasts"),
    ("6690-2", "Neutrophils"),
    ("718-7", "Hemoglobin A1c/Hemoglobin.total in Blood"),
    ("718-7", "Erythrocyte mean corpuscular hemoglobin [Entitic mass]"),
    ("777-3", "Platelet mean volume"),
    ("789-8", "Nucleated erythrocytes"),
    ("1952-1", "Beta 2 globulin by Electrophoresis"),
    ("36916-5", "Free lambda light chains"),
    ("33944-0", "Free kappa light chains"),
    ("36916-5", "Kappa light chains [Mass/volume] in Serum"),
    ("33358-3", "Total protein"),
    ("33358-3", "IgG"),
    ("17861-6", "Ionized calcium"),
    ("17861-6", "Calcium corrected for albumin"),
    ("2160-0", "Urea nitrogen/Creatinine ratio"),
    ("2160-0", "eGFR"),
    ("1751-7", "Globulin"),
    ("1751-7", "Albumin/Creatinine ratio"),
    ("2885-2", "C reactive protein"),
    ("11118-7", "Eosinophils"),
    ("11150-0", "Plasma cells"),
    ("98979-8", "eGFR (MDRD)"),
    ("2465-3", "IgG1 subclass"),
    ("2532-0", "Lactate"),
    ("751-8", "Band form neutrophils"),
    ("2160-0", "X-ray of the ankle"),
]
