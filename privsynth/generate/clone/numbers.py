"""Numbers of clones: moved by a share of the local gap; grid, decimals, sign and protected range are kept."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from privsynth.typing import Array

TAIL = 0.01  # share at each end that no clone shows
FEW = 20  # a number of so few different values is a level: it changes by exchange, not by noise
ON_GRID = 0.95
AROUND = 0.05  # ranks on each side of a value within which its gap is measured
MOST_BINS = 100
FINE = 1e-12  # of a value, as far as fractions of ten are exact


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale:
    """What noise needs to know about a column; every figure in it is shared by several rows."""

    low: float
    high: float
    step: float
    places: Array  # numbers of decimals that enough rows show, in order
    quantiles: Array = field(repr=False)  # at even ranks, of the values with their ends drawn in
    is_level: bool = False

    def within(self, values: Array) -> Array:
        """The values with the ends drawn in; a missing one stays missing."""
        return np.clip(values, self.low, self.high)

    @property
    def finest(self) -> int:
        return int(self.places[-1])

    def moved(self, values: Array, noise: float, rng: np.random.Generator) -> Array:
        """Zero, sign, grid, decimals and range stay; everything else moves by up to `noise` times the local gap."""
        drawn = self.within(values)
        reach = np.maximum(self._gaps(drawn) * noise, self._steps(self._places_of(drawn)))
        new = drawn + (2 * rng.random(len(drawn)) - 1) * reach
        return np.where(drawn == 0, 0.0, self.placed(new, sides=drawn, like=drawn))

    def placed(self, values: Array, *, sides: Array, like: Array) -> Array:
        """On the grid, with as many decimals as those they are `like`, in the range, and on the `sides` of zero."""
        places = self._places_of(like)
        steps = self._steps(places)
        low, high = self._ends(sides, steps)
        is_narrow = low > high
        steps = np.where(is_narrow, self.step, steps)
        low, high = (np.where(is_narrow, *ends) for ends in zip(self._ends(sides, steps), (low, high), strict=True))
        new = _folded(np.round(_folded(values, low, high) / steps) * steps, low, high)
        return _written(self._as_fine(new, sides, places, low=low, high=high), places, is_narrow, self.finest)

    def _places_of(self, values: Array) -> Array:
        """The decimals that each value shows, or the next fewer that enough rows show."""
        shown = decimals_of(values, self.finest)
        return self.places[np.maximum(np.searchsorted(self.places, shown, "right") - 1, 0)]

    def _steps(self, places: Array) -> Array:
        return np.maximum(self.step, 10.0**-places)

    def _ends(self, sides: Array, steps: Array) -> tuple[Array, Array]:
        """The range on the side of zero that each came from, from its first to its last step."""
        low = np.where(sides > 0, np.maximum(self.low, steps), self.low)
        high = np.where(sides < 0, np.minimum(self.high, -steps), self.high)
        return np.ceil(np.round(low / steps, 6)) * steps, np.floor(np.round(high / steps, 6)) * steps

    def _as_fine(self, values: Array, sides: Array, places: Array, *, low: Array, high: Array) -> Array:
        """What came out with fewer decimals by chance goes on by one step, or back by one at an end of the range."""
        unit = 10.0**-places
        is_short = (self.step <= unit) & (decimals_of(values, self.finest) < places)
        on, back = (values + np.where((values < sides) == ahead, -unit, unit) for ahead in (True, False))
        near = unit / 2
        fits, fits_back = ((each > low - near) & (each < high + near) for each in (on, back))
        return np.where(is_short & fits, on, np.where(is_short & fits_back, back, values))

    def _gaps(self, values: Array) -> Array:
        """How far apart the tenth of the rows lies that surrounds each value."""
        ranks = np.linspace(0, 1, len(self.quantiles))
        at = np.interp(values, self.quantiles, ranks)
        low, high = np.maximum(at - AROUND, 0), np.minimum(at + AROUND, 1)
        gaps: Array = np.interp(high, ranks, self.quantiles) - np.interp(low, ranks, self.quantiles)
        return gaps


def scale_of(values: Array, decimals: int, k_rare: int) -> Scale | None:
    """The scale of a column; None where it holds nothing."""
    numbers = np.sort(values[np.isfinite(values)])
    if not len(numbers):
        return None
    held_back = min(max(k_rare - 1, int(np.ceil(TAIL * len(numbers)))), (len(numbers) - 1) // 2)
    low, high = float(numbers[held_back]), float(numbers[-1 - held_back])
    is_level = len(np.unique(numbers)) <= FEW
    places = _shown(numbers, decimals, 1 if is_level else k_rare)
    return Scale(
        low=low,
        high=high,
        step=_step(numbers, int(places[-1])),
        places=places,
        quantiles=np.quantile(np.clip(numbers, low, high), np.linspace(0, 1, 1 + _bins(len(numbers), k_rare))),
        is_level=is_level,
    )


def decimals_of(values: Array, most: int) -> Array:
    """How many decimals each value needs to be written, up to `most`."""
    needed, size = np.full(len(values), most), np.maximum(1.0, np.abs(values))
    for places in reversed(range(most)):
        needed[np.abs(np.round(values, places) - values) <= FINE * size] = places
    return needed


def _shown(numbers: Array, decimals: int, fewest: int) -> Array:
    """The numbers of decimals that so many rows show; where none are shown by so many, those of most rows."""
    rows = np.bincount(decimals_of(numbers, decimals))
    shown = np.flatnonzero(rows >= fewest)
    return shown if len(shown) else np.array([rows.argmax()])


def _written(values: Array, places: Array, is_narrow: Array, finest: int) -> Array:
    """Without what binary fractions add behind the last decimal."""
    places, written = np.where(is_narrow, finest, places), values.copy()
    for each in np.unique(places):
        written[places == each] = np.round(values[places == each], each) + 0.0
    return written


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
