"""Trees that say which rows are alike for one target, and the donors that each of their leaves may draw from.

Cross-fitted: the tree of one fold grows on the rows of that fold and draws its donors from all others, so no row ever
helps to cut the very leaf that it then gives its value to. Each drawn row takes one of the folds at random, anew for
each column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.ranks import coarse, sorted_within
from privsynth.generate.model.trees.features import Aim, Features, State, learn_features, where_and_how_far
from privsynth.generate.model.trees.guide import best_penalty, regress, share
from privsynth.generate.model.trees.pruning import (
    GAIN,
    HELD,
    foretold,
    grow_tree,
    held_up,
    probe,
    unexplained,
    variances,
)
from privsynth.keeping import kept
from privsynth.typing import Array

GROWN_ON = 24_000  # most rows that one tree grows on
FILLED_FROM = 250_000  # most rows of the other folds that fill its leaves
MANY = 20_000  # rows from which on a tree looks at the steps of a feature instead of at its values
CLEARLY = 0.95  # a guide must leave less than this share of what a tree leaves over
FURTHER = 0.08  # and less again for rows that neither has seen: how fast a tree's error falls with more of them
TIGHT = 0.5  # share of a number that a guide must foretell for the donors to give what lies beyond its word
SURE = 8.0  # a slope inside a leaf counts from this share of explained variance, over the donors, on


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Leaves:
    """The donors of each node as a range of `donors`, which lie in the order of the tree's leaves."""

    donors: Array
    first: Array  # of each node
    count: Array
    low: Array | None = None  # numbers: how far the value of each donor may move down and up
    high: Array | None = None
    anchors: Array | None = None  # where each donor stands on a related column
    slopes: Array | None = None  # of each node: how the value follows that column inside it
    loose: Array | None = None  # of each node: the share of the spread that the slope leaves

    @property
    def alike(self) -> Array:
        """A number for each node, the same for nodes that have the same donors."""
        return np.asarray(np.unique(self.first * (len(self.donors) + 1) + self.count, return_inverse=True)[1])

    def draw(self, nodes: Array, anchors: Array | None, rng: np.random.Generator) -> Array:
        """A donor for each row. Rows of one node spread evenly over its donors, so that shares are not left to luck."""
        among = np.minimum(spread(self.alike[nodes], rng) * self.count[nodes], self.count[nodes] - 1)
        at = self.first[nodes] + among.astype(np.int64)
        if self.low is None or self.high is None:
            return np.asarray(self.donors[at])
        move = self.low[at] + rng.random(len(at)) * (self.high[at] - self.low[at])
        if anchors is None or self.anchors is None or self.slopes is None or self.loose is None:
            return np.asarray(self.donors[at] + move)
        return np.asarray(
            self.donors[at] + self.loose[nodes] * move + self.slopes[nodes] * np.nan_to_num(anchors - self.anchors[at])
        )


def spread(groups: Array, rng: np.random.Generator) -> Array:
    """For each row a number from 0 to 1: one of a group in each equal part of the way, somewhere in it, in no order."""
    shuffled = rng.permutation(len(groups))
    order = shuffled[sorted_within(groups[shuffled], int(groups.max(initial=0)) + 1, np.arange(len(groups)))]
    size = np.bincount(groups)
    start = np.cumsum(size) - size
    turns = np.empty(len(groups))
    turns[order] = np.arange(len(groups))
    return np.asarray((turns - start[groups] + rng.random(len(groups))) / size[groups])


@kept(version=1)
@dataclass(frozen=True, eq=False)
class Fold:
    features: Features
    tree: Any  # sklearn's fitted tree, or None: all donors are alike
    leaves: Leaves
    beyond: bool = False  # whether the donors give what lies beyond the guide's word, which is the last feature

    def draw(self, state: State, rows: Array, anchors: Array | None, rng: np.random.Generator) -> Array:
        if self.tree is None:
            return self.leaves.draw(np.zeros(len(rows), dtype=np.int64), anchors, rng)
        built = self.features.build(state, rows)
        drawn = self.leaves.draw(self.tree.apply(built), None if self.beyond else anchors, rng)
        return share(built[:, -1] + drawn) if self.beyond else drawn


@kept(version=1)
@dataclass(frozen=True, eq=False)
class Forest:
    folds: tuple[Fold, ...]

    def draw(self, state: State, rows: Array, rng: np.random.Generator, anchors: Array | None = None) -> Array:
        """A donor's value for each of these rows, given what is already made of them."""
        drawn = np.empty(len(rows), dtype=self.folds[0].leaves.donors.dtype)
        which = rng.permutation(len(rows)) % len(self.folds)
        for number, fold in enumerate(self.folds):
            mine = np.flatnonzero(which == number)
            drawn[mine] = fold.draw(state, rows[mine], None if anchors is None else anchors[mine], rng)
        return drawn


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """One target: what the trees tell apart, what the donors give, and how many rows a leaf needs."""

    names: Sequence[str]  # earlier columns
    sizes: Mapping[str, int]
    rows: Array  # rows that teach and give
    aim: Aim  # of those rows
    gives: Array  # of those rows
    leaf: int
    least: int  # units behind any drawn value
    units: Array | None = None  # of those rows; None: each is one
    smooth: bool = False
    anchors: Array | None = None  # of those rows
    score: Array | None = None  # numbers: of those rows, about normal

    @property
    def foretellable(self) -> Array | None:
        """The target as a guide foretells it; None: it cannot."""
        if self.score is not None:
            return self.score[:, None]
        return None if self.aim.codes is None else self.aim.table()

    def beyond(self, guess: Array) -> Task:
        """The same with what the guide left over of each row in place of its number."""
        assert self.score is not None  # noqa: S101  only numbers have one
        left = self.score - guess
        return replace(self, aim=where_and_how_far(left), gives=left, anchors=None)


