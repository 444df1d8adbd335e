"""Numbers of clones: moved by a share of the local gap; grid, sign and protected range are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from privsynth.typing import Array

TAIL = 0.01  # share at each end that no clone shows
FEW = 20  # a number of so few different values is a level: it changes by exchange, not by noise
ON_GRID = 0.95
AROUND = 0.05  # ranks on each side of a value within which its gap is measured
MOST_BINS = 100


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale:
    """What noise needs to know about a column; every figure in it is shared by several rows."""

    low: float
    high: float
    step: float
    quantiles: Array = field(repr=False)  # at even ranks, of the values with their ends drawn in
    is_level: bool = False

    def within(self, values: Array) -> Array:
        """The values with the ends drawn in; a missing one stays missing."""
        return np.clip(values, self.low, self.high)

    def moved(self, values: Array, noise: float, rng: np.random.Generator) -> Array:
        """Zero, sign, grid and range stay; everything else moves by up to `noise` times the local gap."""
        drawn = self.within(values)
        reach = np.maximum(self._gaps(drawn) * noise, self.step)
        new = drawn + (2 * rng.random(len(drawn)) - 1) * reach
        return np.where(drawn == 0, 0.0, self._on_its_side(new, drawn))

    def _gaps(self, values: Array) -> Array:
        """How far apart the tenth of the rows lies that surrounds each value."""
        ranks = np.linspace(0, 1, len(self.quantiles))
        at = np.interp(values, self.quantiles, ranks)
        low, high = np.maximum(at - AROUND, 0), np.minimum(at + AROUND, 1)
        gaps: Array = np.interp(high, ranks, self.quantiles) - np.interp(low, ranks, self.quantiles)
        return gaps

    def _on_its_side(self, values: Array, drawn: Array) -> Array:
        """On the grid, in the range, and on the side of zero that it came from: what fell out is folded back in."""
        low = np.where(drawn > 0, max(self.low, self.step), self.low)
        high = np.where(drawn < 0, min(self.high, -self.step), self.high)
        return _folded(np.round(_folded(values, low, high) / self.step) * self.step, low, high)


def scale_of(values: Array, decimals: int, k_rare: int) -> Scale | None:
    """The scale of a column; None where it holds nothing."""
    numbers = np.sort(values[np.isfinite(values)])
    if not len(numbers):
        return None
    held_back = min(max(k_rare - 1, int(np.ceil(TAIL * len(numbers)))), (len(numbers) - 1) // 2)
    low, high = float(numbers[held_back]), float(numbers[-1 - held_back])
    return Scale(
        low=low,
        high=high,
        step=_step(numbers, decimals),
        quantiles=np.quantile(np.clip(numbers, low, high), np.linspace(0, 1, 1 + _bins(len(numbers), k_rare))),
        is_level=len(np.unique(numbers)) <= FEW,
    )


def _bins(rows: int, k_rare: int) -> int:
    """So many that several rows lie between two quantiles."""
    return max(1, min(MOST_BINS, rows // max(1, k_rare)))


def _step(values: Array, decimals: int) -> float:
    """The grid that nearly all values lie on: 500 for incomes in steps of 500."""
    finest = 10.0**-decimals
    for factor in (10_000, 5_000, 1_000, 500, 100, 50, 10, 5):
        step = finest * factor
        on_grid = (np.abs(values / step - np.round(values / step)) < 1e-6).mean()
        if on_grid >= ON_GRID and np.abs(values).max() >= 4 * step:
            return step
    return finest


def _folded(values: Array, low: Array, high: Array) -> Array:
    """What falls out at an end comes back in, so that no end piles up."""
    values = np.where(values < low, 2 * low - values, values)
    values = np.where(values > high, 2 * high - values, values)
    return np.clip(values, low, high)
