"""Columns that came out with hardly a value, although the source has them: said by name, never held back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from privsynth.dataset import Dataset, Table
from privsynth.errors import visible
from privsynth.mask_steps import Null

HARDLY = 0.05  # of the share of values that the source has
FEWEST = 10  # values that the draft would have, were it like the source: with fewer, chance alone may leave none


def emptied(synthetic: Dataset, source: Dataset) -> list[str]:
    """A sentence for each table with such columns. What a column holds is not told: only that values are missing."""
    known = {table.name for table in source}
    return [sentence for table in synthetic if table.name in known for sentence in _of_table(table, source[table.name])]


def _of_table(table: Table, source: Table) -> Iterator[str]:
    kept = [c.name for c in table.columns if c.name in source and not isinstance(source[c.name].step, Null)]
    names = [name for name in kept if _is_emptied(table.frame[name], source.frame[name])]
    if names:
        columns, their = ("column", "its") if len(names) == 1 else ("columns", "their")
        yield (
            f"{visible(table.name)}: {columns} {', '.join(map(visible, names))} came out empty, or nearly so: too few "
            f"people share {their} values. Say role: drop to leave out what is of no use, or role: direct to invent it"
        )


def _is_emptied(values: pd.Series[Any], real: pd.Series[Any]) -> bool:
    has, had = (float(column.notna().mean()) if len(column) else 0.0 for column in (values, real))
    return had * len(values) >= FEWEST and has <= HARDLY * had
