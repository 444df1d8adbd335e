"""What a weighted sum of all earlier columns foretells of a target.

A tree needs many rows to see what many columns each tell a little of: amounts that move together, answers that hang on
one attitude. A ridge regression sees it from few. Where it foretells more than a tree does, the tree sees what it says
as one more feature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from privsynth.generate.model.coding.codings import Coding, Curve
from privsynth.keeping import kept
from privsynth.typing import Array

PENALTIES = (0.001, 0.01, 0.1, 1.0)  # beside a variance of one
SECOND = 0.1  # a second axis must carry this share of the first
GRAINS = 16  # of what is said to one of its widths: as many as tell rows apart
STEPS = 512  # of the scale on which a number becomes a score


class ColumnsSoFar(dict[str, Array]):
    """The values of each column so far; of numbers also their steps and a score that is about normal, each once."""

    def __init__(self, codings: Mapping[str, Coding]) -> None:
        super().__init__()
        self.codings = codings
        self.scored: dict[str, Array] = {}
        self.stepped: dict[str, Array] = {}

    def steps(self, name: str) -> Array:
        """The step of the column's scale on which each number lies: odd on one, even between two, -1 missing.

        What a tree tells apart are thus groups of many rows, never two numbers. A season is a step by itself.
        """
        if name not in self.stepped:
            coding, values = self.codings.get(name), self[name]
            if isinstance(coding, Curve):
                scale = np.append(coding.scale, np.inf)
                below = np.searchsorted(scale, values)
                is_on = scale[np.minimum(below, len(scale) - 1)] == values
                values = np.where(np.isnan(values), np.nan, 2 * below + is_on)
            self.stepped[name] = np.nan_to_num(values, nan=-1.0).astype(np.float32)
        return self.stepped[name]

    def score(self, name: str) -> Array:
        """Missing numbers lie in the middle: a weighted sum has to say something of them too. A season says nothing."""
        if name not in self.scored:
            coding = self.codings.get(name)
            scale = _scale(coding) if isinstance(coding, Curve) else np.zeros(0)
            has_scale = len(scale) > 1
            place = (
                np.interp(self[name], scale, (np.arange(len(scale)) + 0.5) / len(scale))
                if has_scale
                else np.full(len(self[name]), 0.5)
            )
            self.scored[name] = np.nan_to_num(normal(place)).astype(np.float32)
        return self.scored[name]


def _scale(coding: Curve) -> Array:
    rest = coding.knots if coding.lattice is None else coding.lattice
    thin = rest[np.unique(np.linspace(0, len(rest) - 1, STEPS).astype(np.int64))] if len(rest) > STEPS else rest
    return np.unique(np.concatenate([coding.atoms[~np.isnan(coding.atoms)], thin]))


def normal(place: Array) -> Array:
    """From a share to how many widths of a normal curve it lies from the middle."""
    from scipy.special import ndtri

    return np.asarray(ndtri(place))


def share(score: Array) -> Array:
    """The way back."""
    from scipy.special import ndtr

    return np.asarray(ndtr(score))


@kept(version=2)
@dataclass(frozen=True, eq=False)
class Guide:
    """Weights of the earlier columns' scores, for one or two axes of the target."""

    weights: Array
    base: Array
    grain: Array  # of each axis: what a tree tells apart of what is said

    def says(self, table: Array) -> Array:
        return np.asarray(table @ self.weights + self.base, dtype=np.float32)

    def steps(self, said: Array) -> Array:
        return np.asarray(np.floor(said / self.grain), dtype=np.float32)


@dataclass(frozen=True, eq=False, kw_only=True)
class Ridge:
    """The regression before its penalty is chosen."""

    middle: Array
    width: Array
    mean: Array
    values: Array
    axes: Array
    inner: Array

    def weights(self, penalty: float) -> Array:
        return np.asarray(self.axes @ (self.inner / (np.maximum(self.values, 0) + penalty)[:, None]))

    def left_over(self, table: Array, target: Array, penalty: float) -> float:
        guess = (table - self.middle) / self.width @ self.weights(penalty) + self.mean
        return float(((guess - target) ** 2).sum(axis=1).mean())

    def guide(self, penalty: float) -> Guide:
        weights, mean = self.weights(penalty), self.mean
        if weights.shape[1] > 1:
            spread = (
                weights.T @ (self.axes * self.values) @ self.axes.T @ weights
            )  # of what is said, over the axes of the target
            strength, turned = np.linalg.eigh(spread)
            kept = turned[:, ::-1][:, : 2 if weights.shape[1] > 2 and strength[-2] > SECOND * strength[-1] else 1]
            weights, mean = weights @ kept, mean @ kept
        weights, spread = weights / self.width[:, None], weights.T @ (self.axes * self.values) @ self.axes.T @ weights
        grain = np.sqrt(np.maximum(np.diag(spread), 1e-12)) / GRAINS
        return Guide(weights, mean - self.middle @ weights, grain)


def regress(table: Array, target: Array) -> Ridge:
    middle, mean = table.mean(axis=0), target.mean(axis=0)
    width = table.std(axis=0) + 1e-6
    standard = (table - middle) / width
    values, axes = np.linalg.eigh(standard.T @ standard / len(table))
    return Ridge(
        middle=middle,
        width=width,
        mean=mean,
        values=values,
        axes=axes,
        inner=axes.T @ (standard.T @ (target - mean) / len(table)),
    )


def best_penalty(table: Array, target: Array, other: Array, truth: Array) -> tuple[float, float]:
    """The penalty that leaves least of the target on other rows, and the share of it that is left."""
    ridge = regress(table, target)
    left = {penalty: ridge.left_over(other, truth, penalty) for penalty in PENALTIES}
    best = min(left, key=lambda penalty: left[penalty])
    return best, left[best] / max(float(truth.var(axis=0).sum()), 1e-12)
