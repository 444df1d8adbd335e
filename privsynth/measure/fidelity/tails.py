"""Tails: the rows at the ends of each number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import Sides
from privsynth.typing import Array

TAILS = (0.01, 0.05)
TELLING = 10  # rows beyond an end
WIDEST = 0.25  # of the rows: more are no tail


def tails_kept(sides: Sides) -> Iterator[Kept]:
    """For each number the rows at its ends: below the 1st and 5th percentile, above the 95th and 99th."""
    for name in sides.names:
        if is_measured(sides.real, (sides.synthetic, sides.fresh), name):
            values = [as_number(table.values(name)) for table in sides.tables]
            ends = [end for part in TAILS for end in _ends(name, [side[~np.isnan(side)] for side in values], part)]
            if ends:
                yield min(ends, key=lambda each: each.at_most)


def _ends(name: str, sides: list[Array], part: float) -> Iterator[Kept]:
    real, synthetic = sides[:2]
    if not min(map(len, sides)):
        return
    low, high = np.quantile(real, (part, 1 - part))
    for word, beyond in (("low", [side <= low for side in sides]), ("high", [side >= high for side in sides])):
        shares = [float(side.mean()) for side in beyond]
        expected = shares[2] * len(synthetic)
        if min(expected, shares[0] * len(synthetic)) >= TELLING and shares[0] <= WIDEST:
            yield _end(name, word, shares, expected, part)


def _end(name: str, word: str, shares: list[float], expected: float, part: float) -> Kept:
    kept = min(1.0, shares[1] / shares[2])
    return Kept(
        aspect="tails",
        where=(name,),
        kept=kept,
        fresh=1.0,
        noise=SURE * float(np.sqrt(2 / expected)),
        rows=round(expected),
        words=f"the {word} end of {name} (about {part:.0%} of the rows): {percent(kept)} of it comes out".replace(
            "%)", " %)"
        ),
        weight=0.5,
    )
