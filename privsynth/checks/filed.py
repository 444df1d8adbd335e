"""The tables under check: their rows, where in a file each stands, and which cells are not of their column's kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Bond, Dataset, Place
from privsynth.typing import Array


def _numbered(row: int) -> int:
    return row + 1


@dataclass(frozen=True, eq=False, kw_only=True)
class FiledTables:
    """A cell that is not of its column's kind counts as missing, and is marked in `misfits`."""

    data: Dataset
    misfits: Mapping[Place, Array] = field(default_factory=dict, repr=False)
    ties: Mapping[str, tuple[Bond, ...]] = field(default_factory=dict, repr=False)  # of each table
    files: Mapping[str, str] = field(default_factory=dict)  # of each table, as it was named
    lines: Mapping[str, Callable[[int], int]] = field(default_factory=dict, repr=False)

    def has(self, place: Place) -> bool:
        table, column = place
        return table in self.data and column in self.data[table]

    def misfit(self, place: Place) -> Array:
        """The rows in which the cell is not of its column's kind."""
        return self.misfits.get(place, np.zeros(len(self.data[place[0]]), dtype=bool))

    def line(self, table: str, row: int) -> int:
        """The line of its file in which a row begins; its number from 1 where it stands in none."""
        return self.lines.get(table, _numbered)(row)

    def values(self, table: str, name: str) -> Array:
        """A column, or for `tie.x` the column x of the row that the tie leads to; where there is none it is missing."""
        if name in self.data[table]:
            return self.data[table].values(name)
        head, _, column = name.partition(".")
        tie = next(tie for tie in self.ties[table] if tie.name == head)
        there, rows = self.data[tie.parent], self.rows_above(tie)
        values = there[column].kind.missing(len(rows))
        values[rows >= 0] = there.values(column)[rows[rows >= 0]]
        return values

    def rows_above(self, tie: Bond) -> Array:
        """For each row of a table the row of the other one that it is tied to; -1 where there is none."""
        if len(tie.relations) == 1:
            return self.data.parent_rows(tie.relations[0])
        columns = {at: [self.data[t].key_text(c) for t, c in each.ends] for at, each in enumerate(tie.relations)}
        keys = pd.DataFrame({at: np.concatenate(pair) for at, pair in columns.items()})
        codes = keys.groupby(list(keys.columns)).ngroup().fillna(-1).to_numpy(dtype=np.int64)
        above = codes[: len(self.data[tie.parent])]
        first = np.full(codes.max(initial=-1) + 2, -1)  # the last stands for no key
        first[above[::-1]] = np.arange(len(above))[::-1]
        first[-1] = -1
        return np.asarray(first[codes[len(above) :]])

    def owners(self, table: str, keys: Iterable[str]) -> Array:
        """Rows of one parent by a number of their own; all rows alike where there are no keys."""
        frame = self.frame(table, keys)
        return (
            np.asarray(frame.groupby(list(frame.columns), dropna=False, sort=False).ngroup())
            if len(frame.columns)
            else np.zeros(len(frame), dtype=np.int64)
        )

    def frame(self, table: str, names: Iterable[str]) -> pd.DataFrame:
        """Some columns of a table side by side."""
        index = pd.RangeIndex(len(self.data[table]))
        columns = {name: self.values(table, name) for name in names}
        return pd.DataFrame(
            {name: pd.Series(values, index=index, dtype=values.dtype) for name, values in columns.items()}, index=index
        )
