"""Where the numbers of each leaf of a tree lie, told of at least k people at a time.

The numbers of a leaf, less what follows from a related column there, are parted by size into bands of at least k people
each: kept are the mean and the spread of a band. How numbers lie inside a band is learnt of all bands alike: the lowest
of a leaf, the highest, those between and those that are a leaf of their own, each in every third of all bands.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.ranks import sorted_within
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.trees.shares import ranges
from privsynth.generate.model.trees.splits import Splits
from privsynth.keeping import kept
from privsynth.typing import Array

SURE = 8.0  # a slope inside a leaf counts from this share of explained variance, over the donors, on
STEPS = 256  # of a law
FEWEST = 8  # steps that tell a law
EVEN, ALONE, LOWEST, HIGHEST, BETWEEN = range(5)  # laws


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Bands:
    """Bands with their weights, those of one leaf after those of another, in the order of the tree's leaves."""

    middles: Array
    spreads: Array
    weights: Array
    kinds: Array  # which law each band has
    laws: Array  # laws x places: how many spreads from the middle, at even steps of the band's rows
    first: Array  # of each node
    count: Array
    slopes: Array  # of each node: how its numbers follow the related column
    centres: Array  # of each node: the mean of that column

    def draw(self, nodes: Array, evenly: Array, anchors: Array | None) -> Array:
        """A number for each row: `evenly` says how far along the bands of its node, from 0 to 1."""
        upto = np.cumsum(self.weights)
        before = np.concatenate([[0.0], upto])
        low, high = before[self.first[nodes]], before[self.first[nodes] + self.count[nodes]]
        place = low + evenly * (high - low)
        at = np.clip(np.searchsorted(upto, place, "right"), self.first[nodes], (self.first + self.count - 1)[nodes])
        inside = np.clip((place - before[at]) / self.weights[at], 0, 1)
        drawn = self.middles[at] + self.spreads[at] * self._away(self.kinds[at], inside)
        if anchors is None:
            return np.asarray(drawn)
        return np.asarray(drawn + self.slopes[nodes] * np.nan_to_num(anchors - self.centres[nodes]))

    def _away(self, kinds: Array, inside: Array) -> Array:
        steps = inside * (self.laws.shape[1] - 1)
        left = np.minimum(steps.astype(np.int64), self.laws.shape[1] - 2)
        low, high = self.laws[kinds, left], self.laws[kinds, left + 1]
        return np.asarray(low + (steps - left) * (high - low))


def learn_bands(
    gives: Array,
    leaves: Array,
    tree: Splits | None,
    *,
    units: Array | None,
    k: int,
    widths: Array | None = None,
    anchors: Array | None = None,
) -> Bands:
    """From the number and the leaf of each donor. `widths`: over how much each number of a list spreads."""
    size = 1 if tree is None else tree.node_count
    slopes, centres = np.zeros(size), np.zeros(size)
    if anchors is not None:
        slopes, centres = _slopes(gives, anchors, leaves, size, k=k, units=units)
        gives = gives - slopes[leaves] * np.nan_to_num(anchors - centres[leaves])
    band, kinds, order = _parted(gives, leaves, units, size, k)
    values, count = gives[order], np.bincount(band)
    middles = np.bincount(band, weights=values) / count
    variances = np.maximum(np.bincount(band, weights=(values - middles[band]) ** 2) / count, 0)
    if widths is not None:
        own, starts = widths[order], np.cumsum(count) - count
        kinds = np.where(np.maximum.reduceat(values, starts) == np.minimum.reduceat(values, starts), EVEN, kinds)
        variances = variances + np.bincount(band, weights=own**2) / count / 12
        values = values + own * (np.arange(len(own)) * 0.618034 % 1 - 0.5)
    spreads = np.sqrt(variances)
    third = np.searchsorted(np.quantile(middles, [1 / 3, 2 / 3]), middles)
    kinds = np.where(kinds == EVEN, EVEN, kinds + BETWEEN * third)
    away = (values - middles[band]) / np.where(spreads > 0, spreads, 1)[band]
    heaviest = 1 if units is None else int(np.bincount(units).max(initial=1))
    first, of_node = ranges(leaves[order][np.cumsum(count) - 1], tree)
    return Bands(
        middles=middles,
        spreads=spreads,
        weights=count.astype(np.float64),
        kinds=kinds,
        laws=np.stack([_law(away[kinds[band] == kind], kind, k * heaviest) for kind in range(3 * BETWEEN + 1)]),
        first=first,
        count=of_node,
        slopes=slopes,
        centres=centres,
    )


