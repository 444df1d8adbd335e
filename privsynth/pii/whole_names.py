"""The whole names of the people of a table, row by row."""

from __future__ import annotations

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.typing import Array


def name_pairs(table: Table) -> Array:
    """Whole names: the given name and surname of each row as one, or the column that holds both."""
    parts = [[c.name for c in table.columns if c.entity == part] for part in ("FIRST_NAME", "LAST_NAME")]
    if all(parts):
        first, last = (pd.Series(table.text(names[0]), dtype=object) for names in parts)
        joined = first + " " + last
        return np.array(
            [None if missing else name for name, missing in zip(joined, joined.isna(), strict=True)], dtype=object
        )
    whole = next((c.name for c in table.columns if c.entity == "PERSON" and c.kind in (Kind.TEXT, Kind.CATEGORY)), None)
    return table.text(whole) if whole else np.empty(0, dtype=object)
