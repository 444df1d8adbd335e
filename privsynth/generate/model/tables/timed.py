"""An engine whose rows have a time of their own: that is drawn first, set apart, and the rest with it in view."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd

from privsynth.dataset import Role, Rule, Table
from privsynth.errors import BackendError
from privsynth.expressions import names_in
from privsynth.generate.model.coding.codings import Coding, Curve, learn_coding
from privsynth.generate.model.constraints import plain_where_possible
from privsynth.generate.model.engine import Engine, check_engine, frame_of
from privsynth.generate.model.tables.clock import DIGITS, Clock, Moving, constant_of
from privsynth.generate.model.tables.connected import POSITION, context_column
from privsynth.generate.model.tables.spaced import Grid, shown_of, spaced
from privsynth.keeping import kept, learnt_values
from privsynth.recipe import TableRecipe
from privsynth.typing import Array

LEARNT = ("codings_", "names_", "rest_", "table_", "times_")


@kept(version=1, names=("k", "clock", *LEARNT))
class Timed:
    """Two engines, one for the time of each row and one for the rest of it.

    `make` gives the engine for a table. The rows of a person follow each other, and are told their position.
    """

    def __init__(self, clock: Clock, make: Callable[[Table], Engine], *, k: int) -> None:
        self.clock, self.make, self.k, self.repeats = clock, make, k, 0

    def fit(
        self, table: Table, rng: np.random.Generator, *, given: Sequence[str] = (), units: Array | None = None
    ) -> Self:
        self.table_, self.names_ = table.name, [c.name for c in table.columns if c.name not in set(given)]
        self.codings_: dict[str, Coding] = {}
        for name in self.clock.settled:
            coding = learn_coding(table[name], table.values(name), self.k, units)
            self.codings_[name] = coding.without_rows() if isinstance(coding, Curve) else coding
        first = self._first(table, set(given))
        self.times_ = plain_where_possible(self.make(first).fit(first, rng, given=given, units=units))
        known = [*given, *self.clock.settled]
        self.rest_: Engine | None = None
        if len(table.columns) > len(known):
            self.rest_ = plain_where_possible(self.make(table).fit(table, rng, given=known, units=units))
        return self

    def sample(self, rows: int, rng: np.random.Generator, given: pd.DataFrame | None = None) -> pd.DataFrame:
        held = frame_of({}, rows) if given is None else given
        units = _units(held) if self.clock.by_person else np.zeros(rows, dtype=np.int64)
        settled = self._settled(self.times_.sample(rows, rng, given), units, held)
        known = frame_of({**{str(name): held[name].to_numpy() for name in held}, **settled}, rows)
        rest = frame_of({}, rows) if self.rest_ is None else self.rest_.sample(rows, rng, known)
        drawn = settled | {str(name): rest[name].to_numpy() for name in rest}
        drawn |= {name: _in_order(drawn[name], units) for name in self.clock.rising}
        return frame_of({name: drawn[name] for name in self.names_}, rows)

    @property
    def notes(self) -> Sequence[str]:
        own = [*self.times_.notes, *(() if self.rest_ is None else self.rest_.notes)]
        if not self.repeats:
            return own
        whose = "of the same person " if self.clock.by_person else ""
        return [
            *own,
            f"table '{self.table_}': in {self.repeats:,} rows {self.clock.time} is the same as in another row {whose}"
            "(in the source it never is): more rows were drawn than there are values that may come out.",
        ]

    @property
    def recipe(self) -> TableRecipe:
        own = self.times_.recipe if self.rest_ is None else self.rest_.recipe
        how = {
            "told apart by": self.clock.time,
            "move with it": [each.column for each in self.clock.moving],
            "never fall": list(self.clock.rising),
        }
        return replace(own, details={**own.details, **how})

    def kept_values(self) -> Mapping[str, Any]:
        return {"k": self.k, "clock": self.clock, **learnt_values(self, LEARNT)}

    @classmethod
    def from_kept(cls, values: Mapping[str, Any]) -> Self:
        timed = cls(values["clock"], _refuse_to_fit, k=values["k"])
        for engine in (values["times_"], values["rest_"]):
            if engine is not None:
                check_engine(engine)
        vars(timed).update({name: values[name] for name in LEARNT})
        return timed

    def _first(self, table: Table, given: set[str]) -> Table:
        """The time, and how far from it the rows are that do not keep its pace, with the rules that name no others."""
        wavers = [moving for moving in self.clock.moving if moving.wavers]
        rules: tuple[Rule, ...] = tuple(r for r in table.rules if set(names_in(r.expect)) <= {*given, self.clock.time})
        known = [column for column in table.columns if column.name in {*given, self.clock.time}]
        beside = {m.beside: self._beside(table, m) for m in wavers}
        columns = (*known, *(replace(table[m.column], name=m.beside, role=Role.PLAIN) for m in wavers))
        frame = frame_of({c.name: table.values(c.name) for c in known} | beside, len(table))
        return replace(table, columns=columns, frame=frame, rules=rules, person=None)

    def _beside(self, table: Table, moving: Moving) -> Array:
        own = constant_of(table, self.clock.time, moving) - table.values(context_column(moving.constant))
        return np.asarray(np.round(own, DIGITS))

    def _settled(self, first: pd.DataFrame, units: Array, held: pd.DataFrame) -> dict[str, Array]:
        """The times set apart, and what moves with them."""
        times = first[self.clock.time].to_numpy()
        constants = {m.column: held[context_column(m.constant)].to_numpy() for m in self.clock.moving}
        beside = {m.column: first[m.beside].to_numpy() if m.wavers else 0.0 for m in self.clock.moving}
        grid = Grid.of(self.codings_[self.clock.time])
        when = times if grid is None else self._apart(times, units, grid, constants)
        moved = {
            m.column: self._moved(m, when, constants[m.column] + beside[m.column], units) for m in self.clock.moving
        }
        return {self.clock.time: when, **moved}

    def _apart(self, times: Array, units: Array, grid: Grid, constants: Mapping[str, Array]) -> Array:
        places = grid.places(times)
        rows = np.flatnonzero(places >= 0)
        order = np.lexsort((places[rows], units[rows]))
        low, high = self._reach(grid, units, rows, constants)
        new = spaced(places[rows][order], units[rows], low, high)
        self.repeats += int(pd.DataFrame({"unit": units[rows], "place": new}).duplicated().sum())
        apart = times.copy()
        apart[rows] = grid.written(new)
        return apart

    def _reach(self, grid: Grid, units: Array, rows: Array, constants: Mapping[str, Array]) -> tuple[Array, Array]:
        """The first and the last place at which nothing that moves leaves its ends; any, where that leaves too few."""
        low, high = np.zeros(len(rows), dtype=np.int64), np.full(len(rows), len(grid) - 1)
        count = pd.Series(rows).groupby(units[rows]).transform("size").to_numpy()
        for moving in self.clock.moving:
            ends = shown_of(self.codings_[moving.column])
            if not len(ends) or not moving.pace:
                continue
            least, most = np.sort(
                [(end - constants[moving.column][rows]) / moving.pace for end in ends[[0, -1]]], axis=0
            )
            known = ~np.isnan(least)
            low = np.where(known, np.maximum(low, np.searchsorted(grid.values, least, side="left")), low)
            high = np.where(known, np.minimum(high, np.searchsorted(grid.values, most, side="right") - 1), high)
        fits = high - low + 1 >= count
        return np.where(fits, low, 0), np.where(fits, high, len(grid) - 1)

    def _moved(self, moving: Moving, times: Array, constant: Array, units: Array) -> Array:
        """A person who would go beyond the ends of a number is moved back as a whole."""
        coding, numbers = self.codings_[moving.column], constant + (moving.pace * times if moving.pace else 0.0)
        if not moving.pace and (grid := Grid.of(coding)) is not None:
            return np.where(np.isnan(numbers), np.nan, grid.written(grid.places(numbers)))
        if len(ends := shown_of(coding)):
            by_unit = pd.Series(numbers).groupby(units)
            over = np.maximum(by_unit.transform("max").to_numpy() - ends[-1], 0)
            under = np.maximum(ends[0] - by_unit.transform("min").to_numpy(), 0)
            numbers = numbers + np.where(over > 0, -over, under)
        assert coding.axis is not None  # noqa: S101  for the type checker: only numbers move
        return coding.axis.write(coding.axis.rounded(numbers))


def _units(held: pd.DataFrame) -> Array:
    """The number of the person of each row: a new one begins where the position does."""
    return np.cumsum(~(held[POSITION].to_numpy() > 0)) - 1


def _in_order(values: Array, units: Array) -> Array:
    """The known values of each person in order, missing ones where they are."""
    rows = np.flatnonzero(~pd.isna(values))
    ordered = values.copy()
    ordered[rows] = values[rows][np.lexsort((values[rows], units[rows]))]
    return ordered


def _refuse_to_fit(table: Table) -> Engine:
    raise BackendError(f"a model of table '{table.name}' that was kept is not fitted again.")
