"""Possible relapse signals, and everything that was done with them."""

from __future__ import annotations

from typing import Final

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.level import Level
from labs.models.mute import Mute
from patients.models import Diagnosis, Patient
from patients.models.history import append_only, keep_history, never_deleted


class Signal(models.TextChoices):
    """What the rules say."""

    PROVISIONAL = "provisional", _("provisional")
    CONFIRMED = "confirmed", _("confirmed")
    NOT_CONFIRMED = "not_confirmed", _("not confirmed")
    WITHDRAWN = "withdrawn", _("withdrawn")
    NOT_EVALUABLE = "not_evaluable", _("not evaluable")


class Review(models.TextChoices):
    """What people did."""

    OPEN = "open", _("open")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    AWAITING_TEST = "awaiting_test", _("awaiting a test")
    RESOLVED = "resolved", _("resolved")


class Decision(models.TextChoices):
    """Coded ways to resolve a flag."""

    RELAPSE_CONFIRMED = "relapse_confirmed", _("relapse confirmed")
    REPEAT_TEST = "repeat_test", _("repeat test ordered")
    WORK_UP = "work_up", _("further work-up ordered")
    EXPLAINED_THERAPY = "explained_therapy", _("explained by therapy")
    EXPLAINED_INFECTION = "explained_infection", _("explained by infection")
    EXPLAINED_ASSAY = "explained_assay", _("explained by the assay")
    EXPLAINED_TRANSFUSION = "explained_transfusion", _("explained by a transfusion")
    EXPLAINED_OTHER = "explained_other", _("explained by something else")
    NO_RELAPSE = "no_relapse", _("looked into: no relapse")
    WATCH = "watch", _("watch until a date")
    SECOND_OPINION = "second_opinion", _("second opinion asked")


EXPLAINED: Final = frozenset(
    {
        Decision.EXPLAINED_THERAPY,
        Decision.EXPLAINED_INFECTION,
        Decision.EXPLAINED_ASSAY,
        Decision.EXPLAINED_TRANSFUSION,
        Decision.EXPLAINED_OTHER,
        Decision.NO_RELAPSE,
    }
)
"""Decisions by which a signal was no sign of relapse."""


class OwnerAs(models.TextChoices):
    """Why somebody owns a flag, in the order in which they are asked (`labs.selectors.owners`)."""

    RESPONSIBLE = "responsible", _("responsible physician")
    DEPUTY = "deputy", _("deputy of an absent physician")
    COVER = "cover", _("cover")
    DUTY = "duty", _("physician on duty of the site")
    PHYSICIAN = "physician", _("a physician of the site, as nobody else can")
    ADMINISTRATOR = "administrator", _("an administrator of the site, as no physician can")
    NOBODY = "nobody", _("nobody at all")


NEAR_MISSES: Final = frozenset({OwnerAs.PHYSICIAN, OwnerAs.ADMINISTRATOR, OwnerAs.NOBODY})
"""Owners who were found only because somebody had to be."""


