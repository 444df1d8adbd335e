"""Earlier columns as the features of one target: numbers as they are, levels by what they say about the target.

A level becomes the shrunk mean of the target over its rows or, where the target is itself many levels, its place on the
first two axes of a correspondence analysis. One feature for each level would be slow, and would give trees a way to
single out rare ones. What a guide says of a row, where there is one, comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.generate.model.coding.ranks import ranks
from privsynth.generate.model.trees.guide import ColumnsSoFar, Guide
from privsynth.keeping import kept
from privsynth.typing import Array

State = ColumnsSoFar  # of each column its codes (integers; negative: not emitted) or its numbers (floats)

SHRINK = 10.0  # rows of prior weight behind each level's mean
OUTER = 0.5  # weight of how far out a number lies, beside where it lies
AXES = 2
WORTH = 0.3  # a second axis must be this strong against the first
WEIGHED = 20  # a class of more levels is not for a weighted sum: its means know too much of their own rows
LARGEST = 1e38  # numbers beyond are alike for a tree
BELOW_ALL = -1e9  # where a missing number lies, so that one split tells it apart


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


@kept(version=1)
@dataclass(frozen=True, eq=False)
class Features:
    """How each earlier column is turned into one or two columns of floats."""

    names: tuple[str, ...]
    tables: tuple[Array | None, ...]  # level -> its features; None: a number
    middles: tuple[float, ...]
    guide: Guide | None = None

    @property
    def width(self) -> int:
        own = sum(1 if table is None else table.shape[1] for table in self.tables)
        return own + (0 if self.guide is None else self.guide.weights.shape[1])

    def build(self, state: State, rows: Array) -> Array:
        """The feature matrix of these rows, column by column."""
        matrix = np.empty((len(rows), self.width), dtype=np.float32, order="F")
        at = 0
        for name, table, middle in zip(self.names, self.tables, self.middles, strict=True):
            values = state[name][rows]
            if table is None:
                matrix[:, at] = _away(values, middle)
                at += 1
            else:
                for axis in range(table.shape[1]):
                    matrix[:, at] = table[values, axis]
                    at += 1
        if self.guide is not None:
            matrix[:, at:] = self.guide.says(self.scores(state, rows))
        return matrix

    def scores(self, state: State, rows: Array) -> Array:
        """What a guide weighs: normal scores of numbers, and what the levels of not too many say."""
        parts = []
        for name, table in zip(self.names, self.tables, strict=True):
            if table is None:
                parts.append(state.score(name)[rows][:, None])
            elif len(table) <= WEIGHED + 2:
                parts.append(table[state[name][rows]])
        return np.concatenate(parts, axis=1) if parts else np.zeros((len(rows), 0), dtype=np.float32)


def learn_features(names: Sequence[str], state: State, sizes: Mapping[str, int], rows: Array, aim: Aim) -> Features:
    """`sizes` says how many levels each class column has; `aim` holds the target of `rows`."""
    tables = tuple(_table(state[name][rows], sizes[name], aim) if name in sizes else None for name in names)
    middles = tuple(0.0 if name in sizes else _middle(state[name][rows]) for name in names)
    return Features(tuple(names), tables, middles)


def _away(values: Array, middle: float) -> Array:
    """How far from the middle, within what a float32 holds; missing lies below all."""
    away = np.subtract(values, middle, dtype=np.float64)
    np.minimum(away, LARGEST, out=away)
    np.maximum(away, -LARGEST, out=away)
    away[np.isnan(away)] = BELOW_ALL
    return away


def _middle(values: Array) -> float:
    present = values[~np.isnan(values)]
    return float(np.median(present)) if len(present) else 0.0


def _table(codes: Array, levels: int, aim: Aim) -> Array:
    """Two more entries than levels, for the negative codes, which index from the end."""
    size = levels + 2
    if size <= 4:
        return np.arange(size, dtype=np.float32)[:, None]
    at = np.where(codes < 0, codes + size, codes).astype(np.int64)
    count = np.bincount(at, minlength=size).astype(float)[:, None]
    overall = aim.sums(np.zeros(len(at), dtype=np.int64), 1) / max(len(at), 1)
    means = (aim.sums(at, size) + SHRINK * overall) / (count + SHRINK)
    away = means - overall
    if away.shape[1] == 1:
        return away.astype(np.float32)
    if aim.codes is not None:
        away = away / np.sqrt(np.maximum(overall, 1e-12))
    if away.shape[1] == 2 and aim.codes is not None:
        return away[:, :1].astype(np.float32)
    _, strength, axes = np.linalg.svd(np.sqrt(count) * away, full_matrices=False)
    axes = axes[: AXES if strength[1] > WORTH * strength[0] else 1]
    return np.asarray(away @ axes.T, dtype=np.float32)
