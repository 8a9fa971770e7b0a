"""What follow-up is planned: protocols, and the patients who are on them."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models import Diagnosis, Disease, Patient, Site
from patients.models.history import keep_history, never_deleted
from patients.models.withdrawal import Withdrawable, taken_back_completely


class Protocol(models.Model):
    """One version of a surveillance schedule, as read from its YAML file (`definition`). A version never changes.

    A protocol with a `site` is that unit's own, made from `derived_from`; others are for all. One that was retired is
    offered to nobody any more; plans that rest on it go on.
    """

    code = models.SlugField(_("code"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    disease = models.CharField(_("disease"), max_length=3, choices=Disease.choices)
    title = models.CharField(_("title"), max_length=160)
    definition = models.JSONField(_("definition"))
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="protocols", verbose_name=_("site")
    )
    derived_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="derived")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True)
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        ordering = ("disease", "code", "-version")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="protocol_version_unique")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.title} ({_('version')} {self.version})"


class Keeping(models.TextChoices):
    """What the next date of a test is counted from."""

    CALENDAR = "calendar", _("the calendar of the plan")
    ACTUAL = "actual", _("the day the last one was done")


class PlanEnd(models.TextChoices):
    """Why a plan ended."""

    RELAPSE = "relapse", _("relapse")
    DIED = "died", _("patient died")
    TRANSFERRED = "transferred", _("transferred to another unit")
    FINISHED = "finished", _("follow-up complete")
    DECLINED = "declined", _("patient declined")
    CHANGED_PROTOCOL = "changed_protocol", _("another protocol")
    NEW_REMISSION = "new_remission", _("new remission")
    CHANGED_DATES = "changed_dates", _("dates follow otherwise")
    ERROR = "error", _("started in error")


@keep_history("PlanHistory")
class Plan(models.Model):
    """A patient on one version of a protocol, counted from `anchor_on`.

    keeps     whether a test done early or late leaves the dates that follow as they are, or moves them along
    replaces  the plan that ended when this one began: another protocol, or a new remission
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="plans")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="plans")
    anchor = models.CharField(_("counted from"), max_length=20)
    anchor_on = models.DateField(_("anchor date"))
    keeps = models.CharField(_("dates follow"), max_length=8, choices=Keeping.choices, default=Keeping.CALENDAR)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_because = models.CharField(_("ended because"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        constraints = [
            models.UniqueConstraint(
                fields=["diagnosis", "protocol"], condition=models.Q(ended_on__isnull=True), name="plan_one_active"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True, ended_because="")
                | (models.Q(ended_on__isnull=False) & ~models.Q(ended_because="")),
                name="plan_ends_with_reason",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.protocol} {self.anchor_on}"


class PauseReason(models.TextChoices):
    """Why a plan asks for nothing for a while."""

    ADMISSION = "admission", _("admitted to hospital")
    TRAVEL = "travel", _("away")
    PREGNANCY = "pregnancy", _("pregnancy")
    ILLNESS = "illness", _("another illness")
    OTHER = "other", _("another reason")


@keep_history("PlanPauseHistory")
class PlanPause(Withdrawable):
    """Days, both inclusive, on which a plan asks for no test. A pause always ends: what it held is asked for then."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="pauses")
    starts_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=10, choices=PauseReason.choices)
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        ordering = ("plan_id", "starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until_on__gte=models.F("starts_on")), name="pause_ends_after_start"
            ),
            taken_back_completely("pause_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.starts_on} – {self.until_on}"
