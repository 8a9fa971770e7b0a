"""What protocols say, in words for people: intervals, windows, how sure a source is, what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from labs.protocols.comparing import Change
from labs.protocols.dates import Interval
from labs.protocols.reading import steps_of
from labs.protocols.schedule import Step
from labs.vocabulary.test_kinds import label_of
from tracker.web.marks import Mark

ANCHORS = {
    "remission": gettext_lazy("date of remission"),
    "therapy_end": gettext_lazy("end of therapy"),
    "transplant": gettext_lazy("date of transplant"),
}
SURE = {
    "seen": Mark("plain", gettext_lazy("read in the source")),
    "high": Mark("plain", gettext_lazy("known from the source, high confidence")),
    "medium": Mark("caution", gettext_lazy("known from the source, medium confidence")),
    "low": Mark("caution", gettext_lazy("known from the source, LOW confidence")),
    "local": Mark("strong", gettext_lazy("guideline of this site")),
    "project": Mark("caution", gettext_lazy("default of this project")),
}
OWN_DEFAULT = Mark("caution", gettext_lazy("default of this site, no guideline gives it"))
FIELDS = {
    "kind": gettext_lazy("test"),
    "timing": gettext_lazy("when"),
    "window": gettext_lazy("window"),
    "source": gettext_lazy("source"),
    "confidence": gettext_lazy("how sure"),
    "note": gettext_lazy("note"),
}
WHOLE = {
    "title": gettext_lazy("Title"),
    "summary": gettext_lazy("For whom"),
    "anchor": gettext_lazy("Counted from"),
}


def interval_words(interval: Interval) -> str:
    """For example "3 months"."""
    words = {
        "day": ngettext("%(n)d day", "%(n)d days", interval.count),
        "week": ngettext("%(n)d week", "%(n)d weeks", interval.count),
        "month": ngettext("%(n)d month", "%(n)d months", interval.count),
    }
    return words[interval.unit] % {"n": interval.count}


def timing_words(step: Step) -> str:
    """When a step falls due: "every 3 months, months 12 to 24"."""
    if step.every is None:
        return _("once each, %(times)s after") % {"times": ", ".join(map(interval_words, step.at))}
    every = _("every %(interval)s") % {"interval": interval_words(step.every)}
    if step.until_month is not None:
        span = _("months %(first)d to %(last)d") % {"first": step.from_month, "last": step.until_month}
        return f"{every}, {span}"
    return f"{every}, {_('from month %(n)d on') % {'n': step.from_month}}" if step.from_month else every


def window_words(step: Step) -> str:
    """How far to either side of its day a test may be done: "± 7 days"."""
    days = {step.tolerance_of(number).days for number in range(len(step.at) or 1)}
    if len(days) == 1:
        count = days.pop()
        return ngettext("± %(n)d day", "± %(n)d days", count) % {"n": count}
    return _("± %(low)d to %(high)d days") % {"low": min(days), "high": max(days)}


def sure_mark(step: Mapping[str, Any], original: Mapping[str, Any] | None) -> Mark:
    """How sure a step is. A step that a site changed and nobody else says is the default of that site."""
    if step["confidence"] == "project" and original is not None and step != original:
        return OWN_DEFAULT
    return SURE[step["confidence"]]


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """One change of a version: what it is about, what happened to it, each detail as (name, was, now)."""

    about: str
    sort: str
    details: list[tuple[str, str, str]]


SORTS = {"added": gettext_lazy("added"), "removed": gettext_lazy("taken out"), "changed": gettext_lazy("changed")}


def change_words(change: Change) -> ChangeWords:
    """A difference between two definitions in words."""
    sort = str(SORTS[change.sort])
    if change.what == "step":
        was, now = _step_words(change.was), _step_words(change.now)
        details = [(str(FIELDS[name]), was.get(name, ""), now.get(name, "")) for name in FIELDS]
        kind = (change.now or change.was)["kind"]
        return ChangeWords(
            label_of(kind), sort, [one for one in details if one[1] != one[2] and one[0] != FIELDS["kind"]]
        )
    if change.what in WHOLE:
        was_words, now_words = (str(ANCHORS.get(value, value) or "") for value in (change.was, change.now))
        return ChangeWords(str(WHOLE[change.what]), sort, [("", was_words, now_words)])
    about = _("Source %(name)s") if change.what == "source" else _("Not scheduled: %(name)s")
    return ChangeWords(about % {"name": change.name}, sort, [("", change.was or "", change.now or "")])


def _step_words(step: Mapping[str, Any] | None) -> dict[str, str]:
    if step is None:
        return {}
    (read,) = steps_of({"steps": [step]})
    return {
        "kind": label_of(step["kind"]),
        "timing": timing_words(read),
        "window": window_words(read),
        "source": step["source"],
        "confidence": str(SURE[step["confidence"]].word),
        "note": step.get("note", ""),
    }
