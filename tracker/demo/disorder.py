"""What goes wrong between a laboratory and a clinic: corrections, copies, contradictions, late and unusable results."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from labs.intake.incoming import LOCAL_CODE, LOINC, IncomingReport, IncomingResult
from tracker.demo.reports import with_text

Mishap = Callable[[np.random.Generator, IncomingReport], list[IncomingReport]]


def add_disorder(rng: np.random.Generator, reports: list[IncomingReport]) -> list[IncomingReport]:
    """The reports as they arrive: about one in twenty is touched, and some come late. Nothing true is lost."""
    arrived: list[IncomingReport] = []
    chances = rng.random(len(reports))
    for report, chance in zip(reports, chances.tolist(), strict=True):
        mishap = next((mishap for limit, mishap in MISHAPS if chance < limit), None)
        arrived += [report] if mishap is None or not report.results else mishap(rng, report)
    return _arrive_late(rng, arrived)


def _arrive_late(rng: np.random.Generator, reports: list[IncomingReport]) -> list[IncomingReport]:
    """One report in fifty comes up to five reports later than its turn; versions of one accession keep their order."""
    late = np.where(rng.random(len(reports)) < 0.02, rng.integers(1, 6, len(reports)) + 0.5, 0.0)
    versions = Counter(report.accession for report in reports)
    late[[versions[report.accession] > 1 for report in reports]] = 0.0
    order = np.argsort(np.arange(len(reports)) + late, kind="stable")
    return [reports[place] for place in order]


def _correct(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """A wrong value first, the right one two days later under the same accession."""
    place = _pick_number(rng, report)
    if place is None:
        return [report]
    result = report.results[place]
    wrong = _scaled(result, float(rng.choice([0.6, 1.3, 1.8])))
    if wrong.value == result.value:
        return [report]
    right = replace(result, status="corrected", note="Corrected by the laboratory.")
    issued = None if report.issued_at is None else report.issued_at + timedelta(days=2)
    return [_with(report, place, wrong), replace(report, results=(right,), status="corrected", issued_at=issued)]


def _announce(_: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """Preliminary first, then final."""
    early = tuple(replace(result, status="preliminary") for result in report.results)
    return [replace(report, results=early, status="preliminary"), report]


def _repeat(_: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """The same message twice."""
    return [report, report]


def _measure_again(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """A second sample of the same day, a little different."""
    return [report, _second_sample(report, float(rng.normal(1, 0.03)))]


def _contradict(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """A second sample of the same day that cannot be true beside the first."""
    return [report, _second_sample(report, float(rng.choice([0.5, 1.7])))]


def _cancel(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """One test of the report could not be done."""
    place = int(rng.integers(len(report.results)))
    gone = replace(
        report.results[place], status="cancelled", value_text="", comparator="", value=None, note="Sample clotted."
    )
    return [_with(report, place, gone)]


def _withdraw(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """A value that belonged to somebody else, taken back under the same accession, and the true one under its own."""
    place = _pick_number(rng, report)
    if place is None:
        return [report]
    false = replace(_scaled(report.results[place], 1.9), accession=f"{report.accession}X")
    other = replace(report, accession=f"{report.accession}X", results=(false,))
    back = replace(false, status="entered-in-error", note="Wrong patient.")
    return [other, replace(other, results=(back,), status="entered-in-error"), report]


def _spoil(rng: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """One value nobody can use: it must be set aside with a reason, never guessed."""
    place = _pick_number(rng, report)
    if place is None:
        return [report]
    result = report.results[place]
    ways: list[dict[str, Any]] = [
        {"unit": "units"},
        {"unit": ""},
        with_text("haemolysed"),
        with_text("999999"),
        {"code": "26098-4", "code_system": LOINC},
        {"code": "XQ-17", "code_system": LOCAL_CODE},
    ]
    return [_with(report, place, replace(result, **ways[int(rng.integers(len(ways)))]))]


def _nought(_: np.random.Generator, report: IncomingReport) -> list[IncomingReport]:
    """An M-protein printed as nought between high values, as real series have it."""
    place = next((place for place, result in enumerate(report.results) if result.code == "33358-3"), None)
    if place is None:
        return [report]
    zero = replace(report.results[place], **with_text("0"))  # type: ignore[arg-type]
    return [_with(report, place, zero)]


MISHAPS: tuple[tuple[float, Mishap], ...] = (
    (0.004, _correct),
    (0.012, _announce),
    (0.020, _repeat),
    (0.028, _measure_again),
    (0.030, _contradict),
    (0.034, _cancel),
    (0.036, _withdraw),
    (0.041, _spoil),
    (0.043, _nought),
)
"""Cumulative chances of a report to meet each mishap."""


def _with(report: IncomingReport, place: int, result: IncomingResult) -> IncomingReport:
    results = list(report.results)
    results[place] = result
    return replace(report, results=tuple(results))


def _pick_number(rng: np.random.Generator, report: IncomingReport) -> int | None:
    """Place of a plain number above nought in the report."""
    places = [place for place, result in enumerate(report.results) if result.value and not result.comparator]
    return places[int(rng.integers(len(places)))] if places else None


def _scaled(result: IncomingResult, factor: float) -> IncomingResult:
    """The result with its number multiplied, printed with as many decimals; text and `<` stay."""
    if result.value is None or result.comparator:
        return result
    decimals = len(result.value_text.partition(".")[2])
    return replace(result, **with_text(f"{float(result.value) * factor:.{decimals}f}"))  # type: ignore[arg-type]


def _second_sample(report: IncomingReport, factor: float) -> IncomingReport:
    accession = f"{report.accession}B"
    results = tuple(
        replace(
            _scaled(result, factor),
            accession=accession,
            collected_at=None if result.collected_at is None else result.collected_at + timedelta(hours=5),
        )
        for result in report.results
    )
    return replace(report, accession=accession, results=results, where=f"accession {accession}")
