"""How often the values of each column are there, and how often none is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from privsynth.measure.fidelity.bins import total_variation
from privsynth.measure.fidelity.kept import STRAY, SURE, Kept, percent
from privsynth.measure.fidelity.sides import ThreeSides

TELLING = 10  # missing values


def columns_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column the share of rows that need not change for its values to be as often as in the real rows."""
    for name in sides.names:
        count, places = sides.bins[name]
        shares = [np.bincount(side, minlength=count) / max(1, len(side)) for side in places]
        kept, fresh = (1 - total_variation(shares[0], other) for other in shares[1:])
        yield Kept(
            aspect="columns",
            where=(name,),
            kept=kept,
            fresh=fresh,
            noise=STRAY / float(np.sqrt(max(1, sides.size))),
            rows=sides.size,
            words=f"{name}: {percent(1 - kept)} of the rows would have to change, {percent(1 - fresh)} of as many "
            "real ones",
        )


def gaps_kept(sides: ThreeSides) -> Iterator[Kept]:
    """For each column with missing values how many there are; too many are a loss as too few are."""
    for name in sides.names:
        count, places = sides.bins[name]
        gone = [float((side == count - 1).mean()) for side in places]
        common = max(gone[1:]) * sides.size
        if common >= TELLING:
            yield _missing(name, gone, sides.size)


def _missing(name: str, gone: list[float], rows: int) -> Kept:
    _, synthetic, fresh = gone
    most = max(synthetic, fresh)
    return Kept(
        aspect="gaps",
        where=(name,),
        kept=min(synthetic, fresh) / most,
        fresh=1.0,
        noise=SURE * float(np.sqrt(2 * most * (1 - most / 2) / rows)) / most,
        rows=rows,
        words=f"{name} is missing in {percent(synthetic)} of the rows, in {percent(fresh)} of as many real ones",
        weight=min(1.0, 2 * float(np.sqrt(most))),
    )
