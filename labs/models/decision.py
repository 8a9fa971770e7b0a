"""What physicians decided about signals, each decision kept, and what it created."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.flag import Decision, Flag, FlagEvent, Review
from labs.models.marks import Rebaseline
from labs.models.scheduled_test import ScheduledTest
from patients.models import CourseEvent, TreatmentLine
from patients.models.history import append_only, keep_history, never_deleted
from patients.models.withdrawal import Withdrawable, taken_back_completely

UNDO_MINUTES: Final = 60
"""How long whoever decided may undo it, with what it created; afterwards a correcting decision is made. This project's
own."""


@keep_history("FlagDecisionHistory")
class FlagDecision(models.Model):
    """One decision about a signal. `Flag` repeats the one that holds; this is the record of all of them.

    review_before, answer_by_before   what an undo goes back to
    last_event                        the last step it brought about itself; empty where that is not known (and no undo)
    corrects                          the earlier decision that this one puts right
    undone_at, undone_by              taken back within `UNDO_MINUTES`, together with what it created
    """

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decision = models.CharField(_("decision"), max_length=24, choices=Decision.choices)
    note = models.TextField(_("note"), blank=True)
    watch_until = models.DateField(_("watch until"), null=True, blank=True)
    review_before = models.CharField(_("review before"), max_length=13, choices=Review.choices)
    answer_by_before = models.DateTimeField(_("answer by before"), null=True, blank=True)
    last_event = models.ForeignKey(
        FlagEvent, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ("flag_id", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(decision__in=Decision.values), name="decision_known"),
            models.CheckConstraint(
                condition=models.Q(undone_at__isnull=True, undone_by__isnull=True)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
                name="decision_undone_completely",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_decision_display()} {self.at:%Y-%m-%d}"


@keep_history("SecondOpinionHistory")
class SecondOpinion(Withdrawable):
    """A colleague, or somebody outside at an address, asked what they think of a signal. Its owner stays its owner.

    `answered_by` is the colleague, or who wrote down what came from outside.
    """

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="opinions")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"))
    colleague = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opinions_asked",
        verbose_name=_("colleague"),
    )
    address = models.EmailField(_("address outside"), blank=True)
    question = models.TextField(_("question"))
    due_on = models.DateField(_("answer wanted by"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("second opinion")
        verbose_name_plural = _("second opinions")
        ordering = ("flag_id", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(colleague__isnull=False, address="")
                | (models.Q(colleague__isnull=True) & ~models.Q(address="")),
                name="opinion_of_somebody",
            ),
            models.CheckConstraint(condition=~models.Q(question=""), name="opinion_with_question"),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False, answered_by__isnull=False) & ~models.Q(answer="")),
                name="opinion_answered_completely",
            ),
            taken_back_completely("opinion_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.asked_of} {self.asked_at:%Y-%m-%d}"

    @property
    def asked_of(self) -> str:
        """The colleague, or the address outside."""
        return str(self.colleague) if self.colleague_id else self.address


CREATED: Final = ("test", "course_event", "line", "rebaseline", "opinion")
"""The kinds of things a decision can create; a row of `Created` names one."""


class Created(models.Model):
    """One thing a decision created: a test that was ordered, a relapse, a line of therapy, a new start of comparisons,
    a second opinion that was asked. Append-only."""

    decision = models.ForeignKey(FlagDecision, on_delete=models.PROTECT, related_name="created")
    test = models.ForeignKey(ScheduledTest, on_delete=models.PROTECT, null=True, blank=True, related_name="ordered_by")
    course_event = models.ForeignKey(
        CourseEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by"
    )
    line = models.ForeignKey(TreatmentLine, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by")
    rebaseline = models.ForeignKey(
        Rebaseline, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by"
    )
    opinion = models.ForeignKey(
        SecondOpinion, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_by"
    )

    class Meta:
        verbose_name = _("created by a decision")
        verbose_name_plural = _("created by decisions")
        ordering = ("decision_id", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(**{f"{one}__isnull": one != named for one in CREATED}) for named in CREATED),
                    _connector=models.Q.OR,
                ),
                name="created_one_thing",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return str(next(getattr(self, one) for one in CREATED if getattr(self, f"{one}_id")))
