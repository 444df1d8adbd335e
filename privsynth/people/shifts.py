"""Dates move, all of one person by the same number of days: what came first still comes first, as long before."""

from __future__ import annotations

import numpy as np

from privsynth.people.draws import Draws
from privsynth.typing import Array

FARTHEST = 182  # days to either side
WEEK = 7


def shifts(seeds: Array, farthest: int = FARTHEST, *, weekday: bool = False) -> Array:
    """Days for each entity, uniform in +-farthest, never 0; with `weekday` whole weeks."""
    reach = farthest // WEEK if weekday else farthest
    drawn = Draws(seeds).named("date shift").below("days", 2 * reach) - reach
    moved: Array = np.where(drawn >= 0, drawn + 1, drawn) * (WEEK if weekday else 1)
    return moved


def shifted(dates: Array, days: Array) -> Array:
    """The dates, each moved by its days; a missing one stays missing."""
    moved: Array = dates.astype("datetime64[us]") + days.astype("timedelta64[D]")
    return moved