@keep_history("FlagHistory", inserts=False)
class Flag(models.Model):
    """One episode of one rule in one patient. `finding` is the frozen evidence of its present state: inputs with units
    and dates, every comparison made, confounders and what is missing, under a named criteria version.

    owner_as        why they own it; "" in flags from before that was noted, until the job `labs.keep_owners` has run
    unanswered_by   owners who let the time to answer go by, in their order: they are not asked again
    muted_by        the mute that holds for it: no answer is asked for until that ends
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="flags")
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, null=True, related_name="flags")
    rule = models.CharField(_("rule"), max_length=40)
    criteria_version = models.CharField(_("criteria"), max_length=40)
    level = models.CharField(_("level"), max_length=6, choices=Level.choices)
    signal = models.CharField(_("signal"), max_length=13, choices=Signal.choices)
    review = models.CharField(_("review"), max_length=13, choices=Review.choices, default=Review.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="flags", verbose_name=_("owner")
    )
    owner_as = models.CharField(_("owner as"), max_length=13, choices=OwnerAs.choices, blank=True)
    unanswered_by = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("not answered by"))
    muted_by = models.ForeignKey(
        Mute, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="flags"
    )
    line_started_on = models.DateField(_("line of therapy since"), null=True)
    onset_on = models.DateField(_("onset"))
    detected_on = models.DateField(_("detected on"))
    raised_at = models.DateTimeField(_("raised"))
    answer_by = models.DateTimeField(_("answer by"), null=True)
    explanation = models.TextField(_("explanation"))
    finding = models.JSONField(_("frozen evidence"))
    decision = models.CharField(_("decision"), max_length=24, choices=Decision.choices, blank=True)
    decision_note = models.TextField(_("note"), blank=True)
    watch_until = models.DateField(_("watch until"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("flag")
        verbose_name_plural = _("flags")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "rule", "criteria_version", "onset_on"], name="flag_one_per_episode"
            ),
            models.CheckConstraint(condition=models.Q(level__in=Level.values), name="flag_known_level"),
            models.CheckConstraint(condition=models.Q(signal__in=Signal.values), name="flag_known_signal"),
            models.CheckConstraint(
                condition=models.Q(review="resolved") & ~models.Q(decision="")
                | (~models.Q(review="resolved") & models.Q(decision="")),
                name="flag_resolved_with_decision",
            ),
            models.CheckConstraint(
                condition=models.Q(review="open") | models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False),
                name="flag_reviewed_by_someone",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "level", "answer_by"],
                condition=~models.Q(review="resolved"),
                name="flag_inbox",
            ),
            models.Index(fields=["patient", "-onset_on"], name="flag_by_patient"),
            models.Index(fields=["-raised_at", "-id"], name="flag_by_time"),
            models.Index(fields=["muted_by"], condition=models.Q(muted_by__isnull=False), name="flag_muted"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.rule} {self.onset_on}"


class FlagEvent(models.Model):
    """One step in a flag's life, by the rules or by a person, with the evidence as it stood. Append-only.

    `owner`, `owner_as`: who owned the flag after the step, and why; empty in steps from before that was noted."""

    class Kind(models.TextChoices):
        """What happened."""

        RAISED = "raised", _("raised")
        CONFIRMED = "confirmed", _("confirmed by a second assessment")
        NOT_CONFIRMED = "not_confirmed", _("not confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn: its evidence was corrected")
        CRITERIA = "criteria", _("taken off: the site changed its criteria")
        JOINED = "joined", _("taken into another signal of the same fortnight")
        ENDED = "ended", _("ended: what was missing has come")
        CHANGED = "changed", _("new evidence")
        REVISED = "revised", _("evidence of the decision was corrected")
        REOPENED = "reopened", _("reopened by new evidence")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        ORDERED = "ordered", _("tests ordered, waiting for them")
        RESOLVED = "resolved", _("resolved")
        ASSIGNED = "assigned", _("owner changed")
        ESCALATED = "escalated", _("not answered in time: passed on")
        UNANSWERED = "unanswered", _("not answered in time: nobody left to pass it on to")
        WATCH_ENDED = "watch_ended", _("the day it was watched until has come")
        UNDONE = "undone", _("decision undone")
        CORRECTED = "corrected", _("decision corrected")
        TEST_CAME = "test_came", _("the test it waited for has come")
        OPINION_ASKED = "opinion_asked", _("second opinion asked")
        OPINION_GIVEN = "opinion_given", _("second opinion given")
        MUTED = "muted", _("muted")
        UNMUTED = "unmuted", _("no longer muted")

    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what"), max_length=13, choices=Kind.choices)
    signal = models.CharField(_("signal"), max_length=13, choices=Signal.choices)
    review = models.CharField(_("review"), max_length=13, choices=Review.choices)
    level = models.CharField(_("level"), max_length=6, choices=Level.choices)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("owner")
    )
    owner_as = models.CharField(_("owner as"), max_length=13, choices=OwnerAs.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    finding = models.JSONField(_("frozen evidence"), null=True)

    class Meta:
        verbose_name = _("flag event")
        verbose_name_plural = _("flag events")
        ordering = ("flag_id", "id")
        indexes = [models.Index(fields=["at"], name="flag_event_by_time")]
        triggers: list[pgtrigger.Trigger] = append_only()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d}"
