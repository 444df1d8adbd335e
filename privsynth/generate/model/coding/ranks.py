"""Where numbers stand among others, from one sort.

A search for each of a million values in a million others would miss the cache each time.
"""

from __future__ import annotations

import numpy as np

from privsynth.typing import Array

STEPS = 128


def ranks(values: Array) -> Array:
    """The rank of each known value, from 1; equal values share their mean rank, missing ones have none."""
    order, starts, ends = _runs(values)
    placed = np.full(len(values), np.nan)
    placed[order] = np.repeat((starts + ends + 1) / 2, ends - starts)
    return placed


def middles(ordered: Array, values: Array) -> Array:
    """Where each value lies in `ordered`, from 0: amid its equals, or between its neighbours. None is missing."""
    order, starts, ends = _runs(values)
    distinct = values[order[starts]]
    left, right = (np.searchsorted(ordered, distinct, side) for side in ("left", "right"))
    placed = np.empty(len(values))
    placed[order] = np.repeat((left + right - 1) / 2, ends - starts)
    return placed


def interpolated(values: Array, scale: Array, heights: Array) -> Array:
    """numpy's interpolation, which is quick for values in order."""
    order = np.argsort(values)
    placed = np.empty(len(values))
    placed[order] = np.interp(values[order], scale, heights)
    return placed


def on_even_steps(place: Array, heights: Array) -> Array:
    """The height at each place from 0 to 1, where `heights` are given at even steps."""
    steps = place * (len(heights) - 1)
    left = np.minimum(steps.astype(np.int64), max(len(heights) - 2, 0))
    right = np.minimum(left + 1, len(heights) - 1)
    return np.asarray(heights[left] + (steps - left) * (heights[right] - heights[left]))


def sorted_within(groups: Array, size: int, *keys: Array) -> Array:
    """The order by group, and inside each by the keys, the first of them leading. Rows that agree in all may swap."""
    order = np.argsort(keys[0]) if len(keys) == 1 else np.lexsort(keys[::-1])
    small = groups.astype(np.uint16) if size <= 2**16 else groups  # two bytes are sorted by counting
    return np.asarray(order[np.argsort(small[order], kind="stable")])


def coarse(features: Array, steps: int = STEPS) -> Array:
    """Each column on about `steps` of its own values: a tree sorts those much faster, and splits nearly as well."""
    coarser = np.empty_like(features)
    for at in range(features.shape[1]):
        column = features[:, at]
        kept = np.unique(np.sort(column)[np.linspace(0, len(column) - 1, steps).astype(np.int64)])
        coarser[:, at] = kept[np.searchsorted(kept, column, "right") - 1]
    return coarser


def _runs(values: Array) -> tuple[Array, Array, Array]:
    """The known values in order, and where each run of equal ones starts and ends."""
    order = np.argsort(values)[: len(values) - int(np.isnan(values).sum())]
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([np.ones(min(len(order), 1), dtype=bool), ordered[1:] != ordered[:-1]]))
    return order, starts, np.append(starts[1:], len(order)) if len(order) else starts
