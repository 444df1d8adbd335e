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
from privsynth.describe.telling import KNOWN
from privsynth.describe.turns import turns_of
from privsynth.describe.unequal import unequal_in
from privsynth.measure.decided import Decision, broken_in, decided_in, spread
from privsynth.measure.relations import shared
from privsynth.statistics import Fact
from privsynth.typing import Array

FEWEST = 30  # rows below which nothing is said
CROSSED = 300  # columns of which all pairs are looked at for combinations that never meet
MOST_LEVELS = 200  # of such a column
AT_FIRST = 8  # rows that show of most pairs that their difference changes
CHANCE = 20.0  # times that chance would have to break it
ALWAYS = Decision(1.0)
NEAR = (
    5.0  # times that rows of nearly the same number would have to break an order: the fewest that never happen by luck
)
AROUND = 0.15  # of the rows are near
SHIFTS = 10  # distances at which near rows are paired
ALIKE = 10.0  # times: the medians of two numbers of the same unit are not further apart
FEW = 50  # different numbers with decimals that can still be prices or rates, by which other things go
CLASSES = 20  # different values of a column that an amount may decide
LEVELS = (Kind.CATEGORY, Kind.ORDINAL, Kind.BOOLEAN)
NAMES = (Role.DIRECT, Role.FREE_TEXT)

Decisions = dict[tuple[int, int], Decision]  # of places of columns


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


def perhaps_decided(dataset: Dataset) -> list[str]:
    """What is the same in all rows of each person, although so rarely another that chance may have done it."""
    return [words for table in dataset if len(table) >= FEWEST for words in _perhaps_by_person(table)]


def _perhaps_by_person(table: Table) -> Iterator[str]:
    coded = _coded(table)
    names = [column.name for column in coded.columns]
    if table.person not in names:
        return
    owner, decided = names.index(table.person), _dependencies(coded)
    perhaps = [
        names[place]
        for place in range(len(names))
        if place != owner and (owner, place) not in decided and coded.columns[place].role is not Role.IDENTIFIER
        if coded.levels[place] > 1 and _never_broken(coded, owner, place)
    ]
    if perhaps:
        alike = (
            f"{table.name}: {', '.join(perhaps)} {'is' if len(perhaps) == 1 else 'are'} the same in all rows of each"
        )
        yield f"{alike} {table.person}, too, which chance may have done: nothing is held to it"


def _never_broken(coded: _Codes, first: int, second: int) -> bool:
    broken, tested = broken_in(coded.codes[:, first], coded.codes[:, second])
    return broken == 0 < tested


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
    nearly = _dependencies(coded)
    every = {pair: each for pair, each in nearly.items() if each.is_sure}
    decided = _without_measured(coded, every)
    same = _equal(table, coded, decided)
    places = [*_places(table)]
    yield from same
    yield from places
    others = {pair: each for pair, each in nearly.items() if _is_by_levels(coded, pair[0]) and not each.is_sure}
    yield from _told(table, coded, decided | others, {fact.columns for fact in (*same, *places)})
    yield from _shared(table, coded, every)
    yield from _ordered(table, {frozenset(fact.columns) for fact in same}, {n for p in places for n in p.columns})
    yield from _combinations(table, coded, decided)
    yield from (fact for fact in unequal_in(table) if not _is_decided(coded, nearly, fact))
    yield from _joint(table, coded, decided)


def _is_decided(coded: _Codes, decided: Decisions, fact: Fact) -> bool:
    """Whether one of two columns decides the other, which says more than that they differ."""
    names = [column.name for column in coded.columns]
    first, second = (names.index(name) for name in fact.columns)
    return (first, second) in decided or (second, first) in decided


def _joint(table: Table, coded: _Codes, decided: Decisions) -> Iterator[Fact]:
    places = sorted(_crossable(coded), key=lambda place: int(coded.levels[place]))
    for found in joint_of(coded.codes, places, decided):
        one, two, third = (coded.columns[place].name for place in found)
        words = f"{one} and {two} together decide {third} in every row"
        yield Fact("joint", table=table.name, columns=(one, two, third), share=1.0, words=words)


def _places(table: Table) -> Iterator[Fact]:
    for latitude, longitude, share in places_of(table):
        words = f"{latitude} and {longitude} are one place"
        yield Fact("place", table=table.name, columns=(latitude, longitude), share=share, words=words)


def _dependencies(coded: _Codes) -> Decisions:
    """For each pair of columns where the first decides the second how often it does."""
    return decided_in(coded.codes, {p for p, c in enumerate(coded.columns) if c.role is not Role.IDENTIFIER})


