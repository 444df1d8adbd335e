"""The rows under way: the columns made so far, and the chance that is left for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Rows:
    """So many rows, the values of their columns by name (`parent.x` for the parent's), and a stream for one column."""

    count: int
    values: Mapping[str, Array] = field(repr=False)
    rng: np.random.Generator = field(repr=False)
    owner: Array | None = field(repr=False, default=None)  # which row of the parent each belongs to; None: no parent

    def frame(self, names: Iterable[str]) -> pd.DataFrame:
        """These columns side by side."""
        return side_by_side({name: self.values[name] for name in names}, self.count)

    def take(self, rows: Array) -> Rows:
        """Some of the rows; the stream goes on."""
        owner = None if self.owner is None else self.owner[rows]
        return replace(self, count=len(rows), values=_Taken(self.values, rows), owner=owner)


def side_by_side(values: Mapping[str, Array], rows: int) -> pd.DataFrame:
    """A frame of columns whose types stay as they are: pandas 3 would turn objects into its own strings."""
    index = pd.RangeIndex(rows)
    return pd.DataFrame(
        {name: pd.Series(column, index=index, dtype=column.dtype, copy=False) for name, column in values.items()},
        index=index,
        copy=False,
    )


class Over(Mapping[str, Array]):
    """Values laid over others of the same rows."""

    def __init__(self, above: Mapping[str, Array], below: Mapping[str, Array]) -> None:
        self.above, self.below = above, below

    def __getitem__(self, name: str) -> Array:
        return self.above[name] if name in self.above else self.below[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self.above, *self.below)))

    def __len__(self) -> int:
        return len(dict.fromkeys((*self.above, *self.below)))


class _Taken(Mapping[str, Array]):
    """The values of some rows, cut out when they are asked for."""

    def __init__(self, values: Mapping[str, Array], rows: Array) -> None:
        self.values_, self.rows = values, rows

    def __getitem__(self, name: str) -> Array:
        return np.asarray(self.values_[name][self.rows])

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)
