"""Which rows are measured: some, without repetition and in their order, where all would be too many; or of several
tables together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.typing import Array


def some_rows(size: int, most: int, rng: np.random.Generator) -> Array:
    """At most so many of `size` rows; nothing is drawn where all fit."""
    return np.arange(size) if size <= most else np.sort(rng.choice(size, most, replace=False))


def in_turn(people: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The rows in a random order of their people, those of one person together; and each one's turn, from 0.

    Where all rows are one person's, each is taken alone: there is nobody else to set it beside.
    """
    people = np.unique(people, return_inverse=True)[1]
    if people.max(initial=0) == 0:
        people = np.arange(len(people))
    order = rng.permutation(int(people.max(initial=-1)) + 1)
    turns = np.argsort(order)[people]
    rows = np.argsort(turns, kind="stable")
    return rows, turns[rows]


def joined(tables: Sequence[Table]) -> Table:
    """The rows of tables of the same columns, one after another."""
    return replace(tables[0], frame=pd.concat([table.frame for table in tables], ignore_index=True), origin=None)


def some_of(table: Table, most: int, rng: np.random.Generator) -> Table:
    """The table, or so many of its rows."""
    return table if len(table) <= most else table.take(some_rows(len(table), most, rng))
