"""Latitude and longitude as one place: a grid whose cells enough people share, and points drawn inside a cell.

A cell is cut in two along a line of its own eighths where the density on both sides differs most (a density estimation
tree: Ram and Gray, KDD 2011), as long as `k` units stay on each side; quarters in which nobody is fall away. A unit is
a row, or a person. A few people far from all others have no cell: their rows count to the nearest side. Points that `k`
units share exactly, such as the centre of a town, are cells of their own and come out as they are. Inside a cell points
are drawn from two beta distributions that have the mean and the spread of all who are in it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.keeping import kept
from privsynth.typing import Array

PARTS = (8, 64, 512, 4_096)  # a line at such parts of a cell may divide it, a finer one where no coarser one may
FALLS = (0.25, 0.5, 0.75)  # where of a cell a side without anybody may fall away
APART = 0.01  # share of the units that may be left without a cell
MOST_CELLS = 4_096
FINEST = 4  # a side of fewer steps of the last decimal is not divided
SHARPEST = 9  # decimals of a degree, a tenth of a millimetre: more of them are rounding, and no place
WORLD = ((-90.0, 90.0), (-180.0, 180.0))
EDGE = 0.01  # of a side of a cell: nearer to its end nobody is taken to be
STEEP = (0.5, 50.0)  # of a beta distribution: a + b, from two heaps at the ends to one heap
NOWHERE = -1  # the cell of a place that is missing


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Cuts:
    """The way down to a cell: from each cut on below or above its line. -1 and less are cells, counted from -1."""

    side: Array  # 0 latitude, 1 longitude
    line: Array
    below: Array
    above: Array

    def cells_of(self, points: Array) -> Array:
        at = np.full(len(points), 0 if len(self.side) else -1, dtype=np.int64)
        while (inner := np.flatnonzero(at >= 0)).size:
            cut = at[inner]
            is_below = points[inner, self.side[cut]] < self.line[cut]
            at[inner] = np.where(is_below, self.below[cut], self.above[cut])
        return -1 - at


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class PlaceGrid:
    """Cells in an order in which neighbours mostly lie near each other, by their corners: latitude, then longitude."""

    cuts: Cuts = field(repr=False)
    order: Array = field(repr=False)  # the number of each cell of the cuts; the points follow them there
    low: Array = field(repr=False)  # cells x 2, in order
    high: Array = field(repr=False)
    shape: Array = field(repr=False)  # cells x 2 x (a, b) of the beta distribution along each side
    decimals: tuple[int, int]
    spots: int = 0  # cells that are one point
    people: int = 0  # without a cell of their own

    def __len__(self) -> int:
        return len(self.low)

    @property
    def centres(self) -> Array:
        middle = (self.low + self.high) / 2
        return rounded_points(middle[:, 0], middle[:, 1], self.decimals)

    def cells_of(self, latitude: Array, longitude: Array) -> Array:
        """The cell of each point, or the one that it was counted to."""
        points = rounded_points(latitude, longitude, self.decimals)
        known = ~np.isnan(points).any(axis=1)
        cells = np.full(len(points), NOWHERE, dtype=np.int64)
        if len(self) > self.spots:
            cells[known] = self.order[self.cuts.cells_of(points[known])]
        spots = self.order[len(self) - self.spots :]
        if self.spots:
            exact = pd.MultiIndex.from_arrays([*self.low[spots].T]).get_indexer(pd.MultiIndex.from_arrays([*points.T]))
            cells[exact >= 0] = spots[exact[exact >= 0]]
            lost = np.flatnonzero(known & (cells == NOWHERE))
            cells[lost] = spots[
                [int(np.square(self.low[spots] - point).sum(axis=1).argmin()) for point in points[lost]]
            ]
        return cells

    def drawn(self, cells: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """A point anywhere in each cell, to the decimals of the columns."""
        points = self.points(cells, rng.random((len(cells), 2)))
        return points[:, 0], points[:, 1]

    def points(self, cells: Array, shares: Array) -> Array:
        """The point of each cell below which these shares of its latitudes and of its longitudes lie."""
        from scipy.special import betaincinv

        low, high, shape = self.low[cells], self.high[cells], self.shape[cells]
        points = low + betaincinv(shape[..., 0], shape[..., 1], shares) * (high - low)
        points[cells == NOWHERE] = np.nan
        return rounded_points(points[:, 0], points[:, 1], self.decimals)


def rounded_points(latitude: Array, longitude: Array, decimals: tuple[int, int]) -> Array:
    sides = (
        np.round(np.asarray(side, dtype=np.float64), to)
        for side, to in zip((latitude, longitude), decimals, strict=True)
    )
    return np.stack([*sides], axis=1) + 0.0


def place_grid(
    latitude: Array, longitude: Array, *, k: int, decimals: tuple[int, int], units: Array | None = None
) -> PlaceGrid | None:
    """The grid of these points; None where fewer than `k` units have one."""
    points = rounded_points(latitude, longitude, decimals)
    known = ~np.isnan(points).any(axis=1)
    held_by = (np.arange(len(points)) if units is None else pd.factorize(units)[0])[known]
    points = points[known]
    spots, is_spot = _spots(points, held_by, k)
    cutting = _Cutting(points[~is_spot], held_by[~is_spot], k=k, decimals=decimals)
    if not len(cutting.boxes) + len(spots):
        return None
    boxes = np.array(cutting.boxes, dtype=np.float64).reshape(-1, 2, 2)
    shapes = np.array(cutting.shapes, dtype=np.float64).reshape(-1, 2, 2)
    cuts, walk = cutting.cuts(), cutting.walk()
    beside = walk[cuts.cells_of(spots)] if len(boxes) else np.zeros(len(spots), dtype=np.int64)
    met = np.lexsort((np.arange(len(boxes) + len(spots)), np.concatenate([walk, beside])))
    return PlaceGrid(
        cuts=cuts,
        order=np.argsort(met),
        low=np.concatenate([boxes[:, :, 0], spots])[met],
        high=np.concatenate([boxes[:, :, 1], spots])[met],
        shape=np.concatenate([shapes, np.ones((len(spots), 2, 2))])[met],
        decimals=decimals,
        spots=len(spots),
        people=cutting.apart if len(boxes) else len(np.unique(held_by[~is_spot])),
    )


def _spots(points: Array, units: Array, k: int) -> tuple[Array, Array]:
    """Points that `k` units share exactly, and which rows lie on one."""
    frame = pd.DataFrame({"latitude": points[:, 0], "longitude": points[:, 1], "unit": units})
    held = frame.groupby(["latitude", "longitude"])["unit"].transform("nunique").to_numpy() >= k
    return np.unique(points[held], axis=0).reshape(-1, 2), held


@dataclass(frozen=True, eq=False)
class _Part:
    """A box with the rows in it, and where in the cuts it hangs."""

    rows: Array
    box: Array  # sides x (from, to)
    parent: int
    end: str

    def half(self, rows: Array, side: int, line: float, end: str, parent: int) -> _Part:
        box = self.box.copy()
        box[side, 1 if end == "below" else 0] = line
        return _Part(rows, box, parent, end)


class _Cutting:
    """The cells of some points: the largest are cut first, so that whoever is far from all others is left out first."""

    def __init__(self, points: Array, units: Array, *, k: int, decimals: tuple[int, int]) -> None:
        self.points, self.units = points, units
        count = len(np.unique(units))
        self.k = max(k, -(-count // MOST_CELLS))
        self.apart, self.most_apart = 0, int(APART * count)
        self.finest = FINEST * 10.0 ** -np.minimum(decimals, SHARPEST).astype(np.float64)
        self.boxes: list[Array] = []
        self.shapes: list[Array] = []
        self.nodes: list[dict[str, float]] = []
        waiting = deque([_Part(np.arange(len(points)), np.array(WORLD), NOWHERE, "")] if count >= k else [])
        while waiting:
            waiting.extend(self._cut(waiting.popleft()))

    def cuts(self) -> Cuts:
        sides = {name: np.array([node[name] for node in self.nodes], dtype=np.float64) for name in _NODE}
        return Cuts(line=sides.pop("line"), **{name: values.astype(np.int64) for name, values in sides.items()})

    def walk(self) -> Array:
        """For each cell when it is met on a walk through the cuts, below before above."""
        met, todo = list[int](), [0 if self.nodes else -1] if self.boxes else []
        while todo:
            at = int(todo.pop())
            if at < 0:
                met.append(-1 - at)
            else:
                todo += [int(self.nodes[at]["above"]), int(self.nodes[at]["below"])]
        return np.argsort(met) if met else np.zeros(0, dtype=np.int64)

    def _cut(self, part: _Part) -> Iterator[_Part]:
        """The two halves of a part, or none where it is a cell. Sides fall away first."""
        while (best := self._best(part)) is not None and best.falls:
            is_below = self.points[part.rows, best.side] < best.line
            stay, end = (is_below, "below") if best.falls == "above" else (~is_below, "above")
            self.apart += len(np.unique(self.units[part.rows[~stay]]))
            part = replace(part.half(part.rows[stay], best.side, best.line, end, part.parent), end=part.end)
        own = NOWHERE - len(self.boxes) if best is None else len(self.nodes)
        if part.parent != NOWHERE:
            self.nodes[part.parent][part.end] = own
        if best is None:
            self.boxes.append(part.box)
            self.shapes.append(_shape(self.points[part.rows], part.box))
            return
        self.nodes.append({"side": best.side, "line": best.line, "below": 0, "above": 0})
        is_below = self.points[part.rows, best.side] < best.line
        yield part.half(part.rows[is_below], best.side, best.line, "below", own)
        yield part.half(part.rows[~is_below], best.side, best.line, "above", own)

    def _best(self, part: _Part) -> _Line | None:
        """The line with the largest gain in likelihood of two even densities over one; finer ones where none may be."""
        for parts in PARTS:
            lines = [line for side in (0, 1) for line in self._lines(part, side, parts)]
            if lines:
                return max(lines, key=lambda line: line.gain)
        return None

    def _lines(self, part: _Part, side: int, parts: int) -> Iterator[_Line]:
        start, stop = part.box[side]
        if (stop - start) * PARTS[0] < self.finest[side] * parts:
            return
        shares = np.arange(1, parts) / parts
        at_lines = start + shares * (stop - start)  # as the points are divided: rounding puts none on two sides
        bins = np.searchsorted(at_lines, self.points[part.rows, side], side="right")
        below, above = _units_beyond(bins, self.units[part.rows], parts)
        rows_below = np.cumsum(np.bincount(bins, minlength=parts))[:-1]
        few = np.minimum(below, above)
        for at in np.flatnonzero(few >= self.k):
            gain = _gain(int(rows_below[at]), len(bins) - int(rows_below[at]), shares[at])
            yield _Line(side, float(at_lines[at]), "", gain)
        for at in np.flatnonzero((few < self.k) & (np.maximum(below, above) >= self.k) & np.isin(shares, FALLS)):
            if few[at] == 0 or self.apart + few[at] <= self.most_apart:
                falls = "below" if below[at] < above[at] else "above"
                stays = shares[at] if falls == "above" else 1 - shares[at]
                yield _Line(side, float(at_lines[at]), falls, -len(bins) * float(np.log(stays)))


def _shape(points: Array, box: Array) -> Array:
    """Of beta distributions with the mean and the variance of the points along each side (method of moments)."""
    width = np.maximum(box[:, 1] - box[:, 0], np.finfo(np.float64).tiny)
    places = np.clip((points - box[:, 0]) / width, EDGE, 1 - EDGE)
    mean = places.mean(axis=0)
    even = np.clip(mean * (1 - mean) / np.maximum(places.var(axis=0, ddof=1), EDGE**2) - 1, *STEEP)
    return np.stack([mean * even, (1 - mean) * even], axis=1)


def _units_beyond(bins: Array, units: Array, parts: int) -> tuple[Array, Array]:
    """How many units are below and above each line between bins."""
    order = np.lexsort((bins, units))
    first = np.flatnonzero(np.r_[True, np.diff(units[order]) != 0])
    lowest, highest = bins[order][first], bins[order][np.r_[first[1:], len(units)] - 1]
    below = np.cumsum(np.bincount(lowest, minlength=parts))[:-1]
    above = np.cumsum(np.bincount(highest, minlength=parts)[::-1])[::-1][1:]
    return below, above


@dataclass(frozen=True)
class _Line:
    """Where a part may be divided, and which side of it falls away, if any."""

    side: int
    line: float
    falls: str
    gain: float


def _gain(below: int, above: int, share: float) -> float:
    total = below + above
    return sum(rows * float(np.log(rows / (total * of))) for rows, of in ((below, share), (above, 1 - share)) if rows)


_NODE = ("side", "line", "below", "above")
