"""Cases of rules beyond the examples on their pages: what lies at a bar and close beside it."""

from datetime import date, timedelta

from labs.rules.base import (
    CONFIRMED,
    INFO,
    NOT_APPLICABLE,
    NOT_EVALUABLE,
    NOT_RAISED,
    PROVISIONAL,
    REVIEW,
    URGENT,
    Example,
    State,
)

_KAPPA = "light_chain kappa | line 2026-01-01 | "
_CHAINS = (
    "2026-01-05 flc_kappa 30 mg/L | 2026-01-05 flc_lambda 10 mg/L | 2026-02-05 flc_kappa 30 mg/L | "
    "2026-02-05 flc_lambda 10 mg/L | 2026-03-05 flc_kappa 210 mg/L | 2026-03-05 flc_lambda 10 mg/L"
)
_ONLY_KAPPA = "light_chain kappa | disease_type light_chain_only | "
_TREATED = "remission 2021-03-01 | therapy_ended 2023-03-10 | "
_SITE = "remission 2026-01-15 | 2026-05-01 extramedullary proven @//skin | "


def _kappas(*values: str, month: int = 1) -> str:
    """Kappa a month, with lambda always 10 mg/L."""
    return " | ".join(
        f"2026-{at:02}-05 flc_kappa {value} mg/L | 2026-{at:02}-05 flc_lambda 10 mg/L"
        for at, value in enumerate(values, month)
    )


def _haemoglobins(*values: str) -> str:
    return " | ".join(f"2026-{at:02}-05 haemoglobin {value} g/dL" for at, value in enumerate(values, 1))


def _every(days: int, *values: str) -> str:
    """Haemoglobin at even distances."""
    start = date(2025, 1, 1)
    return " | ".join(f"{start + timedelta(days=days * at)} {value} g/dL" for at, value in enumerate(values))


def _ratio(chain: str, before: tuple[str, str], now: tuple[str, str], egfr: str = "", ago: int = 0) -> str:
    """Two earlier pairs (kappa, lambda), and one on 5 March; eGFR so many days before."""
    pairs = ((date(2026, 1, 5), before), (date(2026, 2, 1), before), (date(2026, 3, 5), now))
    items = [f"{day} flc_kappa {kappa} mg/L | {day} flc_lambda {lambda_} mg/L" for day, (kappa, lambda_) in pairs]
    seen = [f"{date(2026, 3, 5) - timedelta(days=ago)} egfr {egfr}"] if egfr else []
    return " | ".join([f"light_chain {chain}", *items, *seen])


_RED = (
    "remission 2025-12-01 | 2026-01-05 rbc 4.00 10*6/uL | 2026-02-05 4.00 | 2026-03-05 4.00 | "
    "2026-01-05 haemoglobin 12.5 g/dL | 2026-02-05 12.5 | 2026-03-05 12.5 | 2026-04-05 rbc 3.6 | 2026-05-05 3.6 | "
)
_FOLLOWED = {
    "urine M-protein is followed": ("measurable urine_m | ", NOT_APPLICABLE),
    "free light chains are followed": ("measurable flc | ", NOT_APPLICABLE),
    "whether urine M-protein is followed is not known": (
        "disease_type light_chain_only | 2026-01-05 urine_m 100 mg/(24.h) | ",
        NOT_EVALUABLE,
    ),
    "whether free light chains are followed is not known": (
        "disease_type nonsecretory | light_chain kappa | 2026-01-05 flc_kappa 30 mg/L | 2026-01-05 flc_lambda 10 | ",
        NOT_EVALUABLE,
    ),
}


def _followed(values: str) -> tuple[Example, ...]:
    """Values that would be progression, where another marker is followed or may be."""
    return tuple(Example(name, given + values, expected) for name, (given, expected) in _FOLLOWED.items())


