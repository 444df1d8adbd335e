"""Tails: the rows at the ends of each number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.measure.fidelity.kept import SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides
from privsynth.typing import Array

TAIL = 0.05
LUCKY = 12.0  # fresh rows beyond the last synthetic one: as many again halve the chance with each
TELLING = 10  # rows beyond an end
WIDEST = 0.25  # of the rows: more are no tail


def tails_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each number the rows below the 5th percentile or above the 95th, and those beyond all synthetic ones."""
    for name in sides.names:
        if is_measured(sides.real, (sides.synthetic, sides.fresh), name):
            values = [as_number(table.values(name)) for table in sides.tables]
            real, synthetic, fresh = (side[~np.isnan(side)] for side in values)
            if min(map(len, (real, synthetic, fresh))):
                found = [*_ends(name, "high", real, synthetic, fresh), *_ends(name, "low", -real, -synthetic, -fresh)]
                yield from sorted(found, key=lambda each: each.at_most)[:1]


def _ends(name: str, word: str, real: Array, synthetic: Array, fresh: Array) -> Iterator[Kept]:
    """The high end of a number; the low one, where all are turned round."""
    edge = np.quantile(real, 1 - TAIL)
    shares = [float((side >= edge).mean()) for side in (real, synthetic, fresh)]
    rows = shares[2] * len(synthetic)
    if min(rows, shares[0] * len(synthetic)) < TELLING or shares[0] > WIDEST:
        return
    at = f"the {word} end of {name}, {percent(shares[2])} of the real rows"
    kept = min(1.0, shares[1] / shares[2])
    words = f"{at}: {percent(kept)} of it comes out"
    yield _end(name, kept, SURE * float(np.sqrt(2 / rows)), round(rows), words)
    beyond = float((fresh > synthetic.max()).mean()) * len(synthetic)
    words = f"{at}: {percent(min(1.0, beyond / rows))} of it lies beyond every synthetic row"
    yield _end(name, 1 - min(1.0, beyond / rows), LUCKY / rows, round(rows), words)


def _end(name: str, kept: float, noise: float, rows: int, words: str) -> Kept:
    return Kept(aspect="tails", where=(name,), kept=kept, fresh=1.0, noise=noise, rows=rows, words=words, weight=0.5)
