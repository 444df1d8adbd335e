"""Which columns decide which others by their levels, in every row or in nearly all, as no chance would have it.

It is asked among the rows where both are known: a missing cell speaks neither for nor against. Where missing cells are
decided, too, as if they were a level, it is asked among all rows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from privsynth.typing import Array

FEWEST = 30  # rows beside another one of the same level, below which nothing is said
CHANCE = 20.0  # times that chance would have to break it
MUCH = 0.1  # of what chance would break, that may be broken
SURELY, NEARLY = 0.995, 0.9  # of the rows
LOOKED_AT = 4_000_000  # cells of a spread sample that decide which pairs are counted on all rows
WIDE = 8_000_000  # column pairs times rows of the sample, at most
FLAT = 10  # combinations of levels for each row, up to which each has its own counter
NEIGHBOURS = 8_000  # that are asked whether both are known
SLACK = 1.2  # times that neighbours of a sample may differ more than rows do on the whole


@dataclass(frozen=True)
class Decision:
    """That one column decides another, and how often."""

    share: float  # of the rows that were asked
    among_known: bool = False  # whether rows with missing cells were not asked
    is_sure: bool = True  # in so many of the rows whose level comes again


@dataclass(frozen=True, eq=False)
class _Sizes:
    """Of each column: how many levels there are, and the chance that a row is not of the commonest one."""

    levels: Array
    meets: Array

    @classmethod
    def of(cls, counts: list[Array]) -> _Sizes:
        sums = [max(1, int(count.sum())) for count in counts]
        return cls(
            levels=np.array([int((count > 0).sum()) for count in counts], dtype=int),
            meets=np.array([1 - count.max(initial=0) / whole for count, whole in zip(counts, sums, strict=True)]),
        )

    def hopeful(self, first: int, broken: Array, tested: Array, of: float = 1.0) -> Array:
        """Whether neighbours of the same level differ so seldom that all rows are worth counting.

        There are `of` times as many neighbours as were tested.
        """
        few = SLACK * 2 * tested  # one odd row differs from both of its neighbours
        return np.asarray(
            (broken <= (1 - NEARLY) * few)
            & (broken <= np.maximum(1, MUCH * self.meets * few))
            & (self.meets * tested * of >= CHANCE)
            & (self.levels <= self.levels[first] * 1.01 + broken * of + 1)
        )


def spread(rows: int, most: int) -> Array:
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(int)


def decided_in(codes: Array, seconds: Collection[int]) -> dict[tuple[int, int], Decision]:
    """The pairs of which the first decides the second, of those `seconds`. Of each column's levels missing is 0."""
    counts = [np.bincount(column, minlength=1) for column in codes.T]
    whole, known = _Sizes.of(counts), _Sizes.of([count[1:] for count in counts])
    gaps = np.array([count[0] > 0 for count in counts], dtype=bool)
    rows, width = codes.shape
    sample = codes[spread(rows, max(500, min(rows, LOOKED_AT // max(1, width), WIDE * 10 // max(1, width**2))))]
    found: dict[tuple[int, int], Decision] = {}
    for first in map(int, np.flatnonzero((whole.levels > 1) & (whole.levels < rows))):
        for second in map(int, np.flatnonzero(_hopeful(sample, first, whole, known, gaps))):
            if second == first or second not in seconds:
                continue
            one, two = codes[:, first], codes[:, second]
            each = _decided(one, two, whole.meets[second], known.meets[second], has_gaps=gaps[first] | gaps[second])
            if each is not None:
                found[first, second] = each
    return found


def _hopeful(sample: Array, first: int, whole: _Sizes, known: _Sizes, gaps: Array) -> Array:
    by = sample[np.argsort(sample[:, first], kind="stable")]
    at = np.flatnonzero(by[1:, first] == by[:-1, first])
    if len(at) < FEWEST:
        return np.zeros(sample.shape[1], dtype=bool)
    differ = (by[1:] != by[:-1])[at]
    hopeful = whole.hopeful(first, differ.sum(axis=0), np.full(sample.shape[1], len(at)))
    if not gaps.any():
        return hopeful
    asked = np.arange(len(gaps)) if gaps[first] else np.flatnonzero(gaps)  # others are known wherever they are asked
    some = spread(len(at), NEIGHBOURS)
    both = (
        (by[np.ix_(at[some], asked)] > 0) & (by[np.ix_(at[some] + 1, asked)] > 0) & (by[at[some], first] > 0)[:, None]
    )
    broken, tested = np.zeros(len(gaps)), np.zeros(len(gaps))
    broken[asked], tested[asked] = (differ[np.ix_(some, asked)] & both).sum(axis=0), both.sum(axis=0)
    return np.asarray(hopeful | known.hopeful(first, broken, tested, len(at) / len(some)))


def _decided(one: Array, two: Array, meets: float, known_meets: float, *, has_gaps: bool) -> Decision | None:
    every = _counted(one, two, meets)
    if not has_gaps or (every is not None and every.share == 1.0):
        return every
    both = (one > 0) & (two > 0)
    known = _counted(one[both], two[both], known_meets)
    if known is not None:
        return replace(known, among_known=True)
    return every if every is not None and every.is_sure else None


def _counted(one: Array, two: Array, meets: float) -> Decision | None:
    broken, tested = broken_in(one, two)
    if meets * tested < CHANCE or broken > min(1 - NEARLY, MUCH * meets) * tested:
        return None
    return Decision(1 - broken / len(one), is_sure=broken <= (1 - SURELY) * tested)


def broken_in(one: Array, two: Array) -> tuple[int, int]:
    """The rows that do not hold the commonest partner of their level, and the rows whose level comes more than once.

    A level that comes once decides everything, and proves nothing.
    """
    width = int(two.max(initial=0)) + 1
    of_level = np.bincount(one, minlength=1)
    pairs = one.astype(np.int64) * width + two
    if len(of_level) * width <= FLAT * max(1, len(one)):
        best = np.bincount(pairs, minlength=len(of_level) * width).reshape(-1, width).max(axis=1)
    else:
        known, counts = np.unique(pairs, return_counts=True)
        best = np.zeros(len(of_level), dtype=np.int64)
        np.maximum.at(best, known // width, counts)
    return len(one) - int(best.sum()), int(of_level[of_level > 1].sum())
