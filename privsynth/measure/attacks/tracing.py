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
class Traced:
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


def trace(real: Table, synthetic: Table, names: Sequence[str], people: Array, rng: np.random.Generator) -> Traced:
    """Attack rows of `made`, whose `origin` says the true row of `real`; `people` says who is behind each real row."""
    if synthetic.origin is None:
        raise ValueError("rows without an origin cannot be linked")
    drawn = some_rows(len(synthetic), ATTACKS, rng)
    columns = [_costs(real, synthetic, name, drawn) for name in names]
    truth, successes = people[synthetic.origin[drawn]], 0.0
    step = max(1, BLOCK // max(1, len(real)))
    for start in range(0, len(drawn), step):
        rows = np.arange(start, min(start + step, len(drawn)))
        cost = np.zeros((len(rows), len(real)), dtype=np.float32)
        for column in columns:
            cost += column(rows)
        best = cost <= cost.min(axis=1, keepdims=True) + SAME
        right = best & (people[None, :] == truth[rows, None])
        successes += float((right.sum(axis=1) / best.sum(axis=1)).sum())
    return Traced(successes, len(drawn), len(np.unique(people)))


def _costs(real: Table, synthetic: Table, name: str, drawn: Array) -> Cost:
    """The cost of each real row in this column, for attacked rows."""
    if real.values(name).dtype.kind in "fM" and synthetic.values(name).dtype.kind in "fM":
        return _by_distance(as_number(real.values(name)), as_number(synthetic.values(name))[drawn])
    real_texts, synthetic_texts = real.text(name), synthetic.text(name)
    codes, levels = pd.factorize(np.concatenate([real_texts, synthetic_texts]), use_na_sentinel=False)
    real_codes, synthetic_codes = codes[: len(real_texts)], codes[len(real_texts) :]
    kept = np.isin(synthetic_codes, real_codes).mean() >= KEPT
    if kept or len(levels) ** 2 > LARGEST_TABLE:
        return _by_equality(real_codes, synthetic_codes[drawn])
    fits = np.zeros((len(levels), len(levels)), dtype=bool)
    fits[synthetic_codes, real_codes[synthetic.origin]] = True
    return _by_table(fits, real_codes, synthetic_codes[drawn])


def _by_distance(real: Array, synthetic: Array) -> Cost:
    finite = real[np.isfinite(real)]
    width = float(np.subtract(*np.quantile(finite, (0.99, 0.01)))) if len(finite) else 0.0
    real, synthetic = (side / (width or 1.0) for side in (real, synthetic))
    gaps = np.isnan(real)

    def cost(rows: Array) -> Array:
        apart = np.abs(synthetic[rows, None] - real[None, :])
        one_gap = np.isnan(synthetic[rows])[:, None] != gaps[None, :]
        return np.where(np.isnan(apart), CATEGORY_COST * one_gap, apart).astype(np.float32)

    return cost


def _by_equality(real: Array, synthetic: Array) -> Cost:
    return lambda rows: np.float32(CATEGORY_COST) * (synthetic[rows, None] != real[None, :])


def _by_table(fits: Array, real: Array, synthetic: Array) -> Cost:
    return lambda rows: np.float32(CATEGORY_COST) * ~fits[synthetic[rows]][:, real]