def _another_lesion_is_new(unit: str) -> tuple[Example, ...]:
    """Two lesions on a day: one that did not grow, one seen for the first time, whichever stands last."""
    return tuple(
        Example(
            f"{known} as large as before, {new} seen for the first time",
            f"2026-01-05 400 {unit} @/MRI/{known} | 2026-06-05 400 @/MRI/{known} | 2026-06-05 150 @/MRI/{new}",
            NOT_EVALUABLE,
        )
        for known, new in (("rib", "iliac"), ("iliac", "rib"))
    )


_ZIGZAG = ("10", "14", "10", "14", "10", "14")
_SLOW = ("12.6", "12.0", "11.95", "11.9", "11.85", "11.8", "11.75", "11.7", "11.65")
_WIDE = "2026-01-05 lesion_short_axis 10.1 mm @/MRI/iliac | 2026-01-05 lesion_diameter 20 mm @/MRI/iliac | "
_SIGNS = "remission 2026-01-01 | 2026-05-04 csf_blasts 12 % | 2026-05-04 csf_wbc 4 | 2026-05-04 csf_rbc 2 | "
_FALLING = ("13.8", "13.5", "13.1", "12.9", "12.4", "12.0", "11.8", "11.6")

MORE: dict[str, tuple[Example, ...]] = {
    "MM-PD-SERUM-M": (
        *(
            Example(
                f"{what} compared anew from {day}",
                f"2026-01-05 0.2 g/dL | 2026-02-05 0.2 | 2026-03-05 1.0 | 2026-04-05 1.0 | rebaseline {what} {day}",
                expected,
            )
            for what, day, expected in (
                ("serum_m", "2026-03-05", NOT_RAISED),
                ("serum_m", "2026-03-06", PROVISIONAL),
                ("serum_m", "2026-04-06", CONFIRMED),
                ("urine_m", "2026-03-05", CONFIRMED),
            )
        ),
        *(
            Example(
                f"another assay that goes on with the old one from {day}",
                "2026-01-05 0.2 g/dL @A/SPEP | 2026-02-05 0.2 @A/SPEP | 2026-03-05 1.0 @B/SPEP | 2026-04-05 1.0 @B/SPEP | "
                f"bridge serum_m A/SPEP B/SPEP {day}",
                expected,
            )
            for day, expected in (("2026-03-05", CONFIRMED), ("2026-03-06", PROVISIONAL))
        ),
        Example(
            "an assay that goes on with one that went on",
            "2026-01-05 0.2 g/dL @A/SPEP | 2026-02-05 0.2 @A/SPEP | 2026-03-05 0.2 @C/SPEP | 2026-04-05 1.0 @B/SPEP | "
            "2026-05-05 1.0 @B/SPEP | bridge serum_m A/SPEP C/SPEP 2026-03-01 | bridge serum_m C/SPEP B/SPEP 2026-04-01",
            CONFIRMED,
        ),
        Example(
            "measurable, of a disease that makes light chains only",
            "disease_type light_chain_only | line 2026-01-01 | 2026-01-05 1.5 g/dL | 2026-02-05 1.5 | 2026-03-05 2.2 | "
            "2026-04-05 2.2",
            CONFIRMED,
        ),
        Example(
            "a lone low value 24 % below the confirmed one",
            "2026-01-05 1.0 g/dL | 2026-02-05 1.0 | 2026-03-05 0.76 | 2026-04-05 1.26",
            NOT_RAISED,
        ),
        Example(
            "a lone low value 25 % below it",
            "2026-01-05 1.0 g/dL | 2026-02-05 1.0 | 2026-03-05 0.75 | 2026-04-05 1.25",
            PROVISIONAL,
            "2026-04-05",
            REVIEW,
        ),
    ),
    "MM-PD-FLC": (
        Example(
            "serum M-protein of 1.0 at baseline", _KAPPA + "2026-01-01 serum_m 1.0 g/dL | " + _CHAINS, NOT_APPLICABLE
        ),
        Example(
            "serum M-protein of 0.99 at baseline", _KAPPA + "2026-01-01 serum_m 0.99 g/dL | " + _CHAINS, PROVISIONAL
        ),
        Example(
            "urine M-protein of 200 at baseline",
            _KAPPA + "2026-01-01 urine_m 200 mg/(24.h) | " + _CHAINS,
            NOT_APPLICABLE,
        ),
        Example(
            "urine M-protein of 199 at baseline", _KAPPA + "2026-01-01 urine_m 199 mg/(24.h) | " + _CHAINS, PROVISIONAL
        ),
        *(
            Example(
                f"a 24-hour urine on {day}",
                f"measurable flc | light_chain kappa | {_kappas('30', '30', '210')} | {day} urine_m 50 mg/(24.h)",
                PROVISIONAL,
            )
            for day in ("2026-02-03", "2026-02-02")
        ),
        Example("25 % exactly", _ONLY_KAPPA + _kappas("510", "510", "635", "635"), CONFIRMED, "2026-03-05", URGENT),
        Example("25 % less a hundredth", _ONLY_KAPPA + _kappas("510", "510", "634.99", "634.99"), NOT_RAISED),
    ),
    "MM-PD-MARROW": (
        *_followed("2026-01-05 plasma_cells_marrow 3 % | 2026-06-05 14 %"),
        Example(
            "now 10 %, of 2 %", "disease_type nonsecretory | 2026-01-05 2 % | 2026-04-05 10", PROVISIONAL, "", REVIEW
        ),
        Example("now 9.9 %, of 2 %", "disease_type nonsecretory | 2026-01-05 2 % | 2026-04-05 9.9", NOT_RAISED),
        Example("25 % exactly", "disease_type nonsecretory | 2026-01-05 48 % | 2026-04-05 60", CONFIRMED, "", URGENT),
        Example("25 % less a little", "disease_type nonsecretory | 2026-01-05 48 % | 2026-04-05 59.9", NOT_RAISED),
        Example(
            "free light chain of 100 mg/L at baseline",
            _KAPPA
            + "2026-01-05 flc_kappa 100 mg/L | 2026-01-05 flc_lambda 10 mg/L | 2026-01-05 plasma_cells_marrow 2 % | "
            "2026-04-05 14",
            NOT_APPLICABLE,
        ),
        Example(
            "free light chain of 99 mg/L at baseline",
            _KAPPA
            + "2026-01-05 flc_kappa 99 mg/L | 2026-01-05 flc_lambda 10 mg/L | 2026-01-05 plasma_cells_marrow 2 % | "
            "2026-04-05 14",
            CONFIRMED,
        ),
    ),
    "AML-MARROW": (
        Example("7 % of 200 cells", "remission 2026-01-01 | 2026-05-01 blasts_marrow 7 % cells:200", CONFIRMED),
        Example("7.1 % of 200 cells", "remission 2026-01-01 | 2026-05-01 blasts_marrow 7.1 % cells:200", CONFIRMED),
    ),
    "AML-COUNTS": tuple(
        Example(
            f"platelets {platelets}, neutrophils {neutrophils}, on one day",
            f"remission 2026-01-01 | 2026-02-05 platelets {platelets} 10*3/uL | 2026-02-05 neutrophils {neutrophils}",
            expected,
        )
        for platelets, neutrophils, expected in (
            ("200", "3", NOT_RAISED),
            ("40", "3", PROVISIONAL),
            ("200", "0.4", PROVISIONAL),
        )
    ),
    "AML-EXTRAMEDULLARY": (
        Example("marrow of 5 %, 28 days after", _SITE + "2026-05-29 blasts_marrow 5 %", CONFIRMED),
        Example("marrow of 4.9 %, 28 days after", _SITE + "2026-05-29 blasts_marrow 4.9 %", CONFIRMED),
        Example("marrow of 5 %, 29 days after", _SITE + "2026-05-30 blasts_marrow 5 %", CONFIRMED),
    ),
    "ALL-MARROW": (
        *(
            Example(
                f"a child whose therapy ended on {day}",
                f"born 2016-03-01 | remission 2025-06-01 | therapy_ended {day} | 2026-04-05 8 %",
                PROVISIONAL,
            )
            for day in ("2026-04-05", "2026-04-06")
        ),
        Example(
            "hematogones, 7 days later",
            "remission 2025-06-01 | born 1980-03-01 | 2026-03-31 8 % | 2026-04-07 hematogones yes",
            PROVISIONAL,
        ),
        *(
            Example(f"relapse on {day}", f"diagnosed 2021-01-10 | {_TREATED}{day} blasts_marrow 30 %", CONFIRMED)
            for day in ("2022-07-09", "2022-07-10", "2023-09-09", "2023-09-10", "2024-01-09", "2024-01-10")
        ),
    ),
    "CBC-TRANSFUSION": tuple(
        Example(
            f"chemotherapy begun on {day}",
            f"event chemotherapy {day} | event transfusion_red_cells 2026-03-10 | remission 2025-12-01 | "
            "2026-01-05 haemoglobin 12.5 g/dL | 2026-02-05 11.2 | 2026-03-10 7.6",
            CONFIRMED,
            "2026-03-10",
            level,
        )
        for day, level in (("2026-03-10", INFO), ("2026-03-11", REVIEW))
    ),
    "ALL-TESTIS": tuple(
        Example(
            f"{share} % blasts in marrow beside it",
            f"diagnosed 2021-01-10 | {_TREATED}2024-01-10 testis infiltrated @//left | 2024-01-12 blasts_marrow {share} %",
            CONFIRMED,
        )
        for share in ("4.9", "5")
    ),
    "ALL-CNS": (
        Example(
            "signs, and no blasts in the CSF of that day",
            "remission 2026-01-01 | 2026-05-06 cns_signs present @//facial_palsy | 2026-05-06 csf_blasts 0 %",
            PROVISIONAL,
        ),
        Example(
            "a trace of blasts",
            "remission 2026-01-15 | 2026-05-01 csf_blasts 0.5 % | 2026-05-01 csf_wbc 2",
            PROVISIONAL,
        ),
        *(
            Example(
                f"relapse on {day}",
                f"diagnosed 2021-01-10 | {_TREATED}{day} csf_wbc 7 | {day} csf_rbc 2 | {day} csf_blasts 40 % | "
                f"{day} blasts_marrow 0 %",
                CONFIRMED,
            )
            for day in ("2022-07-09", "2022-07-10", "2023-09-09", "2023-09-10")
        ),
        *(
            Example(
                f"combined relapse on {day}",
                f"diagnosed 2021-01-10 | {_TREATED}{day} csf_wbc 7 | {day} csf_rbc 2 | {day} csf_blasts 40 % | "
                f"{day} blasts_marrow 30 %",
                CONFIRMED,
            )
            for day in ("2024-01-09", "2024-01-10")
        ),
        Example("facial palsy 7 days before", _SIGNS + "2026-04-27 cns_signs present @//facial_palsy", CONFIRMED),
        Example(
            "facial palsy 8 days before blasts", _SIGNS + "2026-04-26 cns_signs present @//facial_palsy", PROVISIONAL
        ),
    ),
    "CBC-HB-FALL": (
        Example("1.0 g/dL exactly", _haemoglobins("12.0", "12.0", "12.0", "11.0"), PROVISIONAL, "", INFO),
        Example("1.0 g/dL less a little", _haemoglobins("12.0", "12.0", "12.0", "11.01"), NOT_RAISED),
        Example(
            "three that agree, the last of them the tenth",
            _every(20, "14", *_ZIGZAG, "12.5", "12.5", "12.5", "11.4"),
            PROVISIONAL,
            "",
            INFO,
        ),
        Example(
            "three that agree, the last of them the eleventh",
            _every(20, "10", "14", *_ZIGZAG, "12.5", "12.5", "12.5", "11.4"),
            PROVISIONAL,
            "",
            REVIEW,
        ),
    ),
    "CBC-CYTOPENIA": (
        Example(
            "neutrophils of 1.5, platelets of 99",
            "2026-01-05 neutrophils 3 | 2026-01-05 platelets 200 | 2026-01-05 haemoglobin 12 | "
            "2026-02-05 neutrophils 1.5 | 2026-02-05 platelets 99 | 2026-02-05 haemoglobin 12",
            NOT_RAISED,
        ),
        Example(
            "neutrophils of 1.49, platelets of 99",
            "2026-01-05 neutrophils 3 | 2026-01-05 platelets 200 | 2026-01-05 haemoglobin 12 | "
            "2026-02-05 neutrophils 1.49 | 2026-02-05 platelets 99 | 2026-02-05 haemoglobin 12",
            PROVISIONAL,
        ),
    ),
    "CBC-EGFR": tuple(
        Example(f"{value} of {before}", f"2026-01-05 {before} | 2026-02-05 {before} | 2026-03-05 {value}", expected)
        for before, value, expected in (
            ("120", "90", NOT_RAISED),
            ("120", "89.9", PROVISIONAL),
            ("60.1", "45", PROVISIONAL),
            ("59.9", "45", NOT_RAISED),
            ("59.9", "44.9", PROVISIONAL),
            ("44.9", "30", NOT_RAISED),
            ("44.9", "29.9", PROVISIONAL),
            ("29.9", "15", NOT_RAISED),
            ("29.9", "14.9", PROVISIONAL),
            ("76", "57.01", NOT_RAISED),
        )
    ),
    "ASSAY-CHANGED": (
        Example(
            "residual disease, negative by both",
            "2026-01-05 mrd_flow <0.01 % @A/flow/marrow | 2026-03-05 <0.001 @A/sequencing/marrow",
            State.NOT_EVALUABLE,
            "2026-03-05",
            INFO,
        ),
        Example(
            "E33 negative in blood, positive in marrow",
            "2026-01-05 mrd_molecular <0.01 % @A/PCR/blood | 2026-03-05 0.02 @A/PCR/marrow",
            State.NOT_EVALUABLE,
            "2026-03-05",
            REVIEW,
        ),
        Example(
            "positive before, too",
            "2026-01-05 mrd_molecular 0.01 % @A/PCR/blood | 2026-03-05 0.02 @A/PCR/marrow",
            State.NOT_EVALUABLE,
            "2026-03-05",
            INFO,
        ),
        *(
            Example(
                f"urine M-protein higher by {rise}",
                f"2026-01-05 urine_m 100 mg/(24.h) @A/x | 2026-03-05 urine_m {100 + rise} mg/(24.h) @B/x",
                State.NOT_EVALUABLE,
                "",
                level,
            )
            for rise, level in ((199, INFO), (200, REVIEW))
        ),
        *(
            Example(
                f"free light chain higher by {rise}",
                f"2026-01-05 flc_kappa 10 mg/L @A/x | 2026-03-05 flc_kappa {10 + rise} mg/L @B/x",
                State.NOT_EVALUABLE,
                "",
                level,
            )
            for rise, level in ((99, INFO), (100, REVIEW))
        ),
    ),
    "MM-FLC-RATIO": (
        *(
            Example(f"ratio {now[0]} to {now[1]} with eGFR {egfr}", _ratio(chain, before, now, egfr), expected)
            for chain, before, now, egfr, expected in (
                ("kappa", ("12", "10"), ("26.1", "10"), "60", PROVISIONAL),
                ("kappa", ("12", "10"), ("26.1", "10"), "59.9", NOT_RAISED),
                ("kappa", ("12", "10"), ("27", "10"), "45", PROVISIONAL),
                ("kappa", ("12", "10"), ("27", "10"), "44.9", NOT_RAISED),
                ("lambda", ("20", "23"), ("23", "50"), "59", NOT_RAISED),
                ("lambda", ("20", "23"), ("22.99", "50"), "59", PROVISIONAL),
                ("lambda", ("20", "23"), ("24", "50"), "44", NOT_RAISED),
                ("lambda", ("20", "23"), ("23.99", "50"), "44", PROVISIONAL),
                ("lambda", ("20", "23"), ("27", "50"), "29", NOT_RAISED),
                ("lambda", ("20", "23"), ("26.99", "50"), "29", PROVISIONAL),
                ("kappa", ("8", "5"), ("19.4", "6"), "90", NOT_RAISED),
                ("kappa", ("8", "5"), ("19.41", "6"), "90", PROVISIONAL),
                ("lambda", ("5", "11"), ("5", "26.3"), "90", NOT_RAISED),
                ("lambda", ("5", "11"), ("5", "26.31"), "90", PROVISIONAL),
                ("kappa", ("8", "5"), ("3.3", "1"), "90", NOT_EVALUABLE),
                ("kappa", ("8", "5"), ("3.31", "1"), "90", NOT_RAISED),
                ("lambda", ("5", "8"), ("1", "5.7"), "90", NOT_EVALUABLE),
                ("lambda", ("5", "8"), ("1", "5.71"), "90", NOT_RAISED),
            )
        ),
        *(
            Example(
                f"a range of kappa printed {printed or 'nowhere'}",
                _ratio("kappa", ("12", "10"), (f"27 {printed}".strip(), "10")),
                expected,
            )
            for printed, expected in (("[3.3..30]", NOT_RAISED), ("", PROVISIONAL))
        ),
        *(
            Example(
                f"a range of the ratio printed up to {upper}",
                f"{_ratio('kappa', ('12', '10'), ('27', '10'))} | 2026-01-05 flc_ratio 1.2 [0.3..{upper}] | "
                f"2026-02-01 flc_ratio 1.2 [0.3..{upper}] | 2026-03-05 flc_ratio 2.7 [0.3..{upper}]",
                expected,
            )
            for upper, expected in (("2.8", NOT_RAISED), ("2.6", PROVISIONAL))
        ),
        Example("eGFR 30 days before", _ratio("kappa", ("12", "10"), ("27", "10"), "25", 30), NOT_RAISED),
        Example("eGFR 31 days before", _ratio("kappa", ("12", "10"), ("27", "10"), "25", 31), PROVISIONAL),
    ),
    "MM-PD-CIRCULATING": (
        *_followed("2026-01-05 plasma_cells_blood_count 0 10*3/uL | 2026-02-05 0 | 2026-03-05 0.4 | 2026-04-05 0.4"),
        *(
            Example(
                f"free light chain of {kappa} mg/L at baseline",
                f"{_KAPPA}2026-01-05 flc_kappa {kappa} mg/L | 2026-01-05 flc_lambda 10 mg/L | "
                "2026-01-05 plasma_cells_blood_count 0.1 10*3/uL | 2026-02-05 0.1 | 2026-03-05 0.3 | 2026-04-05 0.3",
                expected,
            )
            for kappa, expected in (("100", NOT_APPLICABLE), ("99", CONFIRMED))
        ),
    ),
    "MM-IG-RISE": tuple(
        Example(
            f"a normal ratio on {day}",
            "heavy_chain IgA | light_chain kappa | 2026-01-05 iga 800 mg/dL | 2026-02-05 iga 800 | 2026-03-20 iga 1300 | "
            f"2026-04-20 iga 1300 | {day} flc_kappa 20 mg/L | {day} flc_lambda 18 mg/L",
            expected,
        )
        for day, expected in (("2026-02-18", PROVISIONAL), ("2026-02-17", CONFIRMED))
    ),
    "MM-LESION-GROWTH": (
        Example("a lesion without a name", "2026-01-05 400 mm2 | 2026-06-05 700", CONFIRMED),
        *_another_lesion_is_new("mm2"),
        Example(
            "gone, and there again",
            "2026-01-05 0 mm2 @/MRI/iliac+rib | 2026-06-05 0.5 @/MRI/iliac+rib",
            CONFIRMED,
        ),
    ),
    "MM-PD-LESION-DIAMETER": (
        *_another_lesion_is_new("mm"),
        Example("gone, and still gone", _WIDE + "2026-03-05 0 @/MRI/iliac | 2026-06-05 0 @/MRI/iliac", NOT_RAISED),
        Example("gone, and there again", _WIDE + "2026-03-05 0 @/MRI/iliac | 2026-06-05 0.5 @/MRI/iliac", CONFIRMED),
    ),
    "ALL-MARROW-PDL": tuple(
        Example(
            f"a second marrow on {day}",
            f"remission 2025-06-01 | 2026-05-01 mrd_receptor 3 % | {day} mrd_receptor 3 % | {day} mrd_flow 2 %",
            expected,
        )
        for day, expected in (("2026-05-29", CONFIRMED), ("2026-05-30", PROVISIONAL))
    ),
    "CBC-RBC-FALL": (
        Example("haemoglobin at its baseline", _RED + "2026-04-05 haemoglobin 12.5 | 2026-05-05 12.5", NOT_RAISED),
        Example("haemoglobin a trace below it", _RED + "2026-04-05 haemoglobin 12.49 | 2026-05-05 12.49", CONFIRMED),
    ),
    "CBC-TREND": (
        Example(
            "1.0 exactly, within the range printed",
            "2025-01-05 11.5 g/dL | 2025-04-05 11.3 | 2025-07-05 11.1 | 2025-10-05 10.9 | 2026-01-05 10.5 [10..15]",
            CONFIRMED,
        ),
        Example("the tenth result back still counts", _every(30, *_SLOW, "11.5"), CONFIRMED),
        Example("the eleventh does not", _every(30, *_SLOW, "11.6", "11.5"), NOT_RAISED),
        Example("21 days apart", _every(21, *_FALLING[:6]), CONFIRMED),
        Example("20 days apart", _every(20, *_FALLING), NOT_EVALUABLE),
    ),
}

