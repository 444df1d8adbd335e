"""Between the storage of a numeric or date column and plain floats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Column, Kind
from privsynth.keeping import kept
from privsynth.typing import Array

_STEPS_US = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000, 1)  # day ... microsecond


@kept(version=1)
@dataclass(frozen=True)
class NumberLine:
    """Between the storage of a numeric or date column and plain floats."""

    decimals: int = 0
    step_us: int = 0  # dates: microseconds of one step; 0 for numbers

    def read(self, values: Array) -> Array:
        if not self.step_us:
            return np.asarray(values, dtype=np.float64)
        missing = np.isnat(values)
        steps = values.astype("datetime64[us]").astype(np.int64) // self.step_us
        return np.where(missing, np.nan, steps.astype(np.float64))

    def write(self, numbers: Array) -> Array:
        if not self.step_us:
            return self.rounded(numbers)
        missing = np.isnan(numbers)
        steps = np.rint(np.where(missing, 0, numbers)).astype(np.int64) * self.step_us
        dates = steps.astype("datetime64[us]")
        dates[missing] = np.datetime64("NaT")
        return dates

    def rounded(self, numbers: Array) -> Array:
        return np.round(numbers, self.decimals) + 0.0  # no negative zero


def number_line_of(column: Column, values: Array) -> NumberLine:
    """The axis of a numeric or date column; dates keep the coarsest step that all of them share."""
    if column.kind is not Kind.DATE:
        return NumberLine(decimals=column.spelling.decimals if column.kind is Kind.NUMBER else 0)
    moments = values[~np.isnat(values)].astype("datetime64[us]").astype(np.int64)
    return NumberLine(step_us=next(step for step in _STEPS_US if not (moments % step).any()))
