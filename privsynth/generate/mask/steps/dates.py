"""Dates move, all of one person by the same number of days: what came first still comes first, and by as much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.groups.rare import counted
from privsynth.mask_steps import Shift
from privsynth.people.shifts import shifted, shifts
from privsynth.spelling.dates import nearest
from privsynth.typing import Array

# What a file can spell.
FIRST = np.datetime64("0001-01-01", "us")
LAST = np.datetime64("9999-12-31T23:59:59.999999", "us")


@dataclass(frozen=True, eq=False)
class Shifted:
    """All dates of a person move alike, in whichever column and table they stand."""

    column: Column
    step: Shift
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:
        dates = table.values(self.column.name)
        moved = shifted(dates, shifts(seeds, self.step.days, weekday=self.step.weekday))
        moved = nearest(moved, self.column.spelling.unit)
        return np.where(stands_for_none(dates, self.step), dates, moved)


def stands_for_none(dates: Array, step: Shift) -> Array:
    """Dates at the very ends of the calendar, such as 9999-12-31: they mean that there is no end, and do not move."""
    reach = np.timedelta64(step.days, "D")
    ends: Array = (dates < FIRST + reach) | (dates > LAST - reach)
    return ends


def learn_shift(step: Shift, lesson: Lesson) -> Shifted:
    """Nothing is learnt; dates so near the ends of the calendar that a move could leave it stay, and are counted."""
    if lesson.column.kind is not Kind.DATE:
        raise lesson.misfit("shift", "shift fits dates; for numbers take noise.")
    stay = int(stands_for_none(lesson.values, step).sum())
    note = f"dates at the ends of the calendar, which stand for no date, were left as they are ({counted(stay)})"
    return Shifted(lesson.column, step, lesson.notes(note) if stay else ())