@dataclass(frozen=True)
class Seen:
    """What is measured once for all folds."""

    noise: float | None  # the target's unexplained variance
    penalty: float | None = None  # of a guide; None: none is worth it
    tight: bool = False  # whether it foretells a number so well that donors give only what lies beyond its word


def grow(task: Task, state: State, folds: Array, rng: np.random.Generator) -> Forest:
    """One tree for each fold. `folds` numbers the fold of each row of the table."""
    mine = folds[task.rows]
    if not task.names or len(task.rows) < 2 * task.leaf or (count := int(folds.max()) + 1) < 2:
        return Forest((_alone(task),))
    seen: Seen | None = None
    grown = []
    for number in range(count):
        fold, seen = _fold(task, state, mine == number, seen, rng)
        grown.append(fold)
    return Forest(tuple(grown))


def _alone(task: Task) -> Fold:
    return Fold(
        Features((), (), ()),
        None,
        _fill(task, np.arange(len(task.rows)), np.zeros(len(task.rows), dtype=np.int64), np.ones(1, dtype=np.int64)),
    )


def _fold(
    task: Task, state: State, grows: Array, seen: Seen | None, rng: np.random.Generator
) -> tuple[Fold, Seen | None]:
    """One cross-fitted tree, and what was measured for it."""
    at, others = _some(np.flatnonzero(grows), GROWN_ON, rng), _some(np.flatnonzero(~grows), FILLED_FROM, rng)
    if (
        len(at) < 2 * task.leaf
        or (len(others) if task.units is None else len(np.unique(task.units[others]))) < task.least
    ):
        return _alone(task), seen
    features = learn_features(task.names, state, task.sizes, task.rows[at], task.aim[at])
    seen = _look(task, features, state, at, rng) if seen is None else seen
    features = features if seen.penalty is None else _guided(task, features, state, at, seen.penalty)
    built, there = features.build(state, task.rows[at]), features.build(state, task.rows[others])
    if seen.tight:
        guess = np.full(len(task.rows), np.nan)
        guess[at], guess[others] = built[:, -1], there[:, -1]
        task = task.beyond(guess)
    aim = task.aim[at]
    noise = (
        float(unexplained(built, aim, task.leaf, probe(len(at), rng), rng).sum()) if seen.noise is None else seen.noise
    )
    tree = grow_tree(coarse(built) if len(at) >= MANY else built, aim, task.leaf, GAIN * noise, rng)
    nodes = tree.apply(there)
    ends, parents = _ends_and_parents(tree)
    holds = held_up(tree, foretold(tree, aim), ends, nodes, aim=task.aim[others], slack=HELD * noise)
    leaves = _fill(task, others, nodes, ends)
    enough = (
        leaves.count >= task.least
        if task.units is None
        else _enough_units(nodes, task.units[others], parents, task.least)
    )
    return Fold(features, tree, _climb(leaves, parents, holds, enough), seen.tight), replace(seen, noise=noise)


def _some(rows: Array, most: int, rng: np.random.Generator) -> Array:
    return rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))


def _look(task: Task, features: Features, state: State, at: Array, rng: np.random.Generator) -> Seen:
    """Whether a guide foretells clearly more than a tree, which gains more from further rows; and what it leaves."""
    parts = probe(len(at), rng)
    size, picked = len(parts[0]), at[np.concatenate(parts)]
    learn, test = np.arange(size), np.arange(size, len(picked))
    aim, target, rows = task.aim[picked], task.foretellable, task.rows[picked]
    left = unexplained(features.build(state, rows), aim, task.leaf, (learn, test), rng)
    scores = features.scores(state, rows)
    if target is None or not scores.shape[1] or size < 2 * task.leaf:
        return Seen(float(left.sum()))
    main = slice(None) if task.score is None else slice(1)  # of numbers where, not how far out
    by_tree = left[main].sum() / max(variances(aim)[main].sum(), 1e-12)
    penalty, by_guide = best_penalty(scores[learn], target[picked[learn]], scores[test], target[picked[test]])
    if by_guide < CLEARLY * by_tree * (len(picked) / len(at)) ** FURTHER:
        return Seen(None, penalty, task.smooth and by_guide < 1 - TIGHT)
    return Seen(float(left.sum()))


def _guided(task: Task, features: Features, state: State, at: Array, penalty: float) -> Features:
    target = task.foretellable
    assert target is not None  # noqa: S101  or there were no penalty
    return replace(features, guide=regress(features.scores(state, task.rows[at]), target[at]).guide(penalty))


