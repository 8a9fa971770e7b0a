"""The worked examples E01 to E42 of the clinical reference, section 9: the series of the table, and what must come of it.

Each is asked of the whole registry. `raised` is everything that is raised, by any rule; a rule not named there must not
raise. A state in between is a case of its own, asked `on` a day. Examples whose table speaks of corrections, deliveries
or the plan are held by the database too: tests/labs/actions/test_worked_examples.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_CONFIRMED,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Answer,
    Level,
    State,
)


@dataclass(frozen=True)
class Raised:
    """One finding that must be there. `says` are texts that must stand in it, wherever."""

    rule: str
    state: State
    level: Level
    onset: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class Worked:
    """One case of a worked example.

    given     in the notation of labs/rules/notation.py
    raised    every finding of the whole registry
    answers   what certain rules must answer, above all those that must not raise
    on        the day it is asked, with what was collected by then; "" for all
    criteria  the criteria set in force; "" is the default of the disease
    awaits    what is not built yet; a strict xfail
    """

    number: str
    case: str
    given: str
    raised: tuple[Raised, ...] = ()
    answers: Mapping[str, Answer] = field(default_factory=dict)
    disease: str = "MM"
    on: str = ""
    criteria: str = ""
    awaits: str = ""

    @property
    def name(self) -> str:
        """The number, and the case where there are several."""
        return f"{self.number} {self.case}".strip()


STILL_REVIEWED = State.NOT_EVALUABLE  # a change of assay stands until the new series has a baseline
KAPPA = "heavy_chain IgG | light_chain kappa | disease_type intact | "
LAMBDA_ONLY = "light_chain lambda | disease_type light_chain_only | "
FLC_BASE = (
    "2026-01-05 flc_lambda 20 mg/L | 2026-01-05 flc_kappa 12 mg/L | "
    "2026-02-05 flc_lambda 22 mg/L | 2026-02-05 flc_kappa 12 mg/L | "
)
AML = "disease AML | remission 2026-01-15 | "
ALL = "disease ALL | remission 2026-01-15 | "
TREATED = "disease ALL | diagnosed 2021-01-10 | remission 2021-03-01 | therapy_ended 2023-03-10 | "
CHILD = "born 2018-01-01 | "
NPM1 = "@North/NPM1/marrow"

MYELOMA = (
    Worked(
        "E01",
        "",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-05 0.5 | 2026-10-10 0.9 | 2026-11-07 1.0",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-10-10", ("lowest confirmed 0.3 g/dL",)),
            Raised("MM-PARAPROTEIN-SERUM", PROVISIONAL, REVIEW, "2026-11-07"),
        ),
        {"MM-RISING": NOT_RAISED, "MM-CR-LOSS": NOT_EVALUABLE},
    ),
    Worked(
        "E01",
        "before the second value",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-05 0.5 | 2026-10-10 0.9 | 2026-11-07 1.0",
        (Raised("MM-PD-SERUM-M", PROVISIONAL, REVIEW, "2026-10-10"),),
        on="2026-10-10",
    ),
    Worked(
        "E01",
        "0.5 is a rise of 0.2 only",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-05 0.5 | 2026-10-10 0.9 | 2026-11-07 1.0",
        answers={"MM-PD-SERUM-M": NOT_RAISED, "MM-RISING": NOT_RAISED},
        on="2026-09-05",
    ),
    Worked(
        "E02",
        "at 0.9",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 0.9 | 2026-10-01 0.4",
        (Raised("MM-PD-SERUM-M", PROVISIONAL, REVIEW, "2026-09-01"),),
        on="2026-09-01",
    ),
    Worked(
        "E02",
        "after 0.4",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 0.9 | 2026-10-01 0.4",
        (Raised("MM-PD-SERUM-M", NOT_CONFIRMED, INFO, "2026-09-01", ("no longer meets the criterion",)),),
        {"MM-PD-SERUM-M": NOT_RAISED},
    ),
    Worked(
        "E03",
        "",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.5 | 2026-04-05 0.6",
        (Raised("MM-RISING", CONFIRMED, INFO, "2026-03-05", ("below the bar of progression",)),),
        {"MM-PD-SERUM-M": NOT_RAISED, "MM-PARAPROTEIN-SERUM": NOT_RAISED},
    ),
    Worked(
        "E04",
        "",
        "2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 0.7 | 2026-04-05 0.7",
        (Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-03-05"),),
        {"MM-RISING": NOT_RAISED},
    ),
    Worked(
        "E05",
        "",
        "2026-01-05 3.0 g/dL | 2026-02-05 3.0 | 2026-03-05 3.6 | 2026-04-05 3.7",
        (Raised("MM-RISING", CONFIRMED, INFO, "2026-03-05", ("+23.3 %",)),),
        {"MM-PD-SERUM-M": NOT_RAISED},
    ),
    Worked(
        "E06",
        "",
        "2026-01-05 5.0 g/dL | 2026-02-05 5.0 | 2026-03-05 6.0 | 2026-04-05 6.1",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-03-05"),
            Raised("MM-PARAPROTEIN-SERUM", CONFIRMED, URGENT, "2026-03-05"),
        ),
        {"MM-RISING": NOT_RAISED},
    ),
    Worked(
        "E07",
        "",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 g/dL | 2026-09-01 4 g/L | 2026-10-01 4 g/L",
        answers={"MM-PD-SERUM-M": NOT_RAISED, "MM-RISING": NOT_RAISED, "MM-PARAPROTEIN-SERUM": NOT_RAISED},
    ),
    Worked(
        "E07",
        "unit missing",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 g/dL | 2026-09-01 4 ?",
        answers={
            "MM-PD-SERUM-M": NOT_EVALUABLE,
            "MM-RISING": NOT_EVALUABLE,
            "MM-PARAPROTEIN-SERUM": NOT_EVALUABLE,
        },
    ),
    Worked(
        "E08",
        "",
        "2026-07-01 0.4 g/dL @North/spep/serum | 2026-08-01 0.4 @North/spep/serum | "
        "2026-09-01 1.0 @South/nephelometry/serum",
        (
            Raised(
                "ASSAY-CHANGED",
                STILL_REVIEWED,
                REVIEW,
                "2026-09-01",
                ("the two are not comparable", "A repeat by the old method"),
            ),
        ),
        {"MM-PD-SERUM-M": NOT_EVALUABLE, "MM-RISING": NOT_EVALUABLE, "MM-PARAPROTEIN-SERUM": NOT_EVALUABLE},
    ),
    Worked(
        "E09",
        "before the correction",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 1.2",
        (
            Raised("MM-PD-SERUM-M", PROVISIONAL, REVIEW, "2026-09-01"),
            Raised("MM-PARAPROTEIN-SERUM", PROVISIONAL, REVIEW, "2026-09-01"),
        ),
    ),
    Worked(
        "E09",
        "after it",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | 2026-09-01 0.2",
        answers={"MM-PD-SERUM-M": NOT_RAISED, "MM-PARAPROTEIN-SERUM": NOT_RAISED},
    ),
    Worked(
        "E10",
        "",
        "2026-07-01 0.3 g/dL | 2026-08-01 0.3 | "
        "2026-09-01T08:00 0.9 #A1 | 2026-09-01T08:00 0.9 #A1 | 2026-09-01T15:00 0.9 #A2",
        (Raised("MM-PD-SERUM-M", PROVISIONAL, REVIEW, "2026-09-01", ("on one assessment so far",)),),
    ),
    Worked(
        "E11",
        "",
        "2026-01-05 1.0 g/dL | 2026-02-05 0.4 | 2026-03-05 0.9 | 2026-04-05 1.0 | 2026-05-05 1.0",
        (
            Raised("MM-PD-SERUM-M", PROVISIONAL, REVIEW, "2026-03-05", ("lowest value 0.4 g/dL (nadir unconfirmed)",)),
            Raised("MM-PARAPROTEIN-SERUM", PROVISIONAL, REVIEW, "2026-04-05", ("nadir unconfirmed",)),
        ),
        {"MM-RISING": NOT_RAISED},
    ),
    Worked(
        "E12",
        "at 0.3",
        "response CR | remission 2026-01-05 | "
        "2026-01-05 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | 2026-05-05 0.5",
        (Raised("MM-CR-LOSS", PROVISIONAL, REVIEW, "2026-03-05"),),
        {"MM-PD-SERUM-M": NOT_RAISED},
        on="2026-03-05",
    ),
    Worked(
        "E12",
        "at the second 0.5",
        "response CR | remission 2026-01-05 | "
        "2026-01-05 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | 2026-05-05 0.5",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-04-05"),
            Raised("MM-CR-LOSS", CONFIRMED, REVIEW, "2026-03-05"),
        ),
    ),
    Worked(
        "E12",
        "by immunofixation of the same isotype",
        KAPPA + "response CR | remission 2026-01-05 | 2026-01-05 ife_serum negative | 2026-02-05 negative | "
        "2026-03-05 positive:_IgG-kappa | "
        "2026-01-05 serum_m 0 g/dL | 2026-02-05 0 | 2026-03-05 0.3 | 2026-04-05 0.5 | 2026-05-05 0.5",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-04-05"),
            Raised("MM-CR-LOSS", CONFIRMED, REVIEW, "2026-03-05", ("positive: IgG-kappa",)),
        ),
    ),
    Worked(
        "E13",
        "",
        "heavy_chain IgA | light_chain kappa | disease_type intact | response CR | remission 2026-01-05 | "
        "event transplant_autologous 2026-01-10 | 2026-01-05 ife_serum negative | 2026-04-10 positive:_IgG-lambda",
        (Raised("MM-OLIGOCLONAL", CONFIRMED, INFO, "2026-04-10"),),
        {"MM-CR-LOSS": NOT_RAISED},
    ),
    Worked(
        "E14",
        "",
        KAPPA + "response CR | remission 2026-01-05 | event antibody 2025-06-01..2026-04-20 | "
        "2026-01-05 serum_m 0 g/dL | 2026-02-05 0 | 2026-03-05 0.05 | "
        "2026-03-05 ife_serum positive:_IgG-kappa | "
        "2026-03-05 flc_kappa 12 mg/L | 2026-03-05 flc_lambda 11 mg/L",
        (Raised("MM-DRUG-BAND", PROVISIONAL, INFO, "2026-03-05", ("DIRA",)),),
        {"MM-CR-LOSS": NOT_RAISED, "MM-PD-SERUM-M": NOT_RAISED},
    ),
    Worked(
        "E15",
        "",
        LAMBDA_ONLY + FLC_BASE + "2026-03-05 flc_lambda 95 | 2026-03-05 flc_kappa 10 | "
        "2026-04-05 flc_lambda 130 | 2026-04-05 flc_kappa 9 | 2026-05-05 flc_lambda 160 | 2026-05-05 flc_kappa 9",
        (
            Raised("MM-PD-FLC", CONFIRMED, URGENT, "2026-04-05", ("lowest confirmed 10 mg/L",)),
            Raised("MM-FLC-RATIO", PROVISIONAL, INFO, "2026-03-05"),
        ),
        {"MM-PARAPROTEIN-FLC": NOT_RAISED, "MM-LIGHT-CHAIN-ESCAPE": NOT_APPLICABLE},
    ),
    Worked(
        "E15",
        "+75 is not enough",
        LAMBDA_ONLY + FLC_BASE + "2026-03-05 flc_lambda 95 | 2026-03-05 flc_kappa 10",
        (Raised("MM-FLC-RATIO", PROVISIONAL, INFO, "2026-03-05"),),
        answers={"MM-PD-FLC": NOT_RAISED},
    ),
    Worked(
        "E16",
        "",
        LAMBDA_ONLY + FLC_BASE + "2026-03-05 flc_lambda 119 | 2026-03-05 flc_kappa 9 | "
        "2026-04-05 flc_lambda 119 | 2026-04-05 flc_kappa 9",
        (Raised("MM-FLC-RATIO", CONFIRMED, REVIEW, "2026-03-05"),),
        answers={"MM-PD-FLC": NOT_RAISED, "MM-PARAPROTEIN-FLC": NOT_RAISED},
    ),
    Worked(
        "E16",
        "and a hundredth more",
        LAMBDA_ONLY + FLC_BASE + "2026-03-05 flc_lambda 119.01 | 2026-03-05 flc_kappa 9 | "
        "2026-04-05 flc_lambda 119.01 | 2026-04-05 flc_kappa 9",
        (Raised("MM-PD-FLC", CONFIRMED, URGENT, "2026-03-05"),),
    ),
    Worked(
        "E17",
        "",
        KAPPA + "2025-10-05 serum_m 3.2 g/dL | 2026-01-05 0.3 | 2026-02-05 0.3 | 2026-03-05 0.3 | "
        "2026-01-05 flc_kappa 30 mg/L | 2026-01-05 flc_lambda 10 mg/L | 2026-02-05 flc_kappa 30 mg/L | "
        "2026-02-05 flc_lambda 10 mg/L | 2026-03-05 flc_kappa 210 mg/L | 2026-03-05 flc_lambda 10 mg/L",
        (
            Raised(
                "MM-LIGHT-CHAIN-ESCAPE",
                PROVISIONAL,
                REVIEW,
                "2026-03-05",
                ("24-hour urine", "creatinine", "none since dFLC rose"),
            ),
        ),
        {"MM-PD-FLC": NOT_APPLICABLE, "MM-PD-SERUM-M": NOT_RAISED},
    ),
    Worked(
        "E18",
        "",
        KAPPA + "2026-01-05 flc_kappa 95 mg/L | 2026-01-05 flc_lambda 38 mg/L | 2026-01-05 egfr 25",
        answers={"MM-FLC-RATIO": NOT_RAISED},
    ),
    Worked(
        "E18",
        "with normal kidneys",
        KAPPA + "2025-12-05 flc_kappa 20 mg/L | 2025-12-05 flc_lambda 16 mg/L | "
        "2026-01-05 flc_kappa 95 mg/L | 2026-01-05 flc_lambda 38 mg/L | 2026-01-05 egfr 90",
        (Raised("MM-FLC-RATIO", PROVISIONAL, INFO, "2026-01-05", ("outside 0.26 to 1.65",)),),
    ),
    Worked(
        "E19",
        "",
        "heavy_chain IgG | light_chain lambda | disease_type intact | "
        "2026-01-05 flc_kappa 20 mg/L | 2026-01-05 flc_lambda 100 mg/L | 2026-01-05 egfr 70 | "
        "2026-02-05 flc_kappa 45 mg/L | 2026-02-05 flc_lambda 100 mg/L | 2026-02-05 egfr 25",
        (
            Raised("MM-FLC-RATIO", PROVISIONAL, REVIEW, "2026-02-05"),
            Raised("CBC-EGFR", PROVISIONAL, REVIEW, "2026-02-05"),
        ),
    ),
    Worked(
        "E20",
        "at 11 %",
        "disease_type nonsecretory | 2026-01-05 plasma_cells_marrow 3 % | 2026-04-05 11 | 2026-07-05 14",
        (Raised("MM-PD-MARROW", PROVISIONAL, REVIEW, "2026-04-05", ("IMWG-2011", "not that of 2016")),),
        on="2026-04-05",
    ),
    Worked(
        "E20",
        "at 14 %",
        "disease_type nonsecretory | 2026-01-05 plasma_cells_marrow 3 % | 2026-04-05 11 | 2026-07-05 14",
        (Raised("MM-PD-MARROW", CONFIRMED, URGENT, "2026-07-05", ("IMWG-2016", "11 points above the lowest")),),
    ),
    Worked(
        "E21",
        "",
        "2026-01-05 urine_m 150 mg/(24.h) | 2026-02-05 150 | 2026-03-05 340 | 2026-04-05 360",
        (Raised("MM-PD-URINE-M", PROVISIONAL, REVIEW, "2026-04-05", ("on one assessment so far",)),),
        {"MM-PARAPROTEIN-URINE": NOT_RAISED},
    ),
    Worked(
        "E22",
        "",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-04-20 1.4",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-03-01"),
            Raised("MM-PARAPROTEIN-SERUM", CONFIRMED, URGENT, "2026-03-01", ("doubled within 2 months",)),
        ),
    ),
    Worked(
        "E22",
        "63 days apart is not within two months",
        "2026-01-05 0.6 g/dL | 2026-02-05 0.6 | 2026-03-01 1.3 | 2026-05-03 1.4",
        (
            Raised("MM-PD-SERUM-M", CONFIRMED, URGENT, "2026-03-01"),
            Raised("MM-PARAPROTEIN-SERUM", PROVISIONAL, REVIEW, "2026-03-01"),
        ),
    ),
    Worked(
        "E23",
        "",
        "2026-01-05 calcium 10.4 mg/dL | 2026-01-05 albumin 2.9 g/dL",
        (Raised("MM-CALCIUM", CONFIRMED, REVIEW, "2026-01-05", ("11.28 mg/dL", "ionised")),),
    ),
    Worked(
        "E23",
        "10.9 with albumin 4.6",
        "2026-01-05 calcium 10.9 mg/dL | 2026-01-05 albumin 4.6 g/dL",
        answers={"MM-CALCIUM": NOT_RAISED},
    ),
    Worked(
        "E24",
        "",
        "line 2026-01-01 | 2026-01-05 creatinine 106 umol/L | 2026-04-05 283 umol/L",
        (
            Raised("MM-CREATININE", CONFIRMED, URGENT, "2026-04-05", ("at least 2 mg/dL",)),
            Raised("CBC-CREATININE", PROVISIONAL, REVIEW, "2026-04-05"),
        ),
    ),
    Worked(
        "E25",
        "",
        "response VGPR | remission 2026-01-01 | event chemotherapy 2026-01-10..2026-05-05 | "
        "2026-01-05 serum_m 0.3 g/dL | 2026-02-05 0.3 | 2026-05-05 0.3 | "
        "2026-01-05 haemoglobin 12.8 g/dL | 2026-02-05 12.8 | 2026-03-05 12.8 | 2026-05-05 10.6 | "
        "2026-02-05 neutrophils 2.0 | 2026-05-05 0.9 | 2026-02-05 platelets 180 | 2026-05-05 85",
        (
            Raised("MM-HB", PROVISIONAL, REVIEW, "2026-05-05", ("chemotherapy or targeted drug",)),
            Raised("CBC-HB-FALL", PROVISIONAL, REVIEW, "2026-05-05", ("chemotherapy or targeted drug",)),
            Raised("CBC-CYTOPENIA", PROVISIONAL, REVIEW, "2026-05-05", ("chemotherapy or targeted drug",)),
            Raised("CBC-PLATELETS", PROVISIONAL, REVIEW, "2026-05-05", ("chemotherapy or targeted drug",)),
            Raised("CBC-NEUTROPHILS", PROVISIONAL, REVIEW, "2026-05-05", ("chemotherapy or targeted drug",)),
        ),
        {"MM-PD-SERUM-M": NOT_RAISED},
    ),
    Worked(
        "E26",
        "the fall stays",
        "remission 2025-12-01 | event transfusion_red_cells 2026-03-10 | 2026-01-05 haemoglobin 12.5 g/dL | "
        "2026-02-05 11.2 | 2026-03-05 9.6 | 2026-03-17 10.9 | 2026-03-31 10.8",
        (
            Raised("MM-HB", PROVISIONAL, REVIEW, "2026-03-05"),
            Raised("CBC-HB-FALL", PROVISIONAL, REVIEW, "2026-02-05"),
            Raised("CBC-TRANSFUSION", CONFIRMED, REVIEW, "2026-03-17", ("red cells on 10 Mar 2026",)),
        ),
    ),
    Worked(
        "E27",
        "",
        "remission 2025-01-01 | 2025-02-01 haemoglobin 13.8 g/dL | 2025-05-01 13.5 | 2025-08-01 13.1 | "
        "2025-11-01 12.9 | 2026-02-01 12.4 | 2026-05-01 12.0",
        (
            Raised("CBC-TREND", CONFIRMED, REVIEW, "2026-02-01"),
            Raised("CBC-HB-FALL", PROVISIONAL, INFO, "2026-05-01"),
        ),
        {"MM-HB": NOT_RAISED},
    ),
)

LEUKAEMIA = (
    Worked(
        "E28",
        "on 1 May",
        AML + "event g_csf 2026-04-20..2026-04-27 | 2026-04-24 blasts_blood_percent 0 % | 2026-05-01 2 | 2026-05-08 0",
        (Raised("AML-BLOOD", PROVISIONAL, URGENT, "2026-05-01", ("G-CSF until 27 Apr 2026", "marrow")),),
        disease="AML",
        on="2026-05-01",
    ),
    Worked(
        "E28",
        "on 8 May",
        AML + "event g_csf 2026-04-20..2026-04-27 | 2026-04-24 blasts_blood_percent 0 % | 2026-05-01 2 | 2026-05-08 0",
        (Raised("AML-BLOOD", PROVISIONAL, URGENT, "2026-05-01", ("G-CSF until 27 Apr 2026",)),),
        disease="AML",
    ),
    Worked(
        "E29",
        "",
        AML + "2026-05-01 blasts_blood_percent 2 % | 2026-05-09 3",
        (Raised("AML-BLOOD", CONFIRMED, URGENT, "2026-05-01", ("in two samples at least 7 days apart",)),),
        disease="AML",
    ),
    Worked(
        "E29",
        "1 and 6 May would not",
        AML + "2026-05-01 blasts_blood_percent 2 % | 2026-05-06 3",
        (Raised("AML-BLOOD", PROVISIONAL, URGENT, "2026-05-01"),),
        disease="AML",
    ),
    Worked(
        "E30",
        "",
        AML + "2026-05-01 blasts_marrow 6 % cells:200 | 2026-05-01 platelets 200 | 2026-05-01 neutrophils 3 | "
        "2026-05-01 haemoglobin 13",
        (Raised("AML-MARROW", CONFIRMED, URGENT, "2026-05-01", ("3.5 to 10.2 %", "200 cells", "flow")),),
        {"AML-COUNTS": NOT_RAISED},
        disease="AML",
    ),
    Worked(
        "E31",
        "",
        AML + f"2026-02-01 mrd_molecular 0 % {NPM1} | 2026-03-01 0 {NPM1} | 2026-06-01 0.05 {NPM1} | "
        f"2026-06-22 0.08 {NPM1}",
        (Raised("AML-MRD", CONFIRMED, URGENT, "2026-06-01", ("positive after a negative result",)),),
        disease="AML",
    ),
    Worked(
        "E31",
        "the first positive",
        AML + f"2026-02-01 mrd_molecular 0 % {NPM1} | 2026-03-01 0 {NPM1} | 2026-06-01 0.05 {NPM1}",
        (Raised("AML-MRD", PROVISIONAL, REVIEW, "2026-06-01", ("4 weeks",)),),
        disease="AML",
    ),
    Worked(
        "E32",
        "log +0.90",
        AML + f"2026-02-01 mrd_molecular 0.05 % {NPM1} | 2026-05-01 0.40 {NPM1}",
        answers={"AML-MRD": NOT_RAISED},
        disease="AML",
    ),
    Worked(
        "E32",
        "log +1.26",
        AML + f"2026-02-01 mrd_molecular 0.05 % {NPM1} | 2026-05-01 0.90 {NPM1}",
        (Raised("AML-MRD", PROVISIONAL, REVIEW, "2026-05-01", ("at least 10 times the lowest",)),),
        disease="AML",
    ),
    Worked(
        "E32",
        "log +1.26, then confirmed",
        AML + f"2026-02-01 mrd_molecular 0.05 % {NPM1} | 2026-05-01 0.90 {NPM1} | 2026-05-20 0.95 {NPM1}",
        (Raised("AML-MRD", CONFIRMED, URGENT, "2026-05-01"),),
        disease="AML",
    ),
    Worked(
        "E33",
        "",
        AML + f"2026-02-01 mrd_molecular <0.01 % @North/NPM1/blood | 2026-05-01 0.02 {NPM1}",
        (Raised("ASSAY-CHANGED", STILL_REVIEWED, REVIEW, "2026-05-01", ("not comparable", "blood", "marrow")),),
        {"AML-MRD": NOT_EVALUABLE},
        disease="AML",
    ),
    Worked(
        "E34",
        "",
        "disease AML | remission 2025-06-01 | event chemotherapy 2025-07-01..2025-12-01 | "
        "2026-02-01 platelets 210 | 2026-02-01 neutrophils 2.1 | "
        "2026-05-01 platelets 92 | 2026-05-01 neutrophils 1.4 | 2026-05-01 blasts_blood_percent 0 %",
        (
            Raised("AML-COUNTS", PROVISIONAL, REVIEW, "2026-05-01", ("platelets below 100",)),
            Raised("CBC-PLATELETS", PROVISIONAL, REVIEW, "2026-05-01"),
            Raised("CBC-CYTOPENIA", PROVISIONAL, REVIEW, "2026-05-01"),
        ),
        {"AML-BLOOD": NOT_RAISED, "CBC-NEUTROPHILS": NOT_RAISED},
        disease="AML",
    ),
    Worked(
        "E35",
        "",
        ALL + CHILD + "2026-05-01 blasts_marrow 3 % | 2026-05-01 hematogones yes | "
        "2026-05-01 mrd_flow <0.01 % @North/flow/marrow",
        (Raised("ALL-MARROW", PROVISIONAL, INFO, "2026-05-01", ("hematogones",)),),
        disease="ALL",
    ),
    Worked(
        "E36",
        "MRD 30 %",
        ALL + CHILD + "2026-05-01 mrd_receptor 30 %",
        (Raised("ALL-MARROW-PDL", CONFIRMED, URGENT, "2026-05-01", ("at least 25 %",)),),
        disease="ALL",
        criteria="PDL-2021",
    ),
    Worked(
        "E36",
        "8 % and FISH 6 %",
        ALL + CHILD + "2026-05-01 mrd_receptor 8 % | 2026-05-01 mrd_fish 6 %",
        (Raised("ALL-MARROW-PDL", CONFIRMED, URGENT, "2026-05-01", ("at least 1 other test of 1 % or more",)),),
        disease="ALL",
        criteria="PDL-2021",
    ),
    Worked(
        "E36",
        "3 % alone",
        ALL + CHILD + "2026-05-01 mrd_receptor 3 %",
        (Raised("ALL-MARROW-PDL", PROVISIONAL, REVIEW, "2026-05-01", ("second marrow",)),),
        disease="ALL",
        criteria="PDL-2021",
    ),
    Worked(
        "E37",
        "",
        ALL + "2026-05-01 csf_wbc 7 | 2026-05-01 csf_rbc 2 | 2026-05-01 csf_blasts 40 %",
        (Raised("ALL-CNS", CONFIRMED, URGENT, "2026-05-01", ("CNS3",)),),
        disease="ALL",
    ),
    Worked(
        "E38",
        "",
        ALL + "2026-05-01 csf_wbc 12 | 2026-05-01 csf_rbc 600 | 2026-05-01 csf_blasts 40 % | "
        "2026-05-01 wbc 6.0 | 2026-05-01 rbc 4.0 | 2026-05-01 blasts_blood_percent 10 %",
        (
            Raised("ALL-CNS", CONFIRMED, URGENT, "2026-05-01", ("CNS3",)),
            Raised("ALL-BLOOD", CONFIRMED, URGENT, "2026-05-01"),
        ),
        disease="ALL",
    ),
    Worked(
        "E39",
        "30.7 months, 4.7 after the end",
        TREATED + "2023-08-01 blasts_marrow 30 %",
        (Raised("ALL-MARROW", CONFIRMED, URGENT, "2023-08-01", ("early (BFM", "early (COG")),),
        disease="ALL",
    ),
    Worked(
        "E39",
        "37.0 months, 11.1 after the end",
        TREATED + "2024-02-10 blasts_marrow 30 %",
        (Raised("ALL-MARROW", CONFIRMED, URGENT, "2024-02-10", ("late (BFM", "late (COG")),),
        disease="ALL",
    ),
    Worked(
        "E39",
        "15.6 months",
        TREATED + "2022-05-01 blasts_marrow 30 %",
        (Raised("ALL-MARROW", CONFIRMED, URGENT, "2022-05-01", ("very early (BFM", "early (COG")),),
        disease="ALL",
    ),
    Worked(
        "E40",
        "another assay",
        ALL + "2026-02-01 mrd_flow <0.01 % @North/flow/marrow | 2026-05-01 0.003 % @North/flow-deep/marrow",
        (Raised("ASSAY-CHANGED", STILL_REVIEWED, REVIEW, "2026-05-01", ("not comparable",)),),
        {"ALL-MRD": NOT_EVALUABLE},
        disease="ALL",
    ),
    Worked(
        "E40",
        "said to be the same assay",
        ALL + "2026-02-01 mrd_flow <0.01 % @North/flow/marrow | 2026-05-01 0.003 % @North/flow/marrow",
        answers={"ALL-MRD": NOT_EVALUABLE},
        disease="ALL",
    ),
    Worked(
        "E41",
        "",
        LAMBDA_ONLY + FLC_BASE + "2026-06-20 overdue 45 d @//flc [..45]",
        (Raised("TEST-OVERDUE", State.NOT_EVALUABLE, REVIEW, "2026-06-20", ("absence of a result is not stability",)),),
        {"MM-PD-FLC": NOT_EVALUABLE, "MM-PARAPROTEIN-FLC": NOT_EVALUABLE},
    ),
    Worked(
        "E42",
        "",
        KAPPA + "2026-01-05 flc_kappa 12 mg/L | 2026-01-05 flc_lambda 12 mg/L | "
        "2026-02-05 flc_kappa 12 mg/L | 2026-02-05 flc_lambda 12 mg/L | "
        "2026-03-05 flc_kappa 17 mg/L | 2026-03-05 flc_lambda 12 mg/L",
        answers={"MM-PARAPROTEIN-FLC": NOT_RAISED, "MM-FLC-RATIO": NOT_RAISED},
    ),
)

WORKED: tuple[Worked, ...] = (*MYELOMA, *LEUKAEMIA)
