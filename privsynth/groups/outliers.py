"""Rows that make a cell wide for all who share it: blanked where that saves more than it costs, up to the cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from privsynth.groups.alone import Protection, Runs
from privsynth.groups.generalise import Cells, cells_of
from privsynth.groups.scales import Axis
from privsynth.typing import Array

# Share of what is left of the cap that one round spends: a cell's second cut is weighed against others' first.
AT_ONCE = 0.5


@dataclass(frozen=True, eq=False, kw_only=True)
class _Trims:
    """For each cell the best end to cut off."""

    worth: Array = field(repr=False)  # width saved for each row that is lost; 0: none
    axis: Array = field(repr=False)
    low: Array = field(repr=False)  # what stays lies between these codes
    high: Array = field(repr=False)
    people: Array = field(repr=False)  # who would lose a row

    @classmethod
    def none(cls, cells: int) -> Self:
        axis, low, high, people = (np.zeros(cells, dtype=int) for _ in range(4))
        return cls(worth=np.zeros(cells), axis=axis, low=low, high=high, people=people)


def without_outliers(axes: Sequence[Axis], cells: Cells, crowd: Protection, most: int) -> Cells:
    """The same cells without the ends that cost most; at most `most` people lose a row."""
    while len(cells) and most > 0:
        inside = np.flatnonzero(cells.of_row >= 0)
        trims = _best_ends(axes, cells, inside, crowd.take(inside))
        taken = _affordable(trims, most)
        if not taken.any():
            break
        most -= int(trims.people[taken].sum())
        cells = _trimmed(axes, cells, inside, trims, taken)
    return cells


def _affordable(trims: _Trims, most: int) -> Array:
    """The cells whose ends are worth most, until half of the cap is spent; at least one, if the cap allows it."""
    taken = np.zeros(len(trims.worth), dtype=bool)
    order = np.argsort(-trims.worth, kind="stable")
    order = order[(trims.worth[order] > 0) & (trims.people[order] <= most)]
    spent = np.cumsum(trims.people[order])
    taken[order[: max(1, int((spent <= most * AT_ONCE).sum()))]] = True
    return taken


def _trimmed(axes: Sequence[Axis], cells: Cells, inside: Array, trims: _Trims, taken: Array) -> Cells:
    cell, of_row = cells.of_row[inside], cells.of_row.copy()
    for at, axis in enumerate(axes):
        code = axis.codes[inside]
        mine = taken[cell] & (trims.axis[cell] == at)
        of_row[inside[mine & ((code < trims.low[cell]) | (code > trims.high[cell]))]] = -1
    return cells_of(axes, of_row, len(cells))


def _best_ends(axes: Sequence[Axis], cells: Cells, inside: Array, crowd: Protection) -> _Trims:
    """Over all axes and both ends."""
    cell = cells.of_row[inside]
    behind, wide = crowd.sorted_by(cell), _widths(axes, cells)
    best = _Trims.none(len(cells))
    for at, axis in enumerate(axes):
        runs = Runs.of(cell, axis.codes[inside], axis.last + 1, len(cells))
        people = behind.people_beside(runs)
        may = behind.may_stand(runs, people)
        left, whole = runs.sums(runs.count)
        cost = len(axes) - wide.sum(axis=1)[runs.part]
        low, high = cells.low[runs.part, at], cells.high[runs.part, at]
        after = np.append(runs.code[1:], 0)
        after[runs.last] = high[runs.last]
        for keeps, rows, others, start, end in (
            (may[0], left, people[1], low, runs.code),
            (may[1], whole - left, people[0], after, high),
        ):
            lost = whole - rows
            saved = rows * (wide[runs.part, at] - axis.widths(start, end)) - lost * cost
            worth = np.where(keeps & (lost > 0) & (rows > 0), saved / np.maximum(lost, 1), 0.0)
            _keep_better(best, runs, worth, at, start, end, others)
    return best


def _keep_better(best: _Trims, runs: Runs, worth: Array, at: int, start: Array, end: Array, people: Array) -> None:
    top = np.maximum.reduceat(worth, runs.first)
    hit = np.flatnonzero((worth == top[runs.part]) & (worth > best.worth[runs.part] + 1e-12))
    cell = runs.part[hit]
    best.worth[cell], best.axis[cell], best.low[cell], best.high[cell], best.people[cell] = (
        worth[hit],
        at,
        start[hit],
        end[hit],
        people[hit],
    )


def _widths(axes: Sequence[Axis], cells: Cells) -> Array:
    return np.column_stack([axis.widths(cells.low[:, at], cells.high[:, at]) for at, axis in enumerate(axes)])
