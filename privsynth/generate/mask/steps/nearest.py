"""Numbers and dates told as the mean of a group of nearest people."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.kinds import to_places
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.mask_steps import Microaggregate
from privsynth.spelling.dates import floored
from privsynth.typing import Array

EXACT = 200_000  # distinct values up to which the best partition is looked for; more are cut one group after the other


@dataclass(frozen=True, eq=False)
class Means:
    """Edges half-way between neighbouring groups, and the mean of each; a new value goes to the nearest."""

    column: Column
    edges: Array = field(repr=False)
    means: Array = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        values = _numbers(table.values(self.column.name))
        present = np.isfinite(values)
        means = np.full(len(values), np.nan)
        if len(self.means):
            means[present] = self.means[np.searchsorted(self.edges, values[present], side="left")]
        return _stored(means, self.column)


def learn_microaggregate(step: Microaggregate, lesson: Lesson) -> Means:
    """Groups of at least so many people that the squared distances to their means are least."""
    column, size = lesson.column, step.size or lesson.k
    if not (column.kind.is_numeric or column.kind is Kind.DATE):
        fits = "microaggregate fits numbers and dates; for levels take generalise with a hierarchy."
        raise lesson.misfit("microaggregate", fits)
    values = _numbers(lesson.values)
    present = np.isfinite(values)
    nothing = Means(column, np.empty(0), np.empty(0))
    if not present.any():
        return nothing
    if len(np.unique(lesson.people[present])) < size:
        note = f"fewer than {size} people have a value, too few for a group: no value is left"
        return replace(nothing, notes=lesson.notes(note))
    edges, means = _groups(*_points(values[present], lesson.people[present]), size)
    means = np.floor(means) if column.kind is Kind.DATE else to_places(means, column.spelling)
    note = f"{len(means):,} groups of at least {size} people; each value became its group's mean"
    return Means(column, edges, means, lesson.notes(note))


def _numbers(values: Array) -> Array:
    """Dates as days since 1970, with fractions."""
    if values.dtype.kind != "M":
        return values
    missing = np.isnat(values)
    return np.where(missing, np.nan, np.where(missing, np.datetime64(0, "us"), values).astype(np.int64) / 86_400e6)


def _stored(numbers: Array, column: Column) -> Array:
    if column.kind is not Kind.DATE:
        return numbers
    missing = np.isnan(numbers)
    days = np.where(missing, 0, numbers).astype(np.int64).astype("datetime64[D]").astype("datetime64[us]")
    return floored(np.where(missing, np.datetime64("NaT", "us"), days), column.spelling.unit)


def _points(values: Array, people: Array) -> tuple[Array, Array, Array]:
    """Distinct values in order, how many rows hold each, and how many people count there.

    Each person counts once, at the middle one of their values.
    """
    distinct, codes, rows = np.unique(values, return_inverse=True, return_counts=True)
    order = np.lexsort((codes, people))
    starts = np.flatnonzero(np.append(True, people[order][1:] != people[order][:-1]))
    lengths = np.diff(np.append(starts, len(order)))
    return distinct, rows, np.bincount(codes[order][starts + (lengths - 1) // 2], minlength=len(distinct))


def _groups(distinct: Array, rows: Array, people: Array, size: int) -> tuple[Array, Array]:
    """Edges between the groups, and their means."""
    reached = np.append(0, np.cumsum(people))
    cuts = _best_cuts(distinct, rows, reached, size) if len(distinct) <= EXACT else _even_cuts(reached, size)
    below, above = distinct[cuts[1:-1] - 1], distinct[cuts[1:-1]]
    halfway = below + (above - below) / 2
    sums = np.add.reduceat(distinct * rows, cuts[:-1])
    return np.where(halfway >= above, below, halfway), sums / np.add.reduceat(rows, cuts[:-1])


def _best_cuts(distinct: Array, rows: Array, reached: Array, size: int) -> Array:
    """Where the groups begin and end, for the least sum of squares: a shortest path (Hansen and Mukherjee 2003).

    A group that could be split into two large enough ones is never better than the two: only short ones are tried.
    """
    scaled = (distinct - distinct.mean()) / (distinct.std() or 1.0)
    count, total, square = (np.append(0.0, np.cumsum(part)) for part in (rows, rows * scaled, rows * scaled**2))
    ends = np.arange(len(reached))
    # From each start the first end with enough people; for each end one beyond the last start with enough people.
    full = np.searchsorted(reached, reached + size, side="left")
    last = np.searchsorted(reached, reached - size, side="right")
    first = np.searchsorted(full, last, side="left")  # earlier starts could be split
    cost, came = np.full(len(reached), np.inf), np.zeros(len(reached), dtype=np.int64)
    cost[0] = 0.0
    for end in ends[last > 0]:
        start = slice(min(first[end], last[end] - 1), last[end])
        spread = square[end] - square[start] - (total[end] - total[start]) ** 2 / (count[end] - count[start])
        ways = cost[start] + spread
        best = int(np.argmin(ways))
        cost[end], came[end] = ways[best], start.start + best
    return _path(came)


def _path(came: Array) -> Array:
    path = [len(came) - 1]
    while path[-1]:
        path.append(int(came[path[-1]]))
    return np.array(path[::-1])


def _even_cuts(reached: Array, size: int) -> Array:
    """As few people as allowed in each group, from the lowest value on; those left over join the last group."""
    ahead, cuts = reached.tolist(), [0]
    while ahead[-1] - ahead[cuts[-1]] >= size:
        cuts.append(bisect_left(ahead, ahead[cuts[-1]] + size))
    return np.array([*cuts[: max(1, len(cuts) - 1)], len(ahead) - 1])
