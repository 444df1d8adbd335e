"""The whole names of the people of a table, row by row."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.typing import Array


def columns_of_names(table: Table) -> tuple[str, ...]:
    """The columns that hold the whole name of each row: of given names and of surnames, or one for both; or none."""
    parts = [[c.name for c in table.columns if c.entity == part] for part in ("FIRST_NAME", "LAST_NAME")]
    if all(parts):
        return tuple(names[0] for names in parts)
    whole = (c.name for c in table.columns if c.entity == "PERSON" and c.kind in (Kind.TEXT, Kind.CATEGORY))
    return tuple(islice(whole, 1))


def name_pairs(table: Table) -> Array:
    """Whole names: the given name and surname of each row as one, or the column that holds both."""
    names = columns_of_names(table)
    if len(names) < 2:
        return table.text(names[0]) if names else np.empty(0, dtype=object)
    first, last = (pd.Series(table.text(name), dtype=object) for name in names)
    joined = first + " " + last
    return np.array(
        [None if missing else name for name, missing in zip(joined, joined.isna(), strict=True)], dtype=object
    )


def surname_first(name: str) -> str | None:
    """`Last, First`, as people stand in lists."""
    given, _, surname = name.strip().rpartition(" ")
    return f"{surname}, {given}" if given and "," not in name else None
