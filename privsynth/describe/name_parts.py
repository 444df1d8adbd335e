"""Two columns of one word each that are the given name and the surname of one person, which only both together show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.pii.names import fold, given_names, surnames
from privsynth.typing import Array

NAMES = ("PERSON", "FIRST_NAME", "LAST_NAME")
FEWEST = 20  # different values that tell
ONE_WORD = 0.8  # share of values of one word, from which on a column is a part of a name
MOST_EQUAL = 0.05  # share of rows: nobody is called by one name twice
GIVEN = 0.5  # share of given names in the column of given names
LEAN = 0.3  # by which share one column leans more to given names, and less to surnames, than the other


def with_name_parts(table: Table) -> Table:
    """The columns of a name are its parts, unless somebody said what one of them holds."""
    names = [c for c in table.columns if c.entity in NAMES and c.kind in (Kind.TEXT, Kind.CATEGORY)]
    if len(names) != 2 or any(c.declared for c in names) or {c.entity for c in names} == {"FIRST_NAME", "LAST_NAME"}:
        return table
    one, two = (table.text(column.name) for column in names)
    both = ~(pd.isna(one) | pd.isna(two))
    if not both.any() or (one[both] == two[both]).mean() > MOST_EQUAL:
        return table
    sides = [_lean(values) for values in (one, two)]
    if any(side is None for side in sides):
        return table
    (first, given, lean), (last, _, other) = sorted(
        ((c, *side) for c, side in zip(names, sides, strict=True) if side is not None), key=lambda side: -side[2]
    )
    return table.with_columns(*_parts(first, last)) if given >= GIVEN and lean - other >= LEAN else table


def _parts(first: Column, last: Column) -> list[Column]:
    reason = "given names in one column and surnames in another: the parts of one name"
    return [
        replace(column, entity=entity, reason=reason, confidence=0.8)
        for column, entity in ((first, "FIRST_NAME"), (last, "LAST_NAME"))
    ]


def _lean(values: Array) -> tuple[float, float] | None:
    """The share of given names among the different values, and by how much it is above that of surnames."""
    words = [fold(value) for value in pd.unique(values[~pd.isna(values)])]
    if len(words) < FEWEST or np.mean([" " not in word.strip() for word in words]) < ONE_WORD:
        return None
    given, last = (float(np.mean([word in known for word in words])) for known in (given_names(), surnames()))
    return given, given - last
