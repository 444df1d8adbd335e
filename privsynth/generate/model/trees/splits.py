"""A fitted tree as four arrays that can be read and checked: where it splits, and nothing of what it was grown on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from privsynth.keeping import kept
from privsynth.typing import Array

LEAF = -1


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Splits:
    """Rows whose feature is at most the threshold go left. A left child follows its node; every way ends."""

    left: Array  # of each node; LEAF where it ends
    right: Array
    feature: Array
    threshold: Array  # between two steps of the feature

    @property
    def node_count(self) -> int:
        return len(self.left)

    def apply(self, features: Array) -> Array:
        """The leaf of each row: all rows go down one level at a time."""
        size, is_leaf = len(features), self.left == LEAF
        leaves, rows = np.zeros(size, dtype=np.int64), np.arange(size if self.left[0] != LEAF else 0)
        flat, at = features.ravel(order="F"), np.zeros(len(rows), dtype=np.int64)
        column, threshold = self.feature.astype(np.int64) * size, self.threshold.astype(features.dtype)
        after = np.stack([np.arange(1, len(self.left) + 1), self.right]).ravel()  # left of its node, right further on
        while len(rows):
            goes_right = flat[column[at] + rows] > threshold[at]
            at = after[at + goes_right * len(self.left)]
            ended = is_leaf[at]
            if (done := np.flatnonzero(ended)).size:
                leaves[rows[done]] = at[done]
                rows, at = rows[~ended], at[~ended]
        return leaves

    @cached_property
    def parents(self) -> Array:
        parents, inner = np.zeros(self.node_count, dtype=np.int64), np.flatnonzero(self.left != LEAF)
        parents[self.left[inner]] = parents[self.right[inner]] = inner
        return parents

    @cached_property
    def depth(self) -> Array:
        depth, level = np.zeros(self.node_count, dtype=np.int64), np.zeros(1, dtype=np.int64)
        while len(level := level[self.left[level] != LEAF]):
            below = np.concatenate([self.left[level], self.right[level]])
            depth[below] = depth[self.parents[below]] + 1
            level = below
        return depth

    @cached_property
    def ends(self) -> Array:
        """For each node one past the last node below it."""
        ends, inner = np.arange(1, self.node_count + 1), np.flatnonzero(self.left != LEAF)
        for level in range(int(self.depth.max()) - 1, -1, -1):
            nodes = inner[self.depth[inner] == level]
            ends[nodes] = ends[self.right[nodes]]
        return ends

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
            or (self.left[inner] != own + 1).any()
            or (self.right[inner] <= own).any()
            or (below >= size).any()
            or len(np.unique(below)) < len(below)
        ):
            return "a tree has a way that does not end"
        if (self.feature[inner] < 0).any() or (self.feature[inner] >= width).any() or self.threshold.dtype.kind != "f":
            return "a tree asks for a feature that there is not"
        return None


def splits_of(tree: Any) -> Splits:
    """The splits of one of sklearn's trees, whose features come in whole steps: each threshold halfway between two."""
    left, right = (np.asarray(side, dtype=np.int32) for side in (tree.children_left, tree.children_right))
    inner = left != LEAF
    feature, threshold = np.where(inner, tree.feature, 0), np.where(inner, np.floor(tree.threshold) + 0.5, 0.0)
    return Splits(left, right, feature.astype(np.int32), threshold)


def pruned(tree: Splits, stays: Array, enough: Array) -> tuple[Splits, Array]:
    """The tree without splits that do not stay and without nodes of too few; and where each old node comes to lie.

    What is left of a split that has too few on one side is its other side, through which all now go: -1 says so.
    """
    left, right, old = list[int](), list[int](), list[int]()
    becomes = np.full(tree.node_count, -1)
    sides, ends = (tree.left.tolist(), tree.right.tolist()), tree.ends
    todo = [(0, -1)]
    while todo:
        node, above = todo.pop()
        while sides[0][node] != LEAF and stays[node] and enough[sides[0][node]] != enough[sides[1][node]]:
            node = sides[0][node] if enough[sides[0][node]] else sides[1][node]
        if above >= 0:
            right[above] = len(old)
        splits = sides[0][node] != LEAF and stays[node] and enough[sides[0][node]]
        becomes[node if splits else slice(node, ends[node])] = len(old)
        left.append(len(old) + 1 if splits else LEAF)
        right.append(LEAF)
        old.append(node)
        if splits:
            todo += [(sides[1][node], len(old) - 1), (sides[0][node], -1)]
    ways = np.array(left, dtype=np.int32), np.array(right, dtype=np.int32)
    inner = ways[0] != LEAF
    feature, threshold = (np.where(inner, part[old], 0) for part in (tree.feature, tree.threshold))
    return Splits(*ways, feature.astype(np.int32), threshold.astype(np.float64)), becomes
