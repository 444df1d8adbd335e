"""Dates move, all of one entity by the same number of days: what came first still comes first, as long before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import BackendError
from privsynth.generate.fabricate.draws import Draws
from privsynth.generate.mask.kinds import at, misfit
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
        made = shifted(table.values(self.column.name), shifts(seeds, self.step.days, weekday=self.step.weekday))
        if ((made < FIRST) | (made > LAST)).any():
            raise _too_far(self.where, self.column.name)
        return made


def learn_shift(table: Table, name: str, step: Shift, *, k: int, k_rare: int, people: Array, place: str = "") -> Shifted:  # noqa: ARG001
    """Nothing is learnt; dates so near the ends of the calendar that a move could leave it are refused."""
    if table[name].kind is not Kind.DATE:
        raise misfit(table, name, "shift", "shift fits dates; for numbers take noise.", place)
    values, reach = table.values(name), np.timedelta64(step.days, "D")
    if ((values < FIRST + reach) | (values > LAST - reach)).any():
        raise _too_far(f"{place}{at(table, name)}", name)
    return Shifted(table[name], step, at(table, name))


def _too_far(where: str, name: str) -> BackendError:
    return BackendError(
        f"{where}: shift would move dates beyond the years 1 to 9999.",
        hint="dates that stand for 'no end' can be given as missing values; or take generalise, top_bottom or null for the column.",
        column=name,
    )
