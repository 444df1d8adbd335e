"""The rows under way: the columns made so far, and the chance that is left for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from privsynth.dataset import missing_like
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
        values = self.values.take(rows) if isinstance(self.values, Linked) else _Taken(self.values, rows)
        owner = None if self.owner is None else self.owner[rows]
        return replace(self, count=len(rows), values=values, owner=owner)

    def over(self, above: Mapping[str, Array], rng: np.random.Generator) -> Rows:
        """The same rows with other values for some columns."""
        values = self.values.over(above) if isinstance(self.values, Linked) else Over(above, self.values)
        return replace(self, values=values, rng=rng)


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


class Linked(Mapping[str, Array]):
    """The columns of a table, and those of the rows of other tables that its links lead to, as `link.column`.

    A link is kept among the own values, as the numbers of the rows it leads to; -1 leads to none. What is seen through
    one is worked out once.
    """

    def __init__(self, own: Mapping[str, Array], others: Mapping[str, Mapping[str, Array]]) -> None:
        self.own, self.others = own, others
        self.seen: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name in self.own:
            return self.own[name]
        link, _, column = name.partition(".")
        if name not in self.seen:
            self.seen[name] = led_to(self.others[link][column], self.own[place_of(link)])
        return self.seen[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.own
        yield from (f"{link}.{column}" for link, other in self.others.items() for column in other)

    def __len__(self) -> int:
        return len(self.own) + sum(len(other) for other in self.others.values())

    def forget(self, place: str) -> None:
        """What was seen through a link that leads elsewhere now."""
        self.seen = {name: values for name, values in self.seen.items() if place_of(name.partition(".")[0]) != place}

    def take(self, rows: Array) -> Linked:
        return Linked(_Taken(self.own, rows), self.others)

    def over(self, above: Mapping[str, Array]) -> Linked:
        return Linked(Over(above, self.own), self.others)


def place_of(link: str) -> str:
    """The name under which a link's row numbers are kept: no column can have it."""
    return f"{link}."


def led_to(values: Array, at: Array) -> Array:
    """The values in these rows; none where the row is -1."""
    if not len(at) or at.min() >= 0:
        return np.asarray(values[at])
    return np.append(values, np.full(1, missing_like(values), dtype=values.dtype))[at]
