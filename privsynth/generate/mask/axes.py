"""A quasi-identifier as bins in an order: what may be told apart, and how a run of bins is spelt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.generate.mask.rare import BLANK

Array = np.ndarray[Any, Any]

FINEST = 96  # bins of a number of many values
LISTED = 2  # levels named in the label of a group; a list of names would read like a text that names people
YEARS = 8  # span from which on dates are told by the year, not by the month
POSTAL = ("POSTCODE", "ZIP", "ZIPCODE", "POSTAL_CODE")


@dataclass(frozen=True, eq=False)
class Axis:
    """Bins 0, 1, ... of one column. `place` says how far apart they lie: half by rank, half by number."""

    name: str
    codes: Array = field(repr=False)
    place: Array = field(repr=False)
    spell: Callable[[int, int], str] = field(repr=False)  # over the bins that hold values, first and last included
    gap: bool = False  # whether the first bin is the missing values

    def label(self, low: int, high: int) -> str | None:
        """The word for a run of bins; everything is '*', nothing but missing values is missing."""
        if (low, high) == (0, len(self.place) - 1) and high > 0:
            return BLANK
        if not self.gap:
            return self.spell(low, high)
        if high == 0:
            return None
        return self.spell(low - 1, high - 1) if low else f"{self.spell(0, high - 1)}/missing"


def axis_of(table: Table, name: str, k_rare: int) -> Axis:
    """The bins of a column by its kind; rare levels share one bin."""
    column, values = table[name], table.values(name)
    if column.kind is Kind.DATE:
        return _dates(name, values)
    if column.kind.is_numeric:
        return _numbers(name, values, column.spelling.decimals)
    if (column.entity or "").upper() in POSTAL:
        return _prefixes(name, values)
    return _levels(name, values, k_rare, in_order=column.kind is Kind.ORDINAL)


def _finish(name: str, codes: Array, bins: int, spell: Callable[[int, int], str]) -> Axis:
    """Missing values (code -1) get a bin of their own, before all others."""
    gap = bool((codes < 0).any())
    codes = codes + 1 if gap else codes
    size = max(bins + gap, 1)
    share = np.bincount(codes, minlength=size) / max(len(codes), 1)
    rank = np.cumsum(share) - share / 2
    even = np.arange(size) / max(size - 1, 1)
    return Axis(name, codes.astype(np.int64), (rank + even) / 2, spell, gap)


def _numbers(name: str, values: Array, decimals: int) -> Axis:
    known = np.unique(values[np.isfinite(values)])
    if len(known) <= FINEST:
        codes = np.where(np.isfinite(values), np.searchsorted(known, values), -1)
        return _finish(name, codes, len(known), _spell_values([_figure(v, decimals) for v in known]))
    edges = _round_edges(values[np.isfinite(values)])
    codes = np.where(np.isfinite(values), np.searchsorted(edges, values, side="right"), -1)
    return _finish(name, codes, len(edges) + 1, _spell_edges([_figure(v, decimals) for v in edges]))


def _round_edges(values: Array) -> Array:
    """Inner edges near the quantiles, each rounded to two figures of its own scale, so that no edge is somebody's number."""
    steps = np.quantile(values, np.linspace(0, 1, FINEST + 1)[1:-1])
    spread = np.maximum(np.abs(steps - np.median(values)), (values.max() - values.min()) * 1e-4)
    unit = 10.0 ** (np.floor(np.log10(spread)) - 1)
    return np.unique(np.round(np.round(steps / unit) * unit, 10))


def _figure(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _guarded(text: str) -> str:
    """A range that starts with a minus would look like a formula."""
    return f"({text})" if text.startswith("-") else text


def _spell_values(words: Sequence[str]) -> Callable[[int, int], str]:
    """Runs of single values; the ends are open, so that no extreme is told."""

    def spell(low: int, high: int) -> str:
        if low == high:
            return words[low]
        if high == len(words) - 1:
            return _guarded(f"{words[low]} or more")
        return _guarded(f"{words[high]} or less" if low == 0 else f"{words[low]} to {words[high]}")

    return spell


def _spell_edges(edges: Sequence[str]) -> Callable[[int, int], str]:
    """Runs between edges: from one (included) to below the next."""

    def spell(low: int, high: int) -> str:
        if low == 0:
            return f"under {edges[high]}" if high < len(edges) else BLANK
        return _guarded(f"{edges[low - 1]} or more" if high == len(edges) else f"{edges[low - 1]} to <{edges[high]}")

    return spell


def _dates(name: str, values: Array) -> Axis:
    """Years where the dates span many, months where they span few."""
    there = ~np.isnat(values)
    unit = "Y" if there.any() and np.ptp(values[there].astype("datetime64[Y]").astype(np.int64)) >= YEARS else "M"
    periods = values.astype(f"datetime64[{unit}]").astype(np.int64)
    first = int(periods[there].min()) if there.any() else 0
    last = int(periods[there].max()) if there.any() else 0
    words = [str(period) for period in np.arange(first, last + 1).astype(f"datetime64[{unit}]")]
    return _finish(name, np.where(there, periods - first, -1), len(words) if there.any() else 0, _spell_times(words))


def _spell_times(words: Sequence[str]) -> Callable[[int, int], str]:
    def spell(low: int, high: int) -> str:
        if low == high:
            return words[low]
        if high == len(words) - 1:
            return f"{words[low]} or later"
        return f"{words[high]} or earlier" if low == 0 else f"{words[low]} to {words[high]}"

    return spell


def _prefixes(name: str, values: Array) -> Axis:
    """Codes in alphabetical order: a run of them is told by what they begin with."""
    codes, known = pd.factorize(pd.Series(values, dtype=object), sort=True)
    words = [str(word) for word in known]

    def spell(low: int, high: int) -> str:
        if low == high:
            return words[low]
        first, last = words[low], words[high]  # sorted: what these two share, all between them share
        same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
        return first[:same] + BLANK * (max(map(len, words[low : high + 1])) - same) if same else BLANK

    return _finish(name, codes, len(words), spell)


def _levels(name: str, values: Array, k_rare: int, *, in_order: bool) -> Axis:
    """Levels, the commonest first, or as they sort where they have an order; what few rows hold is one bin, 'other'."""
    codes, known = pd.factorize(pd.Series(values, dtype=object))
    counts = np.bincount(codes[codes >= 0], minlength=len(known))
    common = [at for at in range(len(known)) if counts[at] >= k_rare]
    common.sort(key=(lambda at: _natural(str(known[at]))) if in_order else (lambda at: (-counts[at], str(known[at]))))
    turned = np.full(len(known) + 1, len(common), dtype=np.int64)
    turned[common], turned[-1] = np.arange(len(common)), -1
    words = [str(known[at]) for at in common] + ["other"] * (len(common) < len(known))
    return _finish(name, turned[codes], len(words), _spell_levels(words))


def _natural(word: str) -> tuple[float, str]:
    try:
        return float(word), word
    except ValueError:
        return float("inf"), word


def _spell_levels(words: Sequence[str]) -> Callable[[int, int], str]:
    def spell(low: int, high: int) -> str:
        run = words[low : high + 1]
        return _guarded("|".join(run) if len(run) <= LISTED else f"{'|'.join(run[:LISTED])}|+{len(run) - LISTED}")

    return spell
