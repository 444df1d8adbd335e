"""Latitude and longitude, which are learnt as one: the cell of a grid in which a place lies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.model.tables.connected import MARK
from privsynth.groups.places import NOWHERE, PlaceGrid, place_grid
from privsynth.groups.rare import counted
from privsynth.keeping import kept
from privsynth.spelling import Spelling
from privsynth.statistics import Fact
from privsynth.typing import Array


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class Placed:
    """Two columns in whose place an engine learns the number of a cell; the point is drawn inside the cell.

    An engine that keeps dependencies is shown the centre of the cell too: it decides nothing, but other columns may
    depend on how far north or east a cell lies.
    """

    latitude: str
    longitude: str
    cell: Column = field(repr=False)
    centre: tuple[Column, ...] = field(repr=False)
    grid: PlaceGrid = field(repr=False)

    @property
    def columns(self) -> tuple[str, str]:
        return self.latitude, self.longitude

    @property
    def learnt(self) -> tuple[Column, ...]:
        return (self.cell, *self.centre)

    def taught(self, columns: Mapping[str, Array]) -> dict[str, Array]:
        cells = self.grid.cells_of(columns[self.latitude], columns[self.longitude])
        centres = np.where((cells == NOWHERE)[:, None], np.nan, self.grid.centres[cells])
        numbers = {self.cell.name: np.where(cells == NOWHERE, np.nan, cells)}
        return numbers | {column.name: centres[:, side] for side, column in enumerate(self.centre)}

    def restored(self, columns: Mapping[str, Array], rng: np.random.Generator) -> dict[str, Array]:
        numbers = np.asarray(columns[self.cell.name], dtype=np.float64)
        cells = np.clip(np.rint(np.where(np.isnan(numbers), NOWHERE, numbers)), NOWHERE, len(self.grid) - 1)
        return dict(zip(self.columns, self.grid.drawn(cells.astype(np.int64), rng), strict=True))

    def note(self, table: str, k: int) -> str:
        left = f"; {counted(self.grid.people, 'people')} have no cell and were counted to the nearest"
        return (
            f"table '{table}': {self.latitude} and {self.longitude} are one place, learnt as one of {len(self.grid):,} "
            f"cells that at least {k} people share{left if self.grid.people else ''}."
        )


def placed_of(
    table: Table, facts: Sequence[Fact], held: Collection[str], *, k: int, units: Array | None, centres: bool
) -> Iterator[Placed]:
    """Of the places that were found those whose columns are free, if enough people share the grid."""
    for fact in facts:
        if fact.kind != "place" or set(fact.columns) & set(held) or not all(name in table for name in fact.columns):
            continue
        latitude, longitude = fact.columns
        north, east = (table[name].spelling.decimals for name in fact.columns)
        values = (table.values(name) for name in fact.columns)
        grid = place_grid(*values, k=k, decimals=(north, east), units=units)
        if grid is not None:
            cell = Column(f"{MARK}cell of {latitude} and {longitude}", Kind.INTEGER)
            middle = [
                Column(
                    f"{MARK}{name} of the cell", Kind.NUMBER, spelling=Spelling(decimals=table[name].spelling.decimals)
                )
                for name in fact.columns
            ]
            yield Placed(
                latitude=latitude, longitude=longitude, cell=cell, centre=tuple(middle if centres else ()), grid=grid
            )
