"""Columns whose values stay: all of them, or all but those by which somebody could be found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.kinds import at, to_places
from privsynth.groups.rare import BLANK, counted
from privsynth.groups.sharing import ends, few_share, people_with, sharing
from privsynth.mask_steps import Blur, Keep
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Kept:
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
        codes, known = pd.factorize(pd.Series(table.values(self.column.name), dtype=object))
        words = np.array([*(word if word in self.levels else BLANK for word in known), None], dtype=object)
        return words[codes]


@dataclass(frozen=True, eq=False)
class DrawnIn:
    """Numbers and dates; what lies beyond an end becomes that end. An end that is missing, because nobody was seen, leaves nothing."""

    column: Column
    low: Any = field(repr=False)
    high: Any = field(repr=False)
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        return drawn_in(table.values(self.column.name), self.low, self.high)


def drawn_in(values: Array, low: Any, high: Any) -> Array:
    """The values between the ends; a missing one stays missing."""
    made: Array = np.minimum(np.maximum(values, values.dtype.type(low)), values.dtype.type(high))
    return made


def learn_keep(table: Table, name: str, step: Keep, *, k: int, k_rare: int, people: Array, place: str = "") -> Kept:  # noqa: ARG001
    """Everything stays; how many rows that exposes is said."""
    _, rows = few_share(table.values(name), people, k_rare)
    note = f"{at(table, name)}: kept as it is, as was asked; {counted(rows)} hold a value that fewer than {k_rare} people share"
    return Kept(table[name], (note,) if rows else ())


def learn_blur(
    table: Table,
    name: str,
    step: Blur,  # noqa: ARG001
    *,
    k: int,  # noqa: ARG001
    k_rare: int,
    people: Array,
    place: str = "",  # noqa: ARG001
) -> Common | DrawnIn:
    """Rare levels, or the ends of numbers and dates."""
    if table[name].kind.is_numeric or table[name].kind is Kind.DATE:
        return _ends(table, name, k_rare, people)
    codes, counts = sharing(table.values(name), people)
    rare, known = counts < k_rare, pd.unique(pd.Series(table.values(name), dtype=object).dropna())
    fitted = Common(table[name], frozenset(known[~rare]))
    return replace(
        fitted, notes=_note(table, name, f"rare levels became {BLANK}", k_rare, int(rare[codes[codes >= 0]].sum()))
    )


def _ends(table: Table, name: str, k_rare: int, people: Array) -> DrawnIn:
    column, values = table[name], table.values(name)
    there = ~pd.isna(values)
    if there.any() and people_with(people, there) < k_rare:
        gap = np.datetime64("NaT") if column.kind is Kind.DATE else np.nan
        return DrawnIn(
            column, gap, gap, (f"{at(table, name)}: fewer than {k_rare} people have a value at all; none is left",)
        )
    low, high = ends(values, people, k_rare)
    if column.kind.is_numeric:
        low, high = to_places(np.array([low, high]), column.spelling)
    moved = int(((values < low) | (values > high)).sum())
    what = "dates" if column.kind is Kind.DATE else "numbers"
    return DrawnIn(column, low, high, _note(table, name, f"{what} at the ends were drawn in", k_rare, moved))


def _note(table: Table, name: str, what: str, k_rare: int, rows: int) -> tuple[str, ...]:
    return (f"{at(table, name)}: {what} until {k_rare} people share each ({counted(rows)})",) if rows else ()
