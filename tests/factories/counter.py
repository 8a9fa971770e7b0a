"""Numbers that make names unique within a test run."""

from __future__ import annotations

import itertools

_numbers = itertools.count(1)


def next_number() -> int:
    """A number not handed out before."""
    return next(_numbers)
