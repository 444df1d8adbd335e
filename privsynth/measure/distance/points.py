"""How far rows lie apart: rows as points, and the nearest one to each.

The distance is of Gower's type (1971): a number counts by its difference over the range p99 - p1, a category by 0 or
0.5, a missing number lies in the middle and half a step aside. Squares are summed, so that matrix products can search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.typing import Array

CATEGORY_COST = 0.5
FARTHEST = 10.0  # in ranges: farther out, numbers are all alike
AXES = 192  # at most so many axes for all categories together
BLOCK = 2**22  # distances held at one time
BAND = 512  # queries that are looked up together where they lie near each other
ROUNDING = 1e-4  # more than single precision can be wrong


@dataclass(frozen=True, eq=False)
class Points:
    """Rows in a common space: exact parts, and one dense matrix for the search."""

    numbers: Array = field(repr=False)  # scaled and centred; a missing one lies in the middle
    codes: Array = field(repr=False)  # categories, and for each number whether it is missing
    dense: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.dense)

    def take(self, rows: Array | slice) -> Points:
        return Points(self.numbers[rows], self.codes[rows], self.dense[rows])


def place(tables: Sequence[Table], names: Sequence[str]) -> list[Points]:
    """The rows of all tables in one space, scaled by the first table."""
    ends = np.cumsum([len(table) for table in tables])[:-1]
    numeric = [name for name in names if all(table.values(name).dtype.kind in "fM" for table in tables)]
    worded = [name for name in names if name not in numeric]
    numbers = _columns([_scaled(tables, name) for name in numeric], sum(map(len, tables)), np.float32)
    codes = _columns(
        [_codes(tables, name) for name in worded] + [np.isnan(column) for column in numbers.T], len(numbers), np.int32
    )
    numbers = np.nan_to_num(numbers - _middle(numbers))
    dense = np.hstack([numbers, *_one_hot(codes)])
    parts = (np.split(part, ends) for part in (numbers, codes, np.ascontiguousarray(dense, dtype=np.float32)))
    return [Points(*part) for part in zip(*parts, strict=True)]


def nearest(queries: Points, targets: Points, *, skip: Array | None = None) -> Array:
    """The distance from each query to its nearest target; `skip` names a target for each that does not count."""
    return nearest_at(queries, targets, skip=skip)[1]


def nearest_at(queries: Points, targets: Points, *, skip: Array | None = None) -> tuple[Array, Array]:
    """Which target is nearest to each query, and how far it is; nought and infinitely far where there is none."""
    if not len(targets) or not len(queries):
        return np.zeros(len(queries), dtype=np.intp), np.full(len(queries), np.inf)
    at = np.empty(len(queries), dtype=np.intp)
    for rows, apart in _searched(queries, targets):
        if skip is not None:
            apart[np.arange(len(apart)), skip[rows]] = np.inf
        at[rows] = apart.argmin(axis=1)
    distance = between(queries, targets.take(at))
    return at, distance if skip is None or len(targets) > 1 else np.full(len(queries), np.inf)


def nearest_and_within(queries: Points, targets: Points, radius: float) -> tuple[Array, Array]:
    """The distance from each query to its nearest target, and how many targets lie within the radius."""
    at, counts = np.zeros(len(queries), dtype=np.intp), np.zeros(len(queries), dtype=np.intp)
    limits = np.float32(radius**2) - np.einsum("ij,ij->i", queries.dense, queries.dense)
    for rows, apart in _searched(queries, targets) if len(targets) else ():
        at[rows] = apart.argmin(axis=1)
        counts[rows] = [np.count_nonzero(row <= limit) for row, limit in zip(apart, limits[rows], strict=True)]
    return between(queries, targets.take(at)) if len(targets) else np.full(len(queries), np.inf), counts


def nearest_few(queries: Points, targets: Points, count: int) -> Array:
    """Which targets are nearest to each query, so many of them (or all there are), in no order: queries x count."""
    few = min(count, len(targets))
    at = np.empty((len(queries), few), dtype=np.intp)
    for rows, apart in _searched(queries, targets) if few else ():
        at[rows] = np.argpartition(apart, few - 1, axis=1)[:, :few]
    return at


def is_within(queries: Points, targets: Points, radius: float) -> Array:
    """Which queries have a target within the radius. Only what lies as near on the main axis is looked at."""
    if not len(targets) or not len(queries) or not targets.dense.shape[1]:
        return nearest(queries, targets) <= radius
    axis = np.linalg.eigh(np.cov(targets.dense, rowvar=False, ddof=0).reshape(2 * [targets.dense.shape[1]]))[1][:, -1]
    asked, lie = queries.dense @ axis, targets.dense @ axis
    in_order, order = targets.take(np.argsort(lie, kind="stable")), np.argsort(asked, kind="stable")
    lie, reach, hit = np.sort(lie), radius * (1 + ROUNDING) + ROUNDING, np.zeros(len(queries), dtype=bool)
    for start in range(0, len(order), BAND):
        rows = order[start : start + BAND]
        first, last = np.searchsorted(lie, [asked[rows[0]] - reach, asked[rows[-1]] + reach])
        hit[rows] = nearest(queries.take(rows), in_order.take(slice(first, last))) <= radius
    return hit


def _searched(queries: Points, targets: Points) -> Iterator[tuple[slice, Array]]:
    """Blocks of queries with their squared distances to all targets, short of what is the same for all of a row."""
    heights = np.einsum("ij,ij->i", targets.dense, targets.dense)
    those = np.vstack([targets.dense.T * np.float32(-2), heights])
    these = np.hstack([queries.dense, np.ones((len(queries), 1), dtype=np.float32)])
    step = max(1, BLOCK // len(targets))
    for start in range(0, len(queries), step):
        rows = slice(start, start + step)
        yield rows, these[rows] @ those


def between(left: Points, right: Points) -> Array:
    """The exact distance of each pair of rows."""
    differences = left.numbers.astype(float) - right.numbers
    return np.asarray(
        np.sqrt((differences**2).sum(axis=1) + CATEGORY_COST**2 * (left.codes != right.codes).sum(axis=1))
    )


def _columns(columns: list[Array], rows: int, kind: Any) -> Array:
    return np.column_stack(columns).astype(kind) if columns else np.zeros((rows, 0), dtype=kind)


def _scaled(tables: Sequence[Table], name: str) -> Array:
    parts = [as_number(table.values(name)) for table in tables]
    finite = parts[0][np.isfinite(parts[0])]
    low, middle, high = np.quantile(finite, (0.01, 0.5, 0.99)) if len(finite) else (0.0, 0.0, 1.0)
    width = high - low or (float(finite.std()) if len(finite) else 0.0) or 1.0
    return np.asarray(np.clip((np.concatenate(parts) - middle) / width, -FARTHEST, FARTHEST))


def as_number(values: Array) -> Array:
    """Numbers as they are, dates as days; NaN where missing."""
    if values.dtype.kind != "M":
        return values.astype(float)
    days = values.astype("datetime64[us]").astype(np.int64) / 86_400e6
    return np.where(np.isnat(values), np.nan, days)


def _codes(tables: Sequence[Table], name: str) -> Array:
    codes, _ = pd.factorize(np.concatenate([table.text(name) for table in tables]))
    return codes


def _middle(numbers: Array) -> Array:
    finite = np.isfinite(numbers)
    return np.asarray(np.where(finite, numbers, 0).sum(axis=0) / np.maximum(finite.sum(axis=0), 1))


def _one_hot(codes: Array) -> list[Array]:
    """Axes for the categories; a column of too many levels gets two sets of axes, which no two levels share both of.

    (Levels that share one set look nearer than they are, and only while searching: codes are the same in both sets if
    they differ by a multiple of m (m + 1).)
    """
    varied = [column - column.min() for column in codes.T if len(column) and column.min() != column.max()]
    counts = [int(column.max()) + 1 for column in varied]
    cap = _fair_share(counts, AXES)
    axes: list[Array] = []
    for column, count in zip(varied, counts, strict=True):
        sizes = [count] if count <= cap else [cap // 2, cap // 2 + 1]
        height = np.float32(CATEGORY_COST / np.sqrt(2 * len(sizes)))
        axes += [np.eye(size, dtype=np.float32)[column % size] * height for size in sizes]
    return axes


def _fair_share(counts: list[int], total: int) -> int:
    """The largest cap under which the counts sum to no more than `total`; never under 8."""
    cap = max(counts, default=8)
    while cap > 8 and sum(min(count, cap) for count in counts) > total:
        cap -= 1
    return cap
