"""Levels of clones: some are exchanged within a cell of similar rows; rare levels are replaced by common ones."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.typing import Array


def common_levels(values: Array, k_rare: int) -> Array:
    """Which rows hold a level that enough rows hold, or no level."""
    codes, levels = pd.factorize(pd.Series(values, dtype=object))
    is_common = np.append(np.bincount(codes[codes >= 0], minlength=len(levels)) >= k_rare, True)
    return is_common[codes]


def with_common(
    values: Array, common: Array, rows: Array, *, cell: Array, rng: np.random.Generator
) -> tuple[Array, int]:
    """The values of these rows; a rare one gives way to a common one, of the same cell if possible. Also how many did.

    `cell` is the cell of each source row.
    """
    levels, rare = values[rows], np.flatnonzero(~common[rows])
    if not len(rare):
        return levels, 0
    donors = np.flatnonzero(common & ~pd.isna(values))
    if not len(donors):
        levels[rare] = None
        return levels, len(rare)
    order = donors[np.lexsort((rng.random(len(donors)), cell[donors]))]
    wanted = cell[rows[rare]]
    low, high = (np.searchsorted(cell[order], wanted, side=side) for side in ("left", "right"))
    inside = low + (rng.random(len(rare)) * (high - low)).astype(np.int64)
    anywhere = rng.integers(0, len(order), len(rare))
    levels[rare] = values[order[np.where(high > low, np.minimum(inside, len(order) - 1), anywhere)]]
    return levels, len(rare)
