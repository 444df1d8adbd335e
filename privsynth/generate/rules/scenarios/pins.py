"""Cells that are given an edge: in which rows, whether they still have it at the end, and the table that lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.generate.rules.making.rows import Rows, side_by_side
from privsynth.generate.rules.scenarios.edges import Edge
from privsynth.generate.rules.scenarios.planned import LISTED
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.planning.plan import ColumnPlan

ELSEWHERE = 16  # other rows that are tried for an edge that an expectation forbids in the first
SEARCHED = 10_000  # rows that are looked through for one that can have an edge
MOST_BELOW, LEAST_BELOW = "most rows of", "fewest rows of"


@dataclass(frozen=True, eq=False)
class Pin:
    """A row that is given an edge in a column; without a column it has the fewest or the most rows below it."""

    row: int
    name: str
    _: KW_ONLY
    column: str | None = None
    edge: Edge | None = field(default=None, repr=False)
    is_listed: bool = True

    def __str__(self) -> str:
        return self.name if self.column is None else f"{self.column} {self.name}"


@dataclass(eq=False)
class Pins:
    """The cells of one table under way; `store` brings values into the form in which a column keeps them."""

    count: int
    store: Callable[[Array, ColumnPlan], Array] = field(repr=False)
    _: KW_ONLY
    pins: list[Pin] = field(default_factory=list)
    roomless: list[str] = field(default_factory=list)  # edges that no row can have
    released: list[str] = field(default_factory=list)  # edges that expectations forbid

    def put(self, column: ColumnPlan, edges: Sequence[Edge], rows: Rows, values: Array) -> Array:
        """The values of a column with its edges, each in the first row that can have it.

        Which rows come first, chance has by the column's name alone: what other columns there are moves no edge.
        """
        values = values.copy()
        free = rows.rng.permutation(self.count)[:SEARCHED]
        for edge in edges:
            found, possible = edge.values(rows.take(free))
            mine = [pin.row for pin in self.pins if pin.column == column.name]
            good = np.flatnonzero(possible & ~np.isin(free, mine))
            if not len(good):
                if not edge.is_chance:
                    self.roomless.append(f"{column.name} {edge.name}")
                continue
            row = int(free[good[0]])
            values[row] = self.store(found[good[:1]], column)[0]
            self.pins.append(Pin(row, edge.name, column=column.name, edge=edge))
        return values

    def place(self, column: ColumnPlan, wanted: Sequence[tuple[int, Edge]], values: Array) -> Array:
        """The values of a column with those that stand in given rows; these are in no list."""
        values = values.copy()
        for row, edge in wanted:
            found, _ = edge.values(Rows(1, {}, np.random.default_rng(0)))
            values[row] = self.store(found, column)[0]
            self.pins.append(Pin(row, edge.name, column=column.name, edge=edge, is_listed=False))
        return values

    @property
    def columns(self) -> set[str | None]:
        """Those with values that are on purpose."""
        return {pin.column for pin in self.pins}

    @property
    def listed(self) -> list[Pin]:
        return sorted((pin for pin in self.pins if pin.is_listed), key=lambda pin: pin.row)

    def below(self, table: str, edges: Iterable[Edge], rows: Rows, counts: Array) -> Array:
        """Numbers of rows below each row, of which one is the least that there can be and one the most."""
        counts, ends = counts.copy(), {edge.name: edge for edge in edges}
        order = rows.rng.permutation(self.count)
        for at, (name, told) in enumerate((("lowest", LEAST_BELOW), ("highest", MOST_BELOW))):
            row = int(order[at % self.count]) if self.count else 0
            found, possible = (
                ends[name].values(rows) if name in ends and self.count else (counts, np.zeros(0, dtype=bool))
            )
            if possible[row : row + 1].any():
                counts[row] = found[row]
            elif self.count:
                row = int(counts.argmax() if told == MOST_BELOW else counts.argmin())
            else:
                continue
            self.pins.append(Pin(row, f"{told} {table}"))
        return counts

    def keep(self, column: ColumnPlan, values: Array, rows: Rows, which: Array) -> Array:
        """New values of a column in some rows, of which those that have an edge keep it."""
        mine = [pin for pin in self.pins if pin.column == column.name and pin.edge is not None]
        for pin in mine:
            here = np.flatnonzero(which == pin.row)
            if len(here) and pin.edge is not None:
                found, possible = pin.edge.values(rows.take(here))
                values = values.copy()
                values[here[possible]] = self.store(found[possible], column)
        return values

    def release(self, rows: Array, anew: Collection[str]) -> list[Pin]:
        """Let go of the edges of some rows in columns that are drawn again."""
        gone = [pin for pin in self.pins if pin.column in anew and pin.row in set(rows.tolist())]
        self.pins = [pin for pin in self.pins if pin not in gone]
        self.released += [str(pin) for pin in gone if pin.is_listed]
        return gone

    def elsewhere(self, lost: Iterable[Pin], rows: Rows) -> Array:
        """Some other rows that are to have these edges instead."""
        for pin in [pin for pin in lost if pin.is_listed]:
            assert pin.edge is not None  # noqa: S101 - for the type checker: others are not let go of
            taken = {other.row for other in self.pins if other.column == pin.column}
            _, possible = pin.edge.values(rows)
            free = [row for row in np.flatnonzero(possible).tolist() if row not in taken and row != pin.row]
            chosen = [free[at] for at in np.linspace(0, len(free) - 1, min(ELSEWHERE, len(free))).astype(int)]
            self.pins += [replace(pin, row=row) for row in chosen]
        return np.array(sorted({pin.row for pin in self.pins if str(pin) in map(str, lost)}), dtype=np.int64)

    def thin_out(self) -> None:
        """One row for each edge; one that has a row is not lost."""
        first = {str(pin): pin for pin in reversed(self.pins)}
        self.pins = list(reversed(first.values()))
        self.released = [name for name in dict.fromkeys(self.released) if name not in first]

    def settle(self, columns: Mapping[str, ColumnPlan], rows: Rows) -> None:
        """Let go of edges that are none any more, because the row that they are edges of is another one."""
        for pin in [pin for pin in self.listed if pin.edge is not None and pin.column is not None]:
            assert pin.edge is not None and pin.column is not None  # noqa: S101, PT018 - for the type checker
            found, possible = pin.edge.values(rows.take(np.array([pin.row])))
            wanted, is_there = self.store(found, columns[pin.column])[0], rows.values[pin.column][pin.row]
            if not possible[0] or not (wanted == is_there or (pd.isna(wanted) and pd.isna(is_there))):
                self.pins.remove(pin)
                self.released.append(str(pin))

    def notes(self, table: str) -> list[str]:
        """How many edges there are, and which are not."""
        if not (self.listed or self.roomless or self.released):
            return []
        rows = len({pin.row for pin in self.listed})
        told = [
            f"table {table}: {len(self.listed)} edges stand in {rows} of {self.count} rows, listed in table {LISTED}"
        ]
        reasons = (("no row can have", self.roomless), ("expectations forbid", self.released))
        told += [
            f"table {table}: {reason} {len(names)} edges: {', '.join(names)}" for reason, names in reasons if names
        ]
        return told


def listed_edges(pins: Mapping[str, Pins]) -> Table:
    """All edges of all tables: where they stand and what they are."""
    lines = [(table, float(pin.row + 1), pin.column, pin.name) for table, each in pins.items() for pin in each.listed]
    names = ("table", "row", "column", "edge")
    kinds = {name: Kind.INTEGER if name == "row" else Kind.CATEGORY for name in names}
    reason = "lists the edges that were made on purpose"
    columns = tuple(Column(name, kinds[name], role=Role.PLAIN, reason=reason) for name in names)
    values = {
        name: np.array([line[at] for line in lines], dtype=float if name == "row" else object)
        for at, name in enumerate(names)
    }
    return Table(LISTED, columns, side_by_side(values, len(lines)))
