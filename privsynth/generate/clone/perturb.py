"""One table of clones: each row is a blend of several similar source rows, so that it is nobody's shadow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.generate.clone.cells import CellBlend, cells_of, other_of_cell, pair_in_cell
from privsynth.generate.clone.following import Following
from privsynth.generate.clone.levels import common_levels, with_common
from privsynth.generate.clone.numbers import Scale, scale_of
from privsynth.generate.clone.ties import ties_of
from privsynth.groups.generalise import Cells
from privsynth.groups.rare import counted
from privsynth.people.shifts import shifted
from privsynth.spelling.dates import floored, nearest
from privsynth.statistics import Fact
from privsynth.typing import Array

WIDER = 5  # how many times more people a wider circle of donors holds


@dataclass(frozen=True)
class Exchange:
    """How much of a row comes from others: the share of its columns, and how wide the circle of donors is."""

    share: float
    circle: int = 0


# Rows that came out too close are made again, each time with more from others.
ATTEMPTS = (Exchange(0.3), Exchange(0.6), Exchange(0.8, 1), Exchange(1.0, 2))


@dataclass(frozen=True, eq=False, kw_only=True)
class Blender:
    """What the rows of one table are blended from."""

    table: Table
    people: Array = field(repr=False)  # whose row each row is
    quasi: tuple[Column, ...]
    others: tuple[Column, ...]
    k: int
    k_rare: int
    noise: float
    circles: tuple[Cells, ...] = field(repr=False)  # rows that are alike in all columns, ever wider: mutual donors
    scales: dict[str, Scale | None] = field(repr=False)
    ties: tuple[Following, ...]  # columns that follow others
    notes: dict[str, str] = field(default_factory=dict)

    def blend(
        self,
        origin: Array,
        donors: Array,
        days: Array,
        quasi: dict[str, Array],
        exchange: Exchange,
        *,
        rng: np.random.Generator,
    ) -> dict[str, Array]:
        """All columns of the rows made from `origin`; `donors` is the source row of each row's quasi-identifiers."""
        picks = self._picks(origin, donors, exchange, rng)
        blended = dict(quasi)
        for column in self.others:
            blended[column.name] = self._column(column, picks[column.name], origin, days, rng)
        for tie in self.ties:
            if tie.column not in quasi:
                blended[tie.column] = tie.follow(blended, picks[tie.column], rng)
        return blended

    def _picks(self, origin: Array, donors: Array, exchange: Exchange, rng: np.random.Generator) -> dict[str, Array]:
        """The source row of each value: the row itself or another of its cell."""
        picks = {column.name: donors for column in self.quasi}
        for column in self.others:
            other = other_of_cell(self.circles[exchange.circle], origin, rng)
            picks[column.name] = np.where(rng.random(len(origin)) < exchange.share, other, origin)
        return picks

    def _column(self, column: Column, rows: Array, origin: Array, days: Array, rng: np.random.Generator) -> Array:
        values = self.table.values(column.name)
        if column.kind is Kind.DATE:
            return nearest(shifted(values[origin], days), column.spelling.unit)
        if column.kind.is_numeric:
            scale = self.scales[column.name]
            return values[rows] if scale is None else self._number(column, scale, values[rows], rng)
        cell = self.circles[0].of_row
        levels, replaced = with_common(values, common_levels(values, self.k_rare), rows, cell=cell, rng=rng)
        self._say(column.name, "rare levels gave way to common ones", replaced)
        return levels

    def _number(self, column: Column, scale: Scale, values: Array, rng: np.random.Generator) -> Array:
        """Levels keep their value, within the range; the others move."""
        beyond = int(((values < scale.low) | (values > scale.high)).sum())
        self._say(column.name, "numbers beyond the protected range were drawn in", beyond)
        numbers = scale.within(values) if scale.is_level else scale.moved(values, self.noise, rng)
        return np.round(numbers, scale.finest) + 0.0

    def quasi_blend(self, chosen: Array, rng: np.random.Generator) -> tuple[dict[str, Array], Array]:
        """For each source row: its cell's common quasi-identifiers, and the source row that stands for the cell.

        Cells are formed of the rows that are cloned, `chosen`, so that k people stand behind each of them.
        """
        if not self.quasi or not len(chosen):
            return {c.name: self.table.values(c.name) for c in self.quasi}, np.arange(len(self.table))
        cloned = self.table.take(chosen)
        people = self.people[chosen]
        cells = cells_of(cloned, self.quasi, people, k=self.k, k_rare=self.k_rare)
        blend = CellBlend(cells, *pair_in_cell(cells, rng))
        row_of_cell = np.full(len(self.table), -1, dtype=np.int64)
        row_of_cell[chosen] = cells.of_row
        of_cell = {c.name: self._quasi_values(c, cloned, blend, rng) for c in self.quasi}
        for tie in self.ties:
            if tie.column in of_cell:
                of_cell[tie.column] = tie.follow(of_cell, chosen[blend.first], rng)
        values = {name: each[row_of_cell] for name, each in of_cell.items()}
        self._note("cells", self._about(cells, people))
        return values, chosen[blend.first][row_of_cell]

    def _about(self, cells: Cells, people: Array) -> str:
        if len(np.unique(people)) < self.k:
            return f"fewer than k = {self.k} people are cloned; they share one combination of quasi-identifiers"
        return f"quasi-identifiers are blends of {len(cells):,} cells of at least {self.k} people"

    def _quasi_values(self, column: Column, cloned: Table, blend: CellBlend, rng: np.random.Generator) -> Array:
        """The value of each cell."""
        values = cloned.values(column.name)
        if column.kind is Kind.DATE:
            return floored(blend.of(values), column.spelling.unit)
        if not column.kind.is_numeric:
            common = self._is_common(column, values)
            levels, replaced = with_common(values, common, blend.first, cell=blend.cells.of_row, rng=rng)
            self._say(column.name, "rare levels gave way to common ones", replaced)
            return levels
        scale = self.scales[column.name]
        if scale is None:
            return values[blend.first]
        numbers = values[blend.first] if scale.is_level else blend.of(values)
        drawn = scale.within(numbers)
        return scale.placed(drawn, sides=drawn, like=values[blend.first])

    def _is_common(self, column: Column, values: Array) -> Array:
        """Which of these values enough rows of the whole table hold."""
        whole = self.table.values(column.name)
        common = pd.Series(common_levels(whole, self.k_rare), index=pd.Index(whole, dtype=object))
        return common[~common.index.duplicated()].reindex(pd.Index(values, dtype=object)).to_numpy(dtype=bool)

    def _say(self, column: str, change: str, rows: int) -> None:
        if rows:
            self._note(column, f"column {column}: {change} ({counted(rows)})")

    def _note(self, key: str, text: str) -> None:
        """Noted once, for the first attempt: that is the one over all rows."""
        self.notes.setdefault(key, f"table {self.table.name}: {text}")


def blender_of(
    table: Table, people: Array, keys: Sequence[str], facts: Sequence[Fact], *, k: int, k_rare: int, noise: float
) -> Blender:
    """What the clones of this table are blended from; `keys` get new keys, `facts` hold in every row."""
    blended = [c for c in table.columns if not c.role.is_fabricated and c.name not in keys]
    quasi = tuple(c for c in blended if c.role is Role.QUASI)
    numeric = [c for c in blended if c.kind.is_numeric]
    scales = {c.name: scale_of(table.values(c.name), c.spelling.decimals, k_rare) for c in numeric}
    names = {c.name for c in blended}
    among = [fact for fact in facts if names.issuperset(fact.columns)]
    wider = range(1 + max(attempt.circle for attempt in ATTEMPTS))
    return Blender(
        table=table,
        people=people,
        quasi=quasi,
        others=tuple(c for c in blended if c.role is not Role.QUASI),
        k=k,
        k_rare=k_rare,
        noise=noise,
        circles=tuple(cells_of(table, blended, people, k=k * WIDER**at, k_rare=k_rare) for at in wider),
        scales=scales,
        ties=ties_of(table, among, scales, {c.name for c in quasi}, k_rare=k_rare, noise=noise),
    )
