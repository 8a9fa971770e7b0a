"""What stands in the cells of a row of the worklist, worded here once a row: a page has fifty of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from labs.selectors.worklist_parts import Tab
from labs.selectors.worklist_rows import Row
from patients.models import Diagnosis, Disease, RiskGroup, Role, Sex
from patients.selectors.patients import age_on
from tracker.web.inbox_cards import name_of

BOOKED = frozenset({Tab.TODAY, Tab.BOOKED})
SEXES, RISKS = dict(Sex.choices), dict(RiskGroup.choices)
"""Looked up here: Django's own `get_..._display` compares every choice again for each row."""
NOT_TICKED = frozenset({Tab.COLLECTED, Tab.HELD})


@dataclass(slots=True)
class Cells:
    """A row in words. `steps` is the address its steps begin with, `query` what they carry to come back.

    `to_do`: which steps are offered: "book", "change", "decide", "result" or "plan".
    """

    row: Row
    steps: str
    query: str
    to_do: str
    test: str
    whose: str
    when: str
    below: str
    is_late: bool
    warnings: tuple[str, ...]
    particulars: str
    disease: str
    risk: str
    last: str
    calls: str
    call_said: str
    owner: str
    book_for: str
    book_on: str
    seen: str


def words() -> dict[str, str]:
    """Words that stand in every row, translated once a page."""
    return {
        "tick": _("Tick"),
        "last": _("Last:"),
        "never": _("never"),
        "none": _("none recorded"),
        "assign": _("Assign"),
        "other_day": _("Other day"),
        "results": _("Results"),
        "enter": _("Enter results"),
        "plan": _("Plan"),
        "decide": _("Decide what follows"),
        "change": _("Change"),
        "cancel": _("Cancel"),
        "call": _("Call"),
        "done": _("Done"),
        "skip": _("Skip"),
    }


def cells_of(rows: Iterable[Row], tab: Tab, here: str) -> list[Cells]:
    """The rows of a part of the list in words; `here` is the address to come back to."""
    base, query = reverse("worklist"), f"?next={quote(here)}"
    return [_cells(row, tab, base, query) for row in rows]


def _cells(row: Row, tab: Tab, base: str, query: str) -> Cells:
    test, patient = row.test, row.patient
    label = _(row.kind.label)
    when, below = WHEN[tab](row)
    outcome = row.last_outcome
    return Cells(
        row=row,
        steps=f"{base}{test.pk}/",
        query=query,
        to_do=_to_do(row, tab),
        test=label,
        whose=f"{label}, {patient}",
        when=when,
        below=below,
        is_late=tab == Tab.OVERDUE or (tab == Tab.AGAIN and row.call_is_due),
        warnings=_warnings(row),
        particulars=_("%(sex)s, %(age)d y") % {"sex": SEXES[patient.sex], "age": age_on(patient.birth_date, row.today)},
        disease=_disease(row.diagnosis) if row.diagnosis else "",
        risk=str(RISKS[row.diagnosis.risk_group]) if row.diagnosis else "",
        last=_day(row.last_on) if row.last_on else "",
        calls=ngettext("%(n)d call", "%(n)d calls", row.calls) % {"n": row.calls} if row.calls else "",
        call_said=f"{outcome.label}, {date_format(row.last_call_at, 'j M')}" if outcome and row.last_call_at else "",
        owner=str(test.assigned_to) if test.assigned_to else "",
        book_for=_("Book for %(day)s") % {"day": _short(row.suggested_for)},
        book_on=row.suggested_for.isoformat(),
        seen=test.booked_for.isoformat() if test.booked_for else "",
    )


def _disease(diagnosis: Diagnosis) -> str:
    """What fits into a column: "IgG kappa myeloma", "AML"."""
    return name_of(diagnosis) if diagnosis.disease == Disease.MM else diagnosis.disease


def _to_do(row: Row, tab: Tab) -> str:
    if tab == Tab.COLLECTED:
        return "result"
    if tab == Tab.HELD:
        return "plan"
    if row.needs_decision and (row.test.assigned_to is None or row.test.assigned_to.role != Role.PHYSICIAN):
        return "decide"
    return "change" if tab in BOOKED else "book"


def _warnings(row: Row) -> tuple[str, ...]:
    said = []
    if row.partly_done and row.missing:
        said.append(_("Missing: %(parts)s") % {"parts": ", ".join(row.missing)})
    if row.was_booked_for:
        said.append(_("Was booked for %(day)s, no result") % {"day": _short(row.was_booked_for)})
    return tuple(said)


def _overdue(row: Row) -> tuple[str, str]:
    return _late(row), _("since %(day)s") % {"day": _day(row.test.late_from)}


def _due(row: Row) -> tuple[str, str]:
    return _short(row.test.due_on), _("until %(day)s") % {"day": date_format(row.test.late_from, "j M")}


def _booked_today(row: Row) -> tuple[str, str]:
    at = row.test.booked_time
    return (f"{at:%H:%M}" if at else _("any time")), row.test.booked_at_place


def _booked(row: Row) -> tuple[str, str]:
    at, day = row.test.booked_time, row.test.booked_for
    assert day is not None
    return (f"{_short(day)} {at:%H:%M}" if at else _short(day)), row.test.booked_at_place


def _collected(row: Row) -> tuple[str, str]:
    days, taken = row.days_waiting or 0, row.test.collected_on
    assert taken is not None
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}, _("taken %(day)s") % {"day": _day(taken)}


def _again(row: Row) -> tuple[str, str]:
    day = row.test.snoozed_until
    assert day is not None
    below = _late(row) if row.days_late > 0 else _("due %(day)s") % {"day": date_format(row.test.due_on, "j M")}
    return (_("call today") if row.call_is_due else _short(day)), below


def _held(row: Row) -> tuple[str, str]:
    day = row.test.held_until
    assert day is not None
    return _("until %(day)s") % {"day": _day(day)}, ""


WHEN = {
    Tab.OVERDUE: _overdue,
    Tab.WEEK: _due,
    Tab.LATER: _due,
    Tab.TODAY: _booked_today,
    Tab.BOOKED: _booked,
    Tab.COLLECTED: _collected,
    Tab.AGAIN: _again,
    Tab.HELD: _held,
}
"""The first cell of a row: what counts in this part of the list, and beneath it what explains it."""


def _late(row: Row) -> str:
    return ngettext("%(n)d day late", "%(n)d days late", row.days_late) % {"n": row.days_late}


def _short(day: date) -> str:
    return date_format(day, "D j M")


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
