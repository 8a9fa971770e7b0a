"""The tests that plans ask for, and those a person added, each with its dates."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from labs.models.plan import Plan
from labs.models.result import Report
from labs.vocabulary.test_kinds import DONE_BY_HAND
from patients.models import Diagnosis, Patient, RiskGroup, Site
from patients.models.history import keep_history, never_deleted

RISK_RANK = {
    RiskGroup.HIGH: 0,
    RiskGroup.ADVERSE: 0,
    RiskGroup.UNKNOWN: 1,
    RiskGroup.INTERMEDIATE: 1,
    RiskGroup.STANDARD: 2,
    RiskGroup.FAVOURABLE: 3,
}
"""Lower comes first. A risk nobody recorded is not a low one."""
NO_PLAN_RANK = 1
_WHENS = " ".join(f"when '{group}' then {rank}" for group, rank in RISK_RANK.items())


MAY_WAIT = models.Q(closed_by__isnull=True, skipped_because="", may_wait=True)
"""What the indexes of the worklist hold."""


class SkipReason(models.TextChoices):
    """Why a test is not done."""

    DONE_ELSEWHERE = "done_elsewhere", _("done elsewhere")
    DECLINED = "declined", _("patient declined")
    NOT_INDICATED = "not_indicated", _("no longer indicated")
    UNWELL = "unwell", _("patient unwell")
    TRANSFERRED = "transferred", _("transferred to another unit")
    DIED = "died", _("patient died")
    DUPLICATE = "duplicate", _("covered by another test")
    PLAN_ENDED = "plan_ended", _("the plan ended")
    ORDER_UNDONE = "order_undone", _("the order was undone")


def _booked(name: str) -> models.Index:
    """The bookings of a site by their day: what its calendar is read from."""
    return models.Index(fields=["site", "booked_for"], condition=models.Q(booked_for__isnull=False), name=name)


_BY_HAND = ", ".join(f"'{kind}'" for kind in sorted(DONE_BY_HAND))


def site_in_sql(row: str) -> str:
    """The site of a test, in SQL; `row` names the row of the test."""
    return f"(SELECT site_id FROM {Patient._meta.db_table} WHERE id = {row}.patient_id)"  # noqa: S608 (our own table)


def risk_in_sql(row: str) -> str:
    """The rank of the risk of a test, in SQL."""
    return f"""coalesce((
        SELECT case risk_group {_WHENS} end FROM {Diagnosis._meta.db_table}
        WHERE id = (SELECT diagnosis_id FROM {Plan._meta.db_table} WHERE id = {row}.plan_id)
    ), {NO_PLAN_RANK})"""  # noqa: S608 (names of our own tables)


def may_wait_in_sql(row: str) -> str:
    """Whether somebody may wait for a test, in SQL, as far as it depends on no clock."""
    return f"""(
        NOT ({row}.collected_on IS NOT NULL AND {row}.kind IN ({_BY_HAND}))
        AND (SELECT deceased_on IS NULL FROM {Patient._meta.db_table} WHERE id = {row}.patient_id)
        AND ({row}.plan_id IS NULL OR (SELECT ended_on IS NULL FROM {Plan._meta.db_table} WHERE id = {row}.plan_id))
    )"""  # noqa: S608 (names of our own tables)


_TURNS = ", ".join(
    f"{{row}}.{column}"
    for column in (
        "patient_id",
        "plan_id",
        "kind",
        "opens_on",
        "lapses_on",
        "booked_for",
        "held_from",
        "held_until",
        "collected_on",
        "closed_by_id",
        "skipped_because",
    )
)
"""What decides whether a test waits. A change of any of them brings a test back among those that may."""

PLACE_ON_LIST = f"""
    IF TG_OP = 'INSERT' OR NEW.site_id IS NULL THEN
        NEW.site_id := {site_in_sql("NEW")};
        NEW.risk := {risk_in_sql("NEW")};
        NEW.may_wait := {may_wait_in_sql("NEW")};
        RETURN NEW;
    END IF;
    IF ({_TURNS.format(row="NEW")}) IS DISTINCT FROM ({_TURNS.format(row="OLD")}) THEN
        NEW.may_wait := {may_wait_in_sql("NEW")};
        IF NEW.booked_for IS DISTINCT FROM OLD.booked_for AND NEW.booked_for IS NOT NULL
            OR NEW.collected_on IS NOT NULL OR NEW.closed_by_id IS NOT NULL OR NEW.skipped_because <> '' THEN
            NEW.snoozed_until := NULL;
        END IF;
    END IF;
    RETURN NEW;
