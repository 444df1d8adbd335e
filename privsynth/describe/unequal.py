"""Two columns of one domain that never hold the same value in one row: who plays at home does not play away as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.statistics import Fact
from privsynth.typing import Array

COMPARED = 300  # columns of which all pairs are looked at, those of fewest values
SHARED = 0.5  # of the rows of either column hold values that both know
CHANCE = 20.0  # rows that chance would have made equal
LEVELS = (Kind.CATEGORY, Kind.ORDINAL, Kind.TEXT)


def unequal_in(table: Table) -> Iterator[Fact]:
    """Each such pair, with the number of rows in which columns that know nothing of each other would agree."""
    for kinds in (LEVELS, (Kind.INTEGER,)):
        columns = [c for c in table.columns if c.kind in kinds and _is_compared(c)]
        for one, two, rows, expected in _unequal(table, columns):
            words = (
                f"{one} and {two} never hold the same value in one row; "
                f"of {rows:,} rows chance would make {expected:,.0f} equal"
            )
            yield Fact("unequal", table=table.name, columns=(one, two), share=1.0, words=words)


def _is_compared(column: Column) -> bool:
    return not column.role.is_fabricated and column.role is not Role.FREE_TEXT


def _unequal(table: Table, columns: Sequence[Column]) -> Iterator[tuple[str, str, int, float]]:
    made = [pd.factorize(table.frame[c.name].to_numpy()) for c in columns]
    few = sorted(range(len(columns)), key=lambda at: len(made[at][1]))[:COMPARED]
    known = [np.asarray(made[at][1], dtype=object) for at in few]
    if len(few) < 2 or not any(map(len, known)):
        return
    domain = pd.factorize(np.concatenate(known))[0]
    levels = np.split(domain, np.cumsum([len(each) for each in known])[:-1])
    size = int(domain.max()) + 1
    shares = [_shares(made[at][0], len(each)) for at, each in zip(few, known, strict=True)]
    of_one = [float(np.sqrt(len(table) * (share**2).sum())) for share in shares]  # no two agree more often by chance
    for place, one in enumerate(few):
        of_level = np.zeros(size)
        of_level[levels[place]] = shares[place]
        for other in (at for at in range(place + 1, len(few)) if of_one[place] * of_one[at] >= CHANCE):
            there = of_level[levels[other]]
            if min(there.sum(), shares[other][there > 0].sum()) < SHARED:
                continue
            left, right = (np.r_[levels[at], -1][made[few[at]][0]] for at in (place, other))
            rows, expected = _by_chance(left, right, size)
            if expected >= CHANCE and not ((left == right) & (left >= 0)).any():
                first, second = sorted((one, few[other]))
                yield columns[first].name, columns[second].name, rows, expected


def _shares(codes: Array, size: int) -> Array:
    known = codes[codes >= 0]
    return np.bincount(known, minlength=size) / max(len(known), 1)


def _by_chance(left: Array, right: Array, size: int) -> tuple[int, float]:
    """The rows in which both are known, and in how many of them independent columns would agree."""
    both = (left >= 0) & (right >= 0)
    one, two = (np.bincount(side[both], minlength=size).astype(float) for side in (left, right))
    rows = int(both.sum())
    return rows, float(one @ two) / max(rows, 1)
