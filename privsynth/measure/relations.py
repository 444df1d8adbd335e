"""In which share of the rows of a table something holds that was found between the columns of another.

What a fact leaves open is taken from the table in which it was found (`like`): which level goes with which, how large
a constant difference is, which pairs never meet. So a draft in which each zip has one city, but another one's, breaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from privsynth.dataset import Table
from privsynth.expressions.rules import compile_rule
from privsynth.measure.distance.points import as_number
from privsynth.statistics import Fact
from privsynth.typing import Array

BETWEEN = frozenset(
    (
        "equal",
        "one_to_one",
        "dependency",
        "near_dependency",
        "shared_dependency",
        "joint",
        "order",
        "constant_difference",
        "combinations",
        "unequal",
        "arithmetic",
    )
)
SHARED = 10  # people of a level by which an amount may decide something; what it says of fewer is nobody's business
MEANT = 10.0  # times that chance would have brought two levels together, if they never meet on purpose
SAME = 1e-9  # of a difference, as far as fractions of a day and of ten are exact


@dataclass(frozen=True)
class Held:
    """The share of those rows that tell whether a fact holds, and how many they are."""

    share: float
    rows: int


def held(table: Table, fact: Fact, *, like: Table) -> Held | None:
    """None for a fact that is no relation between columns, and where no row tells."""
    if fact.kind not in BETWEEN or not all(name in each for each in (table, like) for name in fact.columns):
        return None
    telling, holds = _held(table, fact, like)
    rows = int(telling.sum())
    return Held(float((telling & holds).sum()) / rows, rows) if rows else None


def unkept(table: Table, facts: Iterable[Fact], *, like: Table) -> Iterator[tuple[Fact, int]]:
    """Of the facts that hold in every row of `like`, those that break in some of the table, and in how many.

    Columns that became another kind, such as ages that became ranges, are not asked.
    """
    for fact in facts:
        asked = fact.share == 1.0 and all(
            name in table and table[name].kind is like[name].kind for name in fact.columns
        )
        there = held(table, fact, like=like) if asked else None
        if there is not None and there.share < 1.0:
            yield fact, round((1 - there.share) * there.rows)


def _held(table: Table, fact: Fact, like: Table) -> tuple[Array, Array]:
    """The rows that tell, and those in which it holds."""
    if fact.kind == "arithmetic":
        known = np.asarray(table.frame[list(fact.columns)].notna().to_numpy().all(axis=1))
        return known, ~compile_rule(fact.expect, table.columns).fails(table.frame)
    if fact.kind in ("order", "constant_difference"):
        gap, meant = (_gap(each, *fact.columns) for each in (table, like))
        return ~np.isnan(gap), np.asarray(gap >= 0) if fact.kind == "order" else _is_usual(gap, meant)
    if fact.kind == "unequal":
        known = np.asarray(table.frame[list(fact.columns)].notna().to_numpy().all(axis=1))
        return known, ~_equal(table, *fact.columns)[1]
    if fact.among_known:
        return _held_known(table, fact, like)
    one, *others = (_codes(table, like, name) for name in fact.columns)
    one, two = (_both(one, others[0]), others[1]) if fact.kind == "joint" else (one, others[0])
    if fact.kind == "equal":
        return _equal(table, *fact.columns)
    if fact.kind == "combinations":
        return (one.here >= 0) & (two.here >= 0), ~_never_met(one, two)
    holds = _goes_with(one, two)
    if fact.kind == "shared_dependency":
        is_shared = np.r_[shared(one.like, like.people), np.zeros(one.count + 1, dtype=bool)]
        return (one.here >= 0) & is_shared[one.here], holds
    return np.ones(len(table), dtype=bool), holds & _goes_with(two, one) if fact.kind == "one_to_one" else holds


def _held_known(table: Table, fact: Fact, like: Table) -> tuple[Array, Array]:
    """The same, where rows tell in which all columns are known; those of the other table are asked alike."""
    known, there = (~each.frame[list(fact.columns)].isna().any(axis=1).to_numpy() for each in (table, like))
    holds = np.ones(len(table), dtype=bool)
    rows = np.flatnonzero(known)
    always = replace(fact, among_known=False)
    holds[rows] = _held(table.take(rows), always, like.take(np.flatnonzero(there)))[1]
    return known, holds


def _gap(table: Table, low: str, high: str) -> Array:
    return as_number(table.values(high)) - as_number(table.values(low))


def _is_usual(gaps: Array, meant: Array) -> Array:
    """Whether each is the commonest of those that were meant."""
    known, counts = np.unique(meant[~np.isnan(meant)], return_counts=True)
    if not len(known):
        return np.zeros(len(gaps), dtype=bool)
    usual = known[counts.argmax()]
    return np.asarray(np.abs(gaps - usual) <= SAME * max(1.0, abs(usual)))


def _equal(table: Table, one: str, two: str) -> tuple[Array, Array]:
    """Missing in one column alone is a difference; missing in both tells nothing."""
    left, right = table.frame[one], table.frame[two]
    missing = left.isna() & right.isna()
    if left.to_numpy().dtype.kind != right.to_numpy().dtype.kind:
        left, right = (pd.Series(table.text(name)) for name in (one, two))
    return ~missing.to_numpy(), (left == right).to_numpy(dtype=bool, na_value=False)


@dataclass(frozen=True, eq=False)
class _Levels:
    """A column of two tables under the same numbers; missing is -1."""

    here: Array
    like: Array
    count: int


def _codes(table: Table, like: Table, name: str) -> _Levels:
    values = [each.values(name) for each in (table, like)]
    if values[0].dtype.kind != values[1].dtype.kind:
        values = [each.text(name) for each in (table, like)]
    codes, known = pd.factorize(np.concatenate(values))
    return _Levels(codes[: len(table)], codes[len(table) :], len(known))


def _both(one: _Levels, two: _Levels) -> _Levels:
    """The combinations of two columns as levels of one."""
    wide = two.count + 1
    here, like = ((left + 1) * wide + right + 1 for left, right in ((one.here, two.here), (one.like, two.like)))
    codes, known = pd.factorize(np.concatenate([here, like]))
    return _Levels(codes[: len(here)], codes[len(here) :], len(known))


def shared(levels: Array, people: Array) -> Array:
    """For each level, from 0, whether so many people hold it."""
    pairs = np.unique(np.stack([levels, people], axis=1)[levels >= 0], axis=0)
    return np.asarray(np.bincount(pairs[:, 0]) >= SHARED)


def _goes_with(one: _Levels, two: _Levels) -> Array:
    """Whether each row has what goes with its level of `one`: there, or else among the rows themselves."""
    there, here = _partners(one.like, two.like, one.count), _partners(one.here, two.here, one.count)
    return np.asarray(np.where(there == UNKNOWN, here, there)[one.here + 1] == two.here)


UNKNOWN = -2


def _partners(one: Array, two: Array, count: int) -> Array:
    """The commonest partner of each level, missing first; UNKNOWN for a level that is not there."""
    met = pd.DataFrame({"one": one, "two": two}).value_counts(sort=True).reset_index().drop_duplicates("one")
    partners = np.full(count + 1, UNKNOWN)
    partners[met["one"].to_numpy() + 1] = met["two"]
    return partners


def _never_met(one: _Levels, two: _Levels) -> Array:
    """Whether each row is of two levels that chance would have brought together many times there, and never did."""
    wide = two.count + 1
    both = (one.like >= 0) & (two.like >= 0)
    met = np.unique(one.like[both].astype(np.int64) * wide + two.like[both])
    first, second = (np.bincount(level.like[both], minlength=level.count + 1) for level in (one, two))
    expected = first[one.here].astype(float) * second[two.here] / max(1, int(both.sum()))
    return np.asarray((expected >= MEANT) & ~np.isin(one.here.astype(np.int64) * wide + two.here, met))
