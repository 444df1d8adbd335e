"""Latitude and longitude moved together, into a cell that enough people share."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.groups.places import NOWHERE, PlaceGrid, place_grid
from privsynth.groups.rare import counted
from privsynth.mask_steps import Relocate
from privsynth.people.draws import Draws, mix
from privsynth.typing import Array

DEGREES = (Kind.NUMBER, Kind.INTEGER)


@dataclass(frozen=True, eq=False)
class Relocated:
    """One half of a place. The other half finds the same cell and draws the same point, as both know the two columns.

    All places of one person in one cell become one point: averaging repeated rows reveals nothing.
    """

    column: Column
    _: KW_ONLY
    latitude: str
    longitude: str
    grid: PlaceGrid | None = field(repr=False)
    to_centre: bool
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:
        if self.grid is None:
            return np.full(len(table), np.nan)
        cells = self.grid.cells_of(table.values(self.latitude), table.values(self.longitude))
        side = 0 if self.column.name == self.latitude else 1
        if self.to_centre:
            return np.where(cells == NOWHERE, np.nan, self.grid.centres[cells, side])
        draws = Draws(mix(seeds ^ cells.astype(np.uint64))).named(f"{self.latitude}\x1f{self.longitude}")
        shares = np.stack([draws.share("latitude"), draws.share("longitude")], axis=1)
        return self.grid.points(cells, shares)[:, side]


def learn_relocate(step: Relocate, lesson: Lesson) -> Relocated:
    """The grid of both columns, learnt alike for either. Degrees only: other numbers are no place."""
    names = (lesson.name, step.longitude) if step.longitude else (step.latitude, lesson.name)
    latitude, longitude = (name or "" for name in names)
    if step.other not in lesson.table or step.other == lesson.name:
        raise lesson.error(
            "relocate: the other half of the place must be another column of the table.",
            hint=f"columns of the table: {', '.join(column.name for column in lesson.table.columns)}",
        )
    if any(lesson.table[name].kind not in DEGREES for name in (latitude, longitude)):
        raise lesson.misfit("relocate", "relocate fits a latitude and a longitude, two numbers of degrees.")
    values = [lesson.table.values(name) for name in (latitude, longitude)]
    if any((np.abs(side[~np.isnan(side)]) > most).any() for side, most in zip(values, (90, 180), strict=True)):
        problem = "relocate: some numbers of the two columns are no degrees."
        raise lesson.error(problem, hint="exchange latitude and longitude, or take noise.")
    decimals = lesson.table[latitude].spelling.decimals, lesson.table[longitude].spelling.decimals
    k = max(lesson.k, lesson.k_rare)
    grid = place_grid(values[0], values[1], k=k, decimals=decimals, units=lesson.people)
    notes = lesson.notes(*_sentences(grid, values, k))
    to_centre = step.to == "centre"
    return Relocated(lesson.column, latitude=latitude, longitude=longitude, grid=grid, to_centre=to_centre, notes=notes)


def _sentences(grid: PlaceGrid | None, values: list[Array], k: int) -> list[str]:
    if grid is None:
        return [f"fewer than {k} people have a place: all became missing"]
    sentences = [f"{len(grid):,} cells of the map are shared by at least {k} people each"]
    if grid.people:
        sentences.append(f"{counted(grid.people, 'people')} far from all others moved to the nearest cell")
    half = int((np.isnan(values[0]) != np.isnan(values[1])).sum())
    return [*sentences, f"places with one half missing became missing ({counted(half)})"] if half else sentences
