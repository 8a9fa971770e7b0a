"""What may stand in a wording, and filling it in.

A placeholder is a name in braces. Each channel and kind has its own: what others may read (e-mail, SMS) can hold no
name, no test and no result.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labs.letters.discretion import revealing

KINDS = ("due", "missed", "stable")
CHANNELS = ("post", "email", "sms")
OPEN_TO_OTHERS = frozenset({"email", "sms"})

ANYWHERE = frozenset({"appointment", "contact", "date"})
IN_LETTERS = frozenset({"given_name", "family_name", "site", "tests"})
LONGEST_SMS = 320
"""Characters: two to three parts of a text message."""
LONGEST_BODY = 6_000
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one kind of letter for one channel, with placeholders. An SMS has no subject."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """What is wrong with a wording: the line (0: the subject), what, and how to mend it."""

    line: int
    what: str
    mend: str


def allowed_in(kind: str, channel: str) -> frozenset[str]:
    """The names that may stand in braces."""
    if channel in OPEN_TO_OTHERS:
        return ANYWHERE
    return ANYWHERE | IN_LETTERS | ({"results_on"} if kind == "stable" else frozenset())


def needed_in(kind: str) -> frozenset[str]:
    """The names without which a letter would be of no use: whom to call, and in a stable one the next date."""
    return frozenset({"contact", "date"} if kind == "stable" else {"contact"})


def faults_of(wording: Wording, *, kind: str, channel: str) -> list[Fault]:
    """Everything that keeps a wording from being used, by line."""
    lines = [wording.subject, *wording.body.splitlines()]
    found = [fault for number, line in enumerate(lines) for fault in _in_line(number, line, kind, channel)]
    missing = needed_in(kind) - set(PLACEHOLDER.findall(wording.body))
    found += [Fault(len(lines) - 1, f"{{{name}}} is missing", "Put it where it belongs.") for name in sorted(missing)]
    if channel == "sms" and len(wording.body) > LONGEST_SMS:
        found.append(Fault(1, f"a text message holds at most {LONGEST_SMS} characters", "Shorten it."))
    if len(wording.body) > LONGEST_BODY:
        found.append(Fault(1, f"a letter holds at most {LONGEST_BODY} characters", "Shorten it."))
    if channel != "sms" and not wording.subject.strip():
        found.append(Fault(0, "the subject is empty", "Say in a few words what the letter is about."))
    return sorted(found)


def _in_line(number: int, line: str, kind: str, channel: str) -> Iterator[Fault]:
    allowed = allowed_in(kind, channel)
    for name in PLACEHOLDER.findall(line):
        if name not in allowed:
            names = ", ".join(f"{{{one}}}" for one in sorted(allowed))
            yield Fault(number, f"{{{name}}} is not known here", f"Use one of {names}.")
    if set("{}") & set(PLACEHOLDER.sub("", line)):
        yield Fault(number, "a brace without its partner", "Write a placeholder as {contact}.")
    if channel in OPEN_TO_OTHERS and (word := revealing(line)):
        yield Fault(number, f"“{word}” tells others about the disease", "Leave it out: say it in a letter or a call.")


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders replaced; what a value holds is never read as a placeholder. Raises KeyError."""
    return PLACEHOLDER.sub(lambda found: values[found[1]], text)
