"""A symptom and a laboratory signal of the same fortnight are one signal: the laboratory's, with the symptom in it.

The choice of fourteen days is this project's (clinical reference, section 8). Of several signals the most urgent takes
the symptom in, then a confirmed one, then the nearest in time, then the first by name. What was joined is kept, so that
a flag that the symptom had raised before is known to live on in the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

from labs.rules.base import CONFIRMED, PROVISIONAL, Finding

T = TypeVar("T")
FORTNIGHT = timedelta(days=14)
SYMPTOMS = frozenset({"SYMPTOM-URGENT", "SYMPTOM-OTHER"})
STANDING = (PROVISIONAL, CONFIRMED)


class Joined(NamedTuple):
    """A symptom's finding that lives on in another."""

    finding: Finding
    into: str


def join(findings: Sequence[Finding]) -> tuple[list[Finding], list[Joined]]:
    """The findings with symptoms taken into signals of the same fortnight, and those that were taken in."""
    told = [finding for finding in findings if finding.rule in SYMPTOMS and _stands(finding)]
    if not told:
        return list(findings), []
    hosts: dict[object, list[int]] = defaultdict(list)
    for place, finding in enumerate(findings):
        if finding.rule not in SYMPTOMS and _stands(finding):
            hosts[finding.patient_key].append(place)
    out: list[Finding | None] = list(findings)
    joined = []
    for place, finding in enumerate(findings):
        if finding.rule in SYMPTOMS and _stands(finding):
            near = [at for at in hosts[finding.patient_key] if _apart(finding, findings[at]) <= FORTNIGHT]
            if near:
                at = min(near, key=lambda at: _rank(finding, findings[at]))
                out[at] = _with_symptom(_there(out[at]), finding)
                out[place] = None
                joined.append(Joined(finding, findings[at].rule))
    return [finding for finding in out if finding is not None], joined


def _stands(finding: Finding) -> bool:
    return finding.signal in STANDING and finding.recovered_on is None


def _there(finding: Finding | None) -> Finding:
    assert finding is not None, "only symptoms are taken out, and none takes another in"
    return finding


def _apart(symptom: Finding, signal: Finding) -> timedelta:
    """The least distance between the days of the symptom and those of the signal."""
    if symptom.last_on < signal.opened_on:
        return signal.opened_on - symptom.last_on
    last = max(signal.last_on, signal.detected_on)
    return max(symptom.opened_on - last, timedelta(0))


def _rank(symptom: Finding, signal: Finding) -> tuple[int, bool, timedelta, str, str]:
    return (
        -signal.level,
        signal.signal is not CONFIRMED,
        _apart(symptom, signal),
        signal.rule,
        signal.onset_on.isoformat(),
    )


def _with_symptom(signal: Finding, symptom: Finding) -> Finding:
    evidence = (item._replace(role="symptom") for item in symptom.evidence)
    return signal._replace(
        level=max(signal.level, symptom.level),
        explanation=f"{signal.explanation} {symptom.explanation}",
        comparisons=signal.comparisons + symptom.comparisons,
        evidence=signal.evidence + tuple(_new(evidence, signal.evidence)),
        missing=signal.missing + tuple(_new(symptom.missing, signal.missing)),
    )


def _new(items: Iterable[T], known: Sequence[T]) -> Iterable[T]:
    return (item for item in dict.fromkeys(items) if item not in known)
