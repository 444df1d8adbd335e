"""Dates move, all of one entity by the same number of days: what came first still comes first, as long before."""

from __future__ import annotations

from typing import Any

import numpy as np

from privsynth.generate.fabricate.draws import Draws

Array = np.ndarray[Any, Any]
FARTHEST = 182  # days to either side


def shifts(seeds: Array, farthest: int = FARTHEST) -> Array:
    """Days for each entity, uniform in +-farthest, never 0."""
    drawn = Draws(seeds).named("date shift").below("days", 2 * farthest) - farthest
    moved: Array = np.where(drawn >= 0, drawn + 1, drawn)
    return moved


def shifted(dates: Array, days: Array) -> Array:
    """The dates, each moved by its days; a missing one stays missing."""
    moved: Array = dates.astype("datetime64[us]") + days.astype("timedelta64[D]")
    return moved
