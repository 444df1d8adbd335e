"""What a smooth curve loses of numbers and dates: how many are round, and on which days of the week moments fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from privsynth.generate.model.coding.number_line import DAY_US, LARGEST, STEPS_US, NumberLine
from privsynth.generate.model.coding.support import support
from privsynth.keeping import kept
from privsynth.typing import Array

MONDAY = 3  # days from the first of 1970, a Thursday, back to a Monday
BEYOND_CHANCE = 4.0  # standard deviations
UNEVEN = 22.5  # chi-squared of seven days that chance passes once in a thousand
TOLD_APART = LARGEST / 100  # spacings up to a number: of more, floats are on each grid by chance
SPACINGS = 5  # of a grid at least lie within the middle eight tenths of the values


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Texture:
    """Grids, each finer than the next, with the share of numbers that were put on it; and the shares of weekdays.

    What fewer than k people have, a fineness or a weekday, has no share.
    """

    axis: NumberLine
    grids: tuple[NumberLine, ...] = ()
    shares: Array = field(default_factory=lambda: np.zeros(0), repr=False)
    weekdays: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # from Monday; empty: left as they fall

    def on(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        """The numbers moved as little as it takes, none beyond the ends."""
        if len(self.grids):
            numbers = self._on_grids(numbers, low, high, rng)
        return self._on_weekdays(numbers, low, high, rng) if len(self.weekdays) else numbers

    def _on_grids(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        chosen, moved = rng.choice(len(self.grids), len(numbers), p=self.shares), numbers.copy()
        for at, grid in enumerate(self.grids):
            snapped, step = grid.rounded(numbers), spacing(grid)
            inwards = grid.rounded(snapped + step * ((snapped < low) * 1.0 - (snapped > high)))
            is_inside = (chosen == at) & (inwards >= low) & (inwards <= high)
            moved[is_inside] = inwards[is_inside]
        return moved

    def _on_weekdays(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        """From days that come too often to the nearest of those that come too seldom."""
        here = np.flatnonzero(~np.isnan(numbers))
        if not len(here):
            return numbers
        day, a_day = weekdays_of(numbers[here], self.axis), DAY_US // self.axis.step_us
        come = np.bincount(day, minlength=7) / len(here)
        goes = rng.random(len(here)) * come[day] >= self.weekdays[day]
        lacking = np.maximum(self.weekdays - come, 0)
        if not goes.any() or not lacking.any():
            return numbers
        wanted = rng.choice(7, len(here), p=lacking / lacking.sum())
        ahead = np.where(goes, (wanted - day + 3) % 7 - 3, 0)
        moved = numbers.copy()
        moved[here] += ahead * a_day
        week = 7 * a_day
        moved = np.where(moved > high, moved - week, np.where(moved < low, moved + week, moved))
        return np.where((moved >= low) & (moved <= high), moved, numbers)


def spacing(grid: NumberLine) -> float:
    return float(grid.grid / 10.0**grid.decimals)


def weekdays_of(numbers: Array, axis: NumberLine) -> Array:
    """From Monday."""
    return np.asarray((np.rint(numbers).astype(np.int64) // (DAY_US // axis.step_us) + MONDAY) % 7)


def texture_of(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Texture | None:
    """None where a curve shows numbers and weekdays as they are; numbers are on the axis, and none is missing."""
    if axis.unit or len(numbers) < k:
        return None
    grids, shares = _grids(axis, numbers, k, units)
    weekdays = _weekdays(axis, numbers, k, units) if 0 < axis.step_us <= DAY_US else np.zeros(0)
    if not len(grids) and not len(weekdays):
        return None
    return Texture(axis=axis, grids=grids, shares=shares, weekdays=weekdays)


def _weekdays(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Array:
    days = weekdays_of(numbers, axis)
    rows, even = np.bincount(days, minlength=7), len(numbers) / 7
    held = support(days, 7, units) >= k
    if even < k or not held.any() or ((rows - even) ** 2 / even).sum() < UNEVEN:
        return np.zeros(0)
    shown = np.where(held, rows, 0)
    return np.asarray(shown / shown.sum())


def _grids(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> tuple[tuple[NumberLine, ...], Array]:
    """The grids that numbers were put on, with their shares; none where all were put on the finest."""
    told_apart = np.abs(numbers).max() / TOLD_APART
    widest = _widest(numbers)
    chain = [axis, *(grid for grid in _coarser(axis) if told_apart <= spacing(grid) <= widest)]
    coarsest = np.zeros(len(numbers), dtype=np.int64)
    for at, grid in enumerate(chain[1:], start=1):
        coarsest[(coarsest == at - 1) & (grid.rounded(numbers) == numbers)] = at
    rows, held = np.bincount(coarsest, minlength=len(chain)), support(coarsest, len(chain), units) >= k
    shares = _put_on(rows, held, np.array([spacing(grid) for grid in chain]))
    used = np.flatnonzero(shares > 0)
    if not len(used) or used.tolist() == [0]:
        return (), np.zeros(0)
    return tuple(chain[at] for at in used), shares[used] / shares[used].sum()


def _widest(numbers: Array) -> float:
    low, high = np.quantile(numbers / SPACINGS, [0.1, 0.9])
    return float(high - low)


def _put_on(rows: Array, held: Array, steps: Array) -> Array:
    """How many were put on each grid: those on it and on no coarser one, less those of finer ones there by chance."""
    put, reach = np.zeros(len(rows)), np.append(1 / steps[1:], 0)  # by chance one of so many is on the next one, too
    for at in range(len(rows)):
        by_chance = float((put[:at] * steps[:at]).sum() * (1 / steps[at] - reach[at]))
        more = rows[at] - by_chance
        if held[at] and more > BEYOND_CHANCE * np.sqrt(by_chance):
            put[at] = more / (1 - steps[at] * reach[at])
    return put


def _coarser(axis: NumberLine) -> Iterator[NumberLine]:
    """Fives and tens of each place, from the last one up; of moments the steps of a clock up to a day."""
    if axis.step_us:
        for step in reversed(STEPS_US):
            if step > axis.step_us:
                yield replace(axis, grid=step // axis.step_us)
        return
    for place in range(axis.decimals, -16, -1):
        for times in (1, 5):
            last = times * 10 ** (axis.decimals - place)
            if last > axis.grid and last % axis.grid == 0:
                yield replace(axis, decimals=max(place, 0), grid=times * 10 ** max(-place, 0))