def _without_measured(coded: _Codes, decided: Decisions) -> Decisions:
    return {p: each for p, each in decided.items() if not _is_measured(coded, p[0]) or p[::-1] in decided}


def _shared(table: Table, coded: _Codes, decided: Decisions) -> Iterator[Fact]:
    """Amounts that decide a class in every row: what they say where many share them, as no chance would have it."""
    for first in sorted({first for first, _ in _without_measured(coded, decided).keys() ^ decided.keys()}):
        is_shared = shared(coded.codes[:, first] - 1, table.people)  # missing is none
        of_level = np.bincount(coded.codes[:, first])[1:]
        repeats = int((of_level[is_shared] - 1).sum())
        for second in (two for one, two in decided if one == first and decided[one, two] == ALWAYS):
            is_class = coded.columns[second].kind in LEVELS or coded.levels[second] <= CLASSES
            if is_class and coded.meets[second] * repeats >= CHANCE and not _follows(coded, decided, first, second):
                names = (coded.columns[first].name, coded.columns[second].name)
                words = f"{names[0]} decides {names[1]} wherever many share its value"
                yield Fact("shared_dependency", table=table.name, columns=names, share=1.0, words=words)


def _is_by_levels(coded: _Codes, place: int) -> bool:
    return not _is_measured(coded, place) and coded.columns[place].role is not Role.IDENTIFIER


def _is_measured(coded: _Codes, place: int) -> bool:
    """Amounts of many decimals decide whatever they were worked out from, which says nothing of the world."""
    column = coded.columns[place]
    return column.kind is Kind.NUMBER and column.spelling.decimals != 0 and coded.levels[place] > FEW


def _equal(table: Table, coded: _Codes, decided: Decisions) -> list[Fact]:
    facts = []
    for (first, second), each in decided.items():
        if first < second and each == decided.get((second, first)) == ALWAYS:
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


def _told(table: Table, coded: _Codes, decided: Decisions, equal: set[tuple[str, ...]]) -> Iterator[Fact]:
    """Dependencies in words, without those that follow from two others."""
    names = [column.name for column in coded.columns]
    for (first, second), each in decided.items():
        pair, back = (names[first], names[second]), decided.get((second, first))
        if pair in equal or pair[::-1] in equal or _follows(coded, decided, first, second):
            continue
        if each.share == 1.0 and back is not None and back.share == 1.0:
            if first < second:
                words = f"{pair[0]} and {pair[1]} name the same thing: each level of one goes with one of the other"
                yield _fact("one_to_one", table, pair, each, f"{words}{KNOWN if each.among_known else ''}")
            continue
        words = f"{pair[0]} decides {pair[1]}{_share_words(each)}"
        yield _fact("dependency" if each.is_sure else "near_dependency", table, pair, each, words)


def _fact(kind: str, table: Table, columns: tuple[str, str], each: Decision, words: str) -> Fact:
    return Fact(kind, table=table.name, columns=columns, share=each.share, words=words, among_known=each.among_known)


def _follows(coded: _Codes, decided: Decisions, first: int, second: int) -> bool:
    """Whether the dependency is the sum of two that lie between, neither of them a mere renaming or less sure."""
    sure = {
        pair
        for pair, each in decided.items()
        if each.share >= decided[first, second].share and (not each.among_known or decided[first, second].among_known)
    }
    steps = {b for a, b in sure if a == first and b != second and not _is_unknown(coded, decided, a, b, second)}
    return any(
        (step, second) in sure and (step, first) not in decided and (second, step) not in decided for step in steps
    )


def _is_unknown(coded: _Codes, decided: Decisions, first: int, step: int, second: int) -> bool:
    """Whether what lies between is missing in rows of which the two steps then say nothing."""
    steps = (decided.get(pair, ALWAYS) for pair in ((first, step), (step, second)))
    return any(each.among_known for each in steps) and bool((coded.codes[:, step] == 0).any())


def _share_words(each: Decision) -> str:
    known = " in which both are known" if each.among_known else ""
    if each.share == 1.0:
        return f" in every row{known}"
    return f" in {min(each.share, 0.9999):.2%} of the rows{known}".replace("%", " %")


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
    sample = table[spread(len(table), 1_000)]
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


def _combinations(table: Table, coded: _Codes, decided: Decisions) -> Iterator[Fact]:
    """Pairs of categories of which many never meet, although chance would have brought them together often."""
    places = _crossable(coded)[:CROSSED]
    for at, first in enumerate(places):
        for second in places[at + 1 :]:
            if (first, second) in decided or (second, first) in decided:
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
