"""Levels of clones: some are exchanged within a cell of similar rows; rare levels are replaced by common ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Table
from privsynth.typing import Array

MOST_LEVELS = 200  # columns of more levels are not looked at for dependence


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


def leaders(table: Table, columns: Sequence[Column], first: Sequence[Column]) -> dict[str, str]:
    """For each column the one that determines it, if any; columns of `first` lead and never follow."""
    codes = {c.name: pd.factorize(table.text(c.name), use_na_sentinel=False)[0] for c in columns}
    sizes = {name: int(code.max(initial=0)) + 1 for name, code in codes.items()}
    able = [c.name for c in columns if 1 < sizes[c.name] <= min(MOST_LEVELS, len(table) // 10)]
    lead = {c.name for c in first}
    by_order = sorted(able, key=lambda name: (name not in lead, sizes[name]))
    leader_of: dict[str, str] = {}
    for name in able:
        if name in lead or name in leader_of.values():
            continue
        others = (other for other in by_order if other != name and other not in leader_of)
        leader = next((other for other in others if _determines(codes[other], codes[name], sizes[other])), None)
        if leader is not None:
            leader_of[name] = leader
    return leader_of


def _determines(leader: Array, follower: Array, levels: int) -> bool:
    """Whether each level of the leader stands beside one level of the follower only."""
    low, high = np.full(levels, np.iinfo(np.int64).max), np.full(levels, -1)
    np.minimum.at(low, leader, follower)
    np.maximum.at(high, leader, follower)
    return bool((low == high).all())
