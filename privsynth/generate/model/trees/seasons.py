"""Where in the year, the week and the day a moment lies: what a tree cannot see of a date that only grows.

A season comes back each year; between one winter and the next lie as many cuts as between any two days. So beside each
date that spans several rounds, the columns after it see its place in the round.
"""

from __future__ import annotations

import numpy as np

from privsynth.generate.model.coding.codings import Coding, Curve
from privsynth.generate.model.coding.number_line import DAY_US
from privsynth.typing import Array

MARK = "↳ in the "  # starts the names of such columns, which exist only while others are learnt or drawn
HOUR_US = DAY_US // 24
MONDAY = 3  # days from the first of 1970, a Thursday, back to a Monday
SPANS = {"year": 550, "week": 21, "day": 2}  # days between the ends of a column, from which on rounds come back


def is_season(name: str) -> bool:
    return name.startswith(MARK)


def seasons(name: str, coding: Coding, numbers: Array) -> dict[str, Array]:
    """The places of a column's moments in each round that it spans; nothing for what is no date."""
    if not isinstance(coding, Curve) or not coding.axis.step_us:
        return {}
    moments = coding.axis.write(numbers).astype("datetime64[us]")
    return {f"{MARK}{round_}: {name}": _place(moments, round_) for round_ in _rounds(coding)}


def _rounds(coding: Curve) -> list[str]:
    ends = [side for side in (coding.atoms[~np.isnan(coding.atoms)], coding.knots, coding.lattice) if side is not None]
    known = np.concatenate(ends)
    if not len(known):
        return []
    low, high = coding.axis.write(np.array([known.min(), known.max()])).astype("datetime64[us]").astype(np.int64)
    unit, step = coding.axis.unit, coding.axis.step_us
    shown = {"year": unit != "Y", "week": unit == "", "day": unit == "" and step < DAY_US}
    return [name for name, days in SPANS.items() if shown[name] and high - low >= days * DAY_US]


def _place(moments: Array, round_: str) -> Array:
    """Days in the year, days in the week from Monday, or hours in the day."""
    days = moments.astype("datetime64[D]")
    match round_:
        case "year":
            place = (days - moments.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.int64)
        case "week":
            place = (days.astype(np.int64) + MONDAY) % 7
        case _:
            place = moments.astype(np.int64) % DAY_US // HOUR_US
    return np.where(np.isnat(moments), np.nan, place.astype(np.float64))
