"""A fitted tree as four arrays that can be read and checked: where it splits, and nothing of what it was grown on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.generate.model.trees.features import BELOW_ALL
from privsynth.keeping import kept
from privsynth.typing import Array

LEAF = -1


@kept(version=1)
@dataclass(frozen=True, eq=False)
class Splits:
    """Rows whose feature is at most the threshold go left. Children have higher numbers: every way ends."""

    left: Array  # of each node; LEAF where it ends
    right: Array
    feature: Array
    threshold: Array

    @property
    def node_count(self) -> int:
        return len(self.left)

    def apply(self, features: Array) -> Array:
        """The leaf of each row: all rows go down one level at a time."""
        nodes = np.zeros(len(features), dtype=np.int64)
        open_ = np.arange(len(features)) if self.left[0] != LEAF else np.zeros(0, dtype=np.int64)
        while len(open_):
            at = nodes[open_]
            goes_left = features[open_, self.feature[at]] <= self.threshold[at]
            nodes[open_] = np.where(goes_left, self.left[at], self.right[at])
            open_ = open_[self.left[nodes[open_]] != LEAF]
        return nodes

    def fault(self, width: int) -> str | None:
        """What is wrong with these arrays as a tree over so many features; None: nothing."""
        size = len(self.left)
        arrays = (self.left, self.right, self.feature, self.threshold)
        if (
            not size
            or any(array.ndim != 1 or len(array) != size for array in arrays)
            or any(array.dtype.kind != "i" for array in arrays[:3])
        ):
            return "arrays of a tree do not fit together"
        inner = self.left != LEAF
        own = np.arange(size)[inner]
        below = np.concatenate([self.left[inner], self.right[inner]])
        if (
            (self.right[~inner] != LEAF).any()
            or (below <= np.tile(own, 2)).any()
            or (below >= size).any()
            or len(np.unique(below)) < len(below)
        ):
            return "a tree has a way that does not end"
        if (self.feature[inner] < 0).any() or (self.feature[inner] >= width).any() or self.threshold.dtype.kind != "f":
            return "a tree asks for a feature that there is not"
        return None


def sides(tree: Any) -> tuple[Array, Array]:
    """The left and the right child of each node, of a tree as it was grown or as it is kept."""
    return (tree.left, tree.right) if isinstance(tree, Splits) else (tree.children_left, tree.children_right)


def splits_of(tree: Any, lows: Array) -> Splits:
    """The splits of one of sklearn's trees. `lows`: of each feature the least number that may come out; NaN for
    classes.

    A split that parts missing numbers from all others lies halfway to the smallest of its training rows, and would tell
    it. It is moved halfway to the smallest that comes out: whatever is drawn falls on the same side as before.
    """
    left, right = (np.asarray(side, dtype=np.int32) for side in (tree.children_left, tree.children_right))
    inner = left != LEAF
    feature, threshold = np.where(inner, tree.feature, 0).astype(np.int32), np.where(inner, tree.threshold, 0.0)
    low = lows[feature] if len(lows) else np.full(len(feature), np.nan)
    parts = inner & (threshold > BELOW_ALL) & (threshold < low)
    return Splits(left, right, feature, np.where(parts, (BELOW_ALL + low) / 2, threshold))
