"""Which splits of a tree are real. What a tree learns from noise costs privacy and buys nothing, so it is not learnt.

A split must gain more than noise would (before it is made), and it must still gain on rows that did not make it
(afterwards). Both are measured in units of what remains unexplained of the target: tight relations may be followed
further than loose ones.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.generate.model.trees.features import Aim
from privsynth.typing import Array

GAIN = 2.0  # rows' worth of unexplained variance that a split must gain where it is made
HELD = 0.3  # the same, on other rows
PROBE = 2_000  # rows that are enough to see how much of the target a tree can explain


def variances(aim: Aim) -> Array:
    """Of each dimension of the target; those of classes sum up to the chance that two rows differ."""
    if aim.codes is not None:
        share = np.bincount(aim.codes, minlength=aim.size) / max(len(aim.codes), 1)
        return np.asarray(share * (1 - share))
    return np.asarray(aim.table().var(axis=0))


def grow_tree(features: Array, aim: Aim, leaf: int, gain: float, rng: np.random.Generator) -> Any:
    """sklearn's tree, without splits that gain less than `gain` in all."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    seed, rows = int(rng.integers(0, 2**31)), len(features)
    if aim.codes is not None:
        grower = DecisionTreeClassifier(min_samples_leaf=leaf, min_impurity_decrease=gain / rows, random_state=seed)
        return grower.fit(features, aim.codes, check_input=False).tree_
    numbers = aim.table()
    grower = DecisionTreeRegressor(
        min_samples_leaf=leaf, min_impurity_decrease=gain / rows / numbers.shape[1], random_state=seed
    )
    return grower.fit(features, numbers, check_input=False).tree_


def probe(rows: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Rows to learn from and others to test on, enough to see how much of a target can be explained."""
    picked = rng.permutation(rows)[: 2 * PROBE]
    return picked[: len(picked) // 2], picked[len(picked) // 2 :]


def unexplained(features: Array, aim: Aim, leaf: int, rows: tuple[Array, Array], rng: np.random.Generator) -> Array:
    """The variance of each dimension of the target that a tree leaves on unseen rows; all of it if they are too few."""
    total = variances(aim)
    learn, test = rows
    if len(learn) < 4 * leaf:
        return total
    tree = grow_tree(features[learn], aim[learn], leaf, 0.0, rng)
    guess = foretold(tree, aim[learn])[tree.apply(np.asfortranarray(features[test]))]
    left = np.asarray(((guess - aim[test].table()) ** 2).mean(axis=0))
    return left if left.sum() < total.sum() else total


def foretold(tree: Any, aim: Aim) -> Array:
    """What each node says of the target it was grown on: nodes x dimensions."""
    if aim.codes is None:
        return np.asarray(tree.value[:, :, 0])
    guess = np.zeros((tree.node_count, aim.size))
    guess[:, np.unique(aim.codes)] = tree.value[:, 0, :]
    return guess


def held_up(tree: Any, guess: Array, ends: Array, nodes: Array, *, aim: Aim, slack: float) -> Array:
    """Of each node whether its split holds up on other rows, which fell into the leaves `nodes`."""
    size = tree.node_count
    counts = _below(np.bincount(nodes, minlength=size)[:, None].astype(float), ends)
    sums = _below(aim.sums(nodes, size), ends)
    error = (counts * guess**2 - 2 * guess * sums).sum(
        axis=1
    )  # short of a constant that nodes share with what is below them
    holds, left, right = np.zeros(size, dtype=bool), tree.children_left, tree.children_right
    for node in np.flatnonzero(left >= 0)[::-1]:
        split = error[left[node]] + error[right[node]]
        if split < error[node] - slack:
            error[node], holds[node] = split, True
    return holds


def _below(figures: Array, ends: Array) -> Array:
    """The sum over each node and all nodes below it, which follow it up to its end."""
    running = np.concatenate([np.zeros((1, figures.shape[1])), np.cumsum(figures, axis=0)])
    return np.asarray(running[ends] - running[:-1])
