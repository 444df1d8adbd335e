"""The smallest change by which a row keeps a rule: what an equation gives, a bound, or else a row that keeps it.

Invented values and keys are never changed, and nothing is taken from the source: values come out of the rule itself, or
of another made row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, replace

import numpy as np
import pandas as pd

from privsynth.bindings import Bound, BoundRow, BoundTotal
from privsynth.checks.bound import filed_with
from privsynth.checks.demand import come_to, holds, seen_through
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Column, Dataset, Kind, Role
from privsynth.expressions import compile_expression, names_in
from privsynth.expressions.rules import Definition, Limit, choices_in, definitions_in, limits_in, parts_of, solved_in
from privsynth.generate.bound.judged import Judge
from privsynth.spelling.dates import floored, risen
from privsynth.typing import Array

PASSES = 3  # one repair may break another rule


def with_totals(data: Dataset, judge: Judge) -> tuple[Dataset, dict[str, Array]]:
    """Totals as what the rows below come to, and what rules define by them; by name the rows that were changed."""
    totals = [each for each in judge.bindings if isinstance(each, BoundTotal) and judge.demand(each, data) is not None]
    changed: dict[str, Array] = {}
    for _ in totals:  # a total may be of totals
        before = data
        for each in totals:
            data = _worked_out(data, each, judge, changed)
        if data is before:
            break
    for row in (each for each in judge.bindings if isinstance(each, BoundRow) and each.rule.rate == 1):
        if _rests_on(row, totals):
            data = _defined(data, row, judge, changed)
    return data, changed


def _worked_out(data: Dataset, total: BoundTotal, judge: Judge, changed: dict[str, Array]) -> Dataset:
    broken = judge.broken(total, data)
    if broken is None or not broken.any():
        return data
    changed[total.name] = changed.get(total.name, np.zeros(len(broken), dtype=bool)) | broken
    return put(data, total.table, total.column, broken, come_to(total, filed_with(data, judge.bindings))[broken])


def _rests_on(row: BoundRow, totals: Sequence[BoundTotal]) -> bool:
    columns = {each.column for each in totals if each.table == row.table}
    ways = (way for part in parts_of(row.rule.expect) for way in definitions_in(part))
    return any(columns & set(names_in(way.expression)) for way in ways)


def _defined(data: Dataset, row: BoundRow, judge: Judge, changed: dict[str, Array]) -> Dataset:
    broken = judge.broken(row, data)
    if broken is None or not broken.any():
        return data
    after = Repair(data, judge.bindings, in_groups=judge.in_groups).of(row, broken, None)
    if after is not data:
        changed[row.name] = broken
    return after


def repaired(
    data: Dataset, judge: Judge, wrong: dict[str, Array], rng: np.random.Generator | None
) -> tuple[Dataset, dict[str, Array]]:
    """The tables after the smallest changes, and what is still wrong. `rng`: None where no row may lend its values."""
    for _ in range(PASSES):
        if not any(rows.any() for rows in wrong.values()):
            break
        for each in judge.bindings:
            if isinstance(each, BoundRow) and (rows := wrong.get(each.name)) is not None and rows.any():
                data = Repair(data, judge.bindings, in_groups=judge.in_groups).of(each, rows, rng)
        data, _ = with_totals(data, judge)
        wrong = judge.too_many(data)
    return data, wrong


@dataclass(frozen=True, eq=False)
class Repair:
    """Rows of tables that are to keep a rule."""

    data: Dataset
    bindings: Sequence[Bound]
    _: KW_ONLY
    in_groups: bool = False  # whether people share their quasi-identifiers, which then stay

    def of(self, binding: BoundRow, rows: Array, rng: np.random.Generator | None) -> Dataset:
        """With each part of the rule repaired in those of the rows that break it."""
        data, table = self.data, binding.table
        for part in parts_of(binding.rule.expect):
            for choice in choices_in(part):
                here = replace(self, data=data)
                bad = rows & here._broken(binding, part)
                if bad.any():
                    data = here._by_itself(binding, choice, bad)
            here = replace(self, data=data)
            bad = rows & here._broken(binding, part)
            if bad.any() and rng is not None:
                data = here._lent(table, part, bad, ~here._broken(binding, binding.rule.expect), rng)
        return data

    def _broken(self, binding: BoundRow, expect: str) -> Array:
        demand = holds(expect, binding.table, self._columns(binding), binding.rule.ties)
        return demand.broken(self._filed())

    def _by_itself(self, binding: BoundRow, choice: str, bad: Array) -> Dataset:
        """What the equation or the bound says; nothing where the part is neither, or what it names may not change."""
        for way in (*definitions_in(choice), *solved_in(choice)):
            if self._may_change(binding.table, way.column):
                return self._put(binding, way, bad, self._value(binding, way, bad))
        limits = [each for each in limits_in(choice) if self._can_be_drawn_in(binding.table, each.column)]
        data = self.data
        for limit in (each for each in limits if each.column == limits[0].column):
            here, own = replace(self, data=data), data[binding.table].values(limit.column)[bad]
            end = _end(here._value(binding, limit, bad), data[binding.table][limit.column], limit)
            is_beyond = (own < end) if limit.is_low else (own > end)
            data = here._put(binding, limit, bad, np.where(is_beyond, end, own))
        return data

    def _value(self, binding: BoundRow, of: Definition | Limit, bad: Array) -> Array:
        names = names_in(of.expression)
        columns = self._columns(binding)
        frame = self._filed().frame(binding.table, names)[bad].reset_index(drop=True)
        return compile_expression(of.expression, {name: columns[name].kind for name in names}).evaluate(frame)

    def _put(self, binding: BoundRow, of: Definition | Limit, bad: Array, values: Array) -> Dataset:
        """A result that is unknown changes nothing."""
        known = ~pd.isna(values)
        at = np.flatnonzero(bad)[known]
        rows = np.zeros(len(bad), dtype=bool)
        rows[at] = True
        return put(self.data, binding.table, of.column, rows, values[known])

    def _lent(self, table: str, part: str, bad: Array, good: Array, rng: np.random.Generator) -> Dataset:
        """The columns that the part names from another made row of the table, all of them together."""
        lenders = np.flatnonzero(good & ~bad)
        names = [name for name in names_in(part) if self._may_change(table, name)]
        if not len(lenders) or not names:
            return self.data
        at, data = rng.choice(lenders, int(bad.sum())), self.data
        for name in names:
            data = put(data, table, name, bad, self.data[table].values(name)[at])
        return data

    def _may_change(self, table: str, name: str) -> bool:
        """A learnt column that is no key and no total, and does not hold a group together."""
        totals = {each.column for each in self.bindings if isinstance(each, BoundTotal) and each.table == table}
        if name not in self.data[table] or name in self.data.key_columns(table) | totals:
            return False
        column = self.data[table][name]
        holds_groups = self.in_groups and column.role is Role.QUASI
        return not (column.role.is_fabricated or column.fabricated or holds_groups)

    def _can_be_drawn_in(self, table: str, name: str) -> bool:
        kind = self.data[table][name].kind if name in self.data[table] else Kind.TEXT
        return (kind.is_numeric or kind is Kind.DATE) and self._may_change(table, name)

    def _columns(self, binding: BoundRow) -> dict[str, Column]:
        """What the rule can name: columns of the table, and of the rows that it is tied to."""
        described = {each.name: each.columns for each in self.data}
        own = {column.name: column for column in described[binding.table]}
        return seen_through(binding.rule.ties, described) | own

    def _filed(self) -> FiledTables:
        return filed_with(self.data, self.bindings)


def _end(value: Array, column: Column, limit: Limit) -> Array:
    """The last value of the column on the right side of a limit."""
    if column.kind is Kind.DATE:
        tick = np.timedelta64(1 if limit.strict else 0, "us")
        unit = column.spelling.unit
        return risen(value + tick, unit) if limit.is_low else floored(value - tick, unit)
    step = 10.0 ** -_decimals(column)
    places = np.round(np.asarray(value, dtype=np.float64) / step, 6)  # what fractions lose on the way is no step
    if limit.is_low:
        places = np.floor(places) + 1 if limit.strict else np.ceil(places)
    else:
        places = np.ceil(places) - 1 if limit.strict else np.floor(places)
    return np.round(places * step, _decimals(column)) + 0.0


def put(data: Dataset, table: str, name: str, rows: Array, values: Array) -> Dataset:
    """The tables with other values in some rows of a column, as exact as the column is."""
    own, column = data[table], data[table][name]
    changed = own.values(name).copy()
    if column.kind is Kind.DATE:
        changed[rows] = floored(values, column.spelling.unit)
    elif column.kind.is_numeric:
        changed[rows] = np.round(np.asarray(values, dtype=np.float64), _decimals(column)) + 0.0
    else:
        changed[rows] = values
    frame = own.frame.assign(**{name: pd.Series(changed, index=own.frame.index, dtype=own.frame[name].dtype)})
    return data.replace_tables(replace(own, frame=frame))


def _decimals(column: Column) -> int:
    return column.spelling.decimals if column.kind is Kind.NUMBER else 0
