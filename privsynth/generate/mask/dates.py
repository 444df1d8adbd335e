"""Dates move, all of one entity by the same number of days: what came first still comes first, as long before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.mask.kinds import at, misfit
from privsynth.generate.mask.rare import counted
from privsynth.steps import Shift

Array = np.ndarray[Any, Any]
FARTHEST = 182  # days to either side
WEEK = 7
FIRST, LAST = np.datetime64("0001-01-01", "us"), np.datetime64("9999-12-31T23:59:59.999999", "us")  # what a file can spell


def shifts(seeds: Array, farthest: int = FARTHEST, *, weekday: bool = False) -> Array:
    """Days for each entity, uniform in +-farthest, never 0; with `weekday` whole weeks."""
    reach = farthest // WEEK if weekday else farthest
    drawn = Draws(seeds).named("date shift").below("days", 2 * reach) - reach
    moved: Array = np.where(drawn >= 0, drawn + 1, drawn) * (WEEK if weekday else 1)
    return moved


def shifted(dates: Array, days: Array) -> Array:
    """The dates, each moved by its days; a missing one stays missing."""
    moved: Array = dates.astype("datetime64[us]") + days.astype("timedelta64[D]")
    return moved


@dataclass(frozen=True, eq=False)
class Shifted:
    """All dates of an entity move alike, in whichever column and table they stand."""

    column: Column
    step: Shift
    where: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:
        dates = table.values(self.column.name)
        moved = shifted(dates, shifts(seeds, self.step.days, weekday=self.step.weekday))
        return np.where(stands_for_none(dates, self.step), dates, moved)


def stands_for_none(dates: Array, step: Shift) -> Array:
    """Dates at the very ends of the calendar, such as 9999-12-31: they say that there is no end, and move nowhere."""
    reach = np.timedelta64(step.days, "D")
    ends: Array = (dates < FIRST + reach) | (dates > LAST - reach)
    return ends


def learn_shift(table: Table, name: str, step: Shift, *, k: int, k_rare: int, people: Array, place: str = "") -> Shifted:  # noqa: ARG001
    """Nothing is learnt; dates so near the ends of the calendar that a move could leave it stay, and are counted."""
    if table[name].kind is not Kind.DATE:
        raise misfit(table, name, "shift", "shift fits dates; for numbers take noise.", place)
    stay = int(stands_for_none(table.values(name), step).sum())
    note = f"{at(table, name)}: dates at the ends of the calendar, which stand for no date, were left as they are ({counted(stay)})"
    return Shifted(table[name], step, at(table, name), (note,) if stay else ())
