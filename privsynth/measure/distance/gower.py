"""Which rows lie nearest in a few columns by Gower's distance (1971): numbers by share of the range, else equal or not.

For attacks that look a person up by what is known of her. Ties matter there: the answer is every nearest row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

BLOCK = 2**22  # distances held at one time
SAME = 1e-6


@dataclass(frozen=True, eq=False)
class Space:
    """Rows of several tables in common terms: numbers as shares of the range, else codes; missing equals missing."""

    numbers: Array = field(repr=False)  # columns x rows, float32; NaN where missing
    codes: Array = field(repr=False)  # columns x rows, int32

    def take(self, rows: Array) -> Space:
        return Space(self.numbers[:, rows], self.codes[:, rows])

    def __len__(self) -> int:
        return int(self.numbers.shape[1])


def spaces(tables: Sequence[Table], names: Sequence[str]) -> list[Space]:
    """All tables in one space. The range of a number is taken over all of them."""
    numeric = [name for name in names if all(table.values(name).dtype.kind in "fM" for table in tables)]
    numbers = [_scaled([as_number(table.values(name)) for table in tables]) for name in numeric]
    codes = [_coded([table.text(name) for table in tables]) for name in names if name not in numeric]
    sizes = [len(table) for table in tables]
    ends = np.cumsum(sizes)[:-1]
    both = (
        np.split(_stack(part, sum(sizes), kind), ends, axis=1)
        for part, kind in ((numbers, np.float32), (codes, np.int32))
    )
    return [Space(*parts) for parts in zip(*both, strict=True)]


def nearest_rows(queries: Space, targets: Space) -> Iterator[tuple[slice, Array]]:
    """Blocks of queries with, for each, which targets are nearest: a mask of queries x targets."""
    step = max(1, BLOCK // max(1, len(targets)))
    for start in range(0, len(queries), step):
        rows = slice(start, min(start + step, len(queries)))
        cost = _cost(queries, targets, rows)
        yield rows, cost <= cost.min(axis=1, keepdims=True) + SAME


def _cost(queries: Space, targets: Space, rows: slice) -> Array:
    cost = np.zeros((rows.stop - rows.start, len(targets)), dtype=np.float32)
    for query, target in zip(queries.numbers[:, rows], targets.numbers, strict=True):
        apart = np.abs(query[:, None] - target[None, :])
        cost += (
            np.where(np.isnan(apart), np.isnan(query)[:, None] != np.isnan(target)[None, :], apart)
            if np.isnan(apart).any()
            else apart
        )
    for query, target in zip(queries.codes[:, rows], targets.codes, strict=True):
        cost += query[:, None] != target[None, :]
    return cost


def _stack(columns: list[Array], rows: int, kind: Any) -> Array:
    return np.stack(columns).astype(kind) if columns else np.zeros((0, rows), dtype=kind)


def _scaled(parts: list[Array]) -> Array:
    every = np.concatenate(parts)
    finite = every[np.isfinite(every)]
    width = float(np.ptp(finite)) if len(finite) else 0.0
    return np.asarray((every - (finite.min() if len(finite) else 0.0)) / (width or 1.0))


def _coded(parts: list[Array]) -> Array:
    return np.asarray(pd.factorize(np.concatenate(parts), use_na_sentinel=False)[0])
