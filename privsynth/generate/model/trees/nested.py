"""Columns of which each level belongs to one of a coarser column, drawn among those that belong to what is made.

The coarser column comes first, while few other columns are made, and keeps its company with all of them. What then
tells the finer levels of one coarser level apart is all that is left to learn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.generate.model.coding.support import support
from privsynth.generate.model.trees.features import State
from privsynth.generate.model.trees.forest import Fold, Forest, spread
from privsynth.generate.model.trees.lookup import Listing, Lookup, determines
from privsynth.generate.model.trees.shares import Shares
from privsynth.keeping import kept
from privsynth.typing import Array

WHOLE = 2**20  # weights are summed as whole numbers, which are exact
MANY = 20  # levels: a column of fewer is learnt as a whole, and what it determines is looked up


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Nest:
    """Which level of a coarser column each level belongs to, and how often each of them comes there."""

    parent: str
    belongs: Array  # of each level
    levels: Array  # those of one coarser level after those of another
    reach: Array  # coarser level plus cumulative share inside it
    overall: Array  # cumulative share of all

    def draw(self, wanted: Array, rng: np.random.Generator) -> Array:
        """A level for each row, by how often it comes; of all levels where it is not known what it is to belong to."""
        chance = rng.random(len(wanted))
        inside = np.searchsorted(self.reach, wanted + chance, "right")
        at = np.where(wanted < 0, np.searchsorted(self.overall, chance, "right"), inside)
        return np.asarray(self.levels[np.minimum(at, len(self.levels) - 1)])


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class NestedTarget:
    """Draws a level that belongs to the coarser level as donors hold it: in the smallest node with enough of such."""

    nest: Nest
    forest: Forest | None
    least: int  # rows of such donors

    def draw(self, state: State, rows: int, rng: np.random.Generator) -> Array:
        wanted = state[self.nest.parent]
        drawn = self.nest.draw(wanted, rng).astype(np.int32)
        folds = () if self.forest is None else self.forest.folds
        which = rng.permutation(rows) % max(len(folds), 1)
        for number, fold in enumerate(folds):
            mine = np.flatnonzero(which == number)
            at, levels = self._of_nodes(fold, state, mine, wanted[mine], rng)
            drawn[mine[at]] = levels
        return drawn

    def _of_nodes(
        self, fold: Fold, state: State, rows: Array, wanted: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Which rows find a node with enough donors, and their levels. The others climb until a whole fold is seen."""
        if fold.tree is None or not isinstance(fold.leaves, Shares):
            return rows[:0], rows[:0]
        nodes, above = fold.tree.apply(fold.features.guided(state, rows)[0]), fold.tree.parents
        left, at, levels = np.flatnonzero(wanted >= 0), [rows[:0]], [rows[:0]]
        while len(left):
            own = _belonging(fold.leaves, nodes[left], self.nest.belongs, wanted[left])
            enough = own.high - own.low >= self.least
            at.append(left[enough])
            levels.append(own.drawn(enough, rng))
            left = left[~enough]
            left = left[nodes[left] > 0]
            nodes[left] = above[nodes[left]]
        return np.concatenate(at), np.concatenate(levels)


@dataclass(frozen=True, eq=False)
class Belonging:
    """Levels one after another, up to what weight each goes, and for each row between which of these its own lie."""

    levels: Array
    upto: Array
    low: Array
    high: Array

    def drawn(self, rows: Array, rng: np.random.Generator) -> Array:
        """A level for each of these rows. Rows that may have the same spread evenly over them."""
        low, high = self.low[rows], self.high[rows]
        place = low + spread(np.unique(low, return_inverse=True)[1], rng) * (high - low)
        first, last = np.searchsorted(self.upto, low, "right"), np.searchsorted(self.upto, high, "left")
        return np.asarray(self.levels[np.clip(np.searchsorted(self.upto, place, "right"), first, last)])


