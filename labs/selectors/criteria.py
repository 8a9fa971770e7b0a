"""Which criteria a site follows, since when and by whose word; what is proposed; what was before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

from labs.models import CriteriaChange, CriteriaState
from labs.models.criteria import UNDECIDED
from labs.rules.criteria import SETS_BY_CODE, CriteriaSet, default_set, sets_of, switched_off
from labs.vocabulary.grades import DEFAULT as DEFAULT_GRADING
from patients.models import Disease, Site


@dataclass(frozen=True, slots=True)
class InForce:
    """What holds for one disease at a site. Without `change` nobody ever decided, and the defaults hold."""

    disease: str
    criteria: str
    grading: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    change: CriteriaChange | None = None

    @property
    def set(self) -> CriteriaSet:
        """The set by its code."""
        return SETS_BY_CODE[self.criteria]

    @property
    def switched_off(self) -> Mapping[str, str]:
        """Rules that are not asked -> why."""
        return switched_off(self.disease, self.criteria, self.left_out)


@dataclass(frozen=True, slots=True)
class AtSite:
    """All there is about one disease at one site, for its page."""

    in_force: InForce
    undecided: CriteriaChange | None
    history: tuple[CriteriaChange, ...]


def in_force_at(site: Site, disease: str) -> InForce:
    """What holds for a disease at a site."""
    changes = _with_people().filter(site=site, disease=disease, state=CriteriaState.ACTIVE)
    return as_in_force(disease, changes.first())


def as_in_force(disease: str, change: CriteriaChange | None) -> InForce:
    """A change, or the defaults, as what holds."""
    if change is None:
        return InForce(disease, default_set(disease).code, DEFAULT_GRADING)
    return InForce(disease, change.criteria, change.grading, change.switched_off, change)


def switched_off_at(
    site_ids: Collection[int], *, any_decided: bool = True
) -> Mapping[tuple[int, str], Mapping[str, str]]:
    """(site, disease) -> rules that are not asked there, and why; for every followed disease. One statement.

    `any_decided=False`: it is known that no site has decided anything, and none is asked about.
    """
    decided = _decided(site_ids) if any_decided else {}
    return {
        (site, disease): as_in_force(disease, decided[site, disease]).switched_off
        if (site, disease) in decided
        else off
        for site in set(site_ids)
        for disease, off in _usually_switched_off().items()
    }


def _decided(site_ids: Collection[int]) -> dict[tuple[int, str], CriteriaChange]:
    changes = CriteriaChange.objects.filter(site_id__in=set(site_ids), state=CriteriaState.ACTIVE)
    return {(change.site_id, change.disease): change for change in changes}


@cache
def _usually_switched_off() -> Mapping[str, Mapping[str, str]]:
    """By disease the rules that are not asked where nobody ever decided, and why: the same as long as Vigil runs."""
    return {disease: as_in_force(disease, None).switched_off for disease in Disease.values if sets_of(disease)}


def criteria_of(site: Site) -> list[AtSite]:
    """Every disease that has criteria to choose from at a site: what holds, what is proposed, what was."""
    changes = list(_with_people().filter(site=site).order_by("-id"))
    return [_at_site(disease, changes) for disease in Disease.values if sets_of(disease)]


def _at_site(disease: str, changes: Collection[CriteriaChange]) -> AtSite:
    own = [change for change in changes if change.disease == disease]
    active = next((change for change in own if change.state == CriteriaState.ACTIVE), None)
    undecided = next((change for change in own if change.state in UNDECIDED), None)
    past = tuple(change for change in own if change not in (active, undecided))
    return AtSite(as_in_force(disease, active), undecided, past)


def _with_people():  # type: ignore[no-untyped-def]
    return CriteriaChange.objects.select_related("site", "proposed_by", "approved_by", "closed_by", "replayed_by")
