"""Declaring two assays interchangeable at a site: one person declares, another confirms, either takes it back.

The patients concerned are asked about by a job, enqueued in the transaction of the change.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from labs.actions.criteria_steps import lock_site
from labs.actions.evaluate import Evaluated, catch_up, lock_patients, mark_pending
from labs.actions.take_back import take_back
from labs.models import AssayBridge, Result
from labs.rules.cohort import Group
from labs.vocabulary.analytes import ANALYTES
from patients.access import check_can_bridge
from patients.actions.audit import record
from patients.actions.withdraw import stated
from patients.models import Role, Site, User
from patients.models.withdrawal import STANDING
from patients.problems import check_not_ahead, problem

JOB = "labs.evaluate_bridged"


@transaction.atomic
def declare_bridge(
    *,
    site: Site,
    analyte: str,
    old: Group,
    new: Group,
    since: date,
    reason: str,
    source: str,
    by: User,
    now: datetime,
) -> AssayBridge:
    """The declaration that results of `new` from `since` on go on with the series of `old`; it waits for a second
    person. `source`: where the laboratory says so."""
    check_can_bridge(by, site)
    because, told_by = stated(reason), stated(source, "source")
    lock_site(site.pk)  # of two people who declare at once, one in each direction, the second is refused
    _check(site, analyte, old, new)
    check_not_ahead("since", since, site=site, now=now)
    bridge = AssayBridge(
        site=site,
        analyte=analyte,
        since=since,
        reason=because,
        source=told_by,
        declared_by=by,
        declared_at=now,
    )
    bridge.old_specimen, bridge.old_method, bridge.old_laboratory = old
    bridge.new_specimen, bridge.new_method, bridge.new_laboratory = new
    bridge.full_clean()
    bridge.save()
    record(by=by, verb="assay_bridge.declare", target=bridge, detail=_told(bridge))
    return bridge


@transaction.atomic
def confirm_bridge(*, bridge: AssayBridge, by: User, now: datetime) -> AssayBridge:
    """The declaration confirmed by a second person; one of the two is a physician. Rules go by it from now on."""
    check_can_bridge(by, bridge.site)
    held = _take(bridge)
    if not held.stands or held.confirmed_at is not None:
        done = _("taken back") if not held.stands else _("confirmed")
        raise problem("", _("This was %(done)s meanwhile.") % {"done": done}, _("Look at the page again."))
    if held.declared_by_id == by.pk:
        raise problem("", _("You declared this yourself."), _("Ask a second person to confirm it."))
    if Role.PHYSICIAN not in {by.role, held.declared_by.role}:
        raise problem("", _("One of the two has to be a physician."), _("Ask a physician of the site to confirm it."))
    held.confirmed_by, held.confirmed_at = by, now
    held.save(update_fields=["confirmed_by", "confirmed_at"])
    record(by=by, verb="assay_bridge.confirm", target=held, detail=_told(held))
    _ask_again(held)
    return held


@transaction.atomic
def withdraw_bridge(*, bridge: AssayBridge, reason: str, by: User, now: datetime) -> AssayBridge:
    """The declaration taken back: the two are told apart again."""
    check_can_bridge(by, bridge.site)
    because = stated(reason)
    held = _take(bridge)
    take_back(held, because=because, by=by, now=now)
    record(by=by, verb="assay_bridge.withdraw", target=held, detail=_told(held) | {"reason": because})
    if held.confirmed_at is not None:
        _ask_again(held)
    return held


def evaluate_bridged(*, bridge_id: int, by: User, now: datetime) -> Evaluated:
    """Ask the rules about every patient with results the bridge is about. May run twice."""
    return catch_up(patient_ids=patients_of(AssayBridge.objects.get(pk=bridge_id)), by=by, now=now)


def patients_of(bridge: AssayBridge) -> list[int]:
    """Patients of the site with results of the new assay since the day (of any method of it: one too many is asked)."""
    results = Result.objects.filter(
        patient__site_id=bridge.site_id,
        analyte=bridge.analyte,
        specimen=bridge.new_specimen,
        laboratory=bridge.new_laboratory,
        collected_on__gte=bridge.since,
        is_current=True,
    )
    return sorted(set(results.values_list("patient_id", flat=True)))


def _check(site: Site, analyte: str, old: Group, new: Group) -> None:
    if analyte not in ANALYTES:
        raise problem("analyte", _("%(code)s is not a marker.") % {"code": analyte}, _("Choose one of the list."))
    if old == new:
        raise problem("new", _("This is the same assay twice."), _("Choose the assay used now."))
    if old[0] != new[0]:
        raise problem(
            "new",
            _("The two are of different specimens, which are never interchangeable."),
            _("Choose two assays of one specimen."),
        )
    for bridge in AssayBridge.objects.filter(STANDING, site=site, analyte=analyte):
        if {bridge.old, bridge.new} == {old, new}:
            raise problem(
                "new", _("These two assays are bridged already, or wait for it."), _("Look at the list of the site.")
            )


def _take(bridge: AssayBridge) -> AssayBridge:
    bridges = AssayBridge.objects.select_for_update(of=("self",)).select_related("site", "declared_by")
    return bridges.get(pk=bridge.pk)


def _ask_again(bridge: AssayBridge) -> None:
    """Mark the patients concerned as waiting, which their pages show, and let a worker ask about them."""
    patients = patients_of(bridge)
    lock_patients(patients)  # an evaluation that still runs without this change must not call them evaluated
    mark_pending(patient_ids=patients)
    app.configure_task(JOB, lock=JOB).defer(bridge_id=bridge.pk)


def _told(bridge: AssayBridge) -> dict[str, object]:
    return {
        "site": bridge.site.code,
        "analyte": bridge.analyte,
        "old": list(bridge.old),
        "new": list(bridge.new),
        "since": bridge.since.isoformat(),
    }
