"""Which criteria a site follows for a disease: each change as proposed, replayed, decided on and put in force."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Disease, Site
from patients.models.history import keep_history, never_deleted


class CriteriaState(models.TextChoices):
    """How far a change has got."""

    PROPOSED = "proposed", _("proposed")
    APPROVED = "approved", _("approved")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    ACTIVE = "active", _("in force")
    SUPERSEDED = "superseded", _("superseded")


UNDECIDED = (CriteriaState.PROPOSED, CriteriaState.APPROVED)
"""States of a change that may still come into force; a site has one such change a disease."""

CHOICE = (
    "site",
    "disease",
    "criteria",
    "grading",
    "switched_off",
    "reason",
    "active_from",
    "proposed_by",
    "proposed_at",
)
"""What was proposed. It never changes: who wants something else proposes anew."""


def _by_and_at(name: str) -> models.Q:
    """Both the person and the instant, or neither."""
    return models.Q(**{f"{name}_by__isnull": True, f"{name}_at__isnull": True}) | models.Q(
        **{f"{name}_by__isnull": False, f"{name}_at__isnull": False}
    )


@keep_history("CriteriaChangeHistory")
class CriteriaChange(models.Model):
    """A choice of criteria for one disease at one site, by two people.

    criteria      code of a set of `labs.rules.criteria`; `grading`: edition of the toxicity grades shown
    switched_off  further rules the site leaves out: code -> reason
    active_from   first day on the site's calendar on which it may hold; empty: as soon as it is approved
    replay        what it would change on the site's own results; `replayed_against` is what was in force then
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="criteria_changes", verbose_name=_("site"))
    disease = models.CharField(_("disease"), max_length=3, choices=Disease.choices)
    criteria = models.CharField(_("criteria"), max_length=40)
    grading = models.CharField(_("grades"), max_length=20)
    switched_off = models.JSONField(_("rules switched off"), default=dict, blank=True)
    reason = models.TextField(_("reason"))
    active_from = models.DateField(_("in force from"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=CriteriaState.choices, default=CriteriaState.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"))
    replay = models.JSONField(_("replay"), null=True)
    replayed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    replayed_at = models.DateTimeField(_("replayed"), null=True)
    replayed_against = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("rejected or withdrawn"), null=True)
    closed_because = models.TextField(_("because"), blank=True)
    activated_at = models.DateTimeField(_("in force since"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)

    class Meta:
        verbose_name = _("change of criteria")
        verbose_name_plural = _("changes of criteria")
        ordering = ("site_id", "disease", "-id")
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=CriteriaState.values), name="criteria_known_state"),
            models.UniqueConstraint(
                fields=["site", "disease"], condition=models.Q(state__in=UNDECIDED), name="criteria_one_undecided"
            ),
            models.UniqueConstraint(
                fields=["site", "disease"], condition=models.Q(state="active"), name="criteria_one_in_force"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="criteria_with_reason"),
            models.CheckConstraint(
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("proposed_by")),
                name="criteria_approved_by_another",
            ),
            models.CheckConstraint(
                condition=_by_and_at("approved")
                & (
                    models.Q(state__in=["proposed", "rejected"], approved_at__isnull=True)
                    | models.Q(state__in=["approved", "active", "superseded"], approved_at__isnull=False)
                    | models.Q(state="withdrawn")
                ),
                name="criteria_approved_in_its_states",
            ),
            models.CheckConstraint(
                condition=models.Q(approved_at__isnull=True)
                | models.Q(replayed_at__isnull=False, approved_at__gte=models.F("replayed_at")),
                name="criteria_replayed_before_approval",
            ),
            models.CheckConstraint(
                condition=_by_and_at("replayed")
                & (
                    models.Q(replay__isnull=True, replayed_at__isnull=True, replayed_against__isnull=True)
                    | models.Q(
                        replay__isnull=False, replayed_at__isnull=False, replayed_at__gte=models.F("proposed_at")
                    )
                ),
                name="criteria_replay_complete",
            ),
            models.CheckConstraint(
                condition=_by_and_at("closed")
                & (
                    models.Q(state__in=["rejected", "withdrawn"], closed_at__isnull=False)
                    & ~models.Q(closed_because="")
                    | models.Q(closed_at__isnull=True, closed_because="")
                    & ~models.Q(state__in=["rejected", "withdrawn"])
                ),
                name="criteria_closed_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state="active", activated_at__isnull=False, superseded_at__isnull=True)
                | models.Q(state="superseded", activated_at__isnull=False, superseded_at__isnull=False)
                | models.Q(activated_at__isnull=True, superseded_at__isnull=True)
                & ~models.Q(state__in=["active", "superseded"]),
                name="criteria_in_force_since",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = [
            *never_deleted(),
            pgtrigger.Protect(
                name="choice_never_changes", operation=pgtrigger.Update, condition=pgtrigger.AnyChange(*CHOICE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.disease} {self.criteria} ({self.get_state_display()})"
