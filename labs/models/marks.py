"""What clinicians say about results: spurious, interchangeable, compare anew. Nothing of it changes a result."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.result import Result
from patients.models import Patient, Site
from patients.models.history import keep_history, never_deleted
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely


@keep_history("SpuriousMarkHistory")
class SpuriousMark(Withdrawable):
    """A physician's word that a result does not show what it says. Rules leave the result out; people still see it.

    It speaks of this version of the result: a version the laboratory sends later is read.
    """

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="marks")
    reason = models.TextField(_("reason"))
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField(_("marked"))

    class Meta:
        verbose_name = _("mark of a spurious result")
        verbose_name_plural = _("marks of spurious results")
        constraints = [
            models.UniqueConstraint(fields=["result"], condition=STANDING, name="spurious_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="spurious_with_reason"),
            taken_back_completely("spurious_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.result}"


@keep_history("RebaselineHistory")
class Rebaseline(Withdrawable):
    """A physician's word that comparisons of one marker (empty: of all) start anew on a day; results before stay."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="rebaselines")
    analyte = models.CharField(_("marker"), max_length=40, blank=True)
    starts_on = models.DateField(_("from"))
    reason = models.TextField(_("reason"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("new start of comparisons")
        verbose_name_plural = _("new starts of comparisons")
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "analyte", "starts_on"], condition=STANDING, name="rebaseline_once"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="rebaseline_with_reason"),
            taken_back_completely("rebaseline_taken_back_completely"),
        ]
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.analyte or _('all markers')} {self.starts_on}"


@keep_history("AssayBridgeHistory")
class AssayBridge(Withdrawable):
    """A site's word that two assays of a marker are interchangeable: results of the new one collected from `since` on
    go on with the series of the old one.

    An assay is specimen, method family (of residual disease with the target) and laboratory, as results carry them. It
    counts once a second person confirmed.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="assay_bridges", verbose_name=_("site"))
    analyte = models.CharField(_("marker"), max_length=40)
    old_specimen = models.CharField(_("specimen before"), max_length=40, blank=True)
    old_method = models.CharField(_("method before"), max_length=120, blank=True)
    old_laboratory = models.CharField(_("laboratory before"), max_length=120, blank=True)
    new_specimen = models.CharField(_("specimen now"), max_length=40, blank=True)
    new_method = models.CharField(_("method now"), max_length=120, blank=True)
    new_laboratory = models.CharField(_("laboratory now"), max_length=120, blank=True)
    since = models.DateField(_("from"))
    reason = models.TextField(_("reason"))
    source = models.TextField(_("statement of the laboratory"))
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField(_("declared"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)

    class Meta:
        verbose_name = _("assay bridge")
        verbose_name_plural = _("assay bridges")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "site", "analyte", "old_specimen", "old_method", "old_laboratory",
                    "new_specimen", "new_method", "new_laboratory",
                ],
                condition=STANDING,
                name="bridge_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    old_specimen=models.F("new_specimen"),
                    old_method=models.F("new_method"),
                    old_laboratory=models.F("new_laboratory"),
                ),
                name="bridge_of_two_assays",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | models.Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="bridge_confirmed_completely",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_by__isnull=True) | ~models.Q(confirmed_by=models.F("declared_by")),
                name="bridge_by_two_people",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(source=""), name="bridge_with_reason_and_source"
            ),
            taken_back_completely("bridge_taken_back_completely"),
        ]  # fmt: skip
        triggers: list[pgtrigger.Trigger] = never_deleted()

    def __str__(self) -> str:
        return f"{self.analyte} {self.old_laboratory} {self.new_laboratory}"

    @property
    def old(self) -> tuple[str, str, str]:
        """Specimen, method family and laboratory of the assay whose series goes on."""
        return self.old_specimen, self.old_method, self.old_laboratory

    @property
    def new(self) -> tuple[str, str, str]:
        """Specimen, method family and laboratory of the assay that goes on with it."""
        return self.new_specimen, self.new_method, self.new_laboratory

    @property
    def counts(self) -> bool:
        """Whether rules go by it."""
        return self.stands and self.confirmed_at is not None
