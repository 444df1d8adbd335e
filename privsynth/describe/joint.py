"""Which two categories together decide a third that neither decides alone, as brand and size decide a tariff."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np

from privsynth.typing import Array

MOST = 20  # columns whose pairs are looked at
SAMPLE = 2_000  # rows that tell most pairs
FEWEST = 30  # rows beside another one of the same two levels
CHANCE = 20.0  # times that chance would have to break it, for all that each of the two tells alone


def joint_of(codes: Array, columns: Sequence[int], decided: Collection[tuple[int, int]]) -> Iterator[tuple[int, ...]]:
    """Two columns and a third that they decide in every row; of several such pairs the one of fewest combinations.

    `codes` has a column of levels for each; `decided` are the pairs of which one decides the other.
    """
    looked_at = list(columns)[:MOST]
    look = np.linspace(0, len(codes) - 1, min(len(codes), SAMPLE)).astype(int)
    sample = codes[look]
    alone = {at: _broken(sample, sample[:, at], looked_at) for at in looked_at}
    best: dict[int, tuple[int, int, int]] = {}
    for one, two in combinations(looked_at, 2):
        if (one, two) in decided or (two, one) in decided:
            continue
        together, broken = _broken(sample, _pairs(sample, one, two), looked_at)
        chance = np.minimum(*(alone[at][1] / max(alone[at][0], 1) for at in (one, two))) * together
        for place in np.flatnonzero((broken == 0) & (chance >= CHANCE)) if together >= FEWEST else ():
            third = looked_at[place]
            if third in (one, two) or any((at, third) in decided for at in (one, two)):
                continue
            size = len(np.unique(_pairs(codes, one, two)))
            if (third not in best or size < best[third][0]) and _decide(codes, one, two, third):
                best[third] = size, one, two
    yield from ((one, two, third) for third, (_, one, two) in best.items())


def _pairs(codes: Array, one: int, two: int) -> Array:
    return codes[:, one].astype(np.int64) * (int(codes[:, two].max(initial=0)) + 1) + codes[:, two]


def _broken(codes: Array, by: Array, columns: Sequence[int]) -> tuple[int, Array]:
    """How many rows have a neighbour of the same level, and in how many of these each column differs from it."""
    order = np.argsort(by, kind="stable")
    same = np.flatnonzero(by[order[1:]] == by[order[:-1]])
    here, there = (codes[order[at]][:, list(columns)] for at in (same, same + 1))
    return len(same), np.asarray((here != there).sum(axis=0))


def _decide(codes: Array, one: int, two: int, third: int) -> bool:
    pairs = np.unique(_pairs(codes, one, two), return_inverse=True)[1]
    wide = int(codes[:, third].max()) + 1
    return len(np.unique(pairs * wide + codes[:, third])) == int(pairs.max()) + 1