def _fill(task: Task, rows: Array, nodes: Array, ends: Array) -> Leaves:
    """Donors sorted by leaf. sklearn numbers nodes depth first, so the leaves below any node lie side by side.

    Inside a leaf they lie in the order of their values: that of the rows would let columns be put side by side again.
    """
    gives = task.gives[rows]
    order = (
        sorted_within(nodes, len(ends), gives)
        if task.anchors is None
        else sorted_within(nodes, len(ends), gives, task.anchors[rows])
    )
    donors, lie = gives[order], nodes[order]
    first = np.searchsorted(lie, np.arange(len(ends)))
    leaves = Leaves(donors=donors, first=first, count=np.searchsorted(lie, ends) - first)
    if not task.smooth:
        return leaves
    low, high = _room(donors, lie)
    anchors = None if task.anchors is None else task.anchors[rows][order]
    slopes, loose = (None, None) if anchors is None else _slopes(donors, anchors, leaves.first, leaves.count)
    return Leaves(
        donors=donors, first=first, count=leaves.count, low=low, high=high, anchors=anchors, slopes=slopes, loose=loose
    )


def _climb(leaves: Leaves, parents: Array, holds: Array, enough: Array) -> Leaves:
    """A node of too few donors, or of a split without gain, takes all that its parent has. Parents come first."""
    first, count = leaves.first.copy(), leaves.count.copy()
    stands = np.arange(len(first))  # whose slope it is
    merged = np.zeros(len(first), dtype=bool)
    for node in range(1, len(first)):
        parent = parents[node]
        if merged[parent] or not enough[node] or not holds[parent]:
            first[node], count[node], merged[node] = first[parent], count[parent], merged[parent] or not holds[parent]
            stands[node] = stands[parent]
    slopes, loose = (None if kept is None else kept[stands] for kept in (leaves.slopes, leaves.loose))
    return replace(leaves, first=first, count=count, slopes=slopes, loose=loose)


def _enough_units(nodes: Array, units: Array, parents: Array, least: int) -> Array:
    """Of each node whether the donors below it are of `least` units, from the deepest nodes upwards."""
    depth = np.zeros(len(parents), dtype=np.int64)
    for node in range(1, len(parents)):
        depth[node] = depth[parents[node]] + 1
    enough = np.zeros(len(parents), dtype=bool)
    for level in range(int(depth.max()), -1, -1):
        held = pd.DataFrame({"node": nodes, "unit": units})[depth[nodes] == level].drop_duplicates()["node"]
        enough |= np.bincount(held, minlength=len(parents)) >= least
        below = np.flatnonzero(enough & (depth == level))
        enough[parents[below]] = True
        open_ = ~enough[nodes]
        nodes, units = nodes[open_], units[open_]
        nodes = np.where(depth[nodes] == level, parents[nodes], nodes)
    return enough


def _ends_and_parents(tree: Any) -> tuple[Array, Array]:
    """For each node one past the last node below it, and its parent."""
    left, right = tree.children_left, tree.children_right
    ends, parents = np.arange(1, tree.node_count + 1), np.zeros(tree.node_count, dtype=np.int64)
    inner = np.flatnonzero(left >= 0)
    parents[left[inner]], parents[right[inner]] = inner, inner
    for node in inner[::-1]:
        ends[node] = ends[right[node]]
    return ends, parents


def _room(donors: Array, nodes: Array) -> tuple[Array, Array]:
    """Half the way to the neighbours in the same leaf; at its ends as far out as in."""
    gap = np.where(nodes[1:] == nodes[:-1], np.diff(donors) / 2, np.nan)
    below, above = np.concatenate([[np.nan], gap]), np.concatenate([gap, [np.nan]])
    outwards, inwards = np.where(np.isnan(below), above, below), np.where(np.isnan(above), below, above)
    return -np.nan_to_num(outwards), np.nan_to_num(inwards)


def _slopes(donors: Array, anchors: Array, first: Array, count: Array) -> tuple[Array, Array]:
    """The slope of the donors on their anchors in each node, zero if it may be chance; and what it leaves."""
    paired = ~np.isnan(anchors)
    x, y = np.where(paired, anchors, 0.0), np.where(paired, donors, 0.0)
    running = np.concatenate([np.zeros((5, 1)), np.cumsum([paired, x, y, x * x, x * y], axis=1)], axis=1)
    n, sx, sy, sxx, sxy = running[:, first + count] - running[:, first]
    n = np.maximum(n, 1)
    across, along = sxx - sx * sx / n, sxy - sx * sy / n
    squares = np.concatenate([[0.0], np.cumsum(y * y)])
    up = squares[first + count] - squares[first] - sy * sy / n
    good = (across > 1e-9) & (up > 1e-9) & (along**2 * n > SURE * across * up)
    safe = np.where(good, across, 1.0)
    left = 1 - along**2 / (safe * np.where(good, up, 1.0))
    return np.where(good, along / safe, 0.0), np.where(good, np.sqrt(np.maximum(left, 0.0)), 1.0)
