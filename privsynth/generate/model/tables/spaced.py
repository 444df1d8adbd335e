"""Times of which no two of a unit are the same: moved as little as possible, and only to those that may come out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.generate.model.coding.codings import Classes, Coding, Curve
from privsynth.generate.model.coding.number_line import NumberLine
from privsynth.typing import Array

MOST = 1_000_000  # places of a grid; where there are more, chance hardly meets one twice


@dataclass(frozen=True, eq=False)
class Grid:
    """The values that a column may hold, in order: all of a list, or each step between two protected ends."""

    values: Array
    axis: NumberLine | None  # None: texts

    @classmethod
    def of(cls, coding: Coding) -> Grid | None:
        """None: too many to be a list, or none at all."""
        if isinstance(coding, Classes) and coding.axis is None:
            levels = [level for level in coding.levels if level is not None]
            return cls(np.array(sorted(levels), dtype=object), None) if levels else None
        shown = shown_of(coding)
        if not len(shown) or isinstance(coding, Classes) or coding.lattice is not None or not len(coding.knots):
            return cls(shown, coding.axis) if len(shown) else None
        step = 1.0 if coding.axis.step_us else coding.axis.grid / 10.0**coding.axis.decimals
        low, high = coding.axis.rounded(shown[[0, -1]])
        size = round((high - low) / step) + 1
        return cls(coding.axis.rounded(low + step * np.arange(size)), coding.axis) if size <= MOST else None

    def __len__(self) -> int:
        return len(self.values)

    def places(self, values: Array) -> Array:
        """The place of each value, or of the nearest one; -1 for what is missing."""
        if self.axis is None:
            return pd.Index(self.values, dtype=object).get_indexer(pd.Index(values, dtype=object))
        numbers = self.axis.read(values)
        middles = (self.values[1:] + self.values[:-1]) / 2
        return np.where(np.isnan(numbers), -1, np.searchsorted(middles, numbers))

    def written(self, places: Array) -> Array:
        values = self.values[places]
        return values if self.axis is None else self.axis.write(values)


def shown_of(coding: Coding) -> Array:
    """The numbers of a coding that may come out, in order: all of a list, the knots of a curve."""
    if isinstance(coding, Curve):
        numbers = np.concatenate([coding.atoms, coding.knots if coding.lattice is None else coding.lattice])
    else:
        numbers = np.asarray(coding.levels, dtype=np.float64)
    return np.unique(numbers[~np.isnan(numbers)])


def spaced(places: Array, units: Array, low: Array, high: Array) -> Array:
    """The nearest places of which no two of a unit are the same, each from `low` to `high` of its unit.

    The rows are in order: by unit, and within it by place. A unit with more rows than places has some of them again.
    """
    by_unit = pd.Series(units).groupby(units)
    number, count = by_unit.cumcount().to_numpy(), by_unit.transform("size").to_numpy()
    ahead = pd.Series(places - number)  # of where the rows of the unit would stand without gaps
    up, down = ahead.groupby(units).cummax(), ahead[::-1].groupby(units[::-1]).cummin()[::-1]
    room = high - low + 1
    kept = np.clip((up.to_numpy() + down.to_numpy()) // 2, low, np.maximum(low, high + 1 - count))
    return np.where(count <= room, kept + number, low + number * room // count)
