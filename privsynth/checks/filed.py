"""The tables under check: their rows, where in a file each stands, and which cells are not of their column's kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Place
from privsynth.typing import Array

PARENT = "parent."  # in front of the name of a column of the parent's row


def _numbered(row: int) -> int:
    return row + 1


@dataclass(frozen=True, eq=False, kw_only=True)
class FiledTables:
    """A cell that is not of its column's kind counts as missing, and is marked in `misfits`."""

    data: Dataset
    misfits: Mapping[Place, Array] = field(default_factory=dict, repr=False)
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
        """A column, or for `parent.x` the column x of the row of the parent; where there is none it is missing."""
        if not name.startswith(PARENT) or name in self.data[table]:
            return self.data[table].values(name)
        relation = next(relation for relation in self.data.relations if relation.child == table)
        above = self.data[relation.parent]
        column = above[name.removeprefix(PARENT)]
        rows = self.data.parent_rows(relation)
        values = column.kind.missing(len(rows))
        values[rows >= 0] = above.values(column.name)[rows[rows >= 0]]
        return values

    def frame(self, table: str, names: Iterable[str]) -> pd.DataFrame:
        """Some columns of a table side by side."""
        index = pd.RangeIndex(len(self.data[table]))
        columns = {name: self.values(table, name) for name in names}
        return pd.DataFrame(
            {name: pd.Series(values, index=index, dtype=values.dtype) for name, values in columns.items()}, index=index
        )
