"""Columns as states: the levels that enough people share, or ranges between round numbers. One can choose by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.generate.rules.infer.holders import Holders
from privsynth.generate.rules.infer.laws import number
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


def states_of(name: str, column: Column, values: Array, crowd: Holders, sql: str) -> ColumnStates | None:
    """None for a column by which nothing can be chosen: too few people share any state of it."""
    is_missing = pd.isna(values)
    if column.kind.is_numeric:
        return _of_numbers(name, values, crowd, sql, column.spelling.decimals)
    if column.kind is Kind.DATE:
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


def _of_numbers(
    name: str, values: Array, crowd: Holders, sql: str, decimals: int, *, is_listed: bool = True
) -> ColumnStates | None:
    codes, known = pd.factorize(values, sort=True)
    if not len(known):
        return None
    sizes = crowd.sizes(np.where(codes < 0, len(known), codes), len(known) + 1)[:-1]
    if is_listed and len(known) <= LISTED and (sizes >= crowd.k).sum() > 1 and np.asarray(known % 1 == 0).all():
        return _listed(name, codes, [int(value) for value in known], sizes >= crowd.k, sql)
    wished = _wished(values[codes >= 0])
    step = 10.0**-decimals
    ends = [number(end, decimals) for end in _rounded(wished, step)]
    return _ranges(name, values, [(float(end), str(end)) for end in ends], crowd, sql)


def _of_dates(name: str, values: Array, crowd: Holders, sql: str) -> ColumnStates | None:
    present = values[~pd.isna(values)]
    if not len(present):
        return None
    days = np.quantile(present.astype("datetime64[D]").astype(np.int64), np.linspace(0, 1, RANGES + 1)[1:-1])
    months = np.unique(days.astype(np.int64).astype("datetime64[D]").astype("datetime64[M]"))
    starts = months.astype("datetime64[D]")
    numbers = np.where(pd.isna(values), np.nan, values.astype("datetime64[us]").astype(np.int64).astype(float))
    ends = [float(start.astype("datetime64[us]").astype(np.int64)) for start in starts]
    return _ranges(name, numbers, [*zip(ends, [f"DATE '{start}'" for start in starts], strict=True)], crowd, sql)


def _wished(present: Array) -> list[float]:
    """Quantiles, and around the commonest value those of all others: half of a column may be zeros."""
    values, counts = np.unique(present, return_counts=True)
    common = values[counts.argmax()]
    if counts.max() < 2 * len(present) / RANGES:
        return [float(end) for end in np.quantile(present, np.linspace(0, 1, RANGES + 1)[1:-1])]
    others = present[present != common]
    inner = np.quantile(others, np.linspace(0, 1, RANGES // 2 + 1)[1:-1]) if len(others) else np.zeros(0)
    after = values[values > common][:1]
    return [float(end) for end in (*inner, common, *after)]


def _rounded(ends: list[float], step: float) -> list[float]:
    """At round numbers, each written in a few digits."""
    width = (max(ends) - min(ends)) / max(1, len(ends) - 1)
    unit = max(step, 10.0 ** np.floor(np.log10(width)) / 2) if width > 0 else step
    return sorted({float(np.ceil(end / unit - 1e-9) * unit) if unit > step else end for end in ends})


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
    return ColumnStates(name, codes, cuts=tuple(f"{sql} < {word}" for _, word in cuts), sql=sql)
