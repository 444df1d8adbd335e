"""Negative tests: for each expectation a row that breaks it and no other, by one value and what follows from that.

The values are put in as errors on purpose are: each is listed, and the table as it was meant stays beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind, Planted, Table
from privsynth.expressions import names_in
from privsynth.expressions.constants import constants_in
from privsynth.generate.rules.making.columns import Making, stored
from privsynth.generate.rules.making.planting import LISTED, Entry, Spoilt
from privsynth.generate.rules.making.rows import Rows, side_by_side
from privsynth.generate.rules.planning.ordering import above, below
from privsynth.generate.rules.planning.plan import BookPlan, ColumnPlan
from privsynth.generate.rules.planning.redrawing import Expectation
from privsynth.generate.rules.planning.turns import Act, Turn, column_of
from privsynth.generate.rules.scenarios.planned import why_left
from privsynth.typing import Array

BASES = 100  # rows that are tried at once for each expectation, at least
IDLE = 3  # times that no row was broken, after which no others are tried
NO_LEVEL = "?"  # a text that is tried where no level of a column breaks anything
SAMPLE = 12  # values of a column that are tried, besides those around its ends


@dataclass(eq=False)
class Breaking:
    """One table whose expectations are broken one by one."""

    making: Making
    plan: BookPlan = field(repr=False)
    values: dict[str, Array] = field(default_factory=dict, repr=False)  # of columns that are changed
    used: set[int] = field(default_factory=set)  # rows that break something already, or are something else on purpose

    def __post_init__(self) -> None:
        self.table = self.making.plan
        self.used |= {pin.row for pin in self.making.pins.pins}
        self.used |= set(np.flatnonzero(self._failing(self.making.rows("")).any(axis=1)).tolist())

    def broken(self, table: Table, each: int) -> Spoilt:
        """The table with its broken rows, their entries in the list, and what there is to say."""
        entries: list[tuple[Array, Entry]] = []
        broken: dict[int, int] = {}
        hard = [expectation for expectation in self.table.expectations if expectation.rate == 1]
        room = (self.making.count - len(self.used)) // max(1, len(hard))  # few rows are shared out
        for expectation in hard:
            found = list(self._put_in(table, expectation, min(each, max(1, room))))
            entries += [entry for listed in found for entry in listed]
            broken[expectation.at + 1] = len(found)
        frame = side_by_side({column.name: self._of(column.name) for column in table.columns}, len(table))
        rows = np.arange(len(table))
        planted = Planted(clean=table, rows=rows, is_copy=np.zeros(len(table), dtype=bool), listed=LISTED)
        note = f"table {table.name}: {_told(broken, each)}"
        return Spoilt(replace(table, frame=frame, planted=planted), entries, note)

    def _of(self, name: str) -> Array:
        return self.values.get(name, self.making.values[name])

    def _put(self, table: Table, row: int, changes: Mapping[str, Array], kind: str) -> Iterator[tuple[Array, Entry]]:
        """Other values in one row, and what the list says of them."""
        self.used.add(row)
        rows = np.array([row])
        for name, value in changes.items():
            right, wrong = (table[name].spelling.write(each) for each in (self.making.values[name][rows], value))
            if right[0] != wrong[0]:
                self.values[name] = self._of(name).copy()
                self.values[name][rows] = value
                yield rows, Entry(kind, rows, column=name, right=right, wrong=wrong)

    def _failing(self, rows: Rows) -> Array:
        failing = [each.rule.fails(rows.frame(each.rule.columns)) for each in self.table.expectations]
        return np.column_stack(failing) if failing else np.zeros((rows.count, 0), dtype=bool)

    def _put_in(self, table: Table, expectation: Expectation, each: int) -> Iterator[list[tuple[Array, Entry]]]:
        """Break an expectation in so many rows, if they are found; of each what the list says."""
        for row, changes in self._found(expectation, each):
            yield list(self._put(table, row, changes, f"breaks expect {expectation.at + 1}"))

    def _found(self, expectation: Expectation, each: int) -> Iterator[tuple[int, dict[str, Array]]]:
        """Rows, and what is to stand in them so that they break this expectation alone."""
        columns = self._columns(expectation)
        tried: dict[str, set[int]] = {column.name: set() for column in columns}
        left, idle = each, 0
        while left and idle < IDLE and columns:
            before = left
            for row, changes in self._once(expectation, columns, tried, each):
                left -= 1
                yield row, changes
                if not left:
                    return
            idle = 0 if left < before else idle + 1

    def _once(
        self, expectation: Expectation, columns: Sequence[ColumnPlan], tried: Mapping[str, set[int]], each: int
    ) -> Iterator[tuple[int, dict[str, Array]]]:
        """The same for some rows of each column that were not tried before."""
        for column in columns:
            free = np.setdiff1d(np.arange(self.making.count), [*self.used, *tried[column.name]])
            if not len(free):
                continue
            bases = free[np.unique(np.linspace(0, len(free) - 1, min(max(BASES, each), len(free))).astype(int))]
            tried[column.name].update(bases.tolist())
            rows, values = self._candidates(column, expectation, bases)
            seen, changed = self._with(column.name, rows, values)
            failing = self._failing(seen)
            alone = failing[:, expectation.at] & (failing.sum(axis=1) == 1)
            good = np.flatnonzero(alone)
            _, first = np.unique(rows[good], return_index=True)
            for at in good[np.sort(first)]:
                yield int(rows[at]), {name: whole[[at]] for name, whole in changed.items()}

    def _with(self, name: str, rows: Array, values: Array) -> tuple[Rows, dict[str, Array]]:
        """The rows with other values in a column, and in all that is worked out from it."""
        changed = {name: values}
        view = self.making.rows("").take(rows)
        for turn in self._following(name):
            if self.table.columns[turn.name].is_certain:
                changed[turn.name] = self.making.redrawn(turn.name, view.over(changed, view.rng))
        return view.over(changed, view.rng), changed

    def _following(self, name: str) -> list[Turn]:
        after = below(self._own, [column_of(self.table.name, name)]) - {column_of(self.table.name, name)}
        return [turn for turn in self.plan.turns if turn in after and turn.act is Act.COLUMN]

    @property
    def _own(self) -> dict[Turn, frozenset[Turn]]:
        return {
            turn: frozenset(need for need in needed if need.table == self.table.name)
            for turn, needed in self.plan.needs.items()
            if turn.table == self.table.name and turn.act is not Act.MEND
        }

    def _columns(self, expectation: Expectation) -> list[ColumnPlan]:
        """Columns by which it can be broken without a change to another row, the nearest first."""
        near = above(self._own, [turn for turn in expectation.named if turn in self._own])
        named = sorted(near, key=lambda turn: (turn not in expectation.named, turn.name))
        columns = [turn.name for turn in named if turn.act is Act.COLUMN and turn.table == self.table.name]
        return [self.table.columns[name] for name in columns if self._is_free(name)]

    def _is_free(self, name: str) -> bool:
        touched = [column_of(self.table.name, name), *self._following(name)]
        across = any(self.table.columns[turn.name].is_across for turn in touched)
        apart = any(turn.name in names for turn in touched for names in self.table.rule.unique)
        return not (why_left(self.plan, self.table, name) or across or apart or self._looked_at() & {*touched})

    def _looked_at(self) -> set[Turn]:
        """Columns at which other rows look: of other tables, or of the same one by a reference to itself."""
        name = self.table.name
        needed = [needs for turn, needs in self.plan.needs.items() if turn.table != name]
        named = [
            each.named for table in self.plan.tables.values() if table is not self.table for each in table.expectations
        ]
        own = {link.name for link in self.table.links.values() if link.is_own}
        used = [each for column in self.table.columns.values() for each in column.named]
        used += [each for expectation in self.table.expectations for each in expectation.rule.columns]
        parts = [each.partition(".") for each in used]
        crossing = {column_of(name, column) for link, _, column in parts if link in own}
        return {turn for turn in frozenset[Turn]().union(*needed, *named) if turn.table == name} | crossing

    def _candidates(self, column: ColumnPlan, expectation: Expectation, bases: Array) -> tuple[Array, Array]:
        """Rows and the values that are tried in them: of the column, around constants, and beside other columns."""
        here = self.making.values[column.name]
        known = np.unique(here[~pd.isna(here)])
        some = np.unique(np.linspace(0, len(known) - 1, min(SAMPLE, len(known))).astype(int))
        constants = constants_in(self.table.rule.expect[expectation.at].that)
        values, shifts = _tried(column, known[some], constants)
        fixed = [np.full(len(bases), value, dtype=values.dtype) for value in values]
        beside = [self._of(name)[bases] for name in self._alike(column, expectation)]
        tried = [*fixed, *beside, *(other + shift for other in beside for shift in shifts)]
        tried += [np.full(len(bases), value, dtype=values.dtype) for value in self._of_others(column, expectation)]
        return np.tile(bases, len(tried)), stored(np.concatenate(tried), column)

    def _of_others(self, column: ColumnPlan, expectation: Expectation) -> Array:
        """Values around what other expectations of this column name: what breaks one may keep another."""
        asked = [self.table.rule.expect[each.at].that for each in self.table.expectations if each is not expectation]
        named = [that for that in asked if column.name in names_in(that)]
        values, _ = _tried(
            column, self.making.values[column.name][:0], [each for that in named for each in constants_in(that)]
        )
        return values

    def _alike(self, column: ColumnPlan, expectation: Expectation) -> Sequence[str]:
        """The other columns of the expectation with which it may be compared."""
        names = [name for name in expectation.rule.columns if name in self.table.columns and name != column.name]
        kind = column.column.kind
        return [name for name in names if self.table.columns[name].column.kind.dtype == kind.dtype]


def _told(broken: Mapping[int, int], each: int) -> str:
    """How many expectations are broken, and which of them less often than asked. `broken` counts the rows of each."""
    rows = sum(broken.values())
    often = "in a row that keeps" if each == 1 else f"in {each} rows that keep"
    whole = f"each {often} all others"
    short = f"in {rows} rows that keep all others, where {each * len(broken)} were asked for"
    is_whole = all(count in (0, each) for count in broken.values())
    few = [f"expect {at} (in {count} of {each})" for at, count in broken.items() if 0 < count < each]
    none = [f"expect {at}" for at, count in broken.items() if not count]
    return "; ".join(
        [
            f"{sum(count > 0 for count in broken.values())} of {len(broken)} expectations are broken,"
            f" {whole if is_whole else short}, listed in table {LISTED}",
            *([f"no more rows were found to break alone: {', '.join(few)}"] if few else []),
            *([f"no value was found to break alone: {', '.join(none)}"] if none else []),
        ]
    )


def _tried(column: ColumnPlan, sample: Array, constants: Sequence[float | str]) -> tuple[Array, Sequence[Any]]:
    """Values for a column, and how far beside another one it is tried."""
    numbers, texts = ([each for each in constants if isinstance(each, kind)] for kind in (float, str))
    if column.column.kind.is_numeric:
        step = 10.0 ** -(column.column.spelling.decimals if column.column.kind is Kind.NUMBER else 0)
        return _numbers(sample, numbers, step), (step, -step)
    if column.column.kind is Kind.DATE:
        return _days(sample, texts), (np.timedelta64(1, "D"), np.timedelta64(-1, "D"))
    return np.array([*sample, *texts, NO_LEVEL, ""], dtype=object), ()


def _numbers(sample: Array, constants: Sequence[Any], step: float) -> Array:
    around = [each + shift for each in constants for shift in (0.0, step, -step)]
    width = max(float(sample[-1] - sample[0]), 1.0) if len(sample) else 1.0
    ends = [sample[0] - step, sample[-1] + step, sample[0] - width, sample[-1] + width] if len(sample) else []
    far = [sample[-1] + 1000 * width, sample[0] - 1000 * width] if len(sample) else []
    return np.array([*sample, *around, *ends, 0.0, -step, *far], dtype=float)


def _days(sample: Array, constants: Sequence[Any]) -> Array:
    known = (
        pd.to_datetime(pd.Series(list(constants), dtype=object), errors="coerce").dropna().to_numpy("datetime64[us]")
    )
    ends = np.concatenate([known, sample[:1], sample[-1:]]).astype("datetime64[us]")
    shifts = [np.timedelta64(days, "D") for days in (0, 1, -1, 400, -400, 20_000, -20_000)]
    return np.concatenate([sample.astype("datetime64[us]"), *(ends + shift for shift in shifts)])
