"""Rank correlations once more, after rows were drawn again: two rows exchange their values of a column.

No value is new, so every column keeps its law; an exchange takes place where both rows keep what is expected, and only
so many do as bring the ranks nearer to what was asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.generate.rules.making.columns import Making
from privsynth.generate.rules.values.correlation import WITHIN, Correlated, middle_ranks
from privsynth.typing import Array

ROUNDS = 100
IDLE = 10  # rounds without an exchange, after which the rest is given up
NEAR = WITHIN / 10
BESIDE = 0.1  # how much a pair counts that the book does not ask for
PAIRS = 100_000  # of rows that are looked at in a round, at most

Fits = Callable[[Array, Mapping[str, Array], Sequence[str]], tuple[Mapping[str, Array], Array]]
"""New values of what follows in some rows, beside those that are given, and which of the rows keep what they must."""


@dataclass(eq=False, kw_only=True)
class Placing:
    """The columns of one group; `moving` are those whose values may change places, each with what follows from it."""

    making: Making
    group: Correlated
    moving: Mapping[str, Sequence[str]]
    fits: Fits = field(repr=False)
    rng: np.random.Generator = field(repr=False)

    def __post_init__(self) -> None:
        self.at = {name: at for at, name in enumerate(self.group.columns)}
        ranks = np.array([middle_ranks(self.making.values[name]) for name in self.group.columns])
        self.known = ~np.isnan(ranks)
        self.ranks = np.array([_standard(each) for each in ranks])
        self.weights = np.where(self.group.asked, 1.0, BESIDE) * (1 - np.eye(len(ranks)))
        self.both = np.maximum(self.known.astype(float) @ self.known.T, 1.0)

    def place(self) -> None:
        """Exchange values until the ranks are as asked, or nothing helps any more."""
        idle = 0
        for _ in range(ROUNDS):
            gap = self.group.wanted - self._found()
            if np.abs(gap[self.group.asked]).max() < NEAR or idle == IDLE:
                return
            pull = np.array([(self.weights * gap**2)[self.at[name]].sum() for name in self.moving])
            if not pull.any():
                return
            name = [*self.moving][int(self.rng.choice(len(pull), p=pull / pull.sum()))]
            idle = 0 if self._exchanged(name, gap[self.at[name]]) else idle + 1

    def _found(self) -> Array:
        """The correlation of the ranks, each pair over the rows that have both."""
        found = np.eye(len(self.ranks))
        for one in range(len(found)):
            for other in range(one):
                both = self.known[one] & self.known[other]
                sides = self.ranks[one, both], self.ranks[other, both]
                varied = len(sides[0]) > 1 and sides[0].std() > 0 and sides[1].std() > 0
                found[one, other] = found[other, one] = np.corrcoef(*sides)[0, 1] if varied else 0.0
        return found

    def _exchanged(self, name: str, gap: Array) -> bool:
        """One round for one column: whether any two rows have exchanged their values of it."""
        at = self.at[name]
        weights = self.weights[at]
        first, second = self._pairs(at)
        steps = (self.ranks[at, second] - self.ranks[at, first]) * (self.ranks[:, first] - self.ranks[:, second])
        steps = (steps / self.both[at][:, None]).T
        helps = np.flatnonzero(steps @ (weights * gap) > 0)[:PAIRS]
        rows = np.concatenate([first[helps], second[helps]])
        values = self.making.values[name][np.concatenate([second[helps], first[helps]])]
        changed, good = self.fits(rows, {name: values}, self.moving[name])
        good = np.flatnonzero(good.reshape(2, -1).all(axis=0))
        left = ((gap - np.cumsum(steps[helps[good]], axis=0)) ** 2) @ weights
        many = int(left.argmin()) + 1 if len(left) and left.min() < gap**2 @ weights else 0
        chosen = np.concatenate([good[:many], good[:many] + len(helps)])
        self.ranks[at, rows[chosen]] = self.ranks[at, np.roll(rows[chosen], many)]
        for each, whole in changed.items():
            self.making.put(each, whole[chosen], rows[chosen])
        return many > 0

    def _pairs(self, at: int) -> tuple[Array, Array]:
        """Rows that have a value, two by two."""
        shuffled = self.rng.permutation(np.flatnonzero(self.known[at]))
        half = len(shuffled) // 2
        return shuffled[:half], shuffled[half : 2 * half]


def _standard(ranks: Array) -> Array:
    """Ranks around 0 with a spread of 1; 0 where there is none."""
    known = ranks[~np.isnan(ranks)]
    spread = known.std() if len(known) else 0.0
    return np.nan_to_num((ranks - known.mean()) / spread) if spread > 0 else np.zeros(len(ranks))
