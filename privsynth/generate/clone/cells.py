"""Quasi-identifiers of clones: all clones of a cell of k people share one blend of that cell's values.

So no clone has a combination that leads to fewer than k people, and its kinds and formats stay those of the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.dataset import Column, Table
from privsynth.groups.axes import axis_of
from privsynth.groups.generalise import Cells, partition
from privsynth.typing import Array


def cells_of(table: Table, columns: Sequence[Column], people: Array, *, k: int, k_rare: int) -> Cells:
    """Cells of at least k people that lie close together in these columns."""
    return partition([axis_of(table, column.name, k_rare) for column in columns], people, k)


def pair_in_cell(cells: Cells, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """For each cell two of its rows, and how far to go from the first to the second."""
    order = rng.permutation(len(cells.of_row))
    order = order[np.argsort(cells.of_row[order], kind="stable")]
    starts = np.searchsorted(cells.of_row[order], np.arange(len(cells)))
    sizes = np.diff([*starts, len(order)])
    return order[starts], order[starts + (sizes > 1)], rng.random(len(cells))


def other_of_cell(cells: Cells, rows: Array, rng: np.random.Generator) -> Array:
    """For each of these rows another row of its cell; itself only where it is alone."""
    order = np.argsort(cells.of_row, kind="stable")
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    starts = np.searchsorted(cells.of_row[order], np.arange(len(cells)))
    sizes = np.diff([*starts, len(order)])
    mine = cells.of_row[rows]
    step = 1 + (rng.random(len(rows)) * (sizes[mine] - 1)).astype(np.int64)
    drawn: Array = order[starts[mine] + (at[rows] - starts[mine] + step) % sizes[mine]]
    return drawn


@dataclass(frozen=True, eq=False)
class CellBlend:
    """For each cell two of its rows, and how far its values lie on the way from the first to the second."""

    cells: Cells
    first: Array = field(repr=False)
    second: Array = field(repr=False)
    share: Array = field(repr=False)

    def of(self, values: Array) -> Array:
        return between(values[self.first], values[self.second], self.share)


def between(first: Array, second: Array, share: Array) -> Array:
    """Values on the way from the first to the second; where one is missing, the first."""
    if first.dtype.kind == "M":
        start = first.astype("datetime64[us]")
        step = np.where(
            np.isnat(first) | np.isnat(second), np.timedelta64(0, "us"), second.astype("datetime64[us]") - start
        ).astype(np.int64)
        days = np.round(step * share / 86_400e6).astype(np.int64).astype("timedelta64[D]")
        return np.asarray(start + days)
    return np.where(np.isnan(second), first, first + (second - first) * share)
