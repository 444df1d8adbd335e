"""Numbers and dates told as the mean of a group of nearest people."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.kinds import at, misfit, to_places
from privsynth.mask_steps import Microaggregate
from privsynth.typing import Array

EXACT = 200_000  # distinct values up to which the best partition is looked for; more are cut one group after the other


@dataclass(frozen=True, eq=False)
class Means:
    """Edges half-way between neighbouring groups, and the mean of each group; a value that was not seen falls to the nearest."""

    column: Column
    edges: Array = field(repr=False)
    means: Array = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        values = _numbers(table.values(self.column.name))
        there = np.isfinite(values)
        made = np.full(len(values), np.nan)
        if len(self.means):
            made[there] = self.means[np.searchsorted(self.edges, values[there], side="left")]
        return _stored(made, self.column)


def learn_microaggregate(
    table: Table,
    name: str,
    step: Microaggregate,
    *,
    k: int,
    k_rare: int,  # noqa: ARG001
    people: Array,
    place: str = "",
) -> Means:
    """Groups of at least so many people that the squared distances to their means are least."""
    column, size = table[name], step.size or k
    if not (column.kind.is_numeric or column.kind is Kind.DATE):
        raise misfit(
            table,
            name,
            "microaggregate",
            "microaggregate fits numbers and dates; for levels take generalise with a hierarchy.",
            place,
        )
    values = _numbers(table.values(name))
    there = np.isfinite(values)
    if not there.any():
        return Means(column, np.empty(0), np.empty(0))
    if len(np.unique(people[there])) < size:
        note = f"{at(table, name)}: fewer than {size} people have a value, too few for a group: no value is left"
        return Means(column, np.empty(0), np.empty(0), (note,))
    points = _points(values[there], people[there])
    edges, means = _groups(*points, size)
    means = np.floor(means) if column.kind is Kind.DATE else to_places(means, column.spelling)
    return Means(
        column,
        edges,
        means,
        (f"{at(table, name)}: {len(means):,} groups of at least {size} people; each value became its group's mean",),
    )


def _numbers(values: Array) -> Array:
    """Dates as days since 1970, with fractions."""
    if values.dtype.kind != "M":
        return values
    missing = np.isnat(values)
    return np.where(missing, np.nan, np.where(missing, np.datetime64(0, "us"), values).astype(np.int64) / 86_400e6)


def _stored(made: Array, column: Column) -> Array:
    if column.kind is not Kind.DATE:
        return made
    missing = np.isnan(made)
    days = np.where(missing, 0, made).astype(np.int64).astype("datetime64[D]").astype("datetime64[us]")
    return np.where(missing, np.datetime64("NaT", "us"), days)


def _points(values: Array, people: Array) -> tuple[Array, Array, Array]:
    """Distinct values in order, how many rows hold each, and how many people count there: each once, at the middle one of his values."""
    known, codes, rows = np.unique(values, return_inverse=True, return_counts=True)
    order = np.lexsort((codes, people))
    starts = np.flatnonzero(np.append(True, people[order][1:] != people[order][:-1]))
    lengths = np.diff(np.append(starts, len(order)))
    return known, rows, np.bincount(codes[order][starts + (lengths - 1) // 2], minlength=len(known))


def _groups(known: Array, rows: Array, people: Array, size: int) -> tuple[Array, Array]:
    """Edges between the groups, and their means."""
    reached = np.append(0, np.cumsum(people))
    cuts = _best_cuts(known, rows, reached, size) if len(known) <= EXACT else _even_cuts(reached, size)
    below, above = known[cuts[1:-1] - 1], known[cuts[1:-1]]
    halfway = below + (above - below) / 2
    sums = np.add.reduceat(known * rows, cuts[:-1])
    return np.where(halfway >= above, below, halfway), sums / np.add.reduceat(rows, cuts[:-1])


def _best_cuts(known: Array, rows: Array, reached: Array, size: int) -> Array:
    """Where the groups begin and end, for the least sum of squares: a shortest path (Hansen and Mukherjee 2003).

    A group that could be split into two large enough ones is never better than the two, so only short ones are looked at.
    """
    scaled = (known - known.mean()) / (known.std() or 1.0)
    count, total, square = (np.append(0.0, np.cumsum(part)) for part in (rows, rows * scaled, rows * scaled**2))
    full = np.searchsorted(reached, reached + size, side="left")  # from each start: the first end with enough people
    ends = np.arange(len(reached))
    last = np.searchsorted(
        reached, reached - size, side="right"
    )  # for each end: one beyond the last start with enough people
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
    """As few people as allowed in each group, from the lowest value on; those left over at the end join the last one."""
    ahead, cuts = reached.tolist(), [0]
    while ahead[-1] - ahead[cuts[-1]] >= size:
        cuts.append(bisect_left(ahead, ahead[cuts[-1]] + size))
    return np.array([*cuts[: max(1, len(cuts) - 1)], len(ahead) - 1])
