"""Columns as states: the levels that enough people share, or ranges between round numbers. One can choose by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.generate.rules.infer.edges import MONTHS, coarser, settled
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import MOST, number
from privsynth.typing import Array

RANGES = 8  # of a column of numbers
LISTED = 24  # different whole numbers up to which each is a state
LEVELS = 200  # of words


@dataclass(frozen=True, eq=False)
class ColumnStates:
    """One column, each row in a state. The last two are: another one, which is not told; and missing."""

    name: str  # as the book calls it: age, parent.segment
    codes: Array = field(repr=False)
    _: KW_ONLY
    levels: tuple[Any, ...] = ()  # as `by` names them; empty for ranges
    cuts: tuple[str, ...] = ()  # conditions: the first that holds says the range; the last range has none
    sql: str = ""  # the column as expressions name it

    @property
    def told(self) -> int:
        """How many states a book can name."""
        return len(self.levels) or len(self.cuts) + 1

    @property
    def count(self) -> int:
        return self.told + 2


Naming = Callable[[str], str]


def states_of(
    name: str, kind: Kind, values: Array, crowd: Holders, *, sql: str, decimals: int = 0
) -> ColumnStates | None:
    """None for a column by which nothing can be chosen: too few people share any state of it."""
    is_missing = pd.isna(values)
    if kind.is_numeric:
        return _of_numbers(name, values, crowd, sql, decimals)
    if kind is Kind.DATE:
        return _of_dates(name, values, crowd, sql)
    codes, known = pd.factorize(values)
    held = crowd.sizes(np.where(is_missing, len(known), codes), len(known) + 1)[:-1] >= crowd.k
    return _listed(name, codes, [str(level) for level in known], held, sql)


def gap_states(name: str, days: Array, crowd: Holders, sql: str) -> ColumnStates | None:
    """The days between two dates, as numbers."""
    return _of_numbers(name, days, crowd, sql, 0, is_listed=False)


def _listed(name: str, codes: Array, levels: list[Any], held: Array, sql: str) -> ColumnStates | None:
    counts = np.bincount(codes[codes >= 0], minlength=len(levels)) * held
    chosen = [int(at) for at in np.argsort(-counts, kind="stable")[:LEVELS] if counts[at]]
    if not chosen:
        return None
    place = np.full(len(levels) + 1, len(chosen))
    place[chosen] = np.arange(len(chosen))
    place[-1] = len(chosen) + 1  # missing
    return ColumnStates(name, place[codes], levels=tuple(levels[at] for at in chosen), sql=sql)


def few_shared(codes: Array, sizes: Array, k: int, most: int) -> Array | None:
    """Which distinct values k people share, where these are few and nearly all rows have one; else None."""
    held = sizes >= k
    there = np.isin(codes, np.flatnonzero(held)).sum()
    return held if held.sum() <= most and there >= MOST * (codes >= 0).sum() > 0 else None


def _of_numbers(
    name: str, values: Array, crowd: Holders, sql: str, decimals: int, *, is_listed: bool = True
) -> ColumnStates | None:
    codes, known = pd.factorize(values, sort=True)
    if not len(known):
        return None
    sizes = crowd.sizes(np.where(codes < 0, len(known), codes), len(known) + 1)[:-1]
    held = few_shared(codes, sizes, crowd.k, LISTED) if is_listed else None
    if held is not None and held.sum() > 1 and np.asarray(known[held] % 1 == 0).all():
        return _listed(name, codes, [int(value) for value in known], held, sql)
    ends = _ends(values[codes >= 0], crowd.take(np.flatnonzero(codes >= 0)), decimals)
    return _ranges(name, values, ends, crowd, sql)


def _of_dates(name: str, values: Array, crowd: Holders, sql: str) -> ColumnStates | None:
    present = values[~pd.isna(values)]
    if not len(present):
        return None
    months = present.astype("datetime64[M]").astype(np.int64)
    wishes = [(end, MONTHS) for end in np.quantile(months, np.linspace(0, 1, RANGES + 1)[1:-1])]
    crowd_there = crowd.take(np.flatnonzero(~pd.isna(values)))
    starts = np.array(settled(wishes, months, crowd_there)).astype("datetime64[M]").astype("datetime64[D]")
    numbers = np.where(pd.isna(values), np.nan, values.astype("datetime64[us]").astype(np.int64).astype(float))
    ends = [float(start.astype("datetime64[us]").astype(np.int64)) for start in starts]
    return _ranges(name, numbers, [*zip(ends, [f"< DATE '{start}'" for start in starts], strict=True)], crowd, sql)


def _ends(present: Array, crowd: Holders, decimals: int) -> list[tuple[float, str]]:
    """Where ranges may end, and how a condition says it: near quantiles, and on both sides of what half of them are."""
    values, counts = np.unique(present, return_counts=True)
    common = values[counts.argmax()]
    is_common = present == common
    if counts.max() < 2 * len(present) / RANGES or not crowd.shows(is_common):
        return _below(present, crowd, np.linspace(0, 1, RANGES + 1)[1:-1], decimals)
    others = np.flatnonzero(~is_common)
    inner = _below(present[others], crowd.take(others), np.linspace(0, 1, RANGES // 2 + 1)[1:-1], decimals)
    word = number(common, decimals)
    return sorted([*inner, (float(common), f"< {word}"), (float(np.nextafter(common, np.inf)), f"<= {word}")])


def _below(present: Array, crowd: Holders, quantiles: Array, decimals: int) -> list[tuple[float, str]]:
    if crowd.size < 2 * crowd.k:
        return []
    wished = np.quantile(present, quantiles)
    step, width = 10.0**-decimals, (wished.max() - wished.min()) / max(1, len(wished) - 1)
    unit = max(step, 10.0 ** np.floor(np.log10(width)) / 2) if width > 0 else step
    units = [*coarser(unit, max(unit, float(np.ptp(present))))]
    ends = [number(end, decimals) for end in settled([(end, units) for end in wished], present, crowd)]
    return [(float(end), f"< {end}") for end in ends]


def _ranges(name: str, numbers: Array, ends: list[tuple[float, str]], crowd: Holders, sql: str) -> ColumnStates | None:
    """Ranges of k people at least: an end is left out where there are fewer between it and the one before."""
    is_missing = np.isnan(numbers)
    cuts: list[tuple[float, str]] = []
    low = -np.inf
    for end, word in ends:
        if crowd.shows((numbers >= low) & (numbers < end)) and crowd.shows(numbers >= end):
            cuts.append((end, word))
            low = end
    if not cuts:
        return None
    codes = np.searchsorted(np.array([end for end, _ in cuts]), numbers, side="right")
    codes[is_missing] = len(cuts) + 2
    return ColumnStates(name, codes, cuts=tuple(f"{sql} {word}" for _, word in cuts), sql=sql)
