"""How often each level comes in each leaf of a tree, told of at least k people at a time.

A level that k people of a leaf hold is counted there; so are all others together, if k people hold one of them. What is
rarer is taken together with its like in the leaves around, up the tree, until k people are: so many of those others
each of these leaves has, and so often each level comes among them. So no count of fewer than k people is kept, nor
follows from two others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.generate.model.trees.splits import Splits
from privsynth.keeping import kept
from privsynth.typing import Array


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Shares:
    """Levels with their weights, those of one leaf after those of another, in the order of the tree's leaves."""

    levels: Array
    weights: Array
    first: Array  # of each node
    count: Array

    def draw(self, nodes: Array, evenly: Array) -> Array:
        """A level for each row: `evenly` says how far along the levels of its node, from 0 to 1."""
        upto = np.cumsum(self.weights)
        before = np.concatenate([[0.0], upto])
        low, high = before[self.first[nodes]], before[self.first[nodes] + self.count[nodes]]
        at = np.searchsorted(upto, low + evenly * (high - low), "right")
        return np.asarray(self.levels[np.clip(at, self.first[nodes], (self.first + self.count - 1)[nodes])])


@dataclass(frozen=True, eq=False)
class Entries:
    """Which level which leaf holds, in how many rows, and of how many people these are that no earlier leaf has."""

    leaf: Array
    level: Array
    rows: Array
    people: Array

    def taken(self, at: Array) -> Entries:
        return Entries(self.leaf[at], self.level[at], self.rows[at], self.people[at])


def learn_shares(gives: Array, leaves: Array, tree: Splits | None, *, units: Array | None, k: int) -> Shares:
    """From the level and the leaf of each donor."""
    levels, codes = np.unique(gives, return_inverse=True)
    entries, at = _entries(leaves, codes, units)
    size = np.bincount(leaves, minlength=1 if tree is None else tree.node_count)
    rare = np.flatnonzero(entries.people[at] < k)
    others = _entries(leaves[rare], np.zeros(len(rare), dtype=np.int64), None if units is None else units[rare])[0]
    weights = _weights(entries, others, size, tree, k)
    first, count = ranges(entries.leaf, tree)
    return Shares(levels=levels[entries.level], weights=weights, first=first, count=count)


def ranges(leaf: Array, tree: Splits | None) -> tuple[Array, Array]:
    """For each node where what lies below it begins, in what is sorted by leaf, and how much it is."""
    ends = np.ones(1, dtype=np.int64) if tree is None else tree.ends
    first = np.searchsorted(leaf, np.arange(len(ends)))
    return first, np.searchsorted(leaf, ends) - first


def _entries(leaves: Array, codes: Array, units: Array | None) -> tuple[Entries, Array]:
    """What the leaves hold, and which entry each donor belongs to."""
    wide = int(codes.max(initial=0)) + 1
    keys, at, rows = np.unique(leaves * wide + codes, return_inverse=True, return_counts=True)
    people = rows
    if units is not None:
        order = np.argsort(leaves, kind="stable")
        met = pd.DataFrame({"code": codes[order], "unit": units[order]}).duplicated().to_numpy()
        people = np.bincount(at[order[~met]], minlength=len(keys))
    return Entries(keys // wide, keys % wide, rows, people), at


def _weights(entries: Entries, others: Entries, size: Array, tree: Splits | None, k: int) -> Array:
    """How many rows of its leaf each entry stands for."""
    rare = np.flatnonzero(entries.people < k)
    few, leaf = entries.taken(rare), entries.leaf
    held, told = np.zeros(len(size)), np.zeros(len(size))
    held[others.leaf], told[others.leaf] = others.rows, _of_others(others, size, tree, k)
    pools = _pools(few, tree, k)
    rates = (_told(few, pools, k) / np.bincount(pools, weights=held[few.leaf]))[pools]
    weights = entries.rows * ((size - told) / np.maximum(size - held, 1))[leaf]
    weights[rare] = told[few.leaf] * rates / np.bincount(few.leaf, weights=rates, minlength=len(size))[few.leaf]
    return np.asarray(weights)


def _of_others(others: Entries, size: Array, tree: Splits | None, k: int) -> Array:
    """How many rows the rare levels of each leaf are: the mean over several leaves where they are of too few people."""
    told, few = others.rows.astype(np.float64), np.flatnonzero(others.people < k)
    entries = others.taken(few)
    pools = _pools(entries, tree, k)
    mean = (_told(entries, pools, k) / np.bincount(pools))[pools]
    told[few] = np.minimum(mean, size[entries.leaf] / 2)
    return told


def _told(entries: Entries, pools: Array, k: int) -> Array:
    """The rows of each pool; half of k, if all there are in the table are of fewer than k people."""
    rows, people = (np.bincount(pools, weights=part) for part in (entries.rows, entries.people))
    return np.where(people >= k, rows, k / 2)


def _pools(entries: Entries, tree: Splits | None, k: int) -> Array:
    """A number for each entry, the same for those that are taken together: from the leaves up, until k people are."""
    pools, where = np.full(len(entries.leaf), -1), entries.leaf.copy()
    wide, count = int(entries.level.max(initial=0)) + 1, 0
    last = np.full(wide, -1)  # of each level the pool made last, nearest to the root
    depth = np.zeros(1, dtype=np.int64) if tree is None else tree.depth
    for deep in range(int(depth.max()), -1, -1):
        open_ = np.flatnonzero((pools < 0) & (depth[where] == deep))
        keys, inverse = np.unique(where[open_] * wide + entries.level[open_], return_inverse=True)
        enough = np.bincount(inverse, weights=entries.people[open_], minlength=len(keys)) >= k
        number = count + np.cumsum(enough) - 1
        pools[open_] = np.where(enough[inverse], number[inverse], -1)
        last[keys[enough] % wide] = number[enough]
        count += int(enough.sum())
        left = open_[~enough[inverse]]
        if tree is not None and deep:
            where[left] = tree.parents[where[left]]
    none = np.flatnonzero(pools < 0)
    pools[none] = np.where(last[entries.level[none]] >= 0, last[entries.level[none]], count + entries.level[none])
    return np.asarray(np.unique(pools, return_inverse=True)[1])
