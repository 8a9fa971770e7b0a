"""What the page of a signal says of its decisions: the last one with what it created, and all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse

from labs.models import Created, Flag, FlagDecision, FlagEvent, Review, SecondOpinion
from labs.models.flag_states import REVIEW_CHOICES
from labs.selectors.created import decisions_with_created, is_gone, thing_of, why_it_stays
from labs.selectors.opinions import why_not_answer
from labs.selectors.undoing import may_undo, undo_until, why_not_undo
from patients.models import User
from tracker.web.flag_forms import OpinionForm, thing_words

Kind = FlagEvent.Kind
BY_RULES: Final = frozenset({Kind.RAISED, Kind.CHANGED, Kind.CONFIRMED, Kind.ASSIGNED, Kind.ESCALATED, Kind.UNANSWERED})


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing a decision created: in words, where it is to be seen, and whether it was taken back."""

    row: Created
    words: str
    url: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision with what it created. `stands`: neither undone nor put right by another."""

    row: FlagDecision
    things: list[Thing]

    @property
    def stands(self) -> bool:
        """Whether it counts."""
        return self.row.undone_at is None and getattr(self.row, "corrected_by", None) is None


def decisions_context(
    user: User, flag: Flag, *, may: bool, now: datetime, answered: OpinionForm | None = None, opinion: int = 0
) -> dict[str, Any]:
    """Context of the decisions of a signal. `may`: this person reviews it; `answered`: the form in which an answer to
    `opinion` was refused."""
    decisions = _decisions(flag)
    last = next((one for one in decisions if one.stands), None)
    undo = may and last is not None and may_undo(last.row, flag, user) and not why_not_undo(last.row, flag, now=now)
    opinions = [thing for one in decisions for thing in one.things if thing.row.opinion_id]
    return {
        "decisions": decisions,
        "last": last,
        "undo_until": undo_until(last.row) if undo and last else None,
        "may_correct": may and last is not None and "correct" in REVIEW_CHOICES[flag.review],  # type: ignore[index]
        "opinions": [_opinion(one.row.opinion, user, flag, may, answered, opinion) for one in opinions],
    }


def _decisions(flag: Flag) -> list[Decided]:
    """The newest first. A signal in whose history nobody did anything has none: no query then."""
    if flag.review == Review.OPEN and all(event.kind in BY_RULES for event in flag.events.all()):
        return []
    rows = decisions_with_created(FlagDecision.objects.filter(flag=flag)).order_by("-id")
    return [Decided(row, [_thing(one, flag) for one in row.created.all()]) for row in rows]


def takeable(decision: FlagDecision) -> list[Created]:
    """What an earlier decision created that still stands and can be taken back."""
    return [row for row in decision.created.all() if not is_gone(row) and not why_it_stays(row)]


def _opinion(
    row: SecondOpinion | None, user: User, flag: Flag, may: bool, answered: OpinionForm | None, asked: int
) -> dict[str, Any]:
    assert row is not None
    row.flag = flag
    form = answered if row.pk == asked else None
    if form is None and may and not why_not_answer(row, user):
        form = OpinionForm(auto_id=f"id_{row.pk}_%s")
    return {"row": row, "form": form}


def _thing(row: Created, flag: Flag) -> Thing:
    return Thing(row, thing_words(row), _url(row, flag), is_gone(row))


def _url(row: Created, flag: Flag) -> str:
    if row.opinion_id:
        return f"{reverse('flag', args=[flag.pk])}#opinion-{thing_of(row).pk}"
    pages = {"test_id": "patient_schedule", "line_id": "patient_treatment"}
    page = next((name for column, name in pages.items() if getattr(row, column)), "patient")
    return reverse(page, args=[flag.patient_id])
