"""Quasi-identifiers become coarser until each combination is shared by k people.

Top-down, in many dimensions at once, after Mondrian (LeFevre, DeWitt and Ramakrishnan 2006): cut the table in two as long
as both parts hold k people. The textbook cuts the widest column at its median; we take, over all columns and places, the
cut that saves the most width.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from privsynth.generate.mask.axes import Axis

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cell each row is in, and between which bins each cell lies on each axis (both included)."""

    of_row: Array = field(repr=False)
    low: Array = field(repr=False)  # cells x axes
    high: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.low)


def partition(axes: Sequence[Axis], people: Array, k: int) -> Cells:
    """Cells of at least k people each; one cell for all where there are fewer than 2k."""
    codes = np.column_stack([axis.codes for axis in axes]) if axes else np.zeros((len(people), 0), dtype=np.int64)
    repeated = len(np.unique(people)) < len(people)
    of_row, lows, highs = np.zeros(len(people), dtype=np.int64), list[Array](), list[Array]()
    waiting = [np.arange(len(people))]
    while waiting:
        rows = waiting.pop()
        here = codes[rows]
        low, high = (here.min(axis=0), here.max(axis=0)) if len(rows) else (np.zeros(len(axes), dtype=np.int64),) * 2
        cut = _best_cut(axes, here, low, high, people[rows] if repeated else None, k)
        if cut is None:
            of_row[rows] = len(lows)
            lows.append(low)
            highs.append(high)
        else:
            left = here[:, cut[0]] <= cut[1]
            waiting += [rows[~left], rows[left]]
    return Cells(of_row, np.array(lows).reshape(len(lows), len(axes)), np.array(highs).reshape(len(lows), len(axes)))


def _best_cut(axes: Sequence[Axis], here: Array, low: Array, high: Array, people: Array | None, k: int) -> tuple[int, int] | None:
    """The axis, and the last bin of the left part, that save the most; None when no cut leaves k people on both sides."""
    if len(here) < 2 * k:
        return None
    best, found = 0.0, None
    for at, axis in enumerate(axes):
        if low[at] == high[at]:
            continue
        offset = here[:, at] - low[at]
        counts = np.bincount(offset)
        allowed = _allowed(offset, counts, people, k)
        if not len(allowed):
            continue
        saved = _saved(axis.place[low[at] : high[at] + 1], counts, allowed)
        top = int(saved.argmax())
        if saved[top] > best:
            best, found = float(saved[top]), (at, int(low[at] + allowed[top]))
    return found


def _allowed(offset: Array, counts: Array, people: Array | None, k: int) -> Array:
    """The occupied bins after which a cut leaves at least k people on both sides."""
    if people is None:
        left = np.cumsum(counts)
        right = len(offset) - left
    else:
        _, who = np.unique(people, return_inverse=True)
        first, last = np.full(who.max() + 1, len(counts)), np.full(who.max() + 1, -1)
        np.minimum.at(first, who, offset)
        np.maximum.at(last, who, offset)
        left = np.cumsum(np.bincount(first, minlength=len(counts)))
        right = len(last) - np.cumsum(np.bincount(last, minlength=len(counts)))
    return np.flatnonzero((left >= k) & (right >= k) & (counts > 0))


def _saved(place: Array, counts: Array, allowed: Array) -> Array:
    """Rows times width before, less the same after, for each allowed cut."""
    occupied = np.flatnonzero(counts)
    following = occupied[np.searchsorted(occupied, allowed, side="right")]
    left = np.cumsum(counts)[allowed]
    right = counts.sum() - left
    before = (place[-1] - place[0]) * counts.sum()
    saved: Array = before - (place[allowed] - place[0]) * left - (place[-1] - place[following]) * right
    return saved


def labels(axis: Axis, at: int, cells: Cells) -> Array:
    """The word of each row on one axis; a cell's bounds are spelt once."""
    bounds, which = np.unique(np.column_stack([cells.low[:, at], cells.high[:, at]]), axis=0, return_inverse=True)
    words = np.empty(len(bounds), dtype=object)
    words[:] = [axis.label(int(low), int(high)) for low, high in bounds]
    made: Array = words[which.ravel()][cells.of_row]
    return made


def width_lost(axes: Sequence[Axis], cells: Cells) -> float:
    """The mean width of a row's cell, 0 (nothing lost) to 1 (everything): what the cut saves."""
    if not axes or not len(cells.of_row):
        return 0.0
    wide = [(axis.place[cells.high[:, at]] - axis.place[cells.low[:, at]]) / max(axis.place[-1] - axis.place[0], 1e-12) for at, axis in enumerate(axes)]
    return float(np.mean(np.column_stack(wide)[cells.of_row]))