HELD: dict[str, tuple[str, str, str]] = {
    "MM-PARAPROTEIN-SERUM: 62 d": (
        "MM-PARAPROTEIN-SERUM", "doubled twice, 62 days apart", "doubled twice, 63 days apart"
    ),
    "MM-FLC-RATIO: 0.46 {ratio}": ("MM-FLC-RATIO", "ratio 23 to 50 with eGFR 59", "ratio 22.99 to 50 with eGFR 59"),
    "MM-FLC-RATIO: 0.48 {ratio}": ("MM-FLC-RATIO", "ratio 24 to 50 with eGFR 44", "ratio 23.99 to 50 with eGFR 44"),
    "MM-FLC-RATIO: 0.54 {ratio}": ("MM-FLC-RATIO", "ratio 27 to 50 with eGFR 29", "ratio 26.99 to 50 with eGFR 29"),
    "MM-FLC-RATIO: 2.62 {ratio}": ("MM-FLC-RATIO", "ratio 2.62 exactly with eGFR 45", "ratio 2.62 and a little"),
    "MM-FLC-RATIO: 3.38 {ratio}": ("MM-FLC-RATIO", "ratio 3.38 exactly with eGFR 30", "ratio 3.38 and a little"),
    "MM-FLC-RATIO: 3.30 {ratio}": ("MM-FLC-RATIO", "ratio 3.30 exactly with eGFR 29.9", "ratio 3.30 and a little"),
    "MM-OLIGOCLONAL: 183 d": ("MM-DRUG-BAND", "183 days after the antibody", "184 days after"),
    "AML-BLOOD: 7 d": ("AML-BLOOD", "7 days apart", "6 days apart"),
    "CBC-TREND: 0.01 {probability}": (
        "CBC-TREND",
        "six of which two are out of order: p 0.0083",
        "five of which two are out of order: p 0.042",
    ),
    "CBC-RBC-FALL: 0 g/dL": ("CBC-RBC-FALL", "haemoglobin at its baseline", "haemoglobin a trace below it"),
    "CBC-LYMPHOCYTES: 1 {ULN}": ("CBC-LYMPHOCYTES", "at the limit", "a little above"),
}  # fmt: skip
"""Bars that are read once, when a rule is loaded, or that no value can equal: rule, case at the bar, case beside it."""

ONLY_TOLD: dict[str, str] = {
    "CBC-PLATELETS: 20.2 %": "no value is held against it: it shows that the fall of 30 % lies beyond chance",
    "TEST-OVERDUE: 50 %": "applied where the plan is read: tests/labs/actions/test_told_and_absent.py",
}
