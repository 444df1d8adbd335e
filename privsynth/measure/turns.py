"""Rows that follow each other, of one person or in a whole table, and how far each depends on the row before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Table
from privsynth.measure.distance.points import as_number
from privsynth.statistics import Fact
from privsynth.typing import Array

PAIRS = 20_000  # of rows that follow each other, at most
FEWEST = 30  # pairs below which nothing is said
STEADY = 0.02  # of the rows that follow each other may differ in what stays the same
TENTH = 0.1  # of the disagreement that chance would show is allowed
CHANCE = 20.0  # pairs, at least, in which chance would have shown another value
LEVELS = 200  # of a category whose agreement tells something
LEAST = 0.2  # a weaker dependence is not spoken of
SAME = 0.995  # rank correlation with the time, or share of the steps that rise: from here on a column is the time
REACH = 5.0  # standard errors, beyond which a dependence is no chance


@dataclass(frozen=True)
class Turns:
    """How the rows of a table follow each other: within each value of `unit`, or in the whole table; by `time`."""

    unit: str | None
    time: str | None  # None: there is no order, only whose the rows are

    @property
    def keys(self) -> set[str]:
        return {name for name in (self.unit, self.time) if name is not None}


def known_turns(facts: Iterable[Fact], table: str, person: str | None) -> Turns | None:
    """What is known of a table: its panel or series, or else whose its rows are; None where each row stands alone."""
    for fact in facts:
        if fact.table == table and fact.kind in ("panel", "series"):
            *unit, time = fact.columns
            return Turns(unit[0] if unit else None, time)
    return None if person is None else Turns(person, None)


@dataclass(frozen=True, eq=False)
class Followers:
    """The places of rows that have a row before them, and of the rows before."""

    before: Array
    after: Array

    def __len__(self) -> int:
        return len(self.after)


def followers(table: Table, turns: Turns, shuffle: np.random.Generator | None = None) -> Followers:
    """A row without its unit or its time follows nobody. With `shuffle` the rows of a unit stand in a random order."""
    units = np.zeros(len(table), dtype=np.int64) if turns.unit is None else _codes(table, turns.unit)
    times = np.zeros(len(table)) if turns.time is None else moments(table, turns.time)
    rows = np.flatnonzero((units >= 0) & ~np.isnan(times))
    when = times[rows] if shuffle is None else shuffle.random(len(rows))
    order = rows[np.lexsort((when, units[rows]))]
    places = np.flatnonzero(units[order[1:]] == units[order[:-1]])
    if len(places) > PAIRS:
        places = places[np.linspace(0, len(places) - 1, PAIRS).astype(int)]
    return Followers(order[places], order[places + 1])


def moments(table: Table, name: str) -> Array:
    """When each row was, as numbers that can be put in order; levels by their spelling."""
    values = table.values(name)
    if values.dtype.kind in "fM":
        return as_number(values)
    codes = pd.factorize(values, sort=True)[0]
    return np.where(codes < 0, np.nan, codes)


def dependence(table: Table, name: str, pairs: Followers) -> float | None:
    """How far a value depends on the one before: 0 not at all, 1 wholly.

    For numbers and dates the rank correlation (Spearman 1904), for levels the agreement beyond chance (Cohen 1960).
    None where too little is known, or where nothing changes.
    """
    values = table.values(name)
    if table[name].kind.is_numeric or table[name].kind is Kind.DATE:
        numbers = as_number(values) if values.dtype.kind in "fM" else None
        return None if numbers is None else _correlation(numbers[pairs.before], numbers[pairs.after])
    codes, levels = pd.factorize(values)
    return _agreement(codes[pairs.before], codes[pairs.after]) if len(levels) <= LEVELS else None


def depending(table: Table, names: Iterable[str], turns: Turns, pairs: Followers) -> dict[str, float]:
    """Of these columns those that depend on the row before, and how far; not what only says the time once more."""
    strengths: dict[str, float] = {}
    for name in names:
        found = dependence(table, name, pairs)
        if found is not None and is_telling(found, len(pairs)) and not is_a_time(table, name, turns, pairs):
            strengths[name] = found
    return strengths


def is_a_time(table: Table, name: str, turns: Turns, pairs: Followers) -> bool:
    """Whether a column only says the time once more: numbers and dates that rise with it, or from row to row."""
    values = table.values(name)
    if turns.time is None or values.dtype.kind not in "fM":
        return False
    numbers = as_number(values)
    if (_correlation(moments(table, turns.time), numbers) or 0.0) >= SAME:
        return True
    steps = numbers[pairs.after] - numbers[pairs.before]
    known = steps[~np.isnan(steps)]
    return len(known) > 0 and float((known > 0).mean()) >= SAME


def stays(table: Table, name: str, pairs: Followers) -> bool:
    """Whether a column is the same in all rows of a unit, where chance would have changed it."""
    codes = _codes(table, name)
    return is_steady(codes, pairs, differing(codes))


def is_telling(value: float | None, pairs: int) -> bool:
    """Whether a dependence is worth a word, and beyond what independent rows would show."""
    return value is not None and abs(value) >= LEAST and abs(value) * np.sqrt(pairs) >= REACH


def differing(codes: Array) -> float:
    """The chance that two random rows differ."""
    shares = np.bincount(codes + 1) / max(1, len(codes))
    return float(1 - (shares**2).sum())


def is_steady(codes: Array, pairs: Followers, differ: float) -> bool:
    """Whether a column stays the same from row to row where chance would have changed it."""
    if differ * len(pairs) < CHANCE:
        return False
    changed = float((codes[pairs.before] != codes[pairs.after]).mean())
    return changed <= min(STEADY, TENTH * differ)


def _codes(table: Table, name: str) -> Array:
    return pd.factorize(table.frame[name].to_numpy())[0]


def _correlation(before: Array, after: Array) -> float | None:
    both = ~(np.isnan(before) | np.isnan(after))
    if both.sum() < FEWEST:
        return None
    left, right = (_ranks(values[both]) for values in (before, after))
    left, right = left - left.mean(), right - right.mean()
    spread = float(np.sqrt((left**2).sum() * (right**2).sum()))
    return float((left * right).sum() / spread) if spread else None


def _ranks(values: Array) -> Array:
    """Each value's place from the lowest; equal values share the middle of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[places])


def _agreement(before: Array, after: Array) -> float | None:
    if len(before) < FEWEST:
        return None
    top = int(max(before.max(), after.max())) + 2
    left, right = (np.bincount(codes + 1, minlength=top) / len(codes) for codes in (before, after))
    chance = float((left * right).sum())
    return (float((before == after).mean()) - chance) / (1 - chance) if chance < 1 else None
