"""What is learnt of each column from the training rows, and nothing that speaks of few of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Table
from privsynth.describe.facts import facts_of
from privsynth.options import Limits
from privsynth.statistics import ColumnStatistics, Statistics, Taken

SMALLEST_CELL = 11  # rows behind a level that is written down (CMS cell-size rule)
LEVELLED = (Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)


def learn_statistics(train: Dataset, limits: Limits, taken: Taken, *, ruled: Collection[str] = ()) -> Statistics:
    """Statistics of each column. Only training rows come in here: the hold-out must stay unseen.

    Of tables that are `ruled` no arithmetic is kept: what their rows keep is declared.
    """
    fewest = max(SMALLEST_CELL, limits.k_rare)
    return Statistics(
        {table.name: {column.name: _column(table, column, fewest) for column in table.columns} for table in train},
        taken,
        tuple(fact for fact in facts_of(train) if fact.kind != "arithmetic" or fact.table not in ruled),
    )


def _column(table: Table, column: Column, fewest: int) -> ColumnStatistics:
    values = table.frame[column.name]
    present = values.dropna()
    distinct = int(present.nunique())
    low, high = (None, None) if column.role.is_fabricated else _ends(present, column.kind, fewest)
    return ColumnStatistics(
        rows=len(values),
        missing=float(values.isna().mean()) if len(values) else 0.0,
        distinct=distinct,
        is_unique=len(values) > 0 and distinct == len(values),
        levels={} if column.role.is_fabricated or column.kind not in LEVELLED else _levels(present, fewest),
        low=low,
        high=high,
    )


def _levels(present: pd.Series[Any], fewest: int) -> dict[str, int]:
    counts = present.value_counts()
    return {str(level): int(count) for level, count in counts[counts >= fewest].items()}


def _ends(present: pd.Series[Any], kind: Kind, fewest: int) -> tuple[float | None, float | None]:
    """The 1st and 99th percentile: never an extreme, and nothing of a handful of rows."""
    if len(present) < fewest or not (kind.is_numeric or kind is Kind.DATE):
        return None, None
    values = present.to_numpy()
    numbers = values.astype("datetime64[us]").astype(np.int64) / 86_400e6 if kind is Kind.DATE else values.astype(float)
    low, high = np.quantile(numbers[np.isfinite(numbers)], (0.01, 0.99))
    return float(low), float(high)
