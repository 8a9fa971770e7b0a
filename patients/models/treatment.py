"""What was given: lines of therapy, and single events that change counts or markers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.diagnosis import Diagnosis
from patients.models.history import keep_history
from patients.models.patient import Patient
from patients.models.withdrawal import STANDING, Withdrawable, taken_back_completely


class Phase(models.TextChoices):
    """What a stretch of therapy was for."""

    INDUCTION = "induction", _("induction")
    CONSOLIDATION = "consolidation", _("consolidation")
    TRANSPLANT = "transplant", _("transplant")
    MAINTENANCE = "maintenance", _("maintenance")
    SALVAGE = "salvage", _("treatment of relapse")


class StandingLines(models.Manager["TreatmentLine"]):
    """Lines that were not taken back: the only ones that pages and rules read."""

    def get_queryset(self) -> models.QuerySet[TreatmentLine]:
        """Without those taken back."""
        return super().get_queryset().filter(STANDING)


@keep_history("TreatmentLineHistory")
class TreatmentLine(Withdrawable):
    """One line (or phase of a line) of therapy. A new `number` resets the lowest value that rises are measured from.

    `objects`, and with it `Diagnosis.lines`, leaves out what was taken back; `every` has all.
    """

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    phase = models.CharField(_("phase"), max_length=16, choices=Phase.choices)
    regimen = models.CharField(_("regimen"), max_length=120)
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)

    objects = StandingLines()
    every = models.Manager["TreatmentLine"]()

    class Meta:
        verbose_name = _("line of therapy")
        verbose_name_plural = _("lines of therapy")
        ordering = ("diagnosis_id", "started_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["diagnosis", "number", "phase", "started_on"], condition=STANDING, name="line_unique"
            ),
            taken_back_completely("line_taken_back_completely"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="line_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True) | models.Q(ended_on__gte=models.F("started_on")),
                name="line_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.regimen}"


class EventKind(models.TextChoices):
    """Treatment events that confound counts or markers."""

    TRANSFUSION_RED_CELLS = "transfusion_red_cells", _("red cell transfusion")
    TRANSFUSION_PLATELETS = "transfusion_platelets", _("platelet transfusion")
    G_CSF = "g_csf", _("G-CSF")
    ESA = "esa", _("erythropoiesis-stimulating agent")
    IVIG = "ivig", _("intravenous immunoglobulin")
    ANTIBODY = "antibody", _("therapeutic antibody")
    CHEMOTHERAPY = "chemotherapy", _("chemotherapy or targeted drug")
    TRANSPLANT_AUTOLOGOUS = "transplant_autologous", _("autologous transplant")
    TRANSPLANT_ALLOGENEIC = "transplant_allogeneic", _("allogeneic transplant")
    CAR_T = "car_t", _("CAR-T cells")
    BISPECIFIC = "bispecific", _("bispecific antibody")
    RADIOTHERAPY = "radiotherapy", _("radiotherapy")
    INTRATHECAL = "intrathecal", _("intrathecal therapy")
    DIALYSIS = "dialysis", _("dialysis")
    STEROID = "steroid", _("corticosteroid")


@keep_history("TreatmentEventHistory")
class TreatmentEvent(models.Model):
    """A dated event, on one day or over a period (`ended_on` empty: one day, unless `ongoing`)."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="treatment_events")
    kind = models.CharField(_("kind"), max_length=24, choices=EventKind.choices)
    detail = models.CharField(_("detail"), max_length=120, blank=True)
    started_on = models.DateField(_("started on"))
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ongoing = models.BooleanField(_("ongoing"), default=False)

    class Meta:
        verbose_name = _("treatment event")
        verbose_name_plural = _("treatment events")
        ordering = ("patient_id", "started_on", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=EventKind.values), name="event_known_kind"),
            models.CheckConstraint(
                condition=models.Q(ended_on__isnull=True)
                | models.Q(ended_on__gte=models.F("started_on"), ongoing=False),
                name="event_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_on}"
