"""Which bins and levels are looked at together in tables of two columns: those too small to be told from the noise.

Decided from noisy counts of single columns, so it costs nothing. What is merged is parted again by the same noisy
counts.
"""

from __future__ import annotations

import numpy as np

from privsynth.typing import Array

TIMES = 4.0  # a group of its own holds so many times the noise of one cell
CELLS = 2_000_000  # of all tables of two columns together
FEWEST, MOST = 8, 100  # groups of one column


def most_groups(tables: int) -> int:
    """So many groups per column that all tables fit in memory."""
    return int(np.clip(np.sqrt(CELLS / max(tables, 1)), FEWEST, MOST))


def groups_of(counts: Array, least: float, *, ordered: bool) -> Array:
    """The group of each code. The last code, a missing value, stands alone or joins the first group.

    Neighbours are merged where the codes have an order, the smallest with one another where they have none.
    """
    present = counts[:-1]
    order = np.arange(len(present)) if ordered else np.argsort(-present, kind="stable")
    groups = np.empty(len(counts), dtype=np.int64)
    groups[order] = _filled(present[order], least)
    groups[-1] = groups[:-1].max(initial=-1) + 1 if counts[-1] >= least or not len(present) else 0
    return groups


def _filled(counts: Array, least: float) -> Array:
    """Groups from left to right, each closed when it is full and enough is left for another."""
    left = np.cumsum(counts[::-1])[::-1] - counts
    groups, group, held = np.empty(len(counts), dtype=np.int64), 0, 0.0
    for at, count in enumerate(counts):
        groups[at] = group
        held += count
        if held >= least and left[at] >= least:
            group, held = group + 1, 0.0
    return groups
