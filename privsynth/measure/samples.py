"""Some of the rows, where all would be too many to measure: without repetition, in their order."""

from __future__ import annotations

import numpy as np

from privsynth.dataset import Table
from privsynth.typing import Array


def some_rows(size: int, most: int, rng: np.random.Generator) -> Array:
    """At most so many of `size` rows; nothing is drawn where all fit."""
    return np.arange(size) if size <= most else np.sort(rng.choice(size, most, replace=False))


def some_of(table: Table, most: int, rng: np.random.Generator) -> Table:
    """The table, or so many of its rows."""
    return table if len(table) <= most else table.take(some_rows(len(table), most, rng))
