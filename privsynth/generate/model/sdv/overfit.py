"""Whether an engine learnt its rows by heart: do its rows lie nearer to them than to rows that it never saw?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.distance.points import nearest, place
from privsynth.measure.intervals import wilson
from privsynth.typing import Array

SHARE = 0.1  # of the people, held back
FEWEST = 100  # rows on each side, to say anything
MOST = 2_000
SURE = 3.29  # deviations to ring at: rows made alike share a neighbour, so that the usual two would ring for nothing


@dataclass(frozen=True)
class Nearness:
    """Of `rows` made, the share that lies nearer to fitted rows than to as many held back; .5 by chance."""

    share: float
    rows: int

    @property
    def alarms(self) -> bool:
        return wilson(self.share * self.rows, self.rows, SURE)[0] > 0.5

    def note(self, name: str) -> str:
        note = (
            f"of {self.rows} rows made by {name}, {self.share:.0%} lie nearer to rows it was fitted on "
            "than to as many rows held back from it (chance: 50%)"
        )
        return f"{note}: it learnt rows by heart, so use fewer epochs." if self.alarms else f"{note}."


def hold_back(rows: int, units: Array | None, rng: np.random.Generator) -> Array | None:
    """Which rows to keep from the engine: all rows of some people. None where they would be too few to say anything."""
    codes = np.arange(rows) if units is None else np.unique(units, return_inverse=True)[1]
    chosen = rng.permutation(int(codes.max()) + 1 if rows else 0) if rows else codes
    held = np.isin(codes, chosen[: round(SHARE * len(chosen))])
    return held if FEWEST <= held.sum() <= rows / 2 else None


def nearness(table: Table, held: Array, synthetic: Table, rng: np.random.Generator) -> Nearness:
    """A tie counts half, as many fitted rows as held ones are compared."""
    size = min(int(held.sum()), MOST)
    unseen_at, fitted_at = (np.sort(rng.choice(np.flatnonzero(rows), size, replace=False)) for rows in (held, ~held))
    fitted, unseen, drawn = place(
        (table.take(fitted_at), table.take(unseen_at), synthetic), [column.name for column in synthetic.columns]
    )
    to_fitted, to_unseen = nearest(drawn, fitted), nearest(drawn, unseen)
    return Nearness(float(np.mean((to_fitted < to_unseen) + (to_fitted == to_unseen) / 2)), len(drawn))
