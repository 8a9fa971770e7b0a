"""Proposing which criteria a site follows for a disease. Nothing changes for patients until another person approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from labs.actions.criteria_steps import CriteriaRefused, lock_site
from labs.models import CriteriaChange
from labs.models.criteria import UNDECIDED
from labs.rules.criteria import GRADINGS, may_be_left_out, sets_of
from labs.selectors.criteria import in_force_at
from patients.access import check_can_propose_criteria
from patients.actions.audit import record
from patients.models import Site, User
from patients.problems import Problem, refusal

LONGEST_REASON = 500


@transaction.atomic
def propose_criteria(
    *,
    site: Site,
    disease: str,
    criteria: str,
    grading: str,
    reason: str,
    by: User,
    now: datetime,
    switched_off: Mapping[str, str] | None = None,
    active_from: date | None = None,
) -> CriteriaChange:
    """Store a proposal. `switched_off`: rules to leave out -> reason; `active_from`: not before that day.

    Raises `ValidationError` for what was chosen, `CriteriaRefused` while another proposal for the disease waits.
    """
    check_can_propose_criteria(by, site)
    site = lock_site(site.pk)
    left_out = {rule: why.strip() for rule, why in (switched_off or {}).items()}
    problems = [
        *_in_choice(disease, criteria, grading),
        *_in_left_out(disease, left_out),
        *_in_reason(reason),
        *_in_day(active_from, now.astimezone(site.zone).date()),
    ]
    if problems:
        raise refusal(problems)
    _check_is_a_change(site, disease, criteria, grading, left_out)
    change = CriteriaChange.objects.create(
        site=site,
        disease=disease,
        criteria=criteria,
        grading=grading,
        switched_off=left_out,
        reason=reason.strip(),
        active_from=active_from,
        proposed_by=by,
        proposed_at=now,
    )
    chosen = {"disease": disease, "criteria": criteria, "grading": grading, "switched_off": sorted(left_out)}
    record(by=by, verb="criteria.proposed", target=change, detail={"site": site.code, **chosen})
    return change


def _in_choice(disease: str, criteria: str, grading: str) -> list[Problem]:
    codes = [one.code for one in sets_of(disease)]
    if not codes:
        return [Problem("disease", _("There are no criteria to choose from for this disease."), _("Choose another."))]
    problems = []
    if criteria not in codes:
        choose = _("Choose one of %(codes)s.") % {"codes": ", ".join(codes)}
        problems.append(Problem("criteria", _("This is no set of criteria of this disease."), choose))
    if grading not in GRADINGS:
        choose = _("Choose one of %(codes)s.") % {"codes": ", ".join(GRADINGS)}
        problems.append(Problem("grading", _("This edition of the grades is not known."), choose))
    return problems


def _in_left_out(disease: str, left_out: Mapping[str, str]) -> list[Problem]:
    known = may_be_left_out(disease)
    problems = []
    for rule, why in left_out.items():
        if rule not in known:
            what = _("%(rule)s is not a rule that can be switched off for this disease.") % {"rule": rule}
            problems.append(Problem("switched_off", what, _("Choose among the rules of the list.")))
        elif not why or len(why) > LONGEST_REASON:
            what = _("%(rule)s needs a reason of at most %(n)d characters.") % {"rule": rule, "n": LONGEST_REASON}
            problems.append(
                Problem("switched_off", what, _("Say why the rule is not wanted here; patients' pages show it."))
            )
    return problems


def _in_reason(reason: str) -> list[Problem]:
    if reason.strip():
        return []
    return [Problem("reason", _("A reason is missing."), _("Say why the site changes its criteria."))]


def _in_day(day: date | None, today: date) -> list[Problem]:
    if day is None or day >= today:
        return []
    mend = _("Give today or a later day, or leave it empty: what was signalled before stays as it was.")
    return [Problem("active_from", _("This day is past."), mend)]


def _check_is_a_change(site: Site, disease: str, criteria: str, grading: str, left_out: Mapping[str, str]) -> None:
    waiting = CriteriaChange.objects.filter(site=site, disease=disease, state__in=UNDECIDED).first()
    if waiting is not None:
        raise CriteriaRefused(
            _("A change of %(who)s for this disease is %(state)s. It is decided on or withdrawn first.")
            % {"who": waiting.proposed_by, "state": waiting.get_state_display()}
        )
    now_in_force = in_force_at(site, disease)
    if (criteria, grading, dict(left_out)) == (
        now_in_force.criteria,
        now_in_force.grading,
        dict(now_in_force.left_out),
    ):
        raise CriteriaRefused(_("This is what holds already. Choose something else, or leave it as it is."))
