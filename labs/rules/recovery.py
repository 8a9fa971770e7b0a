"""A count that fell and recovered is told apart from one that is still low.

Rules that say `recovers` are about states that come and go: counts, chemistry, symptoms. A confirmed finding of theirs
stays confirmed, and once the criterion was met at no assessment of so many days it is information: nobody has to answer
for a low count of last year. Findings of progression and of blasts never recover.
"""

from __future__ import annotations

from datetime import date

from labs.rules.base import Rule, Threshold
from labs.rules.sources import VIGIL

AWAY = Threshold("90", "d", VIGIL, date(2026, 1, 1))


def shown_thresholds(rule: Rule) -> tuple[Threshold, ...]:
    """The rule's own thresholds, and that of recovery where it applies."""
    return (*rule.thresholds, AWAY) if rule.recovers else rule.thresholds
