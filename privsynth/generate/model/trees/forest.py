"""Trees that say which rows are alike for one target, and what the donors in each of their leaves have in common.

Cross-fitted: the tree of one fold grows on the rows of that fold and takes its donors from all others, so no row ever
helps to cut the very leaf that it then gives its value to. Each drawn row takes one of the folds at random, anew for
each column. No donor is remembered: of levels their shares are, of numbers where groups of them lie.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.ranks import coarse, sorted_within
from privsynth.generate.model.trees.bands import Bands, learn_bands
from privsynth.generate.model.trees.features import Aim, Features, State, learn_features, where_and_how_far
from privsynth.generate.model.trees.guide import best_penalty, regress
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
from privsynth.generate.model.trees.shares import Shares, learn_shares
from privsynth.generate.model.trees.splits import Splits, pruned, splits_of
from privsynth.keeping import kept
from privsynth.typing import Array

GROWN_ON = 24_000  # most rows that one tree grows on
FILLED_FROM = 250_000  # most rows of the other folds that fill its leaves
MANY = 20_000  # rows from which on a tree looks at the steps of a feature instead of at its values
CLEARLY = 0.95  # a guide must leave less than this share of what a tree leaves over
FURTHER = 0.08  # and less again for rows that neither has seen: how fast a tree's error falls with more of them
TIGHT = 0.5  # share of a number that a guide must foretell for the donors to give what lies beyond its word


def spread(groups: Array, rng: np.random.Generator) -> Array:
    """For each row a number from 0 to 1: one of a group in each equal part of the way, somewhere in it, in no order."""
    order, along = _spread_in_order(groups, rng)
    spread_out = np.empty(len(groups))
    spread_out[order] = along
    return spread_out


def _spread_in_order(groups: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The rows group by group, shuffled in each, and for them in that order numbers that rise in each group."""
    shuffled = rng.permutation(len(groups))
    order = shuffled[sorted_within(groups[shuffled], int(groups.max(initial=0)) + 1, np.arange(len(groups)))]
    size = np.bincount(groups)
    start, lie = np.cumsum(size) - size, groups[order]
    return order, (np.arange(len(groups)) - start[lie] + rng.random(len(groups))) / size[lie]


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Fold:
    features: Features
    tree: Splits | None  # None: all donors are alike
    leaves: Shares | Bands
    beyond: bool = False  # whether the leaves give what lies beyond the guide's word

    def draw(self, state: State, rows: Array, anchors: Array | None, rng: np.random.Generator) -> Array:
        """Rows of one leaf spread evenly over what it gives, so that shares are not left to luck."""
        nodes, said = np.zeros(len(rows), dtype=np.int64), None
        if self.tree is not None:
            built, said = self.features.guided(state, rows)
            nodes = self.tree.apply(built)
        order, evenly = _spread_in_order(nodes, rng)  # in order, what is drawn is found much faster
        if isinstance(self.leaves, Shares):
            in_order = self.leaves.draw(nodes[order], evenly)
        else:
            in_order = self.leaves.draw(
                nodes[order], evenly, None if anchors is None or self.beyond else anchors[order]
            )
        drawn = np.empty_like(in_order)
        drawn[order] = in_order
        return said[:, 0] + drawn if self.beyond and said is not None else drawn


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Forest:
    folds: tuple[Fold, ...]

    def draw(self, state: State, rows: Array, rng: np.random.Generator, anchors: Array | None = None) -> Array:
        """A value like the donors' for each of these rows, given what is already made of them."""
        leaves = self.folds[0].leaves
        drawn = np.empty(len(rows), dtype=leaves.levels.dtype if isinstance(leaves, Shares) else np.float64)
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
    k: int  # units behind any number that is kept
    units: Array | None = None  # of those rows; None: each is one
    is_number: bool = False
    widths: Array | None = None  # numbers of a list: of those rows, how much each takes up
    anchors: Array | None = None  # of those rows
    score: Array | None = None  # numbers: of those rows, about normal

    @property
    def smooth(self) -> bool:
        return self.is_number and self.widths is None

    def units_of(self, rows: Array) -> Array | None:
        return None if self.units is None else self.units[rows]

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
    rows = np.arange(len(task.rows))
    return Fold(Features((), ()), None, _fill(task, rows, np.zeros(len(rows), dtype=np.int64), None))


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
    of = task.units_of(at)
    features = learn_features(task.names, state, task.sizes, task.rows[at], task.aim[at], units=of, k=task.k)
    seen = _look(task, features, state, at, rng) if seen is None else seen
    features = features if seen.penalty is None else _guided(task, features, state, at, seen.penalty)
    (built, said), (there, said_there) = (features.guided(state, task.rows[rows]) for rows in (at, others))
    if seen.tight and said is not None and said_there is not None:
        guess = np.full(len(task.rows), np.nan)
        guess[at], guess[others] = said[:, 0], said_there[:, 0]
        task = task.beyond(guess)
    aim = task.aim[at]
    noise = (
        float(unexplained(built, aim, task.leaf, probe(len(at), rng), rng).sum()) if seen.noise is None else seen.noise
    )
    grown = grow_tree(coarse(built) if len(at) >= MANY else built, aim, task.leaf, GAIN * noise, rng)
    nodes, whole = grown.apply(there), splits_of(grown)
    holds = held_up(grown, foretold(grown, aim), whole.ends, nodes, aim=task.aim[others], slack=HELD * noise)
    tree, becomes = pruned(whole, holds, _has_enough(whole, nodes, task.units_of(others), task.least))
    nodes = becomes[nodes]
    moved = np.flatnonzero(nodes < 0)
    nodes[moved] = tree.apply(there[moved])
    features, tree = features.bare().coarsened(tree)
    return Fold(features, tree, _fill(task, others, nodes, tree), seen.tight), replace(seen, noise=noise)


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


def _fill(task: Task, rows: Array, nodes: Array, tree: Splits | None) -> Shares | Bands:
    """What the leaves give, from the donors in each."""
    gives, units = task.gives[rows], task.units_of(rows)
    if not task.is_number:
        return learn_shares(gives, nodes, tree, units=units, k=task.k)
    widths, anchors = (None if part is None else part[rows] for part in (task.widths, task.anchors))
    return learn_bands(gives, nodes, tree, units=units, k=task.k, widths=widths, anchors=anchors)


def _has_enough(tree: Splits, nodes: Array, units: Array | None, least: int) -> Array:
    """Of each node whether the donors below it, who fell into the leaves `nodes`, are of `least` units."""
    if units is not None:
        return _enough_units(tree, nodes, units, least)
    upto = np.concatenate([[0], np.cumsum(np.bincount(nodes, minlength=tree.node_count))])
    return np.asarray(upto[tree.ends] - upto[:-1] >= least)


def _enough_units(tree: Splits, nodes: Array, units: Array, least: int) -> Array:
    """From the deepest nodes upwards: what has enough makes all above it have enough."""
    parents, depth = tree.parents, tree.depth
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
