"""Quasi-identifiers become coarser until each combination is shared by k people.

Top-down, in many dimensions at once, after Mondrian (LeFevre, DeWitt and Ramakrishnan 2006): cut the table in two as
long as both parts may stand alone. The textbook cuts the widest column at its median; we take, over all columns and
places, the cut that saves the most width. A column that tells little is cut first, because that costs few cuts; a cut
after which fewer cells are possible is worth less; and where few people are left we look one cut further ahead. All
cells of one depth are cut at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.groups.alone import Protection, Runs
from privsynth.groups.rare import BLANK
from privsynth.groups.scales import Axis
from privsynth.typing import Array

AHEAD = 12  # cells of up to this many times k people are cut with a look at the next cut
SLANT = (
    0.01  # worth of a cut that saves nothing yet: within a group of a hierarchy it may open the way to one that does
)
FLOOR = 0.1  # least entropy by which the worth of a cut is divided


@dataclass(frozen=True, eq=False)
class Tree:
    """Where the cuts are. Node 0 is the whole; a cut node's parts are `child` and the node after it."""

    axis: Array = field(repr=False)  # -1: a cell
    cut: Array = field(repr=False)  # the last code of the left part
    child: Array = field(repr=False)  # of a cell: its number

    def cell_of(self, codes: Sequence[Array]) -> Array:
        """The cell of each row by its codes on each axis; what cannot be compared goes right."""
        node = np.zeros(len(codes[0]) if codes else 0, dtype=np.int64)
        moving = np.arange(len(node))
        while len(moving := moving[self.axis[node[moving]] >= 0]):
            here = node[moving]
            right = np.empty(len(moving), dtype=bool)
            for at, column in enumerate(codes):
                mine = self.axis[here] == at
                right[mine] = ~(column[moving[mine]] <= self.cut[here[mine]])
            node[moving] = self.child[here] + right
        return self.child[node]


@dataclass(frozen=True, eq=False)
class Cells:
    """Which cell each row is in (-1: blanked), and between which bins each cell lies on each axis (both included)."""

    of_row: Array = field(repr=False)
    low: Array = field(repr=False)  # cells x axes
    high: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.low)


def partition(axes: Sequence[Axis], people: Array, k: int) -> Cells:
    """Cells of at least k people each; one cell for all where there are fewer than 2k."""
    return grown(axes, Protection.of(people, k))[0]


def grown(axes: Sequence[Axis], crowd: Protection) -> tuple[Cells, Tree]:
    """Cells each of which may stand alone, and the cuts that made them."""
    of_row = np.zeros(crowd.rows, dtype=np.int64)
    tree = _cut(axes, crowd, of_row)
    return cells_of(axes, of_row, int((tree.axis < 0).sum())), tree


def cells_of(axes: Sequence[Axis], of_row: Array, cells: int) -> Cells:
    """Cells as wide as their rows need."""
    inside = of_row >= 0
    low, high = np.zeros((cells, len(axes)), dtype=np.int64), np.zeros((cells, len(axes)), dtype=np.int64)
    for at, axis in enumerate(axes if inside.any() else ()):
        runs = Runs.of(of_row[inside], axis.codes[inside], axis.last + 1, cells)
        low[:, at], high[:, at] = runs.code[runs.first], runs.code[runs.last]
    return Cells(of_row, low, high)


def _cut(axes: Sequence[Axis], crowd: Protection, of_row: Array) -> Tree:
    """All cuts, depth by depth; the number of each row's cell is written into `of_row`."""
    rows, codes = np.arange(len(of_row)), [axis.codes for axis in axes]
    part, first, made, depths = np.zeros(len(rows), dtype=np.int64), 0, 0, list[tuple[Array, Array, Array]]()
    nodes = 1
    while nodes:
        chosen, cut = _chosen(axes, codes, part, nodes, crowd)
        ends = chosen < 0
        child = np.where(ends, made + np.cumsum(ends) - 1, first + nodes + 2 * (np.cumsum(~ends) - 1))
        depths.append((chosen, cut, child))
        done = ends[part]
        of_row[rows[done]] = child[part[done]]
        stay = np.flatnonzero(~done)
        side = _sides(codes, chosen, cut, part, stay)
        part = child[part[stay]] + side - (first + nodes)
        rows, codes, crowd = rows[stay], [column[stay] for column in codes], crowd.take(stay)
        made, first, nodes = made + int(ends.sum()), first + nodes, 2 * int((~ends).sum())
    return Tree(*(np.concatenate(columns) for columns in zip(*depths, strict=True)))


def _sides(codes: Sequence[Array], chosen: Array, cut: Array, part: Array, rows: Array) -> Array:
    """0 for the left part, 1 for the right one."""
    side, axis, limit = np.empty(len(rows), dtype=np.int64), chosen[part[rows]], cut[part[rows]]
    for at, column in enumerate(codes):
        mine = axis == at
        side[mine] = column[rows[mine]] > limit[mine]
    return side


