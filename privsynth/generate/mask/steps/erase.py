"""Columns of which nothing, or only a few characters, is left."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.generate.mask.steps.kinds import as_words, at, not_the_gap
from privsynth.groups.rare import counted
from privsynth.groups.sharing import few_share
from privsynth.mask_steps import Null, Partial, Redact
from privsynth.typing import Array


@dataclass(frozen=True, eq=False)
class Emptied:
    column: Column
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002  nothing is drawn
        if self.column.kind.is_numeric:
            return np.full(len(table), np.nan)
        if self.column.kind is Kind.DATE:
            return np.full(len(table), np.datetime64("NaT"), dtype="datetime64[us]")
        return np.full(len(table), None, dtype=object)


@dataclass(frozen=True, eq=False)
class Marked:
    column: Column
    mark: str
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        made = np.full(len(table), self.mark, dtype=object)
        made[pd.isna(table.values(self.column.name))] = None
        return made


@dataclass(frozen=True, eq=False)
class PartLeft:
    """The value as it is spelt, without all but a few of its letters and digits."""

    column: Column
    step: Partial
    notes: tuple[str, ...] = ()

    def apply(self, table: Table, seeds: Array) -> Array:  # noqa: ARG002
        codes, known = pd.factorize(pd.Series(table.text(self.column.name), dtype=object))
        return np.array([*(part_left(text, self.step) for text in known), None], dtype=object)[codes]


def part_left(text: str, step: Partial) -> str:
    """Marks for all letters and digits but the first and last few; none stays where more than half of them would."""
    signs = [at for at, sign in enumerate(text) if not is_separator(sign)]
    telling = sum(text[at].isalnum() for at in signs)
    stay = (
        {*signs[: step.first], *signs[len(signs) - step.last :]} if 2 * (step.first + step.last) <= telling else set()
    )
    return "".join(sign if at in stay or is_separator(sign) else step.mark for at, sign in enumerate(text))


@cache
def is_separator(sign: str) -> bool:
    """Spaces and marks. Accents that stand alone, pictures and whatever else is not plainly a mark is taken for part of the value."""
    return (
        sign.isspace()
        or unicodedata.category(sign)[0] in "ZP"
        or (sign.isascii() and not sign.isalnum() and sign.isprintable())
    )


def learn_null(table: Table, name: str, step: Null, *, k: int, k_rare: int, people: Array, place: str = "") -> Emptied:  # noqa: ARG001
    return Emptied(table[name])


def learn_redact(
    table: Table,
    name: str,
    step: Redact,
    *,
    k: int,  # noqa: ARG001
    k_rare: int,  # noqa: ARG001
    people: Array,  # noqa: ARG001
    place: str = "",
) -> Marked:
    not_the_gap(table, name, step.mark, place)
    return Marked(as_words(table[name]), step.mark)


def learn_partial(
    table: Table,
    name: str,
    step: Partial,
    *,
    k: int,
    k_rare: int,  # noqa: ARG001
    people: Array,
    place: str = "",
) -> PartLeft:
    """What is left is compared between people: characters that few share still name them."""
    fitted = PartLeft(as_words(table[name]), step)
    not_the_gap(table, name, step.mark, place)
    made = fitted.apply(table, np.empty(0, dtype=np.uint64))
    values, rows = few_share(made, people, k)
    note = f"{at(table, name)}: what is left of {counted(values, 'values')} is shared by fewer than {k} people ({counted(rows)} of {len(table):,})"
    return replace(fitted, notes=(note,)) if rows else fitted
