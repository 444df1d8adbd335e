"""Rows from a learnt distribution: an engine for what may be learnt, inventions for what may not, keys between tables.

`Model` here is the backend. `engine` says what an engine is and `choose` makes the one that was asked for: `trees`
(ours), `sdv` or `dp`. `coding` decides what of a column may come out again, `constraints` and `conditions` what rows
must meet, `tables` how tables hang together, and `saved` writes a fitted model to files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Self

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Table, missing_like
from privsynth.engines import ENGINES
from privsynth.errors import BackendError
from privsynth.generate.model.choose import engine_for, estimate_for
from privsynth.generate.model.choose.memory import memory_left
from privsynth.generate.model.choose.size import refuse_beyond
from privsynth.generate.model.conditions import Wish
from privsynth.generate.model.conditions.control import check_control, controlled, wish_of
from privsynth.generate.model.constraints import plain_where_possible
from privsynth.generate.model.dp.alone import refuse_related, refuse_uncounted, refuse_undeclared
from privsynth.generate.model.engine import Engine, frame_of, rows_counted
from privsynth.generate.model.tables.clock import Clock, clock_of_rows
from privsynth.generate.model.tables.connected import (
    context_frame,
    count_column,
    deal,
    learning_table,
    parents_of_children,
    plan_of,
    rules_seen,
    units_of,
)
from privsynth.generate.model.tables.people import (
    PeopleApart,
    exactly,
    facts_apart,
    joined,
    people_apart,
    people_needed,
)
from privsynth.generate.model.tables.shards import Shard, emptied, in_shards, led_by, rows_of_a_shard, together
from privsynth.generate.model.tables.timed import Timed
from privsynth.options import LEAST_SUPPORT, Limits, ModelOptions
from privsynth.people import Fabricator
from privsynth.people.crowd import Crowd
from privsynth.people.unlearnt import unlearnt
from privsynth.recipe import Recipe
from privsynth.seeds import child
from privsynth.stages import Estimate, Watch, unwatched
from privsynth.statistics import Fact, Statistics
from privsynth.typing import Array


class Model:
    """Learns each table with an engine, parents before children. No engine ever sees a key, a name or free text."""

    def __init__(self, options: ModelOptions, limits: Limits, *, watch: Watch = unwatched) -> None:
        self.options, self.limits, self.watch = options, limits, watch

    @property
    def k(self) -> int:
        return max(LEAST_SUPPORT, self.limits.k_rare)

    @property
    def is_blind(self) -> bool:
        """Whether only what is paid for may be taken from the rows."""
        return ENGINES[self.options.engine].is_blind

    def fit(self, dataset: Dataset, statistics: Statistics, rng: np.random.Generator) -> Self:
        self.root_, self.lookups_ = dataset.root.name, dataset.lookups
        whole, self.whole_ = dataset, bare(dataset)
        dataset, self.people_ = self._apart(whole, statistics.facts)
        facts = facts_apart(statistics.facts, self.people_)
        self.order_ = [table.name for table in dataset.parents_first()]
        self.shape_ = bare(dataset)
        self.plans_ = {name: plan_of(dataset, name, self.k) for name in self.order_}
        self._check(whole)
        self.engines_: dict[str, Engine] = {}
        self.fabricators_: dict[str, Fabricator] = {}
        for name, stream in zip(self.order_, child(rng, *self.order_), strict=True):
            self._learn(dataset, name, facts, stream)
            kept = _without(self.plans_[name].table, self.plans_[name].wired, dataset[name].frame)
            self.fabricators_[name] = (
                unlearnt(kept)
                if self.is_blind
                else Fabricator.learn(kept, statistics.tables.get(name, {}), statistics.taken)
            )
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """`rows` counts those of the root table; children follow from their parents, other roots in proportion."""
        return together(self.batches(rows, rng))

    def batches(self, rows: int | None, rng: np.random.Generator) -> Iterator[Dataset]:
        """The rows of `sample` in parts that fit into memory: some rows of the root table with all that hangs on them.

        Tables that do not hang on the root come whole with the first part and are empty in the others. What is drawn
        follows from the seed and the number of the part alone; invented values that must be unique also differ from
        those of the parts before.
        """
        first = self._first
        root, led = self._size(first, rows), led_by(first, self.plans_)
        size = rows_of_a_shard(first, led, self.plans_, root)
        crowds = {name: Crowd(self._size(name, rows)) for name in led} if root > size else {}
        learnt: dict[str, pd.DataFrame] = {}
        tables: dict[str, Table] = {}
        for shard in in_shards(root, size, rng):
            for name in self.order_:
                if not shard.number or name in led:
                    learnt[name], keys = self._draw(name, rows, learnt, tables, shard)
                    tables[name] = self._assemble(name, learnt[name], keys, tables=tables, shard=shard, crowds=crowds)
            notes = dict.fromkeys(note for notes in self._all_notes() for note in notes)
            whole = {
                name: tables[name] if not shard.number or name in led else emptied(tables[name])
                for name in self.shape_.names
            }
            yield self._joined(replace(self.shape_, tables=tuple(whole.values()), notes=tuple(notes)))

    @property
    def recipe(self) -> Recipe:
        return Recipe(
            backend="model",
            tables={name: engine.recipe for name, engine in self.engines_.items()},
            details={"rows": {name: self._rows_of(name) for name in self.plans_}},
        )

    def _all_notes(self) -> list[Sequence[str]]:
        return [
            *(engine.notes for engine in self.engines_.values()),
            *(fabricator.notes for fabricator in self.fabricators_.values()),
        ]

    def _learn(self, data: Dataset, name: str, facts: Sequence[Fact], rng: np.random.Generator) -> None:
        table, given = learning_table(data, self.plans_[name], self.k)
        units = units_of(data, name, self.k)
        if len(table.columns) > len(given):
            self._fits(table)
            ruled, clock = (
                replace(table, rules=rules_seen(data[name], self.plans_[name].lead)),
                self._clock(data, name, facts),
            )

            def make(learnt: Table) -> Engine:
                return controlled(self._engine, learnt, facts, self._wish(name), options=self.options, k=self.k)

            engine = make(ruled) if clock is None else Timed(clock, make, k=self.k)
            table = table if clock is None else ruled
            self.engines_[name] = plain_where_possible(engine.fit(table, rng, given=given, units=units))
        if self.is_blind:
            refuse_uncounted(name, self.engines_.get(name))

    def _engine(self) -> Engine:
        return engine_for(self.options, k=self.k, limits=self.limits, watch=self.watch)

    def _wish(self, name: str) -> Wish:
        """Rows can be asked of the first table only; the others follow."""
        return wish_of(self.options) if name == self.root_ else Wish()

    def _check(self, data: Dataset) -> None:
        if self.is_blind:
            refuse_related(data)
        above = {part.table: part.people for part in self.people_}
        for table in data:
            plans = [self.plans_[name] for name in (table.name, above.get(table.name)) if name is not None]
            learnable = [column.name for plan in plans for column in plan.learnable()]
            check_control(table, learnable, self._wish(table.name))

    def _apart(self, data: Dataset, facts: Sequence[Fact]) -> tuple[Dataset, tuple[PeopleApart, ...]]:
        """People apart from their rows, where the engine can be told of them; a condition is asked of whole rows."""
        can_be_told = ENGINES[self.options.engine].can_be_given_columns
        return people_apart(data, facts, self.k) if can_be_told and not wish_of(self.options) else (data, ())

    def _clock(self, data: Dataset, name: str, facts: Sequence[Fact]) -> Clock | None:
        """What is drawn of a table before its other columns, where the engine can be told of it."""
        part = next((part for part in self.people_ if part.table == name), None)
        if part is not None:
            return part.clock
        is_alone = self.plans_[name].lead is None and ENGINES[self.options.engine].can_be_given_columns
        return clock_of_rows(data[name], facts) if is_alone and not self._wish(name) else None

    def foresee(self, dataset: Dataset) -> Estimate | None:
        """What `fit` and a draw of as many rows will take. Refuses what will not fit."""
        if self.is_blind:
            refuse_undeclared(dataset)
        estimates = [each for table in dataset if (each := self._fits(table)) is not None]
        if not estimates:
            return None
        return Estimate(sum(each.seconds for each in estimates), max(each.bytes for each in estimates))

    def _fits(self, table: Table) -> Estimate | None:
        """The estimate for one table, if there is one; too large a table is refused."""
        needed = estimate_for(self.options, table)
        if needed is not None:
            refuse_beyond(needed, memory_left(), table, self.options.engine)
        return needed

    def _rows_of(self, name: str) -> int:
        """As many as the source has, or as many as the engine may say."""
        counted = rows_counted(self.engines_.get(name))
        return self.plans_[name].rows if counted is None else counted

    @property
    def _first(self) -> str:
        """The table that is drawn first: the root, or its people."""
        return next((part.people for part in self.people_ if part.table == self.root_), self.root_)

    def _joined(self, drawn: Dataset) -> Dataset:
        """In the form of the source: people and their rows as one table."""
        tables = {table.name: table for table in drawn}
        tables |= {part.table: joined(part, self.whole_[part.table], tables) for part in self.people_}
        return replace(self.whole_, tables=tuple(tables[name] for name in self.whole_.names), notes=drawn.notes)

    def _size(self, name: str, rows: int | None) -> int:
        part = next((part for part in self.people_ if part.people == name), None)
        if part is not None:
            return people_needed(self._size(part.table, rows), self._rows_of(name), self._rows_of(part.table))
        own, root = self._rows_of(name), self._rows_of(self.root_)
        if rows is None or name in self.lookups_:
            return own
        if name == self.root_:
            return rows
        return round(own * rows / root) if root else 0

    def _draw(
        self, name: str, rows: int | None, learnt: Mapping[str, pd.DataFrame], tables: Mapping[str, Table], shard: Shard
    ) -> tuple[pd.DataFrame, Array | None]:
        """The learnt columns, and the leading keys where the table has a parent."""
        plan, size, rng = self.plans_[name], self._size(name, rows), shard.stream("draw", name)
        size = shard.part(size) if name == self._first else size
        if plan.lead is None:
            return self._rows(name, size, rng, None), None
        parent = learnt[plan.lead.parent]
        lonely = round(plan.lonely * size / plan.rows) if plan.rows else 0
        lonely = shard.part(lonely) if name in led_by(self._first, self.plans_) else lonely
        at = parents_of_children(parent[count_column(plan.lead)].to_numpy(), plan, lonely)
        if any(part.table == name for part in self.people_):
            at = exactly(at, shard.part(size) if name == self.root_ else size, shard.stream("rows", name))
        context = frame_of(context_frame(parent, list(parent.columns), at, plan.lead), len(at))
        keys = _keys(tables[plan.lead.parent].values(plan.lead.parent_key), at, resolve=not plan.may_be_empty, rng=rng)
        return self._rows(name, len(at), rng, context), keys

    def _rows(self, name: str, size: int, rng: np.random.Generator, context: pd.DataFrame | None) -> pd.DataFrame:
        if name not in self.engines_:
            return pd.DataFrame(index=pd.RangeIndex(size))
        return self.engines_[name].sample(size, rng, context)

    def _assemble(
        self,
        name: str,
        learnt: pd.DataFrame,
        keys: Array | None,
        *,
        tables: Mapping[str, Table],
        shard: Shard,
        crowds: Mapping[str, Crowd],
    ) -> Table:
        plan, size = self.plans_[name], len(learnt)
        names = [column.name for column in plan.table.columns if column.name in learnt]
        values: dict[str, Array] = {column: learnt[column].to_numpy() for column in names}
        invented = self.fabricators_[name].make(
            learnt[names], size, shard.stream("invent", name), crowd=crowds.get(name)
        )
        values |= invented
        if plan.lead is not None and keys is not None:
            values[plan.lead.child_key] = keys
        for reference in plan.references:
            parent = reference.relation.parent
            targets = (
                values[reference.relation.parent_key]
                if parent == name
                else tables[parent].values(reference.relation.parent_key)
            )
            share = 1.0 if name not in crowds or parent in crowds else shard.share
            weigh, wire = (
                shard.common("weigh", name, reference.relation.child_key),
                shard.stream("wire", name, reference.relation.child_key),
            )
            values[reference.relation.child_key] = deal(reference, targets, size, wire, share=share, weigh=weigh)
        return self._table(name, values, {*invented, *plan.wired}, size)

    def _table(self, name: str, values: Mapping[str, Array], invented: set[str], size: int) -> Table:
        """In the source's order of columns, those marked that nobody learnt."""
        shape = self.shape_[name]
        missing = [column.name for column in shape.columns if column.name not in values]
        if missing:
            raise BackendError(f"no values were made for column '{missing[0]}' of table '{name}'.")
        frame = frame_of({column.name: values[column.name] for column in shape.columns}, size)
        columns = tuple(replace(column, fabricated=column.name in invented) for column in shape.columns)
        return replace(shape, columns=columns, frame=frame)


def bare(data: Dataset) -> Dataset:
    """Its tables without their rows."""
    return replace(data, tables=tuple(replace(t, frame=t.frame.iloc[:0], origin=None) for t in data), notes=())


def _without(table: Table, names: set[str], frame: pd.DataFrame) -> Table:
    """The table with its rows and without the columns that are wired to another."""
    kept = tuple(column for column in table.columns if column.name not in names)
    person = None if table.person in names else table.person
    return replace(table, columns=kept, frame=frame[[column.name for column in kept]], person=person)


def _keys(parents: Array, at: Array, *, resolve: bool, rng: np.random.Generator) -> Array:
    """The key of each child's parent. A row without one keeps none only where the source has such rows."""
    if not len(parents):
        return np.full(len(at), missing_like(parents), dtype=parents.dtype)
    lost = at < 0
    at = np.where(lost, rng.integers(0, len(parents), len(at)), at) if resolve else at
    keys = parents[at]
    if not resolve:
        keys[lost] = missing_like(parents)
    return np.asarray(keys)
