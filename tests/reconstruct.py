"""The red team's way to rows out of a kept model: whoever holds the file and knows the code reads all that leaves tell.

Each column tells pairs: where what it follows lies in a leaf, and where its own numbers lie there. Pairs that agree in
a column are put side by side, and so become rows. The same is done for the ways that trees take: a leaf is a box.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.codings import Curve, folded
from privsynth.generate.model.trees.bands import Bands
from privsynth.generate.model.trees.engine import Trees
from privsynth.generate.model.trees.forest import Fold
from privsynth.generate.model.trees.guide import share
from privsynth.generate.model.trees.splits import LEAF, Splits
from privsynth.generate.model.trees.targets import NumberTarget, Rest

Array = np.ndarray[Any, Any]
SAME = 0.001  # of a number


def pairs_told(trees: Trees) -> dict[str, tuple[str, Array]]:
    """For each number that follows another: its name, and pairs of the two."""
    told = {}
    for name, step in trees.targets_.items():
        if isinstance(step, NumberTarget) and step.rest is not None and step.rest.leading is not None:
            parts = [_pairs(fold, step.rest, step.curve) for fold in step.rest.forest.folds if not fold.beyond]
            told[name] = (str(step.rest.leader), np.concatenate([np.zeros((0, 2)), *parts]))
    return told


def _pairs(fold: Fold, rest: Rest, curve: Curve) -> Array:
    leaves, leading = fold.leaves, rest.leading
    assert isinstance(leaves, Bands)
    assert leading is not None
    leaf = _leaf_of_each(leaves, fold.tree)
    there = leading.value_at(folded(share(leaves.centres[leaf])))
    return np.stack([there, curve.value_at(folded(share(leaves.middles)))], axis=1)


def _leaf_of_each(leaves: Bands, tree: Splits | None) -> Array:
    ends = np.zeros(1, dtype=np.int64) if tree is None else np.flatnonzero(tree.left == LEAF)
    return np.repeat(ends, leaves.count[ends])


def rows_told(trees: Trees) -> pd.DataFrame:
    """Rows of all numbers that hang together, from pairs that agree best in the number that they share."""
    told = pairs_told(trees)
    rows: dict[str, Array] = {}
    for name, (leader, pairs) in told.items():
        if not rows:
            rows = {leader: pairs[:, 0], name: pairs[:, 1]}
        elif leader in rows and len(pairs):
            order = np.argsort(pairs[:, 0])
            at = np.clip(np.searchsorted(pairs[order, 0], rows[leader]), 0, len(pairs) - 1)
            rows[name] = pairs[order[at], 1]
    return pd.DataFrame(rows)


def boxes_told(trees: Trees) -> Iterator[pd.DataFrame]:
    """For each number the middle of what the way to each leaf says of earlier ones, and what the leaf tells of it."""
    for name, step in trees.targets_.items():
        if not isinstance(step, NumberTarget) or step.rest is None:
            continue
        for fold in step.rest.forest.folds:
            if isinstance(fold.leaves, Bands) and isinstance(fold.tree, Splits):
                yield _boxes(trees, name, fold, step)


def _boxes(trees: Trees, name: str, fold: Fold, step: NumberTarget) -> pd.DataFrame:
    tree, leaves, rest = fold.tree, fold.leaves, step.rest
    assert tree is not None
    assert isinstance(leaves, Bands)
    assert rest is not None
    leaf = _leaf_of_each(leaves, tree)
    table: dict[str, Array] = {}
    at = 0
    for other, levels in zip(fold.features.names, fold.features.places, strict=True):
        coding = trees.codings_.get(other)
        if levels is None and isinstance(coding, Curve) and len(coding.scale):
            low, high = _range(tree, at, 0, 2.0 * len(coding.scale))
            steps = np.clip((low + high)[leaf] / 2, 0, 2 * len(coding.scale) - 1)
            table[other] = coding.scale[np.minimum(steps // 2, len(coding.scale) - 1).astype(int)]
        at += 1 if levels is None else levels.shape[1]
    told = leaves.middles
    if fold.beyond and fold.features.guide is not None:
        grain = float(fold.features.guide.grain[0])
        low, high = _range(tree, at, -3 / grain, 3 / grain)
        told = told + grain * (low + high)[leaf] / 2
    places = folded(told if rest.is_list else share(told))
    return pd.DataFrame(table).assign(**{name: step.curve.value_at(places)})


def _range(tree: Splits, feature: int, least: float, most: float) -> tuple[Array, Array]:
    """Between which steps of a feature each node lies."""
    low, high = np.full(tree.node_count, float(least)), np.full(tree.node_count, float(most))
    for node in np.flatnonzero(tree.left != LEAF):
        left, right = tree.left[node], tree.right[node]
        low[[left, right]], high[[left, right]] = low[node], high[node]
        if tree.feature[node] == feature:
            high[left] = low[right] = tree.threshold[node]
    return low, high


def hits(told: pd.DataFrame, people: pd.DataFrame) -> int:
    """How many of the rows told are those of one of the people, to a thousandth of each number."""
    theirs = people[list(told.columns)].to_numpy(dtype=np.float64)
    return sum(bool((np.abs(theirs - row) <= SAME * np.abs(row)).all(axis=1).any()) for row in told.to_numpy())


def beyond_chance(told: pd.DataFrame, inside: pd.DataFrame, outside: pd.DataFrame) -> float:
    """How much more often the person nearest to a row told, by ranks, is one inside: in standard deviations of chance.

    Rows told that have one and the same nearest person are one piece of luck.
    """
    from sklearn.neighbors import NearestNeighbors

    if not len(told):
        return 0.0
    everybody = pd.concat([inside, outside], ignore_index=True)[list(told.columns)]
    ordered = {name: np.sort(everybody[name].to_numpy()) for name in everybody}

    def ranked(table: pd.DataFrame) -> Array:
        return np.stack([np.searchsorted(values, table[name].to_numpy()) for name, values in ordered.items()], axis=1)

    nearest = NearestNeighbors(n_neighbors=1).fit(ranked(everybody)).kneighbors(ranked(told))[1][:, 0]
    weight = np.bincount(nearest, minlength=len(everybody)) / len(told)
    share = float(weight[: len(inside)].sum())
    expected = len(inside) / len(everybody)
    return float((share - expected) / np.sqrt(expected * (1 - expected) * (weight**2).sum()))
