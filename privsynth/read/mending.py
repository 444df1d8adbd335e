"""Rows of too few or too many fields, made fit again where the columns around show how; otherwise they are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from privsynth.read.forms import ADDRESS, DATE, NUMBER, shape

LOOKED_AT = 2000  # sound rows from which is learnt what the columns hold
ENOUGH = 3  # cells, fewer of which tell nothing
MOST = 0.95  # so many cells of one form make it the form of the column
LEVELS = 12
How = Literal["padded", "merged", "cut"]


@dataclass(frozen=True)
class Habit:
    """What the cells of a column have in common, if anything."""

    form: re.Pattern[str] | None = None
    shape: str | None = field(default=None, repr=False)
    levels: frozenset[str] | None = field(default=None, repr=False)
    may_indent: bool = True  # a blank may stand before the first letter

    @property
    def tells(self) -> bool:
        return self.form is not None or self.shape is not None or self.levels is not None

    def fits(self, cell: str) -> bool:
        """Whether the cell could stand in this column. An empty one always may."""
        if not cell.strip():
            return True
        if self.form is not None:
            return bool(self.form.fullmatch(cell.strip()))
        if self.shape is not None or self.levels is not None:
            return cell in (self.levels or ()) or (self.shape is not None and shape(cell) == self.shape)
        return self.may_indent or not cell.startswith(" ")


def habit_of(cells: Sequence[str]) -> Habit:
    """What a column has in common, from some of its cells."""
    present = [cell for cell in cells if cell.strip()]
    may_indent = any(cell.startswith(" ") for cell in present)
    if len(present) < ENOUGH:
        return Habit(may_indent=may_indent or len(present) < ENOUGH)
    for form in (NUMBER, DATE, ADDRESS):
        if sum(bool(form.fullmatch(cell.strip())) for cell in present) >= MOST * len(present):
            return Habit(form, may_indent=may_indent)
    shapes = {shape(cell) for cell in present[:LOOKED_AT]}
    levels = frozenset(present)
    return Habit(
        shape=shapes.pop() if len(shapes) == 1 and "9" in next(iter(shapes)) else None,
        levels=levels if len(levels) <= LEVELS and 5 * len(levels) <= len(present) else None,
        may_indent=may_indent,
    )


@dataclass(frozen=True)
class Mender:
    """What the columns of a table hold, so that a row of another width can be fitted in."""

    habits: tuple[Habit, ...]
    joint: str  # what stood between the fields that are put together again
    merges: bool

    def mended(self, fields: Sequence[str], quoted: Sequence[bool] | None = None) -> tuple[list[str], How, int] | None:
        """The row of the right width, how it became so, and the column where; None where nothing shows it."""
        width = len(self.habits)
        if len(fields) < width:
            return self._padded(fields)
        if not any(fields[width:]) and self._fit(fields[:width]):
            return list(fields[:width]), "cut", width
        return self._merged(fields, quoted or [False] * len(fields)) if self.merges else None

    def _fit(self, fields: Sequence[str]) -> bool:
        return all(habit.fits(cell) for habit, cell in zip(self.habits, fields, strict=False))

    def _is_shown(self, fields: Sequence[str]) -> bool:
        """Whether a cell shows that it is a row. A lone word may be a note."""
        pairs = [(cell, habit) for cell, habit in zip(fields, self.habits, strict=False) if cell.strip()]
        telling = [cell for cell, habit in pairs if habit.tells]
        return bool(telling) or (len(pairs) > 1 and not any(habit.tells for habit in self.habits[: len(fields)]))

    def _padded(self, fields: Sequence[str]) -> tuple[list[str], How, int] | None:
        if not self._fit(fields) or not self._is_shown(fields):
            return None
        return [*fields, *[""] * (len(self.habits) - len(fields))], "padded", len(fields)

    def _merged(self, fields: Sequence[str], quoted: Sequence[bool]) -> tuple[list[str], How, int] | None:
        """The one column whose neighbours are what they should be once it has its overflow back."""
        more = len(fields) - len(self.habits)
        rows = {
            at: [*fields[:at], self.joint.join(fields[at : at + more + 1]), *fields[at + more + 1 :]]
            for at, habit in enumerate(self.habits)
            if not habit.tells and not any(quoted[at : at + more + 1])
        }
        fitting = [at for at, row in rows.items() if self._fit(row)]
        return (rows[fitting[0]], "merged", fitting[0]) if len(fitting) == 1 else None


def mender_of(rows: Sequence[Sequence[str]], width: int, joint: str, *, merges: bool) -> Mender:
    """Learnt from rows of the right width."""
    sound = [row for row in rows if len(row) == width][:LOOKED_AT]
    columns = list(zip(*sound, strict=True)) or [()] * width
    return Mender(tuple(habit_of(cells) for cells in columns), joint, merges)
