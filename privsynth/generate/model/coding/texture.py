"""What a smooth curve loses of numbers and dates: how many are round, on which days and at which times they fall."""

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
SLOT_US = 1_800_000_000  # half an hour: a clock is a smooth curve within it
UNEVEN_SLOTS = 84.0  # as `UNEVEN`, of the 48 slots of a day
ROUND_US = (1_800_000_000, 900_000_000, 300_000_000, 30_000_000, 15_000_000, 5_000_000)  # of a clock, between its steps
LEAST = 1e-16  # smaller numbers share a power of ten with zero
TOLD_APART = LARGEST / 100  # spacings up to a number: of more, floats are on each grid by chance
OWN_SHARES = 20  # times k numbers between two powers of ten have shares of their own
SPACINGS = 5  # of a grid at least lie within the middle eight tenths of the values


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class Texture:
    """Grids, each finer than the next, with the share of numbers that were put on it; and the shares of weekdays and
    half hours.

    Numbers with many digits before the point often have few after it, so each power of ten has shares of its own where
    it has numbers enough, and else those of the next. A fineness, weekday or half hour of fewer than k people has none.
    """

    axis: NumberLine
    grids: tuple[NumberLine, ...] = ()
    shares: Array = field(default_factory=lambda: np.zeros((1, 0)), repr=False)  # of each of `powers`, or of all
    powers: Array = field(default_factory=lambda: np.zeros(0, dtype=np.int64), repr=False)
    weekdays: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # from Monday; empty: left as they fall
    slots: Array = field(default_factory=lambda: np.zeros(0), repr=False)  # of the day, from midnight; likewise

    def on(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        """The numbers moved as little as it takes, none beyond the ends."""
        if len(self.grids):
            numbers = self._on_grids(numbers, low, high, rng)
        if len(self.slots):
            numbers = self._on_slots(numbers, low, high, rng)
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
        ahead = (_evened(day, self.weekdays, rng) - day + 3) % 7 - 3
        moved = numbers.copy()
        moved[here] += ahead * a_day
        week = 7 * a_day
        moved = np.where(moved > high, moved - week, np.where(moved < low, moved + week, moved))
        return np.where((moved >= low) & (moved <= high), moved, numbers)

    def _on_slots(self, numbers: Array, low: Array | float, high: Array | float, rng: np.random.Generator) -> Array:
        """To another time of the same day; what would lie beyond the ends stays."""
        here = np.flatnonzero(~np.isnan(numbers))
        slot, moved = slots_of(numbers[here], self.axis), numbers.copy()
        moved[here] += (_evened(slot, self.slots, rng) - slot) * (_slot_us(self.axis) // self.axis.step_us)
        return np.where((moved >= low) & (moved <= high), moved, numbers)


def _evened(part: Array, shares: Array, rng: np.random.Generator) -> Array:
    """The part of each, or another one where too many are of it and too few of that."""
    if not len(part):
        return part
    come = np.bincount(part, minlength=len(shares)) / len(part)
    goes = rng.random(len(part)) * come[part] >= shares[part]
    lacking = np.maximum(shares - come, 0)
    if not goes.any() or not lacking.any():
        return part
    return np.where(goes, rng.choice(len(shares), len(part), p=lacking / lacking.sum()), part)


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


def slots_of(numbers: Array, axis: NumberLine) -> Array:
    """From midnight; hours where the moments are whole hours."""
    of_day = np.rint(numbers).astype(np.int64) % (DAY_US // axis.step_us)
    return np.asarray(of_day // (_slot_us(axis) // axis.step_us))


def _slot_us(axis: NumberLine) -> int:
    return max(SLOT_US, axis.step_us)


def texture_of(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Texture | None:
    """None where a curve shows numbers and weekdays as they are; numbers are on the axis, and none is missing."""
    if axis.unit or len(numbers) < k:
        return None
    grids, shares, powers = _grids(axis, numbers, k, units)
    weekdays = _weekdays(axis, numbers, k, units) if 0 < axis.step_us <= DAY_US else np.zeros(0)
    slots = _slots(axis, numbers, k, units) if 0 < axis.step_us < DAY_US else np.zeros(0)
    if not len(grids) and not len(weekdays) and not len(slots):
        return None
    return Texture(axis=axis, grids=grids, shares=shares, powers=powers, weekdays=weekdays, slots=slots)


def _weekdays(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Array:
    return _uneven(weekdays_of(numbers, axis), 7, UNEVEN, k, units)


def _slots(axis: NumberLine, numbers: Array, k: int, units: Array | None) -> Array:
    return _uneven(slots_of(numbers, axis), DAY_US // _slot_us(axis), UNEVEN_SLOTS, k, units)


def _uneven(parts: Array, size: int, limit: float, k: int, units: Array | None) -> Array:
    """The share of each part that enough hold; none where chance explains them."""
    rows, even = np.bincount(parts, minlength=size), len(parts) / size
    held = support(parts, size, units) >= k
    if even < k or not held.any() or ((rows - even) ** 2 / even).sum() < limit:
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
        for step in sorted((*STEPS_US, *ROUND_US)):
            if step > axis.step_us:
                yield replace(axis, grid=step // axis.step_us)
        return
    for place in range(axis.decimals, -16, -1):
        for times in (1, 5):
            last = times * 10 ** (axis.decimals - place)
            if last > axis.grid and last % axis.grid == 0:
                yield replace(axis, decimals=max(place, 0), grid=times * 10 ** max(-place, 0))
