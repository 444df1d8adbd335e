"""Columns whose values stay: all of them, or all but those by which somebody could be found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table, missing_like
from privsynth.generate.mask.steps.kinds import to_places
from privsynth.generate.mask.steps.lesson import Lesson
from privsynth.groups.rare import BLANK, counted
from privsynth.groups.sharing import ends, few_share, people_with, sharing
from privsynth.typing import Array

End = float | np.datetime64


@dataclass(frozen=True, eq=False)
class Unchanged:
    column: Column
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        return table.values(self.column.name)


@dataclass(frozen=True, eq=False)
class Common:
    """Levels that enough people share; all others, also those that were never seen, become one mark."""

    column: Column
    levels: frozenset[str] = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        codes, levels = pd.factorize(pd.Series(table.values(self.column.name), dtype=object))
        words = np.array([*(level if level in self.levels else BLANK for level in levels), None], dtype=object)
        return words[codes]


@dataclass(frozen=True, eq=False)
class DrawnIn:
    """Numbers and dates; what lies beyond an end becomes that end. A missing end (no row was seen) leaves nothing."""

    column: Column
    low: End = field(repr=False)
    high: End = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        return drawn_in(table.values(self.column.name), self.low, self.high)


def drawn_in(values: Array, low: End, high: End) -> Array:
    """The values between the ends; a missing one stays missing."""
    inside: Array = np.minimum(np.maximum(values, values.dtype.type(low)), values.dtype.type(high))
    return inside


def learn_keep(lesson: Lesson) -> Unchanged:
    """Everything stays; how many rows that exposes is told."""
    _, rows = few_share(lesson.values, lesson.people, lesson.k_rare)
    note = f"kept as it is, as was asked; {counted(rows)} hold a value that fewer than {lesson.k_rare} people share"
    return Unchanged(lesson.column, lesson.notes(note) if rows else ())


def learn_blur(lesson: Lesson) -> Common | DrawnIn:
    """Rare levels, or the ends of numbers and dates."""
    if lesson.column.kind.is_numeric or lesson.column.kind is Kind.DATE:
        return _learn_ends(lesson)
    codes, counts = sharing(lesson.values, lesson.people)
    levels = pd.unique(pd.Series(lesson.values, dtype=object).dropna())
    is_rare = counts < lesson.k_rare
    rows = int(is_rare[codes[codes >= 0]].sum())
    return Common(lesson.column, frozenset(levels[~is_rare]), _note(lesson, f"rare levels became {BLANK}", rows))


def _learn_ends(lesson: Lesson) -> DrawnIn:
    column, values = lesson.column, lesson.values
    present = ~pd.isna(values)
    if present.any() and people_with(lesson.people, present) < lesson.k_rare:
        gap = missing_like(values)
        note = f"fewer than {lesson.k_rare} people have a value at all; none is left"
        return DrawnIn(column, gap, gap, lesson.notes(note))
    low, high = ends(values, lesson.people, lesson.k_rare)
    if column.kind.is_numeric:
        low, high = to_places(np.array([low, high]), column.spelling)
    moved = int(((values < low) | (values > high)).sum())
    kind = "dates" if column.kind is Kind.DATE else "numbers"
    return DrawnIn(column, low, high, _note(lesson, f"{kind} at the ends were drawn in", moved))


def _note(lesson: Lesson, action: str, rows: int) -> tuple[str, ...]:
    return lesson.notes(f"{action} until {lesson.k_rare} people share each ({counted(rows)})") if rows else ()