def _chosen(
    axes: Sequence[Axis], codes: Sequence[Array], part: Array, parts: int, crowd: Protection
) -> tuple[Array, Array]:
    """For each part the axis to cut (-1: none) and the last bin of its left side."""
    worth, cuts = _offers(axes, codes, part, parts, crowd)
    if not len(worth) or not len(part):
        return np.full(parts, -1), np.zeros(parts, dtype=np.int64)
    chosen = np.where(worth.max(axis=0) > 0, worth.argmax(axis=0), -1)
    near = (np.bincount(part, minlength=parts) <= AHEAD * crowd.k) & ((worth > 0).sum(axis=0) > 1)
    if near.any():
        chosen[near] = _with_the_next(axes, codes, part, near, worth, cuts, crowd)
    return chosen, cuts[np.maximum(chosen, 0), np.arange(parts)]


def _with_the_next(
    axes: Sequence[Axis], codes: Sequence[Array], part: Array, near: Array, worth: Array, cuts: Array, crowd: Protection
) -> Array:
    """For each part near its end the axis whose cut, with the best cut of either side after it, saves the most."""
    number, total = np.cumsum(near) - 1, np.where(worth[:, near] > 0, worth[:, near], -1.0)
    for at in range(len(axes)):
        here = near & (worth[at] > 0)
        rows = np.flatnonzero(here[part])
        if not len(rows):
            continue
        sides = 2 * (np.cumsum(here) - 1)[part[rows]] + (codes[at][rows] > cuts[at][part[rows]])
        after, _ = _offers(axes, [column[rows] for column in codes], sides, 2 * int(here.sum()), crowd.take(rows))
        total[at, number[here]] += np.maximum(after.max(axis=0), 0).reshape(-1, 2).sum(axis=1)
    return np.asarray(total.argmax(axis=0))


def _offers(
    axes: Sequence[Axis], codes: Sequence[Array], part: Array, parts: int, crowd: Protection
) -> tuple[Array, Array]:
    """For each axis and part the most that one cut saves, and the last bin of its left side; nothing saved: no cut."""
    worth, cuts = np.zeros((len(axes), parts)), np.zeros((len(axes), parts), dtype=np.int64)
    behind = crowd.sorted_by(part)
    for at, axis in enumerate(axes if len(part) else ()):
        runs = Runs.of(part, codes[at], axis.last + 1, parts)
        people = behind.people_beside(runs)
        saved = np.where(
            np.logical_and(*behind.may_stand(runs, people)), _saved(axis, runs) * _still_possible(*people, crowd.k), 0.0
        )
        best = np.maximum.reduceat(saved, runs.first)
        hit = np.flatnonzero(saved == best[runs.part])[::-1]
        cuts[at, runs.part[hit]] = runs.code[hit]  # the first of equals is written last
        worth[at] = best / np.sqrt(max(axis.entropy, FLOOR))
    return worth, cuts


def _still_possible(left: Array, right: Array, k: int) -> Array:
    """The most cells of k that both sides can hold, as a share of those of the whole.

    A side of 1.5 k people wastes half a cell.
    """
    return np.asarray(np.minimum((left // k + right // k) / np.maximum((left + right) // k, 1), 1.0))


def _saved(axis: Axis, runs: Runs) -> Array:
    """Rows times width before, less the same after, for a cut behind each bin."""
    left, whole = runs.sums(runs.count)
    low, high = runs.code[runs.first][runs.part], runs.code[runs.last][runs.part]
    after = np.append(runs.code[1:], 0)
    after[runs.last] = runs.code[runs.last]
    saved = (
        _slanted(axis, low, high) * whole
        - _slanted(axis, low, runs.code) * left
        - _slanted(axis, after, high) * (whole - left)
    )
    return np.asarray(saved)


def _slanted(axis: Axis, low: Array, high: Array) -> Array:
    return np.asarray(axis.widths(low, high) + SLANT * (axis.place[high] - axis.place[low]))


def labels(axis: Axis, at: int, cells: Cells) -> Array:
    """The word of each row on one axis; a cell's bounds are spelt once, what is in no cell is blank."""
    made: Array = np.append(words_of(axis, cells.low[:, at], cells.high[:, at]), BLANK)[cells.of_row]
    return made


def words_of(axis: Axis, low: Array, high: Array) -> Array:
    """The word of each run of bins."""
    runs, which = np.unique(low * (axis.last + 1) + high, return_inverse=True)
    words = np.empty(len(runs), dtype=object)
    words[:] = [axis.label(int(run) // (axis.last + 1), int(run) % (axis.last + 1)) for run in runs]
    return np.asarray(words[which.ravel()])


def width_lost(axes: Sequence[Axis], cells: Cells) -> float:
    """The mean width of a row's cell, 0 (nothing lost) to 1 (everything); a blanked row has lost everything."""
    if not axes or not len(cells.of_row):
        return 0.0
    return float(
        np.mean(
            [
                np.append(axis.widths(cells.low[:, at], cells.high[:, at]), 1.0)[cells.of_row].mean()
                for at, axis in enumerate(axes)
            ]
        )
    )
