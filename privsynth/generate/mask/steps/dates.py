"""Dates move, all of one entity by the same number of days: what came first still comes first, as long before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.kinds import at, misfit
from privsynth.groups.rare import counted
from privsynth.mask_steps import Shift
from privsynth.people.shifts import shifted, shifts
from privsynth.typing import Array

FIRST, LAST = (
    np.datetime64("0001-01-01", "us"),
    np.datetime64("9999-12-31T23:59:59.999999", "us"),
)  # what a file can spell


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


def learn_shift(
    table: Table,
    name: str,
    step: Shift,
    *,
    k: int,  # noqa: ARG001
    k_rare: int,  # noqa: ARG001
    people: Array,  # noqa: ARG001
    place: str = "",
) -> Shifted:
    """Nothing is learnt; dates so near the ends of the calendar that a move could leave it stay, and are counted."""
    if table[name].kind is not Kind.DATE:
        raise misfit(table, name, "shift", "shift fits dates; for numbers take noise.", place)
    stay = int(stands_for_none(table.values(name), step).sum())
    note = f"{at(table, name)}: dates at the ends of the calendar, which stand for no date, were left as they are ({counted(stay)})"
    return Shifted(table[name], step, at(table, name), (note,) if stay else ())
