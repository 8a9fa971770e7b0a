"""Types of columns, and cumulative operations that restart at every segment. No Python loop over patients."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Days: TypeAlias = npt.NDArray[np.int32]
Codes: TypeAlias = npt.NDArray[np.int8]
Bools: TypeAlias = npt.NDArray[np.bool_]
AnyInts: TypeAlias = npt.NDArray[np.signedinteger[Any]]

UNBOUNDED = 1 << 44  # above every amount inside the hard limits of the vocabulary, far below overflow
DAY_BITS = 20  # a packed (patient, day): the day, shifted to be positive, in the lower bits
DAY_OFFSET = 1 << 19
_ROOM = 1 << 62


def running_min(values: Ints, segment: Ints) -> Ints:
    """Lowest value so far, within each segment; `segment` counts up from 0.

    Later segments are shifted below all earlier ones, so that one pass over the whole column restarts by itself.
    """
    if not values.size:
        return values
    segments = int(segment[-1]) - int(segment[0]) + 1
    if segments == 1:
        lowest: Ints = np.minimum.accumulate(values)
        return lowest
    span = int(values.max()) - int(values.min()) + 1
    if span * segments >= _ROOM:  # too wide for one shift: halve at a segment boundary
        middle = int(segment.searchsorted(segment[0] + segments // 2))
        halves = (running_min(values[:middle], segment[:middle]), running_min(values[middle:], segment[middle:]))
        return np.concatenate(halves)
    shift = (segment - segment[0]) * span
    shifted: Ints = np.minimum.accumulate(values - shift) + shift
    return shifted


def running_max(values: Ints, segment: Ints) -> Ints:
    """Highest value so far, within each segment."""
    return -running_min(-values, segment)


def in_order(keys: Ints) -> Ints:
    """Places of the keys in ascending order; equal keys keep theirs.

    Each place goes into the lower bits of its key: plain numbers sort nearly twice as fast as places by their keys.
    """
    bits = int(keys.size).bit_length()
    if not keys.size or int(keys.min()) < 0 or int(keys.max()) >= _ROOM >> bits:
        return keys.argsort(kind="stable")
    packed = (keys << bits) | np.arange(keys.size)
    packed.sort()
    places: Ints = packed & ((1 << bits) - 1)
    return places


def before(values: Ints) -> Ints:
    """Each element's predecessor; the first element keeps its own value (callers mask firsts of segments)."""
    out = np.empty_like(values)
    out[1:] = values[:-1]
    out[:1] = values[:1]
    return out


def any_true(rows: Bools) -> bool:
    """Whether any of them. Counting takes a quarter of the time of `.any()`: most columns are those of one patient."""
    return bool(np.count_nonzero(rows))


def all_true(rows: Bools) -> bool:
    """Whether all of them; see `any_true`."""
    return bool(np.count_nonzero(rows) == rows.size)


def one_of(values: AnyInts, choices: Iterable[int]) -> Bools:
    """Whether each value is one of a few. `np.isin` is made for many, and takes twenty steps on a short column."""
    found = np.zeros(values.size, bool)
    for choice in choices:
        found |= values == choice
    return found


def distinct(values: Ints) -> Ints:
    """Every value once, sorted. `np.unique` asks a dozen questions first, which takes longer than a short column."""
    ordered = values.copy()
    ordered.sort()
    return ordered[firsts_of_runs(ordered)]


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """Every value once, sorted, and at which place of them each value is; see `distinct`."""
    order = values.argsort(kind="stable")
    ordered = values[order]
    first = firsts_of_runs(ordered)
    places = np.empty(values.size, np.int64)
    places[order] = first.cumsum() - 1
    return ordered[first], places


def firsts_of_runs(*columns: AnyInts | Bools) -> Bools:
    """Whether each row is the first of a run in which none of the columns changes."""
    first = np.empty(columns[0].size, bool)
    first[:1] = True
    np.not_equal(columns[0][1:], columns[0][:-1], out=first[1:])
    for column in columns[1:]:
        first[1:] |= column[1:] != column[:-1]
    return first


def starts_of_runs(values: AnyInts) -> Ints:
    """Index of the first element of each run of equal values."""
    return firsts_of_runs(values).nonzero()[0]


def last_of_runs(starts: AnyInts, size: int) -> Ints:
    """Index of the last element of each run that begins at `starts`."""
    ends = np.empty(starts.size, np.int64)
    ends[:-1] = starts[1:]
    ends[-1:] = size
    return ends - 1
