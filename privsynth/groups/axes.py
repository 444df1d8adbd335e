"""A quasi-identifier as bins: what may be told apart, by the kind of the column."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.groups.hierarchy import is_postal, prefixes
from privsynth.groups.scales import (
    PERIODS,
    Axis,
    Everything,
    Grades,
    Levels,
    Numbers,
    Periods,
    Ranges,
    binned,
    mixed_place,
    period,
    periods,
)
from privsynth.spelling import Spelling
from privsynth.typing import Array

FINEST = 96  # bins of a number of many values
LONGEST = 1_200  # periods of a date: a century of months


def axis_of(table: Table, name: str, k_rare: int) -> Axis:
    """The bins of a column by its kind; rare levels share one bin, rare ends another."""
    column, values = table[name], table.values(name)
    if column.kind is Kind.DATE:
        return _dates(name, values, k_rare)
    if column.kind.is_numeric:
        return _numbers(name, values, column.spelling, k_rare)
    if is_postal(column):
        return prefixes(name, values)
    return _grades(column, values, k_rare) if column.kind is Kind.ORDINAL else _levels(name, values, k_rare)


def _without_rare_ends(codes: Array, bins: int, k_rare: int) -> tuple[int, int]:
    """The first and last bin that stay: what lies beyond joins them, so that each end holds at least `k_rare` rows."""
    counts = np.bincount(codes[codes >= 0], minlength=bins)
    first = int((np.cumsum(counts) < k_rare).sum())
    last = bins - 1 - int((np.cumsum(counts[::-1]) < k_rare).sum())
    return (first, last) if first < last or (bins == 1 and counts.sum() >= k_rare) else (0, -1)


def _numbers(name: str, values: Array, spelling: Spelling, k_rare: int) -> Axis:
    known = np.unique(values[np.isfinite(values)])
    if len(known) > FINEST:
        edges = _round_edges(values[np.isfinite(values)], spelling.decimals, k_rare)
        if len(edges):
            codes = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
            place = np.concatenate([[edges[0]], (edges[1:] + edges[:-1]) / 2, [edges[-1]]])
            words = tuple(_figure(edge, spelling) for edge in edges)
            made, spread, gap = binned(codes, place)
            return Ranges(name, made, spread, words, gap, edges=edges)
    codes = np.where(np.isfinite(values), np.searchsorted(known, values), -1)
    first, last = _without_rare_ends(codes, len(known), k_rare) if len(known) else (0, -1)
    if last < 0 and len(known):
        return Everything.of(name, codes)
    kept, merged = known[first : last + 1], (first > 0, last < len(known) - 1)
    made, spread, gap = binned(np.where(codes < 0, -1, np.clip(codes, first, max(last, first)) - first), kept)
    return Numbers(name, made, spread, tuple(_figure(value, spelling) for value in kept), gap, merged, known=kept)


def _round_edges(values: Array, decimals: int, k_rare: int) -> Array:
    """Inner edges near the quantiles, rounded to two figures of their own scale: no edge is somebody's number."""
    steps = np.quantile(values, np.linspace(0, 1, FINEST + 1)[1:-1])
    spread = np.maximum(np.abs(steps - np.median(values)), (values.max() - values.min()) * 1e-4)
    unit = 10.0 ** (np.floor(np.log10(spread)) - 1)
    edges = np.unique(
        np.round(np.round(steps / unit) * unit, decimals)
    )  # as it is spelt: else a word would be wrong about it
    below = np.searchsorted(np.sort(values), edges)
    return np.asarray(edges[(below >= k_rare) & (len(values) - below >= k_rare)])


def _figure(value: float, spelling: Spelling) -> str:
    if spelling.is_time:
        return str(spelling.write(np.array([value]))[0])
    text = f"{value:.{spelling.decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _dates(name: str, values: Array, k_rare: int) -> Axis:
    """The finest periods that are few enough to be told apart."""
    there = ~np.isnat(values)
    if not there.any():
        made, place, gap = binned(np.full(len(values), -1), np.empty(0))
        return Periods(name, made, place, (), gap)
    months = next((months for months in PERIODS if np.ptp(periods(values[there], months)) < LONGEST), PERIODS[-1])
    at = periods(values, months)
    start, bins = int(at[there].min()), int(np.ptp(at[there])) + 1
    codes = np.where(there, at - start, -1)
    first, last = _without_rare_ends(codes, bins, k_rare)
    if last < 0:
        return Everything.of(name, codes)
    made, place, gap = binned(np.where(there, np.clip(codes, first, last) - first, -1), np.arange(first, last + 1.0))
    words = tuple(period(start + step, months) for step in range(first, last + 1))
    return Periods(
        name, made, place, words, gap, (first > 0, last < bins - 1), ("or earlier", "or later"), start + first, months
    )


def _levels(name: str, values: Array, k_rare: int) -> Axis:
    """The commonest first; what few rows hold is one bin, 'other'."""
    codes, known = pd.factorize(pd.Series(values, dtype=object))
    counts = np.bincount(codes[codes >= 0], minlength=len(known))
    common = sorted(
        (at for at in range(len(known)) if counts[at] >= k_rare), key=lambda at: (-counts[at], str(known[at]))
    )
    rest = len(common) < len(known)
    turned = np.full(len(known) + 1, len(common), dtype=np.int64)
    turned[common], turned[-1] = np.arange(len(common)), -1
    words = (*(str(known[at]) for at in common), *(["other"] if rest else []))
    made, place, gap = binned(turned[codes], mixed_place(turned[codes], len(words)) if words else np.empty(0))
    return Levels(name, made, place, words, gap, rest=rest)


def _grades(column: Column, values: Array, k_rare: int) -> Axis:
    """As they were declared, else as they sort; new grades cannot be placed, but beyond a merged end."""
    present = pd.unique(pd.Series(values, dtype=object).dropna())
    words = _in_order(column, [str(word) for word in present])
    codes = pd.Index(words, dtype=object).get_indexer(pd.Index(values, dtype=object))
    first, last = _without_rare_ends(codes, len(words), k_rare) if words else (0, -1)
    if last < 0 and words:
        return Everything.of(column.name, codes)
    shifted = np.where(codes < 0, -1, np.clip(codes, first, max(last, first)) - first)
    made, place, gap = binned(shifted, mixed_place(shifted, last - first + 1) if words else np.empty(0))
    kept, merged = tuple(words[first : last + 1]), (first > 0, last < len(words) - 1)
    return Grades(
        column.name,
        made,
        place,
        kept,
        gap,
        merged,
        ("or below", "or above"),
        tuple(words[:first]),
        tuple(words[last + 1 :]),
    )


def _in_order(column: Column, words: Sequence[str]) -> list[str]:
    declared = {word: at for at, word in enumerate(column.domain.levels)} if column.domain else {}
    return sorted(words, key=lambda word: (declared.get(word, len(declared)), *_natural(word)))


def _natural(word: str) -> tuple[float, str]:
    try:
        return float(word), word
    except ValueError:
        return float("inf"), word
