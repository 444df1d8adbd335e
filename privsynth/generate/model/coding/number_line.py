"""Between the storage of a numeric or date column and plain floats."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

import numpy as np

from privsynth.dataset import Column, Kind
from privsynth.keeping import kept
from privsynth.spelling.dates import CALENDAR_UNITS, starts, steps
from privsynth.typing import Array

DAY_US = 86_400_000_000
STEPS_US = (DAY_US, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)  # day ... microsecond
NEARLY = 0.9  # so many moments on a coarser step say that the others are rare
SHARED = 8
MISSED = 0.01  # share of the different numbers, and of the rows, that may miss the step of all others
OF_A_PART = 32  # numbers: in most parts none misses it
LARGEST = 2.0**53  # beyond, floats are no whole numbers one by one
_FEWEST = {"Y": 3, "Q": 3, "M": 3, "W": 8}  # so many distinct days on a calendar's grid are no chance
_GRIDS = (*((unit, days) for unit in "YQM" for days in (0, -1)), *(("W", days) for days in range(7)))


@kept(version=3)
@dataclass(frozen=True)
class NumberLine:
    """Between the storage of a numeric or date column and plain floats.

    Dates count steps of fixed length, or years, quarters, months or weeks, from which all lie `days` away: 0 from the
    first of months, -1 from their last, 4 from Mondays for Fridays. Numbers are multiples of `grid` in their last
    place: 100 for whole amounts that show two decimals, 60 for whole minutes that show seconds.
    """

    decimals: int = 0
    _: KW_ONLY
    step_us: int = 0  # dates: microseconds of one step; 0 for numbers
    unit: str = ""
    days: int = 0
    grid: int = 1

    def read(self, values: Array) -> Array:
        if not self.step_us:
            return np.asarray(values, dtype=np.float64)
        numbers = self._steps(values.astype("datetime64[us]")).astype(np.float64)
        return np.where(np.isnat(values), np.nan, numbers)

    def _steps(self, moments: Array) -> Array:
        if self.unit:
            return steps(moments - np.timedelta64(self.days, "D"), self.unit)
        return np.asarray(moments.astype(np.int64) // self.step_us)

    def write(self, numbers: Array) -> Array:
        if not self.step_us:
            return self.rounded(numbers)
        missing = np.isnan(numbers)
        dates = self._dates(np.rint(np.where(missing, 0, numbers)).astype(np.int64))
        dates[missing] = np.datetime64("NaT")
        return dates

    def _dates(self, numbers: Array) -> Array:
        if self.unit:
            return np.asarray(starts(numbers, self.unit) + np.timedelta64(self.days, "D"))
        return (numbers * self.step_us).astype("datetime64[us]")

    def between_steps(self, values: Array) -> int:
        """How many values are written otherwise than they were read, because they lie between two steps."""
        if self.step_us:
            return int((~np.isnat(values) & (self.write(self.read(values)) != values)).sum())
        plain = np.round(values, self.decimals) + 0.0
        return int((~np.isnan(values) & (self.rounded(values) != plain)).sum()) if self.grid > 1 else 0

    def snapped(self, moments: Array, *, up: bool) -> Array:
        """What is on this line's own grid, never below (`up`) or never above what it was."""
        if not self.step_us:
            return self._snapped(moments, up=up)
        steps_down = self.read(moments)
        below = self.write(steps_down)
        return np.where(below < moments, self.write(steps_down + 1), below) if up else below

    def _snapped(self, numbers: Array, *, up: bool) -> Array:
        nearest, step = self.rounded(numbers), self.grid / 10.0**self.decimals
        is_beyond = nearest < numbers if up else nearest > numbers
        return np.where(is_beyond, self.rounded(nearest + (step if up else -step)), nearest)

    def rounded(self, numbers: Array) -> Array:
        if self.grid > 1:
            numbers = np.rint(numbers * 10.0**self.decimals / self.grid) * self.grid / 10.0**self.decimals
        return np.round(numbers, self.decimals) + 0.0  # no negative zero


def number_line_of(column: Column, values: Array) -> NumberLine:
    """The axis of a numeric or date column; dates keep the coarsest step that nearly all of them share."""
    if column.kind is not Kind.DATE:
        decimals = column.spelling.decimals if column.kind is Kind.NUMBER else 0
        return NumberLine(decimals=decimals, grid=_grid(values, decimals))
    moments = values[~np.isnat(values)].astype("datetime64[us]")
    step = _step_of(moments.astype(np.int64))
    if step < DAY_US:
        return NumberLine(step_us=step)
    present = np.unique(moments.astype("datetime64[D]").astype("datetime64[us]"))
    spelt = column.spelling.unit
    for unit, days in _GRIDS:
        line = NumberLine(step_us=DAY_US, unit=unit, days=days)
        is_meant = len(present) >= _FEWEST[unit] or (spelt in CALENDAR_UNITS and unit == spelt)
        if is_meant and (line.write(line.read(present)) == present).all():
            return line
    return NumberLine(step_us=DAY_US)


def _grid(values: Array, decimals: int) -> int:
    """What all numbers but a few are multiples of, in their last place.

    So many different ones share nothing by chance. A number that several rows hold is none of the few: it is meant.
    """
    distinct, rows = np.unique(values[~np.isnan(values)], return_counts=True)
    scaled = np.rint(distinct * 10.0**decimals)
    if len(scaled) < SHARED or np.abs(scaled).max() > LARGEST:
        return 1
    whole = scaled.astype(np.int64)
    step = int(np.gcd.reduce(whole))
    if len(whole) < SHARED / MISSED:
        return step
    parts = np.gcd.reduce(whole[: len(whole) // OF_A_PART * OF_A_PART].reshape(OF_A_PART, -1), axis=0)
    usual = int(np.gcd.reduce(parts[parts >= np.median(parts)]))
    misses = whole % max(usual, 1) != 0
    is_rare = misses.sum() <= MISSED * len(whole) and rows[misses].sum() <= MISSED * rows.sum()
    return max(step, usual) if is_rare and rows[misses].max(initial=0) < SHARED else step


def _step_of(moments: Array) -> int:
    """One step for nearly all: finer ones of a few moments would be made up for all the others."""
    return next(step for step in STEPS_US if (moments % step == 0).sum() >= NEARLY * len(moments))


def shared_line(one: NumberLine, other: NumberLine) -> NumberLine:
    """The axis on which two columns can be compared: that of both, or else the finer steps."""
    if one == other:
        return one
    return NumberLine(decimals=max(one.decimals, other.decimals), step_us=min(one.step_us, other.step_us))
