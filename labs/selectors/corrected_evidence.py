"""Whether the evidence of a signal was corrected, and did not only grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from labs.models import Result, SpuriousMark
from labs.vocabulary.statuses import VOID
from patients.models.withdrawal import STANDING


def was_corrected(before: Mapping[str, Any], *, now: Mapping[str, Any]) -> bool:
    """Whether a result that a finding showed has gone from it since: replaced, taken back or marked as spurious.

    One query where a result has gone, none else: a signal that only gets further results asks for nothing.
    """
    gone = _numbers(before) - _numbers(now)
    if not gone:
        return False
    spurious = Exists(SpuriousMark.objects.filter(STANDING, result=OuterRef("pk")))
    wrong = Q(is_current=False) | Q(status__in=VOID) | spurious
    return Result.objects.filter(wrong, pk__in=gone).exists()


def _numbers(finding: Mapping[str, Any]) -> frozenset[int]:
    return frozenset(one["result"] for one in finding.get("evidence", ()) if one.get("result"))
