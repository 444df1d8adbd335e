"""Totals in both directions: what the rows that refer to a row come to, and a given total dealt out over them.

Both are worked out in whole units of the last decimal, so that no cent is lost on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from privsynth.checks.totalled import EXACT, totalled
from privsynth.dataset import Column, Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.rows import Rows, place_of
from privsynth.generate.rules.planning.turns import Turn
from privsynth.generate.rules.relations.links import Link
from privsynth.generate.rules.values.provider import Provider
from privsynth.generate.rules.vocabulary.relations import Total
from privsynth.typing import Array

Tables = Callable[[str], Mapping[str, Array]]


class FromTables(Protocol):
    """A column that rests upon whole tables; `tables` gives the columns and links of each."""

    def work_out(self, rows: Rows, tables: Tables) -> Array: ...


@dataclass(frozen=True)
class Below:
    """The rows that a total is of: those of a table whose link leads here, and a column of them."""

    table: str
    link: str
    column: str | None  # None: the rows are counted


def below_of(book: Book, links: Mapping[str, Mapping[str, Link]], turn: Turn, rule: Total) -> Below:
    """What a total is of, from its words."""
    table, path = turn.table, (*turn.path, "total")
    found = [name for name in book.rules.tables if rule.of == name or rule.of.startswith(f"{name}.")]
    there = max(found, key=len, default=None)
    if there is None:
        hint = f"write table.column; tables are: {', '.join(book.rules.tables)}"
        raise book.error((*path, "of"), "there is no such table.", hint)
    column = rule.of[len(there) + 1 :] or None
    columns = book.rules.tables[there].columns
    if column is not None and column not in columns:
        hint = f"its columns are: {', '.join(columns)}"
        raise book.error((*path, "of"), f"table {there} has no such column.", hint)
    if column is None and rule.how != "count":
        raise book.error((*path, "of"), f"the {rule.how} is of a column.", f"write {there}.column, or  as: count")
    leading = [link.name for link in links[there].values() if link.table == table]
    if rule.through is not None and rule.through not in leading:
        hint = f"it is tied by: {', '.join(leading) or 'nothing'}"
        raise book.error((*path, "through"), f"table {there} does not refer to table {table} by this name.", hint)
    if rule.through is None and len(leading) != 1:
        ways = f"refers to table {table} in {len(leading)} ways: {', '.join(leading)}"
        problem = ways if leading else f"neither belongs to table {table} nor refers to it"
        hint = "say which by 'through'" if leading else f"a total is of rows that do; give {there} a 'reference' to it"
        raise book.error((*path, "of"), f"table {there} {problem}.", hint)
    return Below(there, rule.through or leading[0], column)


@dataclass(frozen=True, eq=False)
class TotalPlan:
    """What the rows below each row come to. Nothing below is 0 in a sum or a count, and unknown otherwise."""

    below: Below
    how: str
    decimals: int = field(default=0)  # of what is added up

    def work_out(self, rows: Rows, tables: Tables) -> Array:
        there = tables(self.below.table)
        which = there[place_of(self.below.link)]
        values = there[self.below.column] if self.below.column is not None else which
        return totalled(self.how, which, values, self.decimals, rows.count)


def total_provider(rule: Total, of: Column | None, decimals: int | None) -> Provider:
    """What a total is; its values are worked out elsewhere."""
    kinds = (Kind.NUMBER, Kind.INTEGER) if rule.how in ("sum", "mean") else (Kind.NUMBER, Kind.INTEGER, Kind.DATE)
    if rule.how == "count":
        return Provider(Kind.INTEGER, _nowhere, certain=True, across=True)
    if of is None or of.kind not in kinds:
        raise PolicyError(f"the {rule.how} is of {', '.join(kinds)}" + (f", not of {of.kind}." if of else "."))
    whole = of.kind is Kind.INTEGER and rule.how != "mean" and not decimals
    kind = of.kind if of.kind is Kind.DATE else Kind.INTEGER if whole else Kind.NUMBER
    places = max(of.spelling.decimals, 2 if rule.how == "mean" else 0) if kind is Kind.NUMBER else 0
    has_time = kind is Kind.DATE and "%H" in (of.spelling.date_format or "")
    return Provider(kind, _nowhere, decimals=places, has_time=has_time, certain=True, across=True)


def deal_provider(total: Column, decimals: int | None) -> Provider:
    """What a dealt out column is: as exact as its total, or more so."""
    places = total.spelling.decimals if total.kind is Kind.NUMBER else 0
    if decimals is not None and decimals < places:
        raise PolicyError(
            f"a total of {places} decimals cannot be dealt out in {decimals}.",
            hint=f"give it {places} decimals or more",
        )
    kind = Kind.NUMBER if places or decimals else Kind.INTEGER
    return Provider(kind, _nowhere, decimals=places, certain=True, across=True)


@dataclass(frozen=True, eq=False, kw_only=True)
class DealPlan:
    """A total dealt out over the rows that refer to it, by weight, with the largest remainders rounded up."""

    link: Link
    column: str  # of the other table: the total
    decimals: int
    weight: Callable[[Rows], Any] = field(repr=False)
    least: Callable[[Rows], Any] = field(repr=False)

    def work_out(self, rows: Rows, tables: Tables) -> Array:
        owner = rows.values[place_of(self.link.name)]
        totals = self._units(tables(self.link.table)[self.column])
        is_dealt = np.isin(np.arange(len(totals)), owner)
        self._refuse(~is_dealt & (np.nan_to_num(totals) != 0), "cannot be dealt out: no row belongs to it", _NO_ROW)
        values = np.full(rows.count, np.nan)
        known = np.flatnonzero((owner >= 0) & ~np.isnan(totals[owner]))
        values[known] = self._dealt(rows.take(known), owner[known], totals) / 10.0**self.decimals
        return values

    def _dealt(self, rows: Rows, owner: Array, totals: Array) -> Array:
        weights = self._amounts(self.weight(rows), rows.count, "weight")
        least = np.ceil(np.round(self._amounts(self.least(rows), rows.count, "least") * 10.0**self.decimals, 6))
        size = len(totals)
        sums = np.bincount(owner, weights, size)
        rest = np.nan_to_num(totals) - np.bincount(owner, least, size)
        has_rows = np.bincount(owner, minlength=size) > 0
        self._refuse((rest < 0) & (np.bincount(owner, least, size) > 0), "is smaller than what its rows get at least",
                     "raise the total, lower 'least', or let fewer rows belong to it")  # fmt: skip
        self._refuse(has_rows & (sums == 0) & (rest != 0), "cannot be dealt out: no row has a weight", _NO_WEIGHT)
        share = rest[owner] * np.divide(weights, sums[owner], out=np.zeros(rows.count), where=sums[owner] > 0)
        base = np.floor(share)
        return np.asarray(least + base + _rounded_up(owner, share - base, rest - np.bincount(owner, base, size)))

    def _units(self, totals: Array) -> Array:
        units = np.round(totals * 10.0**self.decimals)
        self._refuse(np.abs(np.nan_to_num(units)) >= EXACT / 1000, "is too large to be dealt out exactly",
                     "ask for fewer decimals, or lower the total")  # fmt: skip
        return np.asarray(units)

    def _amounts(self, amount: Any, rows: int, word: str) -> Array:
        amounts = np.broadcast_to(np.asarray(amount, dtype=float), rows)
        bad = int((~(amounts >= 0)).sum())
        if bad:
            hint = "guard it with GREATEST(0, COALESCE(..., 0))"
            raise BackendError(f"'{word}' is negative or missing in {bad} of {rows} rows.", hint=hint)
        return amounts

    def _refuse(self, bad: Array, problem: str, hint: str) -> None:
        if bad.any():
            total = f"{self.link.table}.{self.column}"
            raise BackendError(f"{total} {problem}, in {int(bad.sum())} of {len(bad)} rows.", hint=hint)


_NO_ROW = "let belongs_to.count be at least 1 where there is a total, or the total 0 where there is no row"
_NO_WEIGHT = "let one row of each have a weight above 0"


def _rounded_up(owner: Array, fraction: Array, left: Array) -> Array:
    """One unit more for as many rows of each owner as units are left: those with the largest fractions, then the first.

    Where rounding made the shares come to a unit too much, those with the smallest have one less.
    """
    order = np.lexsort((-fraction, owner))
    size = np.bincount(owner, minlength=len(left))
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(size) - size, size)
    over = left[owner[order]]
    more = np.zeros(len(owner))
    more[order] = np.where(rank < over, 1.0, np.where(rank >= size[owner[order]] + over, -1.0, 0.0))
    return more


def _nowhere(rows: Rows) -> Array:
    raise AssertionError(f"a total over {rows.count} rows is worked out from whole tables")