def _belonging(shares: Shares, nodes: Array, belongs: Array, wanted: Array) -> Belonging:
    """The levels of each row's node that belong to its coarser level."""
    alike, back = np.unique(nodes, return_inverse=True)
    first, count = shares.first[alike], shares.count[alike]
    group = np.repeat(np.arange(len(alike)), count)
    within = first[group] + np.arange(len(group)) - np.repeat(np.cumsum(count) - count, count)
    size = int(max(belongs.max(initial=0), wanted.max(initial=0))) + 1
    keys = group * size + belongs[shares.levels[within]]
    order = np.argsort(keys, kind="stable")
    upto = np.cumsum(np.rint(shares.weights[within][order] * WHOLE).astype(np.int64))
    before, asked = np.concatenate([[0], upto]), back * size + wanted
    low, high = (before[np.searchsorted(keys[order], asked, side)] for side in ("left", "right"))
    return Belonging(shares.levels[within][order], upto / WHOLE, low / WHOLE, high / WHOLE)


def find_nests(
    listings: Mapping[str, Listing],
    lookups: Mapping[str, Lookup],
    *,
    names: Sequence[str],
    given: Sequence[str],
    least: int,
    units: Array | None,
) -> dict[str, Nest]:
    """For each column of many levels the finest of those that it determines, instead of looking that one up.

    A column that is given is never looked up: what determines it is always drawn among what belongs to it. `least`
    units stand behind each coarser level.
    """
    nests: dict[str, Nest] = {}
    for name in sorted(names, key=lambda name: -listings[name].size):  # what another is nested in is free to be nested
        is_free = name not in lookups or any(nest.parent == name for nest in nests.values())
        if not is_free or listings[name].values is not None:
            continue
        told = [other for other, look in lookups.items() if look.source == name and listings[name].size > MANY]
        held = [other for other in given if other in listings and determines(listings[name], listings[other])]
        coarser = [other for other in (*held, *told) if _is_coarser(listings[other], listings[name])]
        coarser.sort(key=lambda other: (other not in held, -listings[other].size))
        coarser = [other for other in coarser if _has_enough(listings[other], least, units)]
        nest = next((nest for other in coarser if (nest := _nest(other, listings[other], listings[name]))), None)
        if nest is not None:
            nests[name] = nest
    return nests


def _is_coarser(one: Listing, other: Listing) -> bool:
    return one.values is None and one.size < other.size


def _has_enough(one: Listing, least: int, units: Array | None) -> bool:
    return bool((support(one.codes, one.size, units) >= least).all())


def _nest(parent: str, coarser: Listing, finer: Listing) -> Nest | None:
    """None where a level of the coarser column has none of its own."""
    both = (coarser.codes >= 0) & (finer.codes >= 0)
    pairs, counts = np.unique(
        finer.codes[both].astype(np.int64) * coarser.size + coarser.codes[both], return_counts=True
    )
    belongs = np.zeros(finer.size, dtype=np.int64)
    order = np.argsort(counts, kind="stable")
    belongs[pairs[order] // coarser.size] = pairs[order] % coarser.size
    rows = np.bincount(finer.codes[both], minlength=finer.size)
    levels = np.lexsort((np.arange(finer.size), belongs))
    levels = levels[rows[levels] > 0]
    of = belongs[levels]
    if len(np.unique(of)) < coarser.size:
        return None
    total = np.bincount(of, weights=rows[levels], minlength=coarser.size)
    before = np.concatenate([[0], np.cumsum(rows[levels])])
    reach = of + (before[1:] - before[np.searchsorted(of, of)]) / total[of]
    return Nest(parent=parent, belongs=belongs, levels=levels, reach=reach, overall=before[1:] / before[-1])


def rows_of_units(least: int, codes: Array, units: Array | None) -> int:
    """So many donors are surely of `least` units, whichever they are."""
    if units is None or not len(codes):
        return least
    return least * int(support(units, int(units.max()) + 1, None).max())
