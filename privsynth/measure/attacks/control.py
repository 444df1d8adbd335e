"""Whether the control is clean: what was made without people may not hold their rows.

A maker that kept rows from an earlier fit, or was taught on everybody before, hits held-out people as often as training
people, and every comparison of the two then finds nothing. Real people are the measure: how often do others, as many as
the draft has rows, have the row of somebody who was held out? What never saw him should not have it much oftener.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Table
from privsynth.measure.distance.cells import almost_equal_rows, cell_keys, equal_rows
from privsynth.measure.significance import binomial_tail

RULES = (equal_rows, almost_equal_rows)
WEIGHT = 2.0  # a maker draws what is common, so it meets held-out people oftener than other people do, but not twice


@dataclass(frozen=True)
class Met:
    """Of the people outside, how many rows the draft repeats, and how many the same number of real rows does."""

    by_draft: int
    by_others: int
    rows: int

    @property
    def excess(self) -> float:
        return max(0.0, self.by_draft - WEIGHT * self.by_others) / max(1, self.rows)

    @property
    def pvalue(self) -> float:
        """Of so many by the draft, if it met them as often as other people do."""
        return binomial_tail(self.by_draft, self.by_draft + self.by_others, 0.5)


def met_outside(outside: Iterable[tuple[Table, Table, Table]], names: Sequence[str], rng: np.random.Generator) -> Met:
    """Rows of people outside, met by what was made without them, and by people whom its maker saw.

    Each of `outside` holds the people outside, those that the maker saw, and what it made. Rows are met in all columns,
    and in all but one; what tells less counts. In a table of which each combination is there once (a designed trial,
    one row a day) other people never have the one or the other, and an honest draft does.
    """
    met = np.zeros((2, 2), dtype=int)  # all columns or all but one; by the draft, by others
    rows = 0
    for holdout, train, made in outside:
        size = min(len(train), len(made))
        strangers, others, draft = cell_keys((holdout, _some(train, size, rng), _some(made, size, rng)), names)
        met += [[int(find(strangers, side).sum()) for side in (draft, others)] for find in RULES]
        rows += len(holdout)
    return min((Met(int(ours), int(theirs), rows) for ours, theirs in met), key=lambda one: one.excess)


def _some(table: Table, size: int, rng: np.random.Generator) -> Table:
    return table if len(table) == size else table.take(np.sort(rng.permutation(len(table))[:size]))
