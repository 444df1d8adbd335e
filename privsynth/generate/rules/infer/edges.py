"""Where ranges may end: at round numbers with k people next to them on both sides, as near as their roundness."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import floor, log10

import numpy as np

from privsynth.generate.rules.infer.holders import Holders
from privsynth.typing import Array

MONTHS = (1, 3, 6, 12, 60, 120, 600)  # in which dates are cut
DIGITS = 12
HAIR = 1e-6  # of a unit, by which machine numbers miss round ones


def settled(wishes: Iterable[tuple[float, Iterable[float]]], values: Array, crowd: Holders) -> list[float]:
    """Each wish at a multiple of the finest of its units that lets k people stand within one unit below, and above.

    A value that a few people hold in an empty stretch would otherwise be told by where a range ends. What settles
    nowhere is left out.
    """
    order = np.argsort(values, kind="stable")
    known, people = values[order], crowd.people[order]

    def are_many(low: float, high: float) -> bool:
        first, last = np.searchsorted(known, (low, high))
        return bool(last - first >= crowd.k) and len(np.unique(people[first:last])) >= crowd.k

    def places() -> Iterator[float]:
        for wish, units in wishes:
            for unit in units:
                at, hair = round(wish / unit) * unit, unit * HAIR
                if are_many(at - unit - hair, at - hair) and are_many(at - hair, at + unit - hair):
                    yield float(f"{at:.{DIGITS}g}")  # the same number by whatever unit
                    break

    return sorted(set(places()))


def coarser(unit: float, span: float) -> Iterator[float]:
    """This unit, then the next ones of 1, 2 and 5 at any power of ten, up to the span of all values."""
    power = floor(log10(unit) + HAIR)
    while 10.0**power <= span:
        yield from (
            each for each in (10.0**power, 2 * 10.0**power, 5 * 10.0**power) if unit * (1 - HAIR) <= each <= span
        )
        power += 1
