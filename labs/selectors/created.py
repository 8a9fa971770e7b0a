"""What a decision created: what became of it since, and whether it can still be taken back."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from labs.models import Created, Flag, FlagDecision, Rebaseline, ScheduledTest, SecondOpinion
from labs.models.decision import CREATED
from labs.vocabulary.test_kinds import label_of
from patients.models import CourseEvent, TreatmentLine

Thing = ScheduledTest | CourseEvent | TreatmentLine | Rebaseline | SecondOpinion


def decisions_with_created(decisions: QuerySet[FlagDecision]) -> QuerySet[FlagDecision]:
    """Decisions with the people and things their words need. Two queries, however many they are."""
    people_of = ("opinion__colleague", "opinion__asked_by", "opinion__answered_by")
    created = Created.objects.select_related(*CREATED, *people_of)
    people = decisions.select_related("by", "undone_by", "corrected_by__by")
    return people.prefetch_related(Prefetch("created", queryset=created))


def standing_decision(flag: Flag) -> FlagDecision | None:
    """The last decision that was neither undone nor put right by another, with what it created."""
    standing = FlagDecision.objects.filter(flag=flag, undone_at__isnull=True, corrected_by__isnull=True)
    return decisions_with_created(standing).order_by("-id").first()


def thing_of(created: Created) -> Thing:
    """The row that was created."""
    found: Thing = next(getattr(created, one) for one in CREATED if getattr(created, f"{one}_id"))
    return found


def kind_of(created: Created) -> str:
    """Which of `CREATED` it is."""
    return next(one for one in CREATED if getattr(created, f"{one}_id"))


def is_gone(created: Created) -> bool:
    """Whether it was taken back already."""
    thing = thing_of(created)
    return bool(thing.skipped_because) if isinstance(thing, ScheduledTest) else not thing.stands


def why_it_stays(created: Created) -> str:
    """Why it cannot be taken back here any more, in words; "" where it can, or where that was done already."""
    thing = thing_of(created)
    if isinstance(thing, CourseEvent):
        if CourseEvent.objects.filter(supersedes=thing.pk).exists():
            return _("The relapse was corrected meanwhile, on the course of the patient.")
    elif is_gone(created):
        return ""
    elif isinstance(thing, ScheduledTest):
        if thing.closed_by_id or thing.collected_on:
            return _("%(test)s was done meanwhile.") % {"test": label_of(thing.kind)}
    elif isinstance(thing, TreatmentLine):
        later = Q(number__gt=thing.number) | Q(number=thing.number, started_on__gte=thing.started_on)
        further = TreatmentLine.objects.filter(later, diagnosis=thing.diagnosis_id).exclude(pk=thing.pk)
        if thing.ended_on or further.exists():
            return _("The new line went on meanwhile: it was ended, or another followed.")
    elif isinstance(thing, SecondOpinion) and thing.answered_at:
        return _("The second opinion was given meanwhile.")
    return ""
