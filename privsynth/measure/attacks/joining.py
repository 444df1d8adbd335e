"""Joining two tables about the same people, row by row, where nobody has a key: by what stands in both alike.

Whoever holds two releases looks for columns that both kept, and pairs the rows that are the only ones with their values
in either table. Which columns are worth it he tries out: two at first, then one more as long as more rows join.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.mixing import STEP, mixed
from privsynth.typing import Array

COMMON = 0.5  # of the cells of a column must stand in the other table's too, each as often
WIDEST = 12  # columns that are tried, those of most values first
MORE = 1.02  # a further column must join so many more rows


@dataclass(frozen=True)
class Joined:
    """How many rows find one partner by the columns that join most, and how many would if their rows were strangers."""

    rows: int
    by_chance: int
    columns: tuple[str, ...]

    @property
    def beyond_chance(self) -> int:
        return max(0, self.rows - self.by_chance)


def join(left: Table, right: Table) -> Joined:
    """The rows of the left table that are joined with one of the right, each the only one with these values."""
    cells = {name: _codes(left, right, name) for name in _names(left) if name in right}
    common = [
        name for name, (here, there) in cells.items() if _shared(here, there) >= COMMON * min(len(here), len(there))
    ]
    tried = sorted(common, key=lambda name: -len(np.unique(cells[name][0])))[:WIDEST]
    if not tried or not len(left) or not len(right):
        return Joined(0, 0, ())
    starts: list[tuple[str, ...]] = [*combinations(tried, 2)] or [(tried[0],)]
    best = max((_joined(cells, names) for names in starts), key=lambda joined: joined.beyond_chance)
    while True:
        longer = [_joined(cells, (*best.columns, name)) for name in tried if name not in best.columns]
        next_ = max(longer, key=lambda joined: joined.beyond_chance, default=best)
        if next_.beyond_chance <= MORE * best.beyond_chance:
            return best
        best = next_


def _joined(cells: dict[str, tuple[Array, Array]], names: Sequence[str]) -> Joined:
    here, there = (_rows([cells[name][side] for name in names]) for side in (0, 1))
    if len(names) == 1:
        return Joined(_pairs(here, there), 0, tuple(names))
    rng = np.random.default_rng(0)
    mixed_up = _rows([rng.permutation(cells[name][1]) for name in names])
    return Joined(_pairs(here, there), _pairs(here, mixed_up), tuple(names))


def _pairs(here: Array, there: Array) -> int:
    return len(np.intersect1d(_lonely(here), _lonely(there), assume_unique=True))


def _lonely(rows: Array) -> Array:
    values, counts = np.unique(rows, return_counts=True)
    return np.asarray(values[counts == 1])


def _rows(columns: Sequence[Array]) -> Array:
    rows = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        rows = mixed(rows + column.astype(np.uint64) + STEP)
    return rows


def _shared(here: Array, there: Array) -> int:
    """Cells of one table that have a like one in the other, each used once."""
    size = int(max(here.max(initial=0), there.max(initial=0))) + 1
    return int(np.minimum(np.bincount(here, minlength=size), np.bincount(there, minlength=size)).sum())


def _codes(left: Table, right: Table, name: str) -> tuple[Array, Array]:
    """A number for each value, the same on both sides; a number is the same however it is spelt."""
    codes, _ = pd.factorize(np.concatenate([_words(left, name), _words(right, name)]), use_na_sentinel=False)
    return codes[: len(left)], codes[len(left) :]


def _words(table: Table, name: str) -> Array:
    words = pd.Series(table.text(name), dtype=object)
    numbers = pd.to_numeric(words, errors="coerce")
    return np.asarray(words.where(numbers.isna(), numbers.map(repr)), dtype=object)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]
