"""What the page of one protocol shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from labs.actions.derive_protocol import SAMPLE_ANCHOR
from labs.models import Protocol
from labs.protocols.comparing import Asked, asked, compared_until, differences
from labs.protocols.reading import steps_of
from labs.protocols.schedule import Step
from labs.selectors.protocols import patients_on, protocols_visible_to, versions_of
from labs.selectors.worklist import sites_of
from labs.vocabulary.test_kinds import label_of
from patients.access import can_write_protocols
from patients.models import Disease, Site, User
from tracker.web.charts.protocol_timeline import TICKS, draw_timeline
from tracker.web.marks import Mark
from tracker.web.protocol_words import ANCHORS, ChangeWords, change_words, sure_mark, timing_words, window_words


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the table of steps."""

    label: str
    timing: str
    window: str
    window_is_default: bool
    sources: list[str]
    sure: Mark
    note: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One kind of test beside the original."""

    label: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Version:
    """One version, what changed since the one before, and how many patients are on it."""

    protocol: Protocol
    changes: list[ChangeWords]
    patients: int


def writable_sites(user: User) -> list[Site]:
    """The sites for which this person may write protocols."""
    return [site for site in sites_of(user) if can_write_protocols(user, site)]


def protocol_context(user: User, protocol: Protocol, *, months: int) -> dict[str, Any]:
    """Everything the page of a protocol needs; `months` is how far its picture goes."""
    definition = protocol.definition
    steps, original = steps_of(definition), protocol.derived_from
    versions = versions_of(protocol)
    sites = writable_sites(user)
    own = protocol.site is not None and protocol.site in sites
    return {
        "protocol": protocol,
        "disease": Disease(protocol.disease).label,
        "anchor": ANCHORS.get(definition.get("anchor", ""), ""),
        "definition": definition,
        "rows": step_rows(definition, original.definition if original else None),
        "picture": draw_timeline(steps, months) if steps else None,
        "reaches": sorted(TICKS),
        "compared": compared_rows(steps, original),
        "compared_years": compared_until(steps, steps_of(original.definition)) // 12 if original else 0,
        "original_is_seen": original is not None and protocols_visible_to(user).filter(pk=original.pk).exists(),
        "versions": _versions(user, versions),
        "newest": next((one for one in versions if one.retired_at is None), versions[0]),
        "patients": patients_on(user, [protocol]).get(protocol.pk, 0),
        "own": own,
        "derive_for": [protocol.site] if own else sites,
    }


def step_rows(definition: Mapping[str, Any], original: Mapping[str, Any] | None) -> list[StepRow]:
    """The steps in words; those that the site changed are known by the original."""
    known = None if original is None else {step["step"]: step for step in original["steps"]}
    return [
        StepRow(
            label=label_of(read.kind),
            timing=timing_words(read),
            window=window_words(read),
            window_is_default=read.tolerance is None,
            sources=[key.strip() for key in step["source"].split(",")],
            sure=sure_mark(step, None if known is None else known.get(step["step"], {})),
            note=step.get("note", ""),
        )
        for read, step in zip(steps_of(definition), definition["steps"], strict=True)
    ]


def compared_rows(steps: Sequence[Step], original: Protocol | None) -> list[Compared]:
    """How often each kind is asked for, beside the original; [] without one."""
    if original is None:
        return []
    found = asked(steps, steps_of(original.definition), anchor=SAMPLE_ANCHOR)
    return [Compared(label_of(one.kind), one) for one in found]


def _versions(user: User, versions: Sequence[Protocol]) -> list[Version]:
    patients = patients_on(user, versions)
    before = {new.pk: old for new, old in pairwise(versions)}
    return [
        Version(
            one,
            [change_words(change) for change in differences(before[one.pk].definition, one.definition)]
            if one.pk in before
            else [],
            patients.get(one.pk, 0),
        )
        for one in versions
    ]
