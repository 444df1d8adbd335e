"""The rows of one parent stand together: where such a run of rows begins, and what is worked out along it."""

from __future__ import annotations

import numpy as np

from privsynth.generate.rules.making.rows import Rows
from privsynth.typing import Array


def starts(rows: Rows) -> Array:
    """For each row the place of the first row of its parent; a table without a parent is one run."""
    return np.zeros(rows.count, dtype=np.int64) if rows.owner is None else starts_of(rows.owner)


def starts_of(owner: Array) -> Array:
    """For each row the place of the first row in its run of one owner."""
    is_first = np.ones(len(owner), dtype=bool)
    is_first[1:] = owner[1:] != owner[:-1]
    return np.asarray(np.flatnonzero(is_first)[np.cumsum(is_first) - 1])


def numbered(owner: Array) -> Array:
    """1, 2, 3, ... for the rows of each owner."""
    return (np.arange(len(owner)) - starts_of(owner) + 1).astype(float)


def sorted_within(values: Array, rows: Rows) -> Array:
    """The values in ascending order within each run, missing ones last."""
    return np.asarray(values[np.lexsort((values, starts(rows)))])


def summed_within(numbers: Array, first: Array) -> Array:
    """The sum from the start of the run to each row. Whole numbers stay exact: what overflows cancels out again."""
    total = np.cumsum(numbers)
    return np.asarray(total - (total - numbers)[first])
