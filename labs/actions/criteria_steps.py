"""What all steps of a change of criteria have in common: the change locked, its state allowed to take the step."""

from __future__ import annotations

from django.utils.translation import gettext as _

from labs.models import CriteriaChange, CriteriaState
from labs.models.criteria_states import CRITERIA_TRANSITIONS
from patients.models import Site


class CriteriaRefused(Exception):
    """The step is not possible; the message says why and what to do instead. Nothing was changed."""


def lock_site(site_id: int) -> Site:
    """The site, locked: of two people who decide at once, the second waits and sees what the first did."""
    return Site.objects.select_for_update(no_key=True).get(pk=site_id)


def take_change(change_id: int) -> CriteriaChange:
    """The change as it stands now, its site locked."""
    site_id = CriteriaChange.objects.values_list("site_id", flat=True).get(pk=change_id)
    lock_site(site_id)
    return CriteriaChange.objects.select_related("site", "proposed_by").get(pk=change_id)


def step(change: CriteriaChange, verb: str) -> None:
    """Move the change on, in memory. Raises `CriteriaRefused` in a state that does not allow it."""
    target = CRITERIA_TRANSITIONS[CriteriaState(change.state)].get(verb)
    if target is None:
        raise CriteriaRefused(
            _("This change is %(state)s: this step is not possible any more. Read the page again.")
            % {"state": change.get_state_display()}
        )
    change.state = target
