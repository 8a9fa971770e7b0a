"""From episodes to findings: the sentence, the comparisons, the evidence. One at a time, since people read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from labs.rules.arrays import Bools
from labs.rules.base import CONFIRMED, NOT_CONFIRMED, PROVISIONAL, Comparison, Finding, Rule
from labs.rules.cohort import iso_text, to_date
from labs.rules.comparing import Comparing, readings
from labs.rules.confounders import confounders
from labs.rules.episodes import Episode, episodes
from labs.rules.evidence import Behind, behind, contradictions, group_text, interval_text, name_text, value_text
from labs.rules.other_causes import other_causes
from labs.rules.recovery import AWAY
from labs.rules.series import Reference, Series
from labs.rules.signals import Signal
from labs.rules.wording import amount_text, day_text, percent_text

ROLES = {CONFIRMED: "confirming", NOT_CONFIRMED: "not_confirming"}


def findings(rule: Rule, signal: Signal, judged: Bools) -> list[Finding]:
    """Every finding of a rule."""
    found = episodes(signal, judged, int(AWAY.value) if rule.recovers else 0)
    if not found:
        return []
    comparing = Comparing(signal, found)
    bases = [_basis(comparing, episode) for episode in found]
    rests_on = iter(behind(signal.series, [one for basis in bases for one in basis.rows]))
    return [_finding(rule, comparing, basis, list(islice(rests_on, len(basis.rows)))) for basis in bases]


class _Basis(NamedTuple):
    """What a finding rests on: the row told, what it is compared with and the rows that is from, all rows by role."""

    episode: Episode
    told: int
    reference: Reference | None
    referred: list[int]
    rows: list[tuple[str, int]]


def _basis(comparing: Comparing, episode: Episode) -> _Basis:
    told = episode.opened if episode.state is NOT_CONFIRMED else episode.settled
    reference = comparing.reference_of(told)
    referred = [] if reference is None else _referred(comparing.signal.series, reference, told)
    return _Basis(episode, told, reference, referred, _evidence_rows(comparing.signal, episode, told, referred))


def _finding(rule: Rule, comparing: Comparing, basis: _Basis, rests_on: list[Behind]) -> Finding:
    signal, series = comparing.signal, comparing.signal.series
    cohort = series.cohort
    episode, told, reference, referred, _ = basis
    patient, days = series.patient.item(told), series.day
    facts, day = cohort.patients[patient], to_date(days.item(told))
    recovered = None if episode.recovered < 0 else to_date(int(series.day[episode.recovered]))
    return Finding(
        patient_key=facts.key,
        rule=rule.code,
        criteria_version=rule.criteria_version if episode.sure else signal.words.weak_version or rule.criteria_version,
        level=episode.level,
        signal=episode.state,
        onset_on=to_date(days.item(episode.onset)),
        detected_on=to_date(days.item(episode.settled)),
        opened_on=to_date(days.item(episode.opened)),
        last_on=to_date(days.item(episode.last)),
        line_started_on=cohort.line_start(patient, days.item(told)),
        series=group_text(series, told),
        explanation=_explanation(comparing, episode, told, reference) + _recovery_text(recovered),
        comparisons=tuple(_comparisons(comparing, episode, told, reference)),
        evidence=tuple([item for one in rests_on for item in one.evidence]),
        reference=_reference_dict(series, reference, told, referred),
        confounders=(
            *confounders(facts, rule.confounders, day),
            *other_causes(cohort, patient, rule.confounders, day),
            *contradictions(series, [source for one in rests_on for source in one.contradictory]),
        ),
        missing=tuple(_missing(signal, episode, told, reference)),
        would_confirm=rule.would_confirm if _asks_for_more(signal, episode) else "",
        would_clear=rule.would_clear if episode.state in (PROVISIONAL, CONFIRMED) else "",
        recovered_on=recovered,
    )


def _found_text(comparing: Comparing, told: int, reference: Reference | None) -> str:
    """What was found, when, and against what."""
    signal, series = comparing.signal, comparing.signal.series
    text = f"{name_text(series, told)} {value_text(series, told)} on {day_text(to_date(int(series.day[told])))}"
    compared = signal.direction != "bar" and reference is not None and reference.known[told]
    return text + (_change_text(signal, told, reference) if compared and reference else _bar_text(comparing, told))


def _recovery_text(recovered: date | None) -> str:
    return "" if recovered is None else f" Not so any more since {day_text(recovered)}."


def _asks_for_more(signal: Signal, episode: Episode) -> bool:
    """Whether something would still settle it: not once it failed, nor once a repetition has confirmed it."""
    repeated = episode.state is CONFIRMED and signal.confirmation.assessments > 1
    return episode.state is not NOT_CONFIRMED and not repeated


def _comparisons(comparing: Comparing, episode: Episode, told: int, reference: Reference | None) -> list[Comparison]:
    """Every comparison made at the onset, at the row told and at the one that settled the episode, in order of time."""
    rows = sorted({episode.onset, told, episode.settled})
    return [comparison for row in rows for comparison in comparing.at(row, reference)]


def _explanation(comparing: Comparing, episode: Episode, told: int, reference: Reference | None) -> str:
    signal, series = comparing.signal, comparing.signal.series
    if signal.words.sentence and (whole := signal.words.sentence(series, told)):
        return whole
    text = signal.words.told(told) if signal.words.told else _found_text(comparing, told, reference)
    words = signal.words.sure if signal.sure[told] else signal.words.weak
    return f"{text}{f' ({words})' if words else ''}{_ending(signal, episode, reference)}."


def _change_text(signal: Signal, row: int, reference: Reference) -> str:
    """ ", 0.7 g/dL above the lowest confirmed 0.3 g/dL (+233 %)"."""
    series, scale = signal.series, reference.scale
    value, bound = readings(signal, reference)
    base = int(bound[row])
    change = abs(int(value[row]) * scale - base)
    low, high = int(reference.low[row]), int(reference.high[row])
    named = _mean_text(base, scale, series) if reference.averaged else interval_text(low, high, series)
    extreme = reference.how in ("lowest", "highest")
    kind = ("confirmed " if reference.confirmed[row] else "single value ") if extreme else ""
    bounded = "at least " if low != high or series.low[row] != series.high[row] else ""
    sign = -1 if signal.direction == "below" else 1
    share = percent_text(sign * change, base, sign=True)
    unit = "points" if series.unit == "%" else series.unit  # lest points be read as a share of the lowest
    amount = _mean_text(change, scale, series) if reference.averaged else amount_text(change, series.places, unit)
    return f", {bounded}{amount} {signal.direction} the {reference.how} {kind}{named} ({bounded}{share})"


def _mean_text(total: int, scale: int, series: Series) -> str:
    """A mean held as a sum, to the hundredth (for the eye; comparisons use the sum)."""
    hundredth = 10 ** (series.places - 2)
    return amount_text(
        (2 * total + scale * hundredth) // (2 * scale * hundredth) * hundredth, series.places, series.unit
    )


def _bar_text(comparing: Comparing, row: int) -> str:
    met = [c for c in comparing.at(row, comparing.signal.against) if c.met and c.needed]
    return f", {met[-1].needed}" if met else ""


def _ending(signal: Signal, episode: Episode, reference: Reference | None) -> str:
    if episode.state is CONFIRMED:
        words = f", {signal.confirmation.words}" if signal.confirmation.words else ""
        return words + _latest_text(signal, episode)
    if episode.state is NOT_CONFIRMED:
        row = episode.settled
        on = day_text(to_date(int(signal.series.day[row])))
        if signal.words.told:
            return f"; not so on {on}"
        failed = f"{value_text(signal.series, row)} on {on}"
        return f"; {failed} no longer meets the criterion"
    if signal.confirmation.assessments > 1 and episode.sure:
        alone = signal.pairs is None or episode.last == episode.opened
        return ", on one assessment so far" if alone else f", not yet {signal.confirmation.words}"
    if reference is not None and reference.how in ("lowest", "highest") and not reference.confirmed[episode.settled]:
        return f"; no second assessment confirms that {reference.how} value"
    return ""


def _latest_text(signal: Signal, episode: Episode) -> str:
    """The latest value of the series after a confirmed progression, whether or not it still meets the criterion."""
    series = signal.series
    if not signal.confirmation.one_a_line:
        return ""
    latest = int(series.segment.searchsorted(series.segment[episode.settled], side="right")) - 1
    if latest <= episode.settled:
        return ""
    return f"; latest {value_text(series, latest)} on {day_text(to_date(int(series.day[latest])))}"


def _missing(signal: Signal, episode: Episode, told: int, reference: Reference | None) -> list[str]:
    out = list(signal.notes(signal.series, told)) if signal.notes else []
    if episode.sure or signal.words.weak:
        return out
    if reference is not None and reference.known[told] and not reference.confirmed[told]:
        value = interval_text(int(reference.low[told]), int(reference.high[told]), signal.series)
        if reference.averaged:
            return [*out, "a baseline of three results that agree; only single values are there"]
        unconfirmed = " (nadir unconfirmed)" if reference.how == "lowest" else ""
        return [*out, f"a second assessment confirming the {reference.how} value {value}{unconfirmed}"]
    if not _bounded(signal, told, reference):
        return out
    return [*out, "an exact value: a result given only as a bound leaves open whether the criterion is met"]


def _bounded(signal: Signal, row: int, reference: Reference | None) -> bool:
    """Whether the value, or what it is compared with, is known only between bounds."""
    if signal.series.low[row] != signal.series.high[row]:
        return True
    return reference is not None and bool(reference.low[row] != reference.high[row])


def _reference_dict(series: Series, reference: Reference | None, row: int, referred: list[int]) -> dict[str, Any]:
    if reference is None or not reference.known[row]:
        return {}
    value = (
        _mean_text(int(reference.low[row]), reference.scale, series)
        if reference.averaged
        else interval_text(int(reference.low[row]), int(reference.high[row]), series)
    )
    confirmed = bool(reference.confirmed[row])
    days = [iso_text(series.day.item(at)) for at in referred]
    return {"value": value, "how": _how(reference, confirmed), "confirmed": confirmed, "collected_on": days}


def _how(reference: Reference, confirmed: bool) -> str:
    if reference.averaged:
        return "mean of three agreeing results" if confirmed else "highest single value so far"
    if reference.how in ("lowest", "highest"):
        return f"{reference.how} value on two consecutive assessments" if confirmed else f"{reference.how} single value"
    return reference.how


def _evidence_rows(signal: Signal, episode: Episode, told: int, referred: list[int]) -> list[tuple[str, int]]:
    """Rows a finding rests on, in order of time within each role."""
    out = [("reference", row) for row in referred]
    if signal.words.with_before:
        out.append(("before", told - 1))
    out.append(("onset", episode.onset))
    if episode.settled != episode.onset:
        role = ROLES.get(episode.state, "tested")
        out.append((role, episode.settled))
    if episode.last not in (episode.onset, episode.settled):
        out.append(("latest", episode.last))
    return out


def _referred(series: Series, reference: Reference, row: int) -> list[int]:
    """The rows a reference was taken from."""
    if not reference.known[row]:
        return []
    if reference.behind is not None:
        return reference.behind(row)
    start = int(series.segment.searchsorted(series.segment[row]))
    lowest = reference.how.startswith("lowest")
    values = (series.high if lowest else series.low)[start:row].tolist()
    target = int((reference.high if lowest else reference.low)[row])
    width = _width(reference, bool(reference.confirmed[row]))
    joined: dict[int, Callable[[list[int]], int]] = {
        1: lambda v: v[0] * reference.scale,
        2: max if lowest else min,
        3: sum,
    }
    ends = (end for end in range(width, len(values) + 1) if joined[width](values[end - width : end]) == target)
    end = next(ends, None)
    return [] if end is None else list(range(start + end - width, start + end))


def _width(reference: Reference, confirmed: bool) -> int:
    """How many assessments in a row make the reference: a mean of three, a confirming pair, or one."""
    if not confirmed or reference.how not in ("lowest", "highest", "baseline"):
        return 1
    return 3 if reference.averaged else 2
