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
BEYOND_CHANCE = 5.0  # standard deviations: many grids are tried
UNEVEN = 22.5  # chi-squared of seven days that chance passes once in a thousand
LEAST = 1e-16  # smaller numbers share a power of ten with zero
TOLD_APART = LARGEST / 100  # spacings up to a number: of more, floats are on each grid by chance
OWN_SHARES = 20  # times k numbers between two powers of ten have shares of their own
SPACINGS = 5  # of a grid at least lie within the middle eight tenths of the values


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Texture:
    """Grids, each finer than the next, with the share of numbers that were put on it; and the shares of weekdays.

    Numbers with many digits before the point often have few after it, so each power of ten has shares of its own where
    it has numbers enough, and else those of the next. A fineness or a weekday of fewer than k people has no share.
    """

    axis: NumberLine
    grids: tuple[NumberLine, ...] = ()
    shares: Array = field(default_factory=lambda: np.zeros((1, 0)), repr=False)  # of each of `powers`, or of all
    powers: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    weekdays: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # from Monday; empty: left as they fall

    def on(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        """The numbers moved as little as it takes, none beyond the ends."""
        if len(self.grids):
            numbers = self._on_grids(numbers, low, high, rng)
        return self._on_weekdays(numbers, low, high, rng) if len(self.weekdays) else numbers

    def _on_grids(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        up_to = self.shares[_nearest(self.powers, powers_of(numbers))].cumsum(axis=1)
        chosen, moved = (rng.random(len(numbers))[:, None] >= up_to[:, :-1]).sum(axis=1), numbers.copy()
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


def powers_of(numbers: Array) -> Array:
    """Of ten, below each number."""
    sizes = np.maximum(np.abs(np.where(np.isnan(numbers), 1, numbers)), LEAST)
    return np.floor(np.log10(sizes)).astype(np.int64)


def _nearest(powers: Array, those: Array) -> Array:
    if len(powers) < 2:
        return np.zeros(len(those), dtype=np.int64)
    return np.asarray(np.searchsorted((powers[1:] + powers[:-1]) / 2, those))


def weekdays_of(numbers: Array, axis: NumberLine) -> Array:
    """From Monday."""
    return np.asarray((np.rint(numbers).astype(np.int64) // (DAY_US // axis.step_us) + MONDAY) % 7)


def texture_of(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Texture | None:
    """None where a curve shows numbers and weekdays as they are; numbers are on the axis, and none is missing."""
    if axis.unit or len(numbers) < k:
        return None
    grids, shares, powers = _grids(axis, numbers, k, units)
    weekdays = _weekdays(axis, numbers, k, units) if 0 < axis.step_us <= DAY_US else np.zeros(0)
    if not len(grids) and not len(weekdays):
        return None
    return Texture(axis=axis, grids=grids, shares=shares, powers=powers, weekdays=weekdays)


def _weekdays(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Array:
    days = weekdays_of(numbers, axis)
    rows, even = np.bincount(days, minlength=7), len(numbers) / 7
    held = support(days, 7, units) >= k
    if even < k or not held.any() or ((rows - even) ** 2 / even).sum() < UNEVEN:
        return np.zeros(0)
    shown = np.where(held, rows, 0)
    return np.asarray(shown / shown.sum())


def _grids(
    axis: NumberLine, numbers: Array, k: int, units: Array | None
) -> tuple[tuple[NumberLine, ...], Array, Array]:
    """The grids that numbers were put on, with their shares by power; none where all are on the finest."""
    told_apart, widest = np.abs(numbers).max() / TOLD_APART, _widest(numbers)
    chain = [axis, *(grid for grid in _coarser(axis) if told_apart <= spacing(grid) <= widest)]
    coarsest, rows = np.zeros(len(numbers), dtype=np.int64), np.arange(len(numbers))
    for at, grid in enumerate(chain[1:], start=1):
        rows = rows[grid.rounded(numbers[rows]) == numbers[rows]]
        coarsest[rows] = at
    steps = np.array([spacing(grid) for grid in chain])
    power = powers_of(numbers) if not axis.step_us else np.zeros(len(numbers), dtype=np.int64)
    found, count = np.unique(power, return_counts=True)
    own = found[count >= OWN_SHARES * k] if len(found) > 1 else found[:0]
    parts = [power == each for each in own] or [np.ones(len(numbers), dtype=bool)]
    shares = np.stack([_put_on(coarsest, part, steps, k, units) for part in parts])
    used = np.flatnonzero((shares > 0).any(axis=0))
    if not shares.any(axis=1).all() or used.tolist() == [0]:
        return (), np.zeros((1, 0)), own[:0]
    return tuple(chain[at] for at in used), shares[:, used] / shares[:, used].sum(axis=1, keepdims=True), own


def _widest(numbers: Array) -> float:
    low, high = np.quantile(numbers / SPACINGS, [0.1, 0.9])
    return float(high - low)


def _put_on(coarsest: Array, part: Array, steps: Array, k: int, units: Array | None) -> Array:
    """How many were put on each grid: those on it and on no coarser one, less those of finer ones there by chance."""
    rows = np.bincount(coarsest[part], minlength=len(steps))
    held = support(coarsest[part], len(steps), None if units is None else units[part]) >= k
    put, reach = np.zeros(len(rows)), np.append(1 / steps[1:], 0)  # by chance one of so many is on the next one, too
    for at in range(len(rows)):
        by_chance = float((put[:at] * steps[:at]).sum() * (1 / steps[at] - reach[at]))
        more = rows[at] - by_chance
        if held[at] and more >= k and more > BEYOND_CHANCE * np.sqrt(by_chance):
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
