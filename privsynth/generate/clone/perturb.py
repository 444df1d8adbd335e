"""One table of clones: each row out of several source rows that are alike, so that it is nobody's shadow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Role, Table
from privsynth.generate.clone.cells import between, cells_of, other_of_cell, pair_in_cell
from privsynth.generate.clone.levels import common_levels, leaders, with_common
from privsynth.generate.clone.numbers import Scale, scale_of
from privsynth.groups.generalise import Cells
from privsynth.groups.rare import counted
from privsynth.people.shifts import shifted
from privsynth.typing import Array

WIDER = 5  # how many times more people a wider circle of donors holds


@dataclass(frozen=True)
class Exchange:
    """How much of a row comes from others: the share of its columns, and how wide the circle of donors is."""

    share: float
    circle: int = 0


ATTEMPTS = (
    Exchange(0.3),
    Exchange(0.6),
    Exchange(0.8, 1),
    Exchange(1.0, 2),
)  # rows that came out too close are made again, ever freer


@dataclass(frozen=True, eq=False)
class Blender:
    """What the rows of one table are blended from."""

    table: Table
    quasi: tuple[Column, ...]
    others: tuple[Column, ...]
    k: int
    k_rare: int
    noise: float
    circles: tuple[Cells, ...] = field(
        repr=False
    )  # rows that are alike in all columns, ever wider: donors of one another
    scales: dict[str, Scale | None] = field(repr=False)
    follows: dict[str, str]  # columns that another one determines
    notes: dict[str, str]

    def blend(
        self,
        origin: Array,
        days: Array,
        exchange: Exchange,
        quasi: dict[str, Array],
        donors: Array,
        rng: np.random.Generator,
    ) -> dict[str, Array]:
        """All columns of the rows made from `origin`; `donors` is the source row of each row's quasi-identifiers."""
        picks = self._picks(origin, exchange, donors, rng)
        made = dict(quasi)
        for column in self.others:
            made[column.name] = self._column(column, picks[column.name], origin, days, rng)
        return made

    def _picks(self, origin: Array, exchange: Exchange, donors: Array, rng: np.random.Generator) -> dict[str, Array]:
        """The source row of each value: the row itself or another of its cell; what is determined comes with its leader."""
        picks = {column.name: donors for column in self.quasi}
        for column in self.others:
            if column.name not in self.follows:
                other = other_of_cell(self.circles[exchange.circle], origin, rng)
                picks[column.name] = np.where(rng.random(len(origin)) < exchange.share, other, origin)
        return picks | {name: picks[leader] for name, leader in self.follows.items()}

    def _column(self, column: Column, rows: Array, origin: Array, days: Array, rng: np.random.Generator) -> Array:
        values = self.table.values(column.name)
        if column.kind is Kind.DATE:
            return shifted(values[origin], days)
        if column.kind.is_numeric:
            scale = self.scales[column.name]
            return values[rows] if scale is None else self._number(column, scale, values[rows], rng)
        made, replaced = with_common(values, common_levels(values, self.k_rare), rows, self.circles[0].of_row, rng)
        self._say(column.name, "rare levels gave way to common ones", replaced)
        return made

    def _number(self, column: Column, scale: Scale, values: Array, rng: np.random.Generator) -> Array:
        """Levels and followers keep their value, within the range; the others move."""
        keep = scale.is_level or column.name in self.follows
        self._say(
            column.name,
            "numbers beyond the protected range were drawn in",
            int(((values < scale.low) | (values > scale.high)).sum()),
        )
        made = scale.within(values) if keep else scale.moved(values, self.noise, rng)
        return np.round(made, column.spelling.decimals) + 0.0

    def quasi_blend(self, chosen: Array, rng: np.random.Generator) -> tuple[dict[str, Array], Array]:
        """For each source row: its cell's common quasi-identifiers, and the source row that stands for the cell.

        Cells are formed of the rows that are cloned, `chosen`, so that k people stand behind each of them.
        """
        if not self.quasi or not len(chosen):
            return {c.name: self.table.values(c.name) for c in self.quasi}, np.arange(len(self.table))
        part = self.table.take(chosen)
        cells = cells_of(part, self.quasi, self.k, self.k_rare)
        first, second, share = pair_in_cell(cells, rng)
        row_of_cell = np.full(len(self.table), -1, dtype=np.int64)
        row_of_cell[chosen] = cells.of_row
        made = {
            column.name: self._quasi_values(column, part, cells, first, second, share, rng)[row_of_cell]
            for column in self.quasi
        }
        donors = chosen[first][row_of_cell]
        if part.number_of_people < self.k:
            self._note(
                "cells", f"fewer than k = {self.k} people are cloned; they share one combination of quasi-identifiers"
            )
        else:
            self._note("cells", f"quasi-identifiers are blends of {len(cells):,} cells of at least {self.k} people")
        return made, donors

    def _quasi_values(
        self,
        column: Column,
        part: Table,
        cells: Cells,
        first: Array,
        second: Array,
        share: Array,
        rng: np.random.Generator,
    ) -> Array:
        values = part.values(column.name)
        if column.kind is Kind.DATE:
            return between(values[first], values[second], share)
        if not column.kind.is_numeric:
            common = common_levels(self.table.values(column.name), self.k_rare)
            lookup = pd.Series(common, index=pd.Index(self.table.values(column.name), dtype=object))
            held = lookup[~lookup.index.duplicated()].reindex(pd.Index(values, dtype=object)).to_numpy(dtype=bool)
            made, replaced = with_common(values, held, first, cells.of_row, rng)
            self._say(column.name, "rare levels gave way to common ones", replaced)
            return made
        scale = self.scales[column.name]
        if scale is None:
            return values[first]
        blended = values[first] if scale.is_level else between(values[first], values[second], share)
        return np.round(np.round(scale.within(blended) / scale.step) * scale.step, column.spelling.decimals) + 0.0

    def _say(self, column: str, what: str, rows: int) -> None:
        if rows:
            self._note(column, f"column {column}: {what} ({counted(rows)})")

    def _note(self, key: str, text: str) -> None:
        """Said once, of the first attempt: that is the one over all rows."""
        self.notes.setdefault(key, f"table {self.table.name}: {text}")


def blender_of(table: Table, keys: Sequence[str], k: int, k_rare: int, noise: float) -> Blender:
    """What the clones of this table are blended from; `keys` are columns that get new keys."""
    kept = [c for c in table.columns if not c.role.is_fabricated and c.name not in keys]
    quasi = tuple(c for c in kept if c.role is Role.QUASI)
    others = tuple(c for c in kept if c.role is not Role.QUASI)
    scales = {c.name: scale_of(table.values(c.name), c.spelling.decimals, k_rare) for c in kept if c.kind.is_numeric}
    levels = [c for c in kept if c.kind is not Kind.DATE]
    circles = tuple(
        cells_of(table, kept, k * WIDER**at, k_rare) for at in range(1 + max(attempt.circle for attempt in ATTEMPTS))
    )
    return Blender(table, quasi, others, k, k_rare, noise, circles, scales, leaders(table, levels, quasi), {})
