"""Numbers of clones: moved by a share of the local gap; grid, sign and protected range are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from privsynth.typing import Array

TAIL = 0.01  # share at each end that no clone shows
FEW = 20  # a number of so few different values is a level: it changes by exchange, not by noise
ON_GRID = 0.95


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale:
    """What noise needs to know about a column; every figure in it is shared by several rows."""

    low: float
    high: float
    step: float
    deciles: Array = field(repr=False)
    is_level: bool = False

    def within(self, values: Array) -> Array:
        """The values with the ends drawn in; a missing one stays missing."""
        return np.clip(values, self.low, self.high)

    def moved(self, values: Array, noise: float, rng: np.random.Generator) -> Array:
        """Zero, sign, grid and range stay; everything else moves by up to `noise` times the local gap."""
        drawn = self.within(values)
        gaps = np.diff(self.deciles)
        at = np.clip(np.searchsorted(self.deciles, drawn, side="right") - 1, 0, len(gaps) - 1)
        reach = np.maximum(gaps[at], self.step) * noise
        new = drawn + (2 * rng.random(len(drawn)) - 1) * np.maximum(reach, self.step)
        new = _folded(np.round(new / self.step) * self.step, self.low, self.high)
        new = np.where(np.sign(new) != np.sign(drawn), np.sign(drawn) * np.minimum(np.abs(drawn), self.step), new)
        return np.where(drawn == 0, 0.0, new)


def scale_of(values: Array, decimals: int, k_rare: int) -> Scale | None:
    """The scale of a column; None where it holds nothing."""
    numbers = np.sort(values[np.isfinite(values)])
    if not len(numbers):
        return None
    held_back = min(max(k_rare - 1, int(np.ceil(TAIL * len(numbers)))), (len(numbers) - 1) // 2)
    return Scale(
        low=float(numbers[held_back]),
        high=float(numbers[-1 - held_back]),
        step=_step(numbers, decimals),
        deciles=np.quantile(numbers, np.linspace(0, 1, 11)),
        is_level=len(np.unique(numbers)) <= FEW,
    )


def _step(values: Array, decimals: int) -> float:
    """The grid that nearly all values lie on: 500 for incomes in steps of 500."""
    finest = 10.0**-decimals
    for factor in (10_000, 5_000, 1_000, 500, 100, 50, 10, 5):
        step = finest * factor
        on_grid = (np.abs(values / step - np.round(values / step)) < 1e-6).mean()
        if on_grid >= ON_GRID and np.abs(values).max() >= 4 * step:
            return step
    return finest


def _folded(values: Array, low: float, high: float) -> Array:
    """What falls out at an end comes back in, so that no end piles up."""
    values = np.where(values < low, 2 * low - values, values)
    values = np.where(values > high, 2 * high - values, values)
    return np.clip(values, low, high)
