"""Which kinds of column a step fits, and what a column is once its values are words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from privsynth.dataset import Column, Kind, Table
from privsynth.errors import PolicyError
from privsynth.spelling import Spelling
from privsynth.typing import Array

WORDS = (Kind.TEXT, Kind.CATEGORY, Kind.ORDINAL)


def as_words(column: Column) -> Column:
    """A category: what was declared of its values no longer holds."""
    return replace(column, kind=Kind.CATEGORY, spelling=Spelling(null=column.spelling.null), domain=None)


def at(table: Table, name: str) -> str:
    return f"table {table.name}, column {name}"


def misfit(table: Table, name: str, asked: str, fits: str, place: str) -> PolicyError:
    """What is said when a step was asked of a column that it cannot work on."""
    return PolicyError(
        f"{place}{at(table, name)}: {asked} does not work on a column of kind {table[name].kind}.",
        hint=fits,
        column=name,
    )


def not_the_gap(table: Table, name: str, word: str, place: str) -> None:
    """A mark that is also the word for a missing value would make every value missing when the file is read."""
    if word == table[name].spelling.null:
        raise PolicyError(
            f"{place}{at(table, name)}: the mark is the word that stands for a missing value in this column.",
            hint="take another mark.",
            column=name,
        )


def to_places(values: Array, spelling: Spelling) -> Array:
    """Numbers with as many decimals as the column is spelt with."""
    return values if spelling.shortest else np.round(values, spelling.decimals)
