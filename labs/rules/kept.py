"""What is worked out of a thing when first asked, and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class kept(Generic[T]):  # noqa: N801 (written and read as a decorator, like `property`)
    """A property worked out once. As `functools.cached_property`, which in Python 3.11 takes a lock each time it works.

    Without the lock two threads may both work it out; what comes of it is the same.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self.work = work
        self.__doc__ = work.__doc__

    def __get__(self, owner: Any, _: Any = None) -> T:
        found = owner.__dict__[self.work.__name__] = self.work(owner)
        return found
