"""Columns that are not learnt but follow from others: copies, computed ones, and (in `gaps`) distances from another.

What is computed in most rows only is learnt as well, for the others.

Each takes its column out of what an engine learns and puts it back into what the engine draws, so that what was
declared or found holds by construction, whatever the engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind, Table
from privsynth.expressions import Expression, compile_expression
from privsynth.expressions.rules import NOISE
from privsynth.generate.model.coding.codings import Classes, Coding, learn_coding
from privsynth.generate.model.coding.number_line import NumberLine
from privsynth.generate.model.coding.support import support
from privsynth.generate.model.constraints.gaps import Columns, Gap
from privsynth.generate.model.engine import frame_of
from privsynth.generate.model.tables.connected import MARK
from privsynth.keeping import kept
from privsynth.statistics import Fact
from privsynth.typing import Array

NUMBERS_OF_A_BAND = 2  # at least, on average: else it is a list, of which each number is looked up


@kept(version=1)
@dataclass(frozen=True)
class Copied:
    """A column that equals another in every row."""

    column: str
    source: str

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.source,)

    def restored(self, columns: Columns) -> Array:
        return columns[self.source]


@kept(version=2)
@dataclass(frozen=True, kw_only=True)
class Computed:
    """A column that an expression of others defines."""

    column: str
    axis: NumberLine | None  # numbers and dates
    needs: tuple[str, ...]
    kinds: tuple[Kind, ...]  # of what it needs
    expression: str = field(repr=False)
    ends: tuple[float, float] = field(default=(-np.inf, np.inf), repr=False)  # between which it may lie

    def restored(self, columns: Columns) -> Array:
        values = self._evaluated(columns)
        return values if self.axis is None else self.axis.write(self.axis.rounded(self.axis.read(values)))

    def agrees(self, columns: Columns) -> Array:
        """Where a number is what comes out to its last place, or where both are missing."""
        assert self.axis is not None  # noqa: S101  for the type checker: only numbers are asked for
        here, computed = (
            np.asarray(values, dtype=np.float64) for values in (columns[self.column], self._evaluated(columns))
        )
        noise = NOISE * np.fmax(1.0, np.fmax(np.abs(here), np.abs(computed)))
        is_near = np.abs(here - computed) <= 0.5 * 10.0**-self.axis.decimals + noise
        return np.asarray(is_near | (np.isnan(here) & np.isnan(computed)))

    def outside(self, columns: Columns) -> Array:
        """Beyond all that the column may hold where it is learnt, by more than half of its last place."""
        if self.axis is None or not self.has_ends:
            return np.zeros(len(columns[self.column]), dtype=bool)
        here, half = self.axis.read(columns[self.column]), 0.5 * 10.0**-self.axis.decimals
        return np.asarray((here < self.ends[0] - half) | (here > self.ends[1] + half))

    @property
    def has_ends(self) -> bool:
        return not np.isinf(self.ends).all()

    def _evaluated(self, columns: Columns) -> Array:
        frame = frame_of({name: columns[name] for name in self.needs}, len(columns[self.needs[0]]))
        return _formula(self.expression, self.needs, self.kinds).evaluate(frame)


@kept(version=1)
@dataclass(frozen=True, kw_only=True)
class MostlyComputed:
    """A number that an expression of others defines in most rows: learnt is in which, and what the others hold."""

    computed: Computed
    mark: Column = field(repr=False)  # how each row has its number: one of `ways`
    ways: tuple[str, ...]  # COMES_OUT, and of MISSING and OTHERWISE what enough people have
    is_learnt: bool  # whether the engine learns the column, too, for what does not come out

    @property
    def column(self) -> str:
        return self.computed.column

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.computed.needs, self.mark.name)

    def taught(self, columns: Columns) -> Array:
        """The way of each training row."""
        ways = ways_of(self.computed, columns)
        return np.where(np.isin(ways, list(self.ways)), ways, COMES_OUT).astype(object)

    def restored(self, columns: Columns) -> Array:
        way, computed = columns[self.mark.name], self.computed.restored(columns)
        own = columns[self.column] if self.is_learnt else computed
        return np.where(way == MISSING, np.nan, np.where((way == OTHERWISE) | np.isnan(computed), own, computed))

    def kept_up(self, before: Columns, after: Columns) -> Array:
        """The column of rows in which others were changed: it still comes out where it did."""
        computed = self.computed.restored(after)
        came_out = self.computed.agrees(before) & ~np.isnan(computed)
        return np.where(came_out, computed, after[self.column])


COMES_OUT, MISSING, OTHERWISE = "comes out", "missing", "otherwise"


def ways_of(computed: Computed, columns: Columns) -> Array:
    """How each row has its number, where it could be worked out."""
    here, unknown = columns[computed.column], np.isnan(computed.restored(columns))
    odd = np.where(np.isnan(here), MISSING, OTHERWISE)
    return np.where(unknown | computed.agrees(columns), COMES_OUT, odd).astype(object)


Derived = Copied | Computed | MostlyComputed | Gap


@cache
def _formula(expression: str, needs: tuple[str, ...], kinds: tuple[Kind, ...]) -> Expression:
    return compile_expression(expression, dict(zip(needs, kinds, strict=True)))


def worked_out(step: Computed, table: Table, k: int, units: Array | None) -> Computed | MostlyComputed:
    """A number that was found to come out in most rows: in all, if fewer than k people have a row that is otherwise."""
    values = {name: table.values(name) for name in (step.column, *step.needs)}
    step = with_ends(step, table, k, units)
    ways, extra = ways_of(step, values), np.isnan(step.restored(values)) & ~np.isnan(values[step.column])
    odd = tuple(way for way in (MISSING, OTHERWISE) if _is_held(ways == way, k, units))
    is_learnt = OTHERWISE in odd or _is_held(extra, k, units)
    if not odd and not is_learnt:
        return step
    mark = Column(f"{MARK}{step.column} is worked out", Kind.CATEGORY)
    return MostlyComputed(computed=step, mark=mark, ways=(COMES_OUT, *odd), is_learnt=is_learnt)


def _is_held(rows: Array, k: int, units: Array | None) -> bool:
    return bool(support(np.where(rows, 0, -1), 1, units)[0] >= k)


def with_ends(step: Computed, table: Table, k: int, units: Array | None) -> Computed:
    """Between the least and the largest of what may come out where the column is learnt."""
    return replace(step, ends=_shown_ends(learn_coding(table[step.column], table.values(step.column), k, units)))


def _shown_ends(coding: Coding) -> tuple[float, float]:
    if isinstance(coding, Classes):
        shown = np.asarray(coding.levels, dtype=np.float64)
    else:
        shown = np.concatenate([coding.atoms, coding.knots, np.zeros(0) if coding.lattice is None else coding.lattice])
    shown = shown[~np.isnan(shown)]
    return (float(shown.min()), float(shown.max())) if len(shown) else (-np.inf, np.inf)


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class Follows:
    """A column that a level of another decides, among the levels that enough hold."""

    column: str
    source: str
    levels: Array = field(repr=False)
    values: Array = field(repr=False)
    may_lack: bool = False  # whether what is drawn as missing stays missing: the other column does not decide that

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,)

    def restored(self, columns: Columns) -> Array:
        at = pd.Index(self.levels, dtype=object).get_indexer(pd.Index(columns[self.source], dtype=object))
        followed = columns[self.column].copy()
        asked = (at >= 0) & ~(self.may_lack & pd.isna(followed))
        followed[asked] = self.values[at[asked]]
        return followed

    def broken(self, columns: Columns) -> Array:
        followed, here = self.restored(columns), columns[self.column]
        return np.asarray((followed != here) & ~(pd.isna(followed) & pd.isna(here)))


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class MostlyFollows:
    """A column that a level of another decides in nearly every row.

    What is drawn stays where enough people hold the two together; else one of those that they hold with the level comes
    out, as often as each does. As many rows as in the source, of pairs that few hold, stay as they are drawn.
    """

    column: str
    source: str
    levels: Array = field(repr=False)
    values: Array = field(repr=False)
    pairs: Array = field(repr=False)  # place of a level times the number of values, plus that of a value; sorted
    reach: Array = field(repr=False)  # place of the level of each, plus the share of its rows up to and with this pair
    rest: float  # share of the rows that are of other pairs

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,)

    def drawn(self, columns: Columns, rng: np.random.Generator) -> Array:
        followed = columns[self.column].copy()
        level = pd.Index(self.levels, dtype=object).get_indexer(pd.Index(columns[self.source], dtype=object))
        value = pd.Index(self.values, dtype=object).get_indexer(pd.Index(followed, dtype=object))
        is_held = (value >= 0) & np.isin(level * len(self.values) + value, self.pairs)
        asked = (level >= 0) & ~pd.isna(followed) & ~is_held & (rng.random(len(followed)) >= self.rest)
        at = np.searchsorted(self.reach, level[asked] + rng.random(int(asked.sum())), "right")
        followed[asked] = self.values[self.pairs[np.minimum(at, len(self.pairs) - 1)] % len(self.values)]
        return followed


@kept(version=2)
@dataclass(frozen=True, eq=False, kw_only=True)
class Banded:
    """A column that says in which band of another a number or date lies."""

    column: str
    source: str
    cuts: Array = field(repr=False)  # where the second and each further band begins
    values: Array = field(repr=False)
    may_lack: bool = False  # as of `Follows`

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.source,)

    def restored(self, columns: Columns) -> Array:
        followed = columns[self.column].copy()
        known = ~pd.isna(columns[self.source]) & ~(self.may_lack & pd.isna(followed))
        followed[known] = self.values[np.searchsorted(self.cuts, columns[self.source][known], "right")]
        return followed


@kept(version=1)
@dataclass(frozen=True, eq=False, kw_only=True)
class FollowsBoth:
    """A column that two others decide together, among the combinations that enough hold.

    Rows of another combination that are made together agree with each other.
    """

    column: str
    sources: tuple[str, str]
    levels: tuple[Array, Array] = field(repr=False)
    pairs: Array = field(
        repr=False
    )  # place of the first level times the number of second ones, plus that of the second
    values: Array = field(repr=False)

    def restored(self, columns: Columns) -> Array:
        one, two = (
            pd.Index(levels, dtype=object).get_indexer(pd.Index(columns[name], dtype=object))
            for levels, name in zip(self.levels, self.sources, strict=True)
        )
        known = np.where((one >= 0) & (two >= 0), one * len(self.levels[1]) + two, -1)
        at = pd.Index(self.pairs).get_indexer(pd.Index(known))
        followed = _agreed(columns[self.column], [columns[name] for name in self.sources])
        followed[at >= 0] = self.values[at[at >= 0]]
        return followed


def _agreed(values: Array, sources: Sequence[Array]) -> Array:
    """In each combination of the sources what comes first there."""
    combination = pd.factorize(pd.MultiIndex.from_arrays([pd.factorize(source)[0] for source in sources]))[0]
    first = np.unique(combination, return_index=True)[1]
    return np.asarray(values[first[combination]])


def follows_both_of(
    table: Table, sources: tuple[str, str], column: str, k: int, units: Array | None
) -> FollowsBoth | None:
    """None where no combination is held by enough."""
    (one, left), (two, right) = (pd.factorize(table.values(name)) for name in sources)
    codes, values = pd.factorize(table.values(column), use_na_sentinel=False)
    rows = np.flatnonzero((one >= 0) & (two >= 0))
    of_rows = None if units is None else units[rows]
    pair, at = np.unique(one[rows].astype(np.int64) * len(right) + two[rows], return_inverse=True)
    both, back = np.unique(at * len(values) + codes[rows], return_inverse=True)
    held = support(back, len(both), of_rows)
    order = [place for place in np.argsort(held, kind="stable") if held[place] >= k]  # of two the commoner one is left
    best = dict(zip((both[order] // len(values)).tolist(), (both[order] % len(values)).tolist(), strict=True))
    if not best:
        return None
    found, kept = np.array([*best.values()], dtype=np.int64), pair[[*best]]
    first, second = np.unique(kept // len(right)), np.unique(kept % len(right))  # no other level is remembered
    return FollowsBoth(
        column=column,
        sources=sources,
        levels=(np.asarray(left, dtype=object)[first], np.asarray(right, dtype=object)[second]),
        pairs=np.searchsorted(first, kept // len(right)) * len(second) + np.searchsorted(second, kept % len(right)),
        values=np.asarray(values)[found],
    )


def follows_of(
    table: Table, fact: Fact, column: str, k: int, units: Array | None, *, partly: bool = False
) -> Follows | Banded | MostlyFollows | None:
    """None where too few hold the levels of what decides, so that no value could be looked up.

    Numbers that too few hold come out between others, where nothing is decided; `partly` goes by the rest of them.
    """
    source = next(name for name in fact.columns if name != column)
    if fact.among_known:
        known = np.flatnonzero(table.frame[[source, column]].notna().all(axis=1).to_numpy())
        table, units = table.take(known), None if units is None else units[known]
    is_scale = table[source].kind.is_numeric or table[source].kind is Kind.DATE
    is_always = fact.share == 1.0
    if is_always and is_scale and (bands := _banded(table, source, column, k, units)) is not None:
        return replace(bands, may_lack=fact.among_known)
    codes, levels = pd.factorize(table.values(source))
    enough = support(codes, len(levels), units) >= k
    if is_scale and not (enough.any() if partly else enough.all()):
        return None
    if not is_always:
        return _mostly(table, source, column, k, units)
    first = np.unique(codes, return_index=True)[1][-len(levels) :] if len(levels) else np.zeros(0, dtype=np.int64)
    return Follows(
        column=column,
        source=source,
        levels=np.asarray(levels, dtype=object)[enough],
        values=table.values(column)[first[enough]],
        may_lack=fact.among_known,
    )


def _mostly(table: Table, source: str, column: str, k: int, units: Array | None) -> MostlyFollows | None:
    """By the pairs that enough hold together; None where they are none."""
    (level, levels), (value, values) = (pd.factorize(table.values(name)) for name in (source, column))
    rows = np.flatnonzero((level >= 0) & (value >= 0))
    pairs, at = np.unique(level[rows] * len(values) + value[rows], return_inverse=True)
    of_rows = None if units is None else units[rows]
    held = support(at, len(pairs), of_rows) >= k
    if not held.any():
        return None
    counts = np.bincount(at, minlength=len(pairs))[held]
    of_level, of_value = (np.unique(part, return_inverse=True) for part in np.divmod(pairs[held], len(values)))
    whole = np.bincount(of_level[1], weights=counts)
    before = np.concatenate([[0.0], np.cumsum(whole)])[of_level[1]]
    asked = np.isin(level[rows], of_level[0])  # no other level is remembered
    odd = asked & ~held[at]
    return MostlyFollows(
        column=column,
        source=source,
        levels=np.asarray(levels, dtype=object)[of_level[0]],
        values=np.asarray(values)[of_value[0]],
        pairs=of_level[1] * len(of_value[0]) + of_value[1],
        reach=of_level[1] + (np.cumsum(counts) - before) / whole[of_level[1]],
        rest=float(odd.sum() / asked.sum()) if _is_held(odd, k, of_rows) else 0.0,
    )


def _banded(table: Table, source: str, column: str, k: int, units: Array | None) -> Banded | None:
    """The bands, if each holds enough and there is more in them than single numbers."""
    scale, codes = table.values(source), pd.factorize(table.values(column), use_na_sentinel=False)[0]
    rows = np.argsort(scale, kind="stable")[: int((~pd.isna(scale)).sum())]
    starts = np.flatnonzero(np.diff(codes[rows])) + 1
    band = np.repeat(np.arange(len(starts) + 1), np.diff([0, *starts, len(rows)]))
    held = support(band, len(starts) + 1, None if units is None else units[rows])
    numbers = len(np.unique(scale[rows]))
    if not len(starts) or (held < k).any() or numbers < NUMBERS_OF_A_BAND * len(held):
        return None
    cuts = [roundest(scale[rows[at - 1]], scale[rows[at]]) for at in starts]
    return Banded(
        column=column,
        source=source,
        cuts=np.array(cuts, dtype=scale.dtype),
        values=table.values(column)[rows[[0, *starts]]],
    )


def roundest(low: Any, high: Any) -> Any:
    """The number of fewest digits above `low` and up to `high`; of dates the first day of a year or a month."""
    if isinstance(high, np.datetime64):
        days = (high.astype(f"datetime64[{unit}]").astype(high.dtype) for unit in ("Y", "M", "D", "h"))
        return next((day for day in days if day > low), high)
    for exponent in range(int(np.floor(np.log10(max(abs(high), abs(low), 1e-9)))) + 1, -10, -1):
        number = float(np.round(np.floor(high / 10.0**exponent) * 10.0**exponent, max(0, -exponent)))
        if low < number <= high:
            return number
    return high
