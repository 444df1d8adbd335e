"""Earlier columns as the features of one target: numbers as they are, levels by what they say about the target.

A level becomes the shrunk mean of the target over its rows or, where the target is itself many levels, its place on the
first two axes of a correspondence analysis. One feature for each level would be slow, and would give trees a way to
single out rare ones. What a guide says of a row, where there is one, comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from privsynth.generate.model.coding.ranks import ranks
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.trees.guide import ColumnsSoFar, Guide
from privsynth.generate.model.trees.splits import LEAF, Splits
from privsynth.keeping import kept
from privsynth.typing import Array

State = ColumnsSoFar  # of each column its codes (integers; negative: not emitted) or its numbers (floats)

SHRINK = 10.0  # rows of prior weight behind each level's mean
OUTER = 0.5  # weight of how far out a number lies, beside where it lies
AXES = 2
WORTH = 0.3  # a second axis must be this strong against the first
WEIGHED = 20  # a class of more levels is not for a weighted sum: its means know too much of their own rows


@dataclass(frozen=True, eq=False)
class Aim:
    """What a tree is to tell apart: class codes, or one or more numbers for each row."""

    codes: Array | None = None
    size: int = 0
    numbers: Array | None = None  # rows x dimensions

    def __getitem__(self, rows: Array) -> Aim:
        return Aim(
            None if self.codes is None else self.codes[rows],
            self.size,
            None if self.numbers is None else self.numbers[rows],
        )

    def table(self) -> Array:
        """The target as numbers: rows x dimensions; a class is a one among zeros."""
        if self.numbers is not None:
            return self.numbers
        return np.eye(self.size)[self.codes]

    def sums(self, levels: Array, size: int) -> Array:
        """The sum of the target over the rows of each level: levels x dimensions."""
        if self.codes is not None:
            return (
                np.bincount(levels * self.size + self.codes, minlength=size * self.size)
                .reshape(size, self.size)
                .astype(float)
            )
        return np.stack([np.bincount(levels, weights=column, minlength=size) for column in self.table().T], axis=1)


def where_and_how_far(place: Array) -> Aim:
    """A number's rank, so that far values weigh no more than near ones, and how far out it is: the width."""
    rank = ranks(place) / max(len(place), 1)
    return Aim(numbers=np.stack([rank, OUTER * (2 * rank - 1) ** 2], axis=1))


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Features:
    """How each earlier column is turned into one or two columns of whole steps, between which a tree cuts."""

    names: tuple[str, ...]
    places: tuple[Array | None, ...]  # level -> its steps; None: a number, which has steps of its own
    says: tuple[Array | None, ...] = ()  # level -> what a guide weighs, if it weighs that column
    guide: Guide | None = None

    @property
    def width(self) -> int:
        own = sum(1 if table is None else table.shape[1] for table in self.places)
        return own + (0 if self.guide is None else self.guide.weights.shape[1])

    def build(self, state: State, rows: Array) -> Array:
        """The feature matrix of these rows, column by column, without what a guide says."""
        matrix = np.empty((len(rows), self.width), dtype=np.float32, order="F")
        at = 0
        for name, table in zip(self.names, self.places, strict=True):
            if table is None:
                matrix[:, at] = state.steps(name)[rows]
                at += 1
            else:
                codes = state[name][rows]
                for axis in range(table.shape[1]):
                    matrix[:, at] = table[codes, axis]
                    at += 1
        return matrix

    def guided(self, state: State, rows: Array) -> tuple[Array, Array | None]:
        """The feature matrix, the guide's word last; and that word itself."""
        matrix = self.build(state, rows)
        if self.guide is None:
            return matrix, None
        said = self.guide.says(self.scores(state, rows))
        matrix[:, self.width - said.shape[1] :] = self.guide.steps(said)
        return matrix, said

    def scores(self, state: State, rows: Array) -> Array:
        """What a guide weighs: normal scores of numbers, and what the levels of not too many say."""
        parts = []
        for name, table, says in zip(self.names, self.places, self.says, strict=True):
            if table is None:
                parts.append(state.score(name)[rows][:, None])
            elif says is not None:
                parts.append(says[state[name][rows]])
        return np.concatenate(parts, axis=1) if parts else np.zeros((len(rows), 0), dtype=np.float32)

    def bare(self) -> Features:
        """Without what only a guide needs, where there is none."""
        return self if self.guide is not None else replace(self, says=())

    def coarsened(self, tree: Splits) -> tuple[Features, Splits]:
        """The same, with levels that the tree never parts on one step."""
        places, threshold, at = list(self.places), tree.threshold.copy(), 0
        for number, table in enumerate(self.places):
            if table is None:
                at += 1
                continue
            axes = []
            for axis in range(table.shape[1]):
                nodes = np.flatnonzero((tree.left != LEAF) & (tree.feature == at))
                cuts = np.unique(threshold[nodes])
                axes.append(np.searchsorted(cuts, table[:, axis], "left"))
                threshold[nodes] = np.searchsorted(cuts, threshold[nodes]) + 0.5
                at += 1
            places[number] = np.stack(axes, axis=1).astype(np.float32)
        return replace(self, places=tuple(places)), replace(tree, threshold=threshold)


def learn_features(
    names: Sequence[str], state: State, sizes: Mapping[str, int], rows: Array, aim: Aim, *, units: Array | None, k: int
) -> Features:
    """`sizes`: how many levels each class column has; `aim` and `units`: the target and the people of these rows."""
    tables = [_tables(state[name][rows], sizes[name], aim, units, k) if name in sizes else None for name in names]
    places = tuple(None if table is None else table[0] for table in tables)
    says = tuple(None if table is None or len(table[1]) > WEIGHED + 2 else table[1] for table in tables)
    return Features(tuple(names), places, says)


def _tables(codes: Array, levels: int, aim: Aim, units: Array | None, k: int) -> tuple[Array, Array]:
    """Of each level its steps for a tree, and what a guide weighs of it.

    Two more entries than levels, for the negative codes, which index from the end. A level of fewer than `k` units says
    what all say, and how often it comes with a class is told in steps of so many of its rows.
    """
    size = levels + 2
    if size <= 4:
        table = np.arange(size, dtype=np.float32)[:, None]
        return table, table
    at = np.where(codes < 0, codes + size, codes).astype(np.int64)
    count = np.bincount(at, minlength=size).astype(float)[:, None]
    overall = aim.sums(np.zeros(len(at), dtype=np.int64), 1) / max(len(at), 1)
    means = (aim.sums(at, size) + SHRINK * overall) / (count + SHRINK)
    away = np.where(support(at, size, units)[:, None] >= k, means - overall, 0.0)
    coarse = away if aim.codes is None else np.rint(away * (count + SHRINK) / k) * k / (count + SHRINK)
    if aim.codes is not None and away.shape[1] > 1:
        away, coarse = (part / np.sqrt(np.maximum(overall, 1e-12)) for part in (away, coarse))
    if away.shape[1] == 2 and aim.codes is not None:
        away, coarse = away[:, :1], coarse[:, :1]
    elif away.shape[1] > 1:
        _, strength, axes = np.linalg.svd(np.sqrt(count) * away, full_matrices=False)
        axes = axes[: AXES if strength[1] > WORTH * strength[0] else 1]
        away, coarse = away @ axes.T, coarse @ axes.T
    steps = [np.unique(axis, return_inverse=True)[1] for axis in away.T]
    return np.stack(steps, axis=1).astype(np.float32), coarse.astype(np.float32)
