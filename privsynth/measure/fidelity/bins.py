"""Columns cut into few bins by the real rows, so that all kinds are compared alike; missing is a bin of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.measure.distance.points import as_number
from privsynth.typing import Array

BINS = 10  # deciles; or the nine most common levels and the rest


def cut(real: Table, others: Sequence[Table], name: str) -> tuple[int, list[Array]]:
    """How many bins the real rows give, and each row's bin in all tables, the real one first. The last: missing."""
    if is_measured(real, others, name):
        edges = edges_of(as_number(real.values(name)))
        return len(edges) + 2, [places_in(as_number(table.values(name)), edges) for table in (real, *others)]
    levels = pd.Series(real.text(name), dtype=object).value_counts().index[: BINS - 1]
    return len(levels) + 2, [_among(table.text(name), levels) for table in (real, *others)]


def is_measured(real: Table, others: Sequence[Table], name: str) -> bool:
    """Whether the column is a number or a date on all sides."""
    return (real[name].kind.is_numeric or real[name].kind is Kind.DATE) and all(
        table.values(name).dtype.kind in "fM" for table in (real, *others)
    )


def edges_of(values: Array) -> Array:
    """Quantiles of what is spread out; a value that holds a tenth of the rows or more is a bin of its own."""
    present = values[~np.isnan(values)]
    levels, counts = np.unique(present, return_counts=True)
    heavy = levels[counts * BINS >= max(1, len(present))]
    rest = present[~np.isin(present, heavy)]
    parts = max(2, round(BINS * len(rest) / max(1, len(present))))
    spread = np.quantile(rest, np.arange(1, parts) / parts) if len(rest) else rest
    return np.unique(np.concatenate([spread, heavy, np.nextafter(heavy, np.inf)]))


def places_in(values: Array, edges: Array) -> Array:
    """A value on an edge belongs above it."""
    return np.where(np.isnan(values), len(edges) + 1, np.searchsorted(edges, values, side="right"))


def _among(words: Array, levels: Any) -> Array:
    """The place of each level; all others share the place after the last."""
    places = pd.Index(levels).get_indexer(pd.Index(words))
    places = np.where(places < 0, len(levels), places)
    return np.where(pd.isna(words), len(levels) + 1, places)


def shares(bins: Array, count: int) -> Array:
    return np.bincount(bins, minlength=count) / max(1, len(bins))


def joint(left: Array, lefts: int, right: Array, rights: int) -> Array:
    """The share of rows in each cell of the table of two binned columns."""
    return shares(left * rights + right, lefts * rights).reshape(lefts, rights)


def total_variation(left: Array, right: Array) -> float:
    """Half the sum of the absolute differences: the share of rows that would have to move."""
    return float(np.abs(left - right).sum() / 2)


def astray(shares: Array, left: int, right: int) -> tuple[float, float]:
    """The total variation of two samples of one population with these shares, by chance: its mean and its spread."""
    spread = shares * (1 - shares) * (1 / max(1, left) + 1 / max(1, right))  # of each difference, nearly normal
    folded = 2 / np.pi  # a folded normal: mean squared, beside its variance
    return float(np.sqrt(folded * spread).sum() / 2), float(np.sqrt((1 - folded) * spread.sum()) / 2)


def cramers_v(table: Array) -> float:
    """How strongly two binned columns hang together: 0 not at all, 1 wholly (Cramer 1946)."""
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    table = table[np.ix_(rows > 0, columns > 0)]
    expected = np.outer(rows[rows > 0], columns[columns > 0])
    free = min(table.shape) - 1
    return float(np.sqrt(((table - expected) ** 2 / expected).sum() / free)) if free > 0 else 0.0
