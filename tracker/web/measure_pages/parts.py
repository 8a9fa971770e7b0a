"""What every measure's page is made of: a sentence, a picture, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from labs.models import Protocol
from labs.protocols.adherence import percent
from labs.protocols.dates import add_months
from labs.rules.replay.intervals import wilson
from labs.selectors.measures.judged import Asked
from labs.vocabulary.test_kinds import label_of
from tracker.web.charts.figure import Estimate, Option, band_option


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, as a share in percent with its 95 % interval."""

    found: int
    of: int

    @property
    def percent(self) -> int | None:
        """Whole percent; None of nothing."""
        return percent(Fraction(self.found, self.of)) if self.of else None

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The score interval in percent."""
        found = wilson(self.found, self.of)
        return None if found is None else (100 * found[0], 100 * found[1])

    def in_words(self, sentence: str, **more: object) -> str:
        """A sentence with `found`, `of`, `percent` and `interval`, and whatever else it names."""
        given = {"found": self.found, "of": self.of, "percent": self.percent, "interval": self.interval}
        return sentence % (given | more)

    @property
    def interval(self) -> str:
        """The interval as people read it: 64–71; a dash of nothing."""
        return "–" if self.bounds is None else f"{self.bounds[0]:.0f}–{self.bounds[1]:.0f}"

    @property
    def drawn(self) -> dict[str, str]:
        """Places of the point and the ends of its interval, in percent of a cell's width."""
        if self.bounds is None:
            return {}
        low, high = self.bounds
        return {"at": f"{100 * self.found / self.of:.1f}%", "low": f"{low:.1f}%", "high": f"{high:.1f}%"}


class Head(NamedTuple):
    """The head of a column. `name`: in the file."""

    name: str
    label: str
    numeric: bool = True


class Row(NamedTuple):
    """One line; `share` is drawn beside its numbers."""

    label: str
    cells: Sequence[str | int]
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `heads` name the cells after the label."""

    title: str
    heads: Sequence[Head]
    rows: Sequence[Row]

    @property
    def draws_share(self) -> bool:
        """Whether its rows are shares, which are drawn beside the numbers."""
        return any(row.share is not None for row in self.rows)


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """One measure. The first table holds the data of the picture. `options` is empty where nothing can be drawn."""

    sentence: str
    picture: str
    tables: Sequence[Table]
    options: Mapping[str, Option | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what a measure is wanted, with the names that its groups are shown by."""

    asked: Asked
    months: Sequence[date]
    site_names: Mapping[int, str]

    def protocol_names(self) -> dict[str, str]:
        """Title by code, of the latest version."""
        return dict(Protocol.objects.order_by("version").values_list("code", "title"))


def scope_of(*, sites: Mapping[int, str], disease: str, months: int, now: datetime) -> Scope:
    """The months up to and with the present one."""
    first = add_months(now.date().replace(day=1), 1 - months)
    starts = [add_months(first, number) for number in range(months)]
    last = add_months(first, months).toordinal() - 1
    asked = Asked(tuple(sites), now, disease=disease, since=first, until=date.fromordinal(last))
    return Scope(asked, starts, sites)


def month_name(month: date) -> str:
    """A month as tables name it."""
    return date_format(month, "M Y")


def kind_name(kind: str) -> str:
    """A kind of test."""
    return label_of(kind)


def share_cells(share: Share) -> list[str | int]:
    """The percentage and its interval."""
    return ["–" if share.percent is None else share.percent, share.interval]


def share_heads() -> list[Head]:
    """Heads of `share_cells`."""
    return [Head("percent", "%"), Head("interval_95", _("95 % interval"))]


def share_options(points: Sequence[tuple[str, Share]], *, description: str) -> dict[str, Option | str]:
    """A share over time with its interval, from nothing to all; empty when there is nothing to show."""
    if not any(share.of for _label, share in points):
        return {}
    estimates = [_estimate(label, share) for label, share in points]
    return drawn(band_option(estimates, unit="%", description=description, highest=100))


def _estimate(label: str, share: Share) -> Estimate:
    if share.bounds is None:
        return Estimate(label, None, None, None, (label, _("none counted")))
    tip = (
        f"{share.percent} %",
        label,
        _("%(found)d of %(of)d") % {"found": share.found, "of": share.of},
        _("95 %% interval %(interval)s %%") % {"interval": share.interval},
    )
    return Estimate(label, round(100 * share.found / share.of, 1), *share.bounds, tip)


def drawn(option: Option) -> dict[str, Option | str]:
    """An option as `charts.js` reads it."""
    return {"start": "linear", "linear": option}


def days_text(number: float) -> str:
    """Days, to the quarter a quartile may fall on."""
    return f"{number:g}".replace("-", "−")
