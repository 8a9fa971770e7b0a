"""What follow-up is planned: protocols, plans and their scheduled tests."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.result import Report
from patients.models import Diagnosis, Disease, Patient
from patients.models.history import keep_history, never_deleted


class Protocol(models.Model):
    """One version of a surveillance schedule, as read from its YAML file (`definition`). A version never changes."""

    code = models.SlugField(_("code"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    disease = models.CharField(_("disease"), max_length=3, choices=Disease.choices)
    title = models.CharField(_("title"), max_length=160)
    definition = models.JSONField(_("definition"))
    loaded_at = models.DateTimeField(_("loaded"), auto_now_add=True)

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        ordering = ("disease", "code", "-version")
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="protocol_version_unique")]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.title} ({_('version')} {self.version})"


@keep_history("PlanHistory")
class Plan(models.Model):
    """A patient on one version of a protocol, counted from `anchor_on`."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="plans")
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="plans")
    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="plans")
    anchor = models.CharField(_("counted from"), max_length=20)
    anchor_on = models.DateField(_("anchor date"))
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


class SkipReason(models.TextChoices):
    """Why a test is not done."""

    DONE_ELSEWHERE = "done_elsewhere", _("done elsewhere")
    DECLINED = "declined", _("patient declined")
    NOT_INDICATED = "not_indicated", _("no longer indicated")
    UNWELL = "unwell", _("patient unwell")
    TRANSFERRED = "transferred", _("transferred to another unit")
    DIED = "died", _("patient died")
    DUPLICATE = "duplicate", _("covered by another test")


@keep_history("ScheduledTestHistory", inserts=False, ignoring=("late_from",))
class ScheduledTest(models.Model):
    """One test to be done between `opens_on` and `closes_on`, best on `due_on`. Its status is derived from dates.

    `lapses_on`: from this day the next test of the same kind is open, and this one, if not done, is missed; empty for a
    test without a successor. `late_from`: after this day it counts as late; the end of its own window, or of the first
    of the tests just before it that were not done either, so that a patient who missed three visits is not "due today".
    """

    class Origin(models.TextChoices):
        """Where it came from."""

        PLANNED = "planned", _("planned")
        EXTRA = "extra", _("extra")
        REPEAT = "repeat", _("repeat of a finding")

    # the indexes below begin with patient and with plan: their own would only slow writing
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_index=False, related_name="scheduled_tests")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="tests"
    )
    kind = models.CharField(_("test"), max_length=40)
    step = models.CharField(_("step"), max_length=60, blank=True)
    sequence = models.PositiveIntegerField(_("number"), default=0)
    origin = models.CharField(_("origin"), max_length=8, choices=Origin.choices, default=Origin.PLANNED)
    due_on = models.DateField(_("due on"))
    opens_on = models.DateField(_("window opens"))
    closes_on = models.DateField(_("window closes"))
    lapses_on = models.DateField(_("missed from"), null=True, blank=True)
    late_from = models.DateField(_("late after"))
    booked_for = models.DateField(_("booked for"), null=True, blank=True)
    booked_at_place = models.CharField(_("place"), max_length=80, blank=True)
    collected_on = models.DateField(_("collected on"), null=True, blank=True)
    closed_by = models.ForeignKey(
        Report, on_delete=models.PROTECT, null=True, blank=True, related_name="closed_tests", verbose_name=_("report")
    )
    skipped_because = models.CharField(_("skipped because"), max_length=20, choices=SkipReason.choices, blank=True)
    skipped_at = models.DateTimeField(_("skipped"), null=True, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("scheduled test")
        verbose_name_plural = _("scheduled tests")
        constraints = [
            models.UniqueConstraint(fields=["plan", "step", "sequence"], name="scheduled_once"),
            models.CheckConstraint(
                condition=models.Q(opens_on__lte=models.F("due_on"), closes_on__gte=models.F("due_on")),
                name="scheduled_window_holds_due_date",
            ),
            models.CheckConstraint(
                condition=models.Q(lapses_on__isnull=True) | models.Q(lapses_on__gt=models.F("due_on")),
                name="scheduled_lapses_after_due_date",
            ),
            models.CheckConstraint(
                condition=models.Q(late_from__lte=models.F("closes_on")), name="scheduled_late_by_end_of_window"
            ),
            models.CheckConstraint(
                condition=models.Q(skipped_because="", skipped_at__isnull=True, skipped_by__isnull=True)
                | (~models.Q(skipped_because="") & models.Q(skipped_at__isnull=False, skipped_by__isnull=False)),
                name="scheduled_skip_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(skipped_because="") | models.Q(closed_by__isnull=True),
                name="scheduled_not_skipped_and_closed",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_on", "id"],
                condition=models.Q(closed_by__isnull=True, skipped_because=""),
                name="scheduled_open",
            ),
            models.Index(fields=["patient", "kind", "due_on"], name="scheduled_by_patient"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"
