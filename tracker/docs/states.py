"""The page of the state machines, from their transition tables."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from labs.models.criteria_states import CRITERIA_TRANSITIONS
from labs.models.decision import UNDO_MINUTES
from labs.models.flag import Decision, OwnerAs
from labs.models.flag_states import REVIEW_CHOICES, REVIEW_TRANSITIONS, SIGNAL_TRANSITIONS, verb_of
from labs.models.letter_states import LETTER_TRANSITIONS
from labs.selectors.due import Status, status_of
from tracker.docs.markdown import code, page, table


def state_pages() -> Mapping[str, str]:
    """Path -> text."""
    return {"docs/reference/states.md": _page()}


def _page() -> str:
    review = [
        f"    {state.value} --> {target.value}: {verb}"
        for state, steps in REVIEW_TRANSITIONS.items()
        for verb, target in steps.items()
    ]
    choices = [
        f"    {state.value} --> {target.value}: {verb}"
        for state, steps in REVIEW_CHOICES.items()
        for verb, targets in steps.items()
        for target in sorted(targets)
    ]
    signal = [
        f"    {state.value} --> {target.value}"
        for state, targets in SIGNAL_TRANSITIONS.items()
        for target in sorted(targets)
    ]
    criteria = [
        f"    {state.value} --> {target.value}: {verb}"
        for state, steps in CRITERIA_TRANSITIONS.items()
        for verb, target in steps.items()
    ]
    letters = [
        f"    {state.value} --> {target.value}: {verb}"
        for state, steps in LETTER_TRANSITIONS.items()
        for verb, target in steps.items()
    ]
    return page(
        "States",
        "## What people do with a flag",
        "New evidence takes the step `reopen` as well. `test_came`, `opinion_given` and `watch_ended` come of "
        "themselves.",
        _diagram(["    [*] --> open", *review]),
        f"For {UNDO_MINUTES} minutes `undo` goes back to the state in which the decision was made; `correct` goes "
        "where the decision leads that is made in its place.",
        _diagram(choices),
        table(("Decision", "", "Step"), [(code(one.value), one.label, code(verb_of(one))) for one in Decision]),
        "## Who is asked",
        "A signal that waits is with one person: the first in this order who is there and was not asked in vain. "
        "`escalate` follows when the time to answer is over, whether or not the signal was acknowledged, and skips "
        "whoever is not there. Where nobody is left the signal stays, `unanswered`. A change of care team, absence or "
        "account (`assign`) chooses again; a signal that was resolved and is open again starts from the top.",
        _diagram(["    [*] --> responsible", *_escalation()]),
        table(("Owner as", ""), [(code(how.value), how.label) for how in OwnerAs]),
        "## What the rules say",
        "Late and corrected results can turn any answer into any other. Each turn is kept with the evidence as it "
        "stood.",
        _diagram(["    [*] --> provisional", "    [*] --> confirmed", *signal]),
        "## A change of criteria",
        "One person proposes; another, after a replay, approves or rejects. `activate` and `supersede` follow from it.",
        _diagram(["    [*] --> proposed", *criteria]),
        "## A letter or message",
        "People `queue` e-mails and text messages, `post` printed letters and `cancel`; a worker takes the steps "
        "`deliver` and `fail`. Before each step but `cancel` and `fail` the letter is checked anew.",
        _diagram(["    [*] --> prepared", *letters]),
        "## Scheduled tests",
        f"Never stored: derived from dates, on the calendar of the patient's site, by {code(status_of.__qualname__)} "
        f"in `{status_of.__module__.replace('.', '/')}.py`.",
        table(("Status", ""), [(code(status.value), status.label) for status in Status]),
    )


def _escalation() -> list[str]:
    """The steps along the chain, and where they end."""
    *people, nobody = (how.value for how in OwnerAs)
    steps = [f"    {one} --> {following}: escalate" for one, following in pairwise(people)]
    ends = [f"    {one} --> {one}: unanswered" for one in people]
    return [*steps, *ends, f"    [*] --> {nobody}", f"    {nobody} --> {people[0]}: assign"]


def _diagram(lines: list[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
