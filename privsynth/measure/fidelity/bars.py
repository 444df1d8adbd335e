"""What a chart of a column may show: bins and levels that enough real rows hold, and nothing of the others.

No bar stands on fewer than `fewest` real rows, no edge lies outside the 1st and 99th percentile, edges are rounded to
two digits, and a level is named only if enough real rows hold it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.measure.distance.points import as_number
from privsynth.measure.fidelity.bins import is_measured
from privsynth.typing import Array

MOST = 12
MISSING = "missing"


@dataclass(frozen=True)
class Bar:
    """A bin or a level, and its share on each side of the rows that the chart shows (without few missing ones)."""

    label: str
    real: float
    synthetic: float


def bars(real: Table, synthetic: Table, name: str, fewest: int) -> tuple[Bar, ...]:
    """The bars of one column, left to right or most common first; empty where too few rows would stand behind any."""
    if len(real) < fewest:
        return ()
    counted = (
        _histogram(real, synthetic, name, fewest)
        if is_measured(real, (synthetic,), name)
        else _levels(real.text(name), synthetic.text(name), fewest)
    )
    whole = [max(1, sum(side)) for side in zip(*(bar[1:] for bar in counted), strict=True)]
    return tuple(Bar(label, of_real / whole[0], of_synthetic / whole[1]) for label, of_real, of_synthetic in counted)


def _levels(real: Array, synthetic: Array, fewest: int) -> list[tuple[str, int, int]]:
    real_counts, synthetic_counts = (pd.Series(words, dtype=object).value_counts() for words in (real, synthetic))
    gaps = int(pd.isna(real).sum()), int(pd.isna(synthetic).sum())
    shown = list(real_counts.index[real_counts >= fewest][:MOST])
    while shown and 0 < _rest(real_counts, shown, gaps[0], fewest) < fewest:
        shown.pop()  # what is left over must itself be no small group
    if not shown and 0 < int(real_counts.sum()) < fewest:
        return []
    counted = [(str(level), int(real_counts[level]), int(synthetic_counts.get(level, 0))) for level in shown]
    with_gaps = 0 < gaps[0] < fewest
    others = (
        int(real_counts.sum() - sum(bar[1] for bar in counted)) + gaps[0] * with_gaps,
        int(synthetic_counts.sum() - sum(bar[2] for bar in counted)) + gaps[1] * with_gaps,
    )
    if any(others):
        counted.append((f"other ({len(real_counts) - len(shown):,} levels)", *others))
    return counted if with_gaps or not any(gaps) else [*counted, (MISSING, *gaps)]


def _rest(counts: pd.Series[int], shown: list[str], gaps: int, fewest: int) -> int:
    """Real rows that no shown bar would hold; a small group of missing values is among them."""
    return int(counts.sum() - counts[shown].sum()) + (gaps if gaps < fewest else 0)


def _histogram(real: Table, synthetic: Table, name: str, fewest: int) -> list[tuple[str, int, int]]:
    real_numbers, synthetic_numbers = as_number(real.values(name)), as_number(synthetic.values(name))
    gaps = int(np.isnan(real_numbers).sum()), int(np.isnan(synthetic_numbers).sum())
    real_numbers, synthetic_numbers = (
        real_numbers[~np.isnan(real_numbers)],
        synthetic_numbers[~np.isnan(synthetic_numbers)],
    )
    if len(real_numbers) < fewest:
        return []
    edges = _merge(real_numbers, _edges(real_numbers, real[name].kind), fewest)
    counts = [
        np.bincount(np.searchsorted(edges, side, side="right"), minlength=len(edges) + 1)
        for side in (real_numbers, synthetic_numbers)
    ]
    counted = [(label, int(o), int(t)) for label, o, t in zip(_labels(edges, real[name]), *counts, strict=True)]
    return [*counted, (MISSING, *gaps)] if gaps[0] >= fewest or (gaps[0] == 0 and gaps[1]) else counted


def _edges(values: Array, kind: Kind) -> Array:
    """Round places between the 1st and the 99th percentile."""
    low, high = np.quantile(values, (0.01, 0.99))
    places: Array = np.unique([_rounded(edge, kind, high - low) for edge in np.linspace(low, high, MOST - 1)])
    return np.asarray(places[(places >= low) & (places <= high)])


def _rounded(value: float, kind: Kind, width: float) -> float:
    if kind is Kind.DATE:
        unit = "Y" if width > 3650 else "M"
        day = np.datetime64(int(np.floor(value)), "D").astype(f"datetime64[{unit}]").astype("datetime64[D]")
        return float(day.astype(int))
    edge = float(f"{value:.2g}")
    return float(np.ceil(edge)) if kind is Kind.INTEGER or kind.is_time else edge


def _merge(values: Array, edges: Array, fewest: int) -> Array:
    """Drop edges until every bin holds enough rows."""
    kept: list[float] = []
    start, values = 0, np.sort(values)
    for edge in edges:
        end = int(np.searchsorted(values, edge, side="left"))
        if end - start >= fewest:
            kept.append(float(edge))
            start = end
    while kept and len(values) - start < fewest:
        kept.pop()
        start = int(np.searchsorted(values, kept[-1], side="left")) if kept else 0
    return np.array(kept)


def _labels(edges: Array, column: Column) -> list[str]:
    if not len(edges):
        return ["all"]
    words = [_spell(edge, column) for edge in edges]
    return [f"below {words[0]}", *(f"{low} to {high}" for low, high in pairwise(words)), f"{words[-1]} and above"]


def _spell(edge: float, column: Column) -> str:
    if column.kind.is_time:
        return str(column.spelling.write(np.array([edge]))[0])
    return str(np.datetime64(int(edge), "D")) if column.kind is Kind.DATE else f"{edge:,.10g}"