"""


@keep_history(
    "ScheduledTestHistory",
    inserts=False,
    ignoring=("late_from", "site", "risk", "may_wait"),
    indexes=[_booked("once_booked")],
)
class ScheduledTest(models.Model):
    """One test to be done between `opens_on` and `closes_on`, best on `due_on`. Its status is derived from dates.

    `lapses_on`: from this day the next test of the same kind is open, and this one, if not done, is missed; empty for a
    test without a successor. `late_from`: after this day it counts as late; the end of its own window, or of the first
    of the tests just before it that were not done either, so that a patient who missed three visits is not "due today".
    `held_from`, `held_until`: the pause of its plan in which it is not asked for, both days inclusive; what a pause
    kept from being done in time is late only some days after it. `pinned`: a person set its day, so no other test moves
    it. `snoozed_until`: after a contact nobody need call again before this day; the database empties it when the test
    is booked, done or skipped. `site` and `risk` repeat the patient's site and the rank of the risk group of the plan's
    disease, so that the list of a registry is read in order from one index. `may_wait` is false for a test nobody waits
    for any more though no result and no reason closed it: it was missed, done by hand, its patient died or its plan
    ended. Such rows would heap up where the list is read. The database keeps all three (see also
    `labs.models.on_list`); only what time alone makes missed is marked by `labs.actions.rank_tests`, days after nobody
    can see it as waiting.
    """

    class Origin(models.TextChoices):
        """Where it came from."""

        PLANNED = "planned", _("planned")
        EXTRA = "extra", _("extra")
        REPEAT = "repeat", _("repeat of a finding")
        WORK_UP = "work_up", _("work-up of a finding")

    # the indexes below begin with patient and with plan: their own would only slow writing
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_index=False, related_name="scheduled_tests")
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, db_index=False, related_name="tests"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("site"))
    risk = models.PositiveSmallIntegerField(_("rank of risk"), default=NO_PLAN_RANK)
    may_wait = models.BooleanField(_("may wait"), default=True)
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
    booked_time = models.TimeField(_("time"), null=True, blank=True)
    booked_at_place = models.CharField(_("place"), max_length=80, blank=True)
    held_from = models.DateField(_("on hold from"), null=True, blank=True)
    held_until = models.DateField(_("on hold until"), null=True, blank=True)
    pinned = models.BooleanField(_("day set by a person"), db_default=False, default=False)
    snoozed_until = models.DateField(_("contact again on"), null=True, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="assigned_tests",
        verbose_name=_("assigned to"),
    )
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
                condition=models.Q(late_from__lte=models.F("closes_on")) | models.Q(held_until__isnull=False),
                name="scheduled_late_by_end_of_window",
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
            models.CheckConstraint(
                condition=models.Q(held_from__isnull=True, held_until__isnull=True)
                | models.Q(held_until__gte=models.F("held_from")),
                name="scheduled_hold_complete",
            ),
            models.CheckConstraint(
                condition=models.Q(booked_time__isnull=True) | models.Q(booked_for__isnull=False),
                name="scheduled_time_only_with_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["opens_on", "id"],
                condition=models.Q(closed_by__isnull=True, skipped_because=""),
                name="scheduled_open",
            ),
            models.Index(fields=["patient", "kind", "due_on"], name="scheduled_by_patient"),
            _booked("scheduled_calendar"),
            # One for each order the worklist is read in; days of the window stand in it so that it alone tells.
            models.Index(
                fields=["site", "risk", "late_from", "id", "opens_on", "due_on"],
                condition=MAY_WAIT & models.Q(collected_on__isnull=True),
                name="scheduled_waiting",
            ),
            models.Index(
                fields=["site", "booked_for", "id"],
                condition=MAY_WAIT & models.Q(collected_on__isnull=True, booked_for__isnull=False),
                name="scheduled_booked",
            ),
            models.Index(
                fields=["site", "snoozed_until", "risk", "id"],
                condition=MAY_WAIT & models.Q(collected_on__isnull=True, snoozed_until__isnull=False),
                name="scheduled_snoozed",
            ),
            models.Index(
                fields=["site", "held_until", "id"],
                condition=MAY_WAIT & models.Q(collected_on__isnull=True, held_until__isnull=False),
                name="scheduled_held",
            ),
            models.Index(
                fields=["site", "collected_on", "id"],
                condition=MAY_WAIT & models.Q(collected_on__isnull=False),
                name="scheduled_collected",
            ),
            models.Index(
                fields=["assigned_to", "late_from"],
                condition=MAY_WAIT & models.Q(assigned_to__isnull=False),
                name="scheduled_assigned",
            ),
        ]
        triggers: list[pgtrigger.Trigger] = [
            *never_deleted(),
            pgtrigger.Trigger(
                name="place_on_list",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=PLACE_ON_LIST,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.due_on}"


ORDERED = frozenset({ScheduledTest.Origin.REPEAT, ScheduledTest.Origin.WORK_UP})
"""Where tests come from that a signal may wait for."""
