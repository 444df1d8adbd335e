"""Which rows lie nearest in a few columns by Gower's distance (1971): numbers by share of the range, else equal or not.

For attacks that look a person up by what is known of her. Ties matter there: the answer is every nearest row. Distances
are whole numbers of steps, a millionth of a range each, so that what is equally near is so in any order of columns.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.cells import distinct_rows
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

BLOCK = 2**18  # distances held at one time: what a core keeps near
STEPS = 2**20  # of a range; a difference of class is one whole range
SAME = 1  # steps that rounding may set apart what is equally near
GAP = np.int32(-(2**30))  # stands for a missing number: farther from all others than any of them


@dataclass(frozen=True, eq=False)
class Space:
    """Rows of several tables in common terms: numbers as steps of the range, else codes; missing equals missing."""

    numbers: Array = field(repr=False)  # columns x rows, int32; GAP where missing
    codes: Array = field(repr=False)  # columns x rows, int32, or smaller where all codes fit

    def take(self, rows: Array) -> Space:
        return Space(self.numbers[:, rows], self.codes[:, rows])

    def __len__(self) -> int:
        return int(self.numbers.shape[1])

    def distinct(self) -> tuple[Space, Array]:
        """Each different row once, and which of them each row is."""
        first, which = distinct_rows(np.vstack([self.numbers, self.codes]).astype(np.int32).T)
        return self.take(first), which

    def has_gap(self) -> list[bool]:
        """Of each number whether it is missing somewhere."""
        return [bool((column == GAP).any()) for column in self.numbers]


def spaces(tables: Sequence[Table], names: Sequence[str]) -> list[Space]:
    """All tables in one space. The range of a number is taken over all of them."""
    numeric = [name for name in names if all(table.values(name).dtype.kind in "fM" for table in tables)]
    numbers = [_scaled([as_number(table.values(name)) for table in tables]) for name in numeric]
    codes = [_coded([table.text(name) for table in tables]) for name in names if name not in numeric]
    sizes = [len(table) for table in tables]
    ends = np.cumsum(sizes)[:-1]
    both = (
        np.split(_stack(part, sum(sizes), kind), ends, axis=1)
        for part, kind in ((numbers, np.int32), (codes, _narrow(codes)))
    )
    return [Space(*parts) for parts in zip(*both, strict=True)]


def nearest_rows(queries: Space, targets: Space) -> Iterator[tuple[slice, Array]]:
    """Blocks of queries with, for each, which targets are nearest: a mask of queries x targets."""
    step = max(1, BLOCK // max(1, len(targets)))
    gaps = [left or right for left, right in zip(queries.has_gap(), targets.has_gap(), strict=True)]
    for start in range(0, len(queries), step):
        rows = slice(start, min(start + step, len(queries)))
        cost = _unlike(queries, targets, rows) + _apart(queries, targets, rows, gaps)
        yield rows, cost <= cost.min(axis=1, keepdims=True) + SAME


def nearest_pairs(queries: Space, targets: Space) -> tuple[Array, Array]:
    """The same as pairs: each query with every target that is nearest to it, in the order of the queries."""
    pairs = [np.add(np.nonzero(near), [[rows.start], [0]]) for rows, near in nearest_rows(queries, targets)]
    left, right = np.concatenate(pairs, axis=1) if pairs else np.zeros((2, 0), dtype=np.intp)
    return left, right


def _unlike(queries: Space, targets: Space, rows: slice) -> Array:
    """A whole range for each class that differs."""
    shape = (rows.stop - rows.start, len(targets))
    unlike, differs = np.zeros(shape, dtype=np.uint16), np.empty(shape, dtype=bool)
    for query, target in zip(queries.codes[:, rows], targets.codes, strict=True):
        unlike += np.not_equal(query[:, None], target, out=differs)
    return unlike.astype(np.int32) * np.int32(STEPS)


def _apart(queries: Space, targets: Space, rows: slice, gaps: Sequence[bool]) -> Array:
    """The steps between numbers; a missing one is a whole range from any that is not."""
    shape = (rows.stop - rows.start, len(targets))
    total, apart = np.zeros(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)
    for query, target, gap in zip(queries.numbers[:, rows], targets.numbers, gaps, strict=True):
        np.abs(np.subtract(query[:, None], target, out=apart), out=apart)
        total += np.minimum(apart, STEPS, out=apart) if gap else apart
    return total


def _stack(columns: list[Array], rows: int, kind: Any) -> Array:
    return np.stack(columns).astype(kind) if columns else np.zeros((0, rows), dtype=kind)


def _narrow(codes: list[Array]) -> Any:
    """The smallest type that holds all codes: more of them are compared at once."""
    return np.min_scalar_type(max((int(column.max(initial=0)) for column in codes), default=0))


def _scaled(parts: list[Array]) -> Array:
    every = np.concatenate(parts)
    finite = every[np.isfinite(every)]
    width = float(np.ptp(finite)) if len(finite) else 0.0
    place = np.asarray((every - (finite.min() if len(finite) else 0.0)) / (width or 1.0))
    return np.where(np.isnan(place), GAP, np.rint(np.clip(np.nan_to_num(place), 0, 1) * STEPS)).astype(np.int32)


def _coded(parts: list[Array]) -> Array:
    return np.asarray(pd.factorize(np.concatenate(parts), use_na_sentinel=False)[0])
