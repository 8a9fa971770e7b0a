"""Remissions and relapses of a followed disease, each with its day."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.diagnosis import Diagnosis
from patients.models.history import keep_history, never_deleted
from patients.models.user import User
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely


class CourseKind(models.TextChoices):
    """Which way the disease went."""

    REMISSION = "remission", _("remission")
    RELAPSE = "relapse", _("relapse")


class RelapseSite(models.TextChoices):
    """Where a relapse was found; several make it a combined one."""

    MARROW = "marrow", _("marrow")
    BLOOD = "blood", _("blood")
    CNS = "cns", _("central nervous system")
    TESTIS = "testis", _("testis")
    EXTRAMEDULLARY = "extramedullary", _("extramedullary")
    BIOCHEMICAL = "biochemical", _("biochemical")
    OTHER = "other", _("other")


@keep_history("CourseEventHistory")
class CourseEvent(Withdrawable):
    """A remission or a relapse, as a person stated it. A correction is a new row that supersedes the wrong one.

    `Diagnosis.remission_on` is the first remission that stands, `relapsed_on` the latest relapse: written together.
    """

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="course")
    kind = models.CharField(_("what"), max_length=9, choices=CourseKind.choices)
    on = models.DateField(_("on"))
    response = models.CharField(_("response"), max_length=20, blank=True)
    sites = ArrayField(
        models.CharField(max_length=14, choices=RelapseSite.choices), default=list, blank=True, verbose_name=_("site")
    )
    line_number = models.PositiveSmallIntegerField(_("after line"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("remission or relapse")
        verbose_name_plural = _("remissions and relapses")
        ordering = ("diagnosis_id", "on", "id")
        constraints = [
            models.UniqueConstraint(fields=["diagnosis", "kind", "on"], condition=STANDING, name="course_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(kind="remission", sites=[]) | models.Q(kind="relapse", response=""),
                name="course_facts_of_its_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(sites__contained_by=RelapseSite.values), name="course_known_sites"
            ),
            models.CheckConstraint(
                condition=models.Q(line_number__isnull=True) | models.Q(line_number__gte=1),
                name="course_line_from_one",
            ),
            taken_back_completely("course_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"
