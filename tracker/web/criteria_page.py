"""What the page of a change of criteria shows: the replay as a table, a picture and patients to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.models import CriteriaChange, CriteriaState
from labs.models.criteria import UNDECIDED
from labs.rules.criteria import CRITERIA, SETS_BY_CODE
from labs.rules.registry import BY_CODE
from labs.rules.replay.compared import DAYS_IN_YEAR
from labs.selectors.criteria import in_force_at
from labs.vocabulary.grades import NAMES
from patients.access import DECIDERS, can_approve_criteria, can_propose_criteria, patients_visible_to
from patients.models import Patient, Site, User
from tracker.web.charts.replayed import Changed, DrawnReplay, draw_replay
from tracker.web.criteria_forms import BecauseForm

KINDS = ("added", "lost", "moved")
TITLES: Mapping[str, str] = {one.code: one.title for one in CRITERIA}


@dataclass(frozen=True, slots=True)
class ShownExample:
    """One patient whose signal would differ; None for a side without it."""

    kind: str
    patient: Patient
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ShownReplay:
    """A replay as people read it."""

    patients: int
    years: float
    total: Mapping[str, Any]
    lines: Sequence[tuple[str, Mapping[str, Any]]]
    unchanged: Sequence[str]
    picture: DrawnReplay | None
    examples: Sequence[ShownExample]
    failed_rules: Sequence[str]
    is_stale: bool


def change_context(user: User, change: CriteriaChange, **forms: BecauseForm) -> dict[str, Any]:
    """Everything the page of a change needs; `forms` are those that were refused."""
    waits = change.state in UNDECIDED
    proposed = change.state == CriteriaState.PROPOSED
    may_decide = can_propose_criteria(user, change.site)
    may_approve = proposed and can_approve_criteria(user, change.site, change.proposed_by)
    return {
        "change": change,
        "set": SETS_BY_CODE[change.criteria],
        "grading": NAMES.get(change.grading, change.grading),  # type: ignore[call-overload]
        "left_out": named_rules(change.switched_off),
        "replay": shown_replay(user, change),
        "may_replay": proposed and may_decide,
        "may_approve": may_approve,
        "may_withdraw": waits and may_decide,
        "others": others_who_decide(change) if proposed else (),
        "reject_form": forms.get("reject") or BecauseForm(auto_id="reject-%s"),
        "withdraw_form": forms.get("withdraw") or BecauseForm(auto_id="withdraw-%s"),
    }


def shown_replay(user: User, change: CriteriaChange) -> ShownReplay | None:
    """The replay kept with a change; None before one was run."""
    kept = change.replay
    if kept is None:
        return None
    total, *lines = kept["lines"]
    named = [(title_of(line["criterion"]), line) for line in lines]
    differing = [(title, line) for title, line in named if any(line[kind]["flags"] for kind in KINDS)]
    bars = [Changed(title, *(line[kind]["flags"] for kind in KINDS)) for title, line in differing]
    waits = change.state == CriteriaState.PROPOSED
    return ShownReplay(
        patients=kept["patients"],
        years=kept["patient_days"] / DAYS_IN_YEAR,
        total=total,
        lines=differing,
        unchanged=[title for title, line in named if (title, line) not in differing],
        picture=draw_replay(bars, _in_words(total)),
        examples=_examples(user, kept["examples"]),
        failed_rules=kept["failed_rules"],
        is_stale=waits and change.replayed_against != in_force_at(change.site, change.disease).change,
    )


def title_of(criterion: str) -> str:
    """A criterion with several readings by its name, any other rule by its title."""
    if criterion in TITLES:
        return TITLES[criterion][:1].upper() + TITLES[criterion][1:]
    return BY_CODE[criterion].title if criterion in BY_CODE else criterion


def named_rules(left_out: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Rules a site leaves out: code, title, reason."""
    return [(rule, BY_CODE[rule].title if rule in BY_CODE else "", why) for rule, why in sorted(left_out.items())]


def others_who_decide(change: CriteriaChange) -> QuerySet[User]:
    """Who else may approve: physicians and administrators of the site."""
    people = _deciders(change.site).exclude(pk=change.proposed_by_id)
    return people.order_by("last_name", "first_name", "username")


def _deciders(site: Site) -> QuerySet[User]:
    return User.objects.filter(sites=site, is_active=True, role__in=DECIDERS)


def _in_words(total: Mapping[str, Any]) -> str:
    counts = {kind: total[kind]["flags"] for kind in KINDS}
    signals = ngettext("%(n)d signal", "%(n)d signals", total["before"]) % {"n": total["before"]}
    return _("Of %(signals)s now: %(lost)d lost, %(moved)d moved; %(added)d added.") % {"signals": signals, **counts}


def _examples(user: User, kept: Sequence[Mapping[str, Any]]) -> list[ShownExample]:
    """Examples whose patient this person may see."""
    numbers = {one["patient"] for one in kept}
    people = patients_visible_to(user).select_related("site").prefetch_related("identifiers").in_bulk(numbers)
    return [
        ShownExample(one["kind"], people[one["patient"]], one["before"], one["after"])
        for one in kept
        if one["patient"] in people
    ]
