"""What the rows that share a value of one column have in common: what people keep, a time that counts, one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.describe.arithmetic import arithmetic_of
from privsynth.describe.times import is_time
from privsynth.errors import visible
from privsynth.measure.turns import Followers, differing, is_steady
from privsynth.pii.entities import Trait, has
from privsynth.typing import Array

LOOKED_AT = 20_000  # rows that are looked at, all rows of a value or none
CHANCE = 20  # rows that follow another of the same value, below which nothing is said
VARIES = 0.1  # of them, at least, differ in something
WHOLE = 0.995  # of the rows are told apart by a value and a time
NEARLY = 0.9  # as many different values as that share of the rows, or of the values: as good as one each
RUNS = 1.02  # runs for each value, up to which a table lies in blocks
EVEN = 2.5  # times the average: the rows of the commonest value, where each value is somebody's key
MOSTLY = 0.8  # of the steps of a count are by one


class ColumnCodes:
    """The columns of a table as numbers for their different values, each worked out when it is asked for."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._codes: dict[str, Array] = {}

    def __getitem__(self, name: str) -> Array:
        if name not in self._codes:
            self._codes[name] = pd.factorize(self.table.frame[name].to_numpy())[0]
        return self._codes[name]

    @cached_property
    def differ(self) -> Mapping[str, float]:
        """For each column the chance that two random rows differ."""
        return {column.name: differing(self[column.name]) for column in self.table.columns}


@dataclass(frozen=True, eq=False)
class Blocks:
    """The rows of a table, taken together by the values of one column."""

    coded: ColumnCodes
    column: Column

    @cached_property
    def count(self) -> int:
        return int(self.coded[self.column.name].max(initial=-1)) + 1

    @cached_property
    def rows(self) -> int:
        """Rows that have a value."""
        return int((self.coded[self.column.name] >= 0).sum())

    @property
    def come_back(self) -> bool:
        return 1 < self.count < self.rows

    @cached_property
    def is_whole(self) -> bool:
        """Whether its numbers are whole, however they are spelt."""
        values = self.coded.table.values(self.column.name)
        return bool(np.all((values == np.round(values)) | np.isnan(values)))

    @cached_property
    def again(self) -> float:
        """The share of the rows whose value other rows have too."""
        codes = self.coded[self.column.name]
        rows = np.bincount(codes[codes >= 0])
        return float(rows[rows > 1].sum() / max(1, self.rows))

    @property
    def average(self) -> float:
        """Rows for each value."""
        return self.rows / max(1, self.count)

    @cached_property
    def is_even(self) -> bool:
        """Whether no value is far more common than the others, as the small ones of a head count are."""
        codes = self.coded[self.column.name]
        return bool(np.bincount(codes[codes >= 0]).max(initial=0) <= EVEN * self.average)

    @cached_property
    def _order(self) -> Array:
        """The rows that are looked at: value by value, in the order of the file within each."""
        codes = self.coded[self.column.name]
        upto = int(np.searchsorted(np.cumsum(np.bincount(codes[codes >= 0])), LOOKED_AT)) + 1
        rows = np.flatnonzero((codes >= 0) & (codes < upto))
        return rows[np.argsort(codes[rows], kind="stable")]

    @cached_property
    def _codes(self) -> Array:
        return self.coded[self.column.name][self._order]

    @cached_property
    def _together(self) -> Array:
        """The places of rows that follow a row of the same value."""
        return np.flatnonzero(self._codes[1:] == self._codes[:-1]) + 1

    @cached_property
    def lie_in_blocks(self) -> bool:
        """Whether the rows of a value stand together in the file, as nobody would have dealt them."""
        codes = self.coded[self.column.name]
        runs = 1 + int((np.diff(codes) != 0).sum())
        return runs <= RUNS * self.count and len(self._together) >= CHANCE

    @cached_property
    def steady(self) -> tuple[Column, ...]:
        """The columns that stay the same within a value where chance would change them; not those that rename it."""
        others = (column for column in self.coded.table.columns if column.name != self.column.name)
        return tuple(column for column in others if self._is_steady(column) and not self._renames(column))

    def _is_steady(self, column: Column) -> bool:
        pairs = Followers(self._order[self._together - 1], self._order[self._together])
        return is_steady(self.coded[column.name], pairs, self.coded.differ[column.name])

    def _renames(self, column: Column) -> bool:
        """Whether each value has one of its own in the other column."""
        return len(np.unique(self.coded[column.name][self._order])) >= NEARLY * len(np.unique(self._codes))

    @cached_property
    def is_place(self) -> bool:
        """Whether each value is another name of a place."""
        places = (c for c in self.coded.table.columns if has(c.entity, Trait.OF_A_PLACE) or c.entity == "COUNTRY")
        return any(self._is_steady(place) and self._renames(place) for place in places)

    @cached_property
    def is_worked_out(self) -> bool:
        """Whether it is reckoned with numbers that stay the same within it: a total, and nobody's key."""
        steady = {column.name for column in self.steady if column.kind.is_numeric}
        facts = arithmetic_of(self.coded.table) if steady and self.column.kind.is_numeric else ()
        return any(self.column.name in fact.columns and not steady.isdisjoint(fact.columns) for fact in facts)

    @cached_property
    def changes(self) -> bool:
        """Whether anything differs within a value."""
        values = (self.coded[column.name][self._order] for column in self.coded.table.columns)
        return any((of[self._together] != of[self._together - 1]).mean() > VARIES for of in values)

    @cached_property
    def time(self) -> Column | None:
        """The column that, with the value, tells the rows apart, and counts or dates them: each value has its times."""
        if not len(self._together):
            return None
        others = [column for column in self.coded.table.columns if column.name != self.column.name]
        times = sorted((c for c in others if is_time(c) or self._counts(c)), key=lambda column: not is_time(column))
        return next((column for column in times if self._tells_apart(column)), None)

    def _tells_apart(self, column: Column) -> bool:
        values = self.coded[column.name][self._order]
        if len(np.unique(values)) > NEARLY * len(values):
            return False
        pairs = self._codes.astype(np.int64) * (int(values.max()) + 2) + values + 1
        return len(np.unique(pairs)) >= WHOLE * len(pairs)

    def _counts(self, column: Column) -> bool:
        """1, 2, 3, ... within each value, in the order of the file."""
        if column.kind is not Kind.INTEGER or column.entity is not None:
            return False
        values = self.coded.table.values(column.name)[self._order]
        steps = values[self._together] - values[self._together - 1]
        return len(steps) >= CHANCE and bool((steps > 0).all()) and float((steps == 1).mean()) >= MOSTLY

    @property
    def in_words(self) -> str:
        """What its rows have in common: names of columns."""
        time = f"{visible(self.time.name)} tells its rows apart" if self.time else ""
        names = ", ".join(visible(column.name) for column in self.steady[:3])
        kept = f"{names} {'stays' if len(self.steady) == 1 else 'stay'} the same within one" if names else ""
        return " and ".join(filter(None, (kept, time))) or (
            "the rows of one stand together" if self.lie_in_blocks else "its values come back"
        )
