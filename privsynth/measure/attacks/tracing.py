"""Finding the source row of a draft row: the nearest real rows, and whether the true one is among them.

The attacker is given much: he knows the real values of everybody in the source, and how each generalised value was made
(learnt from the true pairs, the worst case). A generalised value fits all real values that it was made from, a number
or a date counts by its distance, any other value fits if it is equal. Ties share the success.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.measure.distance.points import CATEGORY_COST, as_number
from privsynth.measure.samples import some_rows
from privsynth.typing import Array

ATTACKS = 2_000  # draft rows attacked; drawn where there are more
BLOCK = 2**22  # distances held at one time
KEPT = 0.99  # of the values: from here on a column counts as kept and not as generalised
LARGEST_TABLE = 2**26
SAME = 1e-6
Cost = Callable[[Array], Array]


@dataclass(frozen=True)
class Linked:
    """How many attacked rows led to their person. A tie among n candidates counts 1/n for each that is right."""

    successes: float
    attacks: int
    people: int

    @property
    def share(self) -> float:
        return self.successes / self.attacks if self.attacks else 0.0

    @property
    def guess(self) -> float:
        """What pointing at anybody gives."""
        return 1 / self.people if self.people else 0.0


def link(real: Table, made: Table, names: Sequence[str], people: Array, rng: np.random.Generator) -> Linked:
    """Attack rows of `made`, whose `origin` says the true row of `real`; `people` says who is behind each real row."""
    if made.origin is None:
        raise ValueError("rows without an origin cannot be linked")
    drawn = some_rows(len(made), ATTACKS, rng)
    columns = [_costs(real, made, name, drawn) for name in names]
    truth, successes = people[made.origin[drawn]], 0.0
    step = max(1, BLOCK // max(1, len(real)))
    for start in range(0, len(drawn), step):
        rows = np.arange(start, min(start + step, len(drawn)))
        cost = np.zeros((len(rows), len(real)), dtype=np.float32)
        for column in columns:
            cost += column(rows)
        best = cost <= cost.min(axis=1, keepdims=True) + SAME
        right = best & (people[None, :] == truth[rows, None])
        successes += float((right.sum(axis=1) / best.sum(axis=1)).sum())
    return Linked(successes, len(drawn), len(np.unique(people)))


def _costs(real: Table, made: Table, name: str, drawn: Array) -> Cost:
    """The cost of each real row in this column, for attacked rows."""
    if real.values(name).dtype.kind in "fM" and made.values(name).dtype.kind in "fM":
        return _by_distance(as_number(real.values(name)), as_number(made.values(name))[drawn])
    ours, theirs = real.text(name), made.text(name)
    codes, levels = pd.factorize(np.concatenate([ours, theirs]), use_na_sentinel=False)
    mine, other = codes[: len(ours)], codes[len(ours) :]
    kept = np.isin(other, mine).mean() >= KEPT
    if kept or len(levels) ** 2 > LARGEST_TABLE:
        return _by_equality(mine, other[drawn])
    fits = np.zeros((len(levels), len(levels)), dtype=bool)
    fits[other, mine[made.origin]] = True
    return _by_table(fits, mine, other[drawn])


def _by_distance(real: Array, made: Array) -> Cost:
    known = real[np.isfinite(real)]
    width = float(np.subtract(*np.quantile(known, (0.99, 0.01)))) if len(known) else 0.0
    real, made = (side / (width or 1.0) for side in (real, made))
    gaps = np.isnan(real)

    def cost(rows: Array) -> Array:
        apart = np.abs(made[rows, None] - real[None, :])
        one_gap = np.isnan(made[rows])[:, None] != gaps[None, :]
        return np.where(np.isnan(apart), CATEGORY_COST * one_gap, apart).astype(np.float32)

    return cost


def _by_equality(real: Array, made: Array) -> Cost:
    return lambda rows: np.float32(CATEGORY_COST) * (made[rows, None] != real[None, :])


def _by_table(fits: Array, real: Array, made: Array) -> Cost:
    return lambda rows: np.float32(CATEGORY_COST) * ~fits[made[rows]][:, real]