def _parted(gives: Array, leaves: Array, units: Array | None, size: int, k: int) -> tuple[Array, Array, Array]:
    """The band of each donor in the order of leaves and numbers, the law of each band, and that order."""
    order = sorted_within(leaves, size, gives)
    if units is None:
        held = np.bincount(leaves, minlength=size)
        turn = np.arange(len(gives)) - (np.cumsum(held) - held)[leaves[order]]
    else:
        order, turn, held = _by_unit(gives, leaves, units, size)
    lie = leaves[order]
    parts = np.maximum(held // k, 1)
    part = turn * parts[lie] // held[lie]
    band = np.unique(lie * (int(parts.max(initial=1)) + 1) + part, return_inverse=True)[1]
    one = np.unique(band, return_index=True)[1]
    which, of = part[one], parts[lie[one]]
    kinds = np.where(of == 1, ALONE, np.where(which == 0, LOWEST, np.where(which == of - 1, HIGHEST, BETWEEN)))
    return band, kinds, order


def _by_unit(gives: Array, leaves: Array, units: Array, size: int) -> tuple[Array, Array, Array]:
    """People stay whole: those of a leaf lie in the order of the means of their numbers there."""
    frame = pd.DataFrame({"leaf": leaves, "unit": units, "number": gives})
    means = frame.groupby(["leaf", "unit"], sort=True)["number"].transform("mean").to_numpy()
    order = np.lexsort((gives, units, means, leaves))
    lie, who = leaves[order], units[order]
    starts = np.concatenate([[True], (lie[1:] != lie[:-1]) | (who[1:] != who[:-1])])
    held = np.bincount(lie[starts], minlength=size)
    person = np.cumsum(starts) - 1
    return order, person - (np.cumsum(held) - held)[lie], held


def _law(away: Array, kind: int, rows: int) -> Array:
    """Means of so many neighbours or more at even steps, of mean 0 and width 1; even, where too few tell of it."""
    places = (np.arange(STEPS) + 0.5) / STEPS
    even = (np.linspace(0, 1, STEPS) - 0.5) * np.sqrt(12)
    steps = min(STEPS, len(away) // rows)
    if kind == EVEN or steps < FEWEST:
        return np.asarray(even)
    part = np.arange(len(away)) * steps // len(away)
    means = np.bincount(part, weights=np.sort(away)) / np.bincount(part)
    law = np.interp(places, (np.arange(steps) + 0.5) / steps, means)
    law = law - law.mean()
    width = float(np.sqrt((law**2).mean()))
    return np.asarray(law / width if width > 0 else even)


def _slopes(
    gives: Array, anchors: Array, leaves: Array, size: int, *, k: int, units: Array | None
) -> tuple[Array, Array]:
    """The slope of the donors on their anchors in each leaf, zero if it may be chance; and the mean of the anchors."""
    paired = np.flatnonzero(~np.isnan(anchors))
    held = np.bincount(leaves[paired], minlength=size)
    if units is not None:
        held = support(leaves[paired], size, units[paired])
    paired = paired[held[leaves[paired]] >= k]
    leaf, x, y = leaves[paired], anchors[paired], gives[paired]
    n = np.maximum(np.bincount(leaf, minlength=size), 1)
    centre, mean = (np.bincount(leaf, weights=part, minlength=size) / n for part in (x, y))
    x, y = x - centre[leaf], y - mean[leaf]
    across, up, along = (np.bincount(leaf, weights=part, minlength=size) for part in (x * x, y * y, x * y))
    good = (across > 1e-9) & (up > 1e-9) & (along**2 * n > SURE * across * up)
    return np.where(good, along / np.where(good, across, 1.0), 0.0), centre
