"""What holds between the columns of a table: one decides another, one never exceeds another, some pairs never meet.

Each fact is compared with chance: it is reported only if independent columns would have broken it many times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Dataset, Kind, Role, Table
from privsynth.describe.arithmetic import arithmetic_of, too_many
from privsynth.describe.joint import joint_of
from privsynth.describe.orders import order_of
from privsynth.describe.places import places_of
from privsynth.describe.turns import turns_of
from privsynth.measure.relations import shared
from privsynth.statistics import Fact
from privsynth.typing import Array

FEWEST = 30  # rows below which nothing is said
CROSSED = 300  # columns of which all pairs are looked at for combinations that never meet
MOST_LEVELS = 200  # of such a column
AT_FIRST = 8  # rows that show of most pairs that their difference changes
CHANCE = 20.0  # times that chance would have to break it
NEAR = (
    5.0  # times that rows of nearly the same number would have to break an order: the fewest that never happen by luck
)
AROUND = 0.15  # of the rows are near
SHIFTS = 10  # distances at which near rows are paired
SHARE = 0.995  # of the rows in which a dependency must hold
LOOKED_AT = 4_000_000  # cells of a spread sample that decide which pairs are counted on all rows
WIDE = 8_000_000  # column pairs times rows of the sample, at most
ALIKE = 10.0  # times: the medians of two numbers of the same unit are not further apart
FEW = 50  # different numbers with decimals that can still be prices or rates, by which other things go
CLASSES = 20  # different values of a column that an amount may decide
LEVELS = (Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)
NAMES = (Role.DIRECT, Role.FREE_TEXT)


def facts_of(dataset: Dataset) -> tuple[Fact, ...]:
    """The facts of each table. They name columns and count rows; no value is in them."""
    between = (
        fact
        for table in dataset
        if len(table) >= FEWEST
        for fact in (*_between(table), *arithmetic_of(table), *_orders(table))
    )
    return (*between, *turns_of(dataset))


def unlooked(dataset: Dataset) -> list[str]:
    """What is not looked for, as a table is too wide for it."""
    return [note for table in dataset if len(table) >= FEWEST for note in (*_too_wide(table), *too_many(table))]


def _too_wide(table: Table) -> Iterator[str]:
    columns = [c.name for c in table.columns if c.kind in LEVELS and not c.role.is_fabricated and c.role not in NAMES]
    if len(columns) <= CROSSED:
        return
    count = sum(2 <= table.frame[name].nunique(dropna=False) <= MOST_LEVELS for name in columns)
    if count > CROSSED:
        yield (
            f"{table.name}: {count:,} categories make {count * (count - 1) // 2:,} pairs; values that never meet were "
            f"looked for in {CROSSED * (CROSSED - 1) // 2:,} of them, those of the {CROSSED:,} columns of fewest values"
        )


@dataclass(frozen=True, eq=False)
class _Codes:
    """The columns that are compared as levels: one number for each distinct value, and how many there are."""

    columns: tuple[Column, ...]
    codes: Array  # rows x columns; a missing value is a level of its own
    levels: Array
    commonest: Array  # share of the most frequent level

    @property
    def meets(self) -> Array:
        """For each column the chance that two random rows differ, at least as seen from its commonest level."""
        return 1 - self.commonest


def _coded(table: Table) -> _Codes:
    columns = tuple(c for c in table.columns if c.role not in NAMES)
    made = [pd.factorize(table.frame[c.name].to_numpy())[0] + 1 for c in columns]
    codes = np.stack(made, axis=1).astype(np.int32) if made else np.empty((len(table), 0), dtype=np.int32)
    counts = [np.bincount(column) for column in codes.T]
    levels = np.array([int((count > 0).sum()) for count in counts], dtype=int)
    return _Codes(columns, codes, levels, np.array([count.max() / len(table) for count in counts]))


def _between(table: Table) -> Iterator[Fact]:
    coded = _coded(table)
    every = _dependencies(coded)
    shares = _without_measured(coded, every)
    same = _equal(table, coded, shares)
    places = [*_places(table)]
    yield from same
    yield from places
    yield from _told(table, coded, shares, {fact.columns for fact in (*same, *places)})
    yield from _shared(table, coded, every)
    yield from _ordered(table, {frozenset(fact.columns) for fact in same}, {n for p in places for n in p.columns})
    yield from _combinations(table, coded, shares)
    yield from _joint(table, coded, shares)


def _joint(table: Table, coded: _Codes, shares: dict[tuple[int, int], float]) -> Iterator[Fact]:
    places = sorted(_crossable(coded), key=lambda place: int(coded.levels[place]))
    for found in joint_of(coded.codes, places, shares):
        one, two, third = (coded.columns[place].name for place in found)
        words = f"{one} and {two} together decide {third} in every row"
        yield Fact("joint", table=table.name, columns=(one, two, third), share=1.0, words=words)


def _places(table: Table) -> Iterator[Fact]:
    for latitude, longitude, share in places_of(table):
        words = f"{latitude} and {longitude} are one place"
        yield Fact("place", table=table.name, columns=(latitude, longitude), share=share, words=words)


def _dependencies(coded: _Codes) -> dict[tuple[int, int], float]:
    """For each pair of columns where the first decides the second: the share of rows in which it does."""
    rows, width = coded.codes.shape
    look = _spread(rows, max(500, min(rows, LOOKED_AT // max(1, width), WIDE * 10 // max(1, width**2))))
    sample = coded.codes[look]
    shares: dict[tuple[int, int], float] = {}
    for first in np.flatnonzero((coded.levels > 1) & (coded.levels < rows)):
        order = np.argsort(sample[:, first], kind="stable")
        rows_by = sample[order]
        together = np.flatnonzero(rows_by[1:, first] == rows_by[:-1, first])
        if len(together) < FEWEST:
            continue
        broken = (rows_by[together] != rows_by[together + 1]).sum(axis=0)
        hopeful = (
            (broken <= 0.02 * len(together))
            & (coded.meets * len(together) >= CHANCE)
            & (coded.levels <= coded.levels[first] * 1.01)
        )
        for second in np.flatnonzero(hopeful):
            if first == second or coded.columns[second].role is Role.IDENTIFIER:
                continue
            broken, tested = _broken(coded, int(first), int(second))
            if broken <= (1 - SHARE) * tested and broken <= 0.1 * coded.meets[second] * tested:
                shares[int(first), int(second)] = 1 - broken / rows
    return shares


def _without_measured(coded: _Codes, shares: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    return {pair: share for pair, share in shares.items() if not _is_measured(coded, pair[0]) or pair[::-1] in shares}


def _shared(table: Table, coded: _Codes, shares: dict[tuple[int, int], float]) -> Iterator[Fact]:
    """Amounts that decide a class in every row: what they say where many share them, as no chance would have it."""
    for first in sorted({first for first, _ in _without_measured(coded, shares).keys() ^ shares.keys()}):
        is_shared = shared(coded.codes[:, first] - 1, table.people)  # missing is none
        of_level = np.bincount(coded.codes[:, first])[1:]
        repeats = int((of_level[is_shared] - 1).sum())
        for second in (two for one, two in shares if one == first and shares[one, two] == 1.0):
            is_class = coded.columns[second].kind in LEVELS or coded.levels[second] <= CLASSES
            if is_class and coded.meets[second] * repeats >= CHANCE and not _follows(shares, first, second):
                names = (coded.columns[first].name, coded.columns[second].name)
                words = f"{names[0]} decides {names[1]} wherever many share its value"
                yield Fact("shared_dependency", table=table.name, columns=names, share=1.0, words=words)


def _is_measured(coded: _Codes, place: int) -> bool:
    """Amounts of many decimals decide whatever they were worked out from, which says nothing of the world."""
    column = coded.columns[place]
    return column.kind is Kind.NUMBER and column.spelling.decimals != 0 and coded.levels[place] > FEW


def _spread(rows: int, most: int) -> Array:
    return np.arange(rows) if rows <= most else np.linspace(0, rows - 1, most).astype(int)


def _broken(coded: _Codes, first: int, second: int) -> tuple[int, int]:
    """The rows that do not hold the commonest partner of their level, and the rows whose level comes more than once.

    A level that comes once decides everything, and proves nothing.
    """
    width = int(coded.codes[:, second].max()) + 1
    known, counts = np.unique(
        coded.codes[:, first].astype(np.int64) * width + coded.codes[:, second], return_counts=True
    )
    best = np.zeros(int(coded.codes[:, first].max()) + 1, dtype=np.int64)
    np.maximum.at(best, known // width, counts)
    of_level = np.bincount(coded.codes[:, first])
    return len(coded.codes) - int(best.sum()), int(of_level[of_level > 1].sum())


def _equal(table: Table, coded: _Codes, shares: dict[tuple[int, int], float]) -> list[Fact]:
    facts = []
    for (first, second), share in shares.items():
        if first < second and share == shares.get((second, first)) == 1.0:
            one, two = (table.frame[coded.columns[place].name] for place in (first, second))
            if one.dtype == two.dtype and one.equals(two):
                names = (coded.columns[first].name, coded.columns[second].name)
                facts.append(
                    Fact(
                        "equal",
                        table=table.name,
                        columns=names,
                        share=1.0,
                        words=f"{names[0]} and {names[1]} are equal in every row",
                    )
                )
    return facts


def _told(
    table: Table, coded: _Codes, shares: dict[tuple[int, int], float], equal: set[tuple[str, ...]]
) -> Iterator[Fact]:
    """Dependencies in words, without those that follow from two others."""
    names = [column.name for column in coded.columns]
    for (first, second), share in shares.items():
        pair, back = (names[first], names[second]), shares.get((second, first), 0.0)
        if pair in equal or pair[::-1] in equal or _follows(shares, first, second):
            continue
        if share == back == 1.0:
            if first < second:
                yield Fact(
                    "one_to_one",
                    table=table.name,
                    columns=pair,
                    share=1.0,
                    words=f"{pair[0]} and {pair[1]} name the same thing: each level of one goes with one of the other",
                )
            continue
        yield Fact(
            "dependency",
            table=table.name,
            columns=pair,
            share=share,
            words=f"{pair[0]} decides {pair[1]}{_share_words(share)}",
        )


def _follows(shares: dict[tuple[int, int], float], first: int, second: int) -> bool:
    """Whether the dependency is the sum of two that lie between, neither of them a mere renaming or less sure."""
    sure = {pair for pair, share in shares.items() if share >= shares[first, second]}
    steps = {b for a, b in sure if a == first and b != second}
    return any(
        (step, second) in sure and (step, first) not in shares and (second, step) not in shares for step in steps
    )


def _share_words(share: float) -> str:
    return " in every row" if share == 1.0 else f" in {min(share, 0.9999):.2%} of the rows".replace("%", " %")


def _ordered(table: Table, same: set[frozenset[str]], degrees: set[str]) -> Iterator[Fact]:
    """Dates, and numbers of one unit: which never exceeds which, and which keeps a constant distance."""
    dates = [c.name for c in table.columns if c.kind is Kind.DATE]
    numbers: dict[tuple[Kind, int, int], list[str]] = {}
    for c in table.columns:
        if _may_be_ordered(table, c) and c.name not in degrees:
            numbers.setdefault((*c.measure, c.spelling.decimals), []).append(c.name)
    for group in (dates, *numbers.values()):
        values = {name: _amounts(table.values(name)) for name in group}
        steady = dict(_steady(values, same))
        for (low, high), constant in steady.items():
            if constant:
                yield Fact(
                    "constant_difference",
                    table=table.name,
                    columns=(low, high),
                    share=1.0,
                    words=f"{high} less {low} is the same in every row",
                )
        pairs = {
            pair
            for pair in _never_above(values, is_date=group is dates)
            if pair not in steady and frozenset(pair) not in same
        }
        for low, high in sorted(pairs):
            if not any((low, middle) in pairs and (middle, high) in pairs for middle in group):
                yield Fact(
                    "order",
                    table=table.name,
                    columns=(low, high),
                    share=1.0,
                    words=f"{low} is never {'after' if group is dates else 'above'} {high}",
                )


def _may_be_ordered(table: Table, column: Column) -> bool:
    """Numbers that are amounts: a yes or no written as 0 and 1 is below every count."""
    amount = column.kind.is_numeric and column.role not in (*NAMES, Role.IDENTIFIER)
    return amount and table.frame[column.name].nunique() > 2


def _amounts(values: Array) -> Array:
    if values.dtype.kind != "M":
        return values.astype(float)
    return np.where(np.isnat(values), np.nan, values.astype("datetime64[us]").astype(np.int64) / 86_400e6)


def _steady(values: dict[str, Array], same: set[frozenset[str]]) -> Iterator[tuple[tuple[str, str], bool]]:
    """Pairs whose difference never changes, from the lower to the higher, and whether there is one at all."""
    names = list(values)
    few = np.stack([values[name][:AT_FIRST] for name in names], axis=1) if names else np.empty((0, 0))
    for place, one in enumerate(names):
        gaps = few[:, place + 1 :] - few[:, [place]]
        for two in (names[place + 1 + at] for at in np.flatnonzero(~_varies(gaps))):
            gap = values[two] - values[one]
            if _varies(gap[: 5 * FEWEST]):
                continue
            known = gap[~np.isnan(gap)]
            spans = np.nanmax(values[one], initial=-np.inf) > np.nanmin(values[one], initial=np.inf)
            if (
                len(known) >= FEWEST
                and spans
                and frozenset((one, two)) not in same
                and np.ptp(known) <= 1e-9 * max(1.0, float(np.abs(known).max()))
            ):
                yield ((one, two) if known[0] >= 0 else (two, one)), True


def _varies(gaps: Array) -> Array:
    """Whether the first rows already show that a difference changes."""
    high, low = np.fmax.reduce(gaps, axis=0, initial=-np.inf), np.fmin.reduce(gaps, axis=0, initial=np.inf)
    return np.asarray(high > low + 1e-6)


def _never_above(values: dict[str, Array], *, is_date: bool) -> Iterator[tuple[str, str]]:
    names = list(values)
    if len(names) < 2:
        return
    table = np.stack([values[name] for name in names], axis=1)
    sample = table[_spread(len(table), 1_000)]
    for low, name in enumerate(names):
        hopeful = ~(sample[:, [low]] > sample).any(axis=0)
        for high in np.flatnonzero(hopeful):
            if high != low and _is_telling(table[:, low], table[:, high], is_date=is_date):
                yield name, names[high]


def _is_telling(low: Array, high: Array, *, is_date: bool) -> bool:
    """In all rows with both, where rows paired at random would have broken it many times.

    Of numbers even rows that are near each other must break it: else the one is only the larger of two amounts.
    """
    both = ~(np.isnan(low) | np.isnan(high))
    low, high = low[both], high[both]
    if len(low) < FEWEST or (low > high).any() or not (is_date or _is_one_unit(low, high)):
        return False
    below = np.searchsorted(np.sort(high), low, side="left") / len(high)
    return float(below.sum()) >= CHANCE and (is_date or _broken_nearby(low, high) >= NEAR)


def _broken_nearby(low: Array, high: Array) -> float:
    """How many rows would be above, each with the other number of a row whose first one is nearly the same."""
    order, most = np.argsort(low, kind="stable"), max(1, int(AROUND * len(low)))
    low, high = low[order], high[order]
    shifts = np.unique(np.linspace(1, most, SHIFTS).astype(int))
    return float(np.mean([((low[:-s] > high[s:]).sum() + (low[s:] > high[:-s]).sum()) / 2 for s in shifts]))


def _is_one_unit(low: Array, high: Array) -> bool:
    one, two = (float(np.median(np.abs(values))) for values in (low, high))
    return min(one, two) > 0 and max(one, two) <= ALIKE * min(one, two)


def _crossable(coded: _Codes) -> list[int]:
    """The categories that are looked at for pairs that never meet, those of few levels first."""
    places = [
        p
        for p, c in enumerate(coded.columns)
        if c.kind in LEVELS and not c.role.is_fabricated and 2 <= coded.levels[p] <= MOST_LEVELS
    ]
    return places if len(places) <= CROSSED else sorted(places, key=lambda place: int(coded.levels[place]))


def _combinations(table: Table, coded: _Codes, shares: dict[tuple[int, int], float]) -> Iterator[Fact]:
    """Pairs of categories of which many never meet, although chance would have brought them together often."""
    places = _crossable(coded)[:CROSSED]
    for at, first in enumerate(places):
        for second in places[at + 1 :]:
            if (first, second) in shares or (second, first) in shares:
                continue
            met, expected = _crossed(coded, first, second)
            common = expected >= CHANCE / 2
            never = int((common & (met == 0)).sum())
            if never >= max(2, 0.1 * int(common.sum())):
                names = (coded.columns[first].name, coded.columns[second].name)
                words = (
                    f"{names[0]} and {names[1]} meet in {int((met > 0).sum()):,} of {met.size:,} combinations; "
                    f"{never:,} that chance would show are never there"
                )
                yield Fact("combinations", table=table.name, columns=names, share=1.0, words=words)


def _crossed(coded: _Codes, first: int, second: int) -> tuple[Array, Array]:
    one, two = coded.codes[:, first], coded.codes[:, second]
    tall, wide = int(one.max()) + 1, int(two.max()) + 1
    met = np.bincount(one.astype(np.int64) * wide + two, minlength=tall * wide).reshape(tall, wide)
    met = met[met.any(axis=1)][:, met.any(axis=0)]
    return met, np.outer(met.sum(axis=1), met.sum(axis=0)) / len(one)


def _orders(table: Table) -> Iterator[Fact]:
    """Categories whose levels people put in an order."""
    for column in table.columns:
        if column.kind in (Kind.CATEGORY, Kind.ORDINAL) and not column.role.is_fabricated:
            found = order_of(str(level) for level in table.frame[column.name].dropna().unique())
            if found:
                yield Fact(
                    "ordinal",
                    table=table.name,
                    columns=(column.name,),
                    share=1.0,
                    words=f"{column.name}: its levels have an order ({found[0]})",
                )
