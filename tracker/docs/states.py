"""The page of the state machines, from their transition tables."""

from __future__ import annotations

from collections.abc import Mapping

from labs.models.criteria_states import CRITERIA_TRANSITIONS
from labs.models.flag_states import REVIEW_TRANSITIONS, SIGNAL_TRANSITIONS
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
        "New evidence takes the step `reopen` as well.",
        _diagram(["    [*] --> open", *review]),
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


def _diagram(lines: list[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])
