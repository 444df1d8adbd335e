"""Rows from a learned joint distribution: an engine for what may be learnt, inventions for what may not, keys for what hangs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self, assert_never

import numpy as np
import pandas as pd

from privsynth.dataset import Dataset, Profile, Table
from privsynth.errors import BackendError
from privsynth.generate.fabricate import Fabricator
from privsynth.generate.model.engine import Engine, frame_of
from privsynth.generate.model.family import context_frame, count_column, deal, families, learning_table, nothing_of, plan_of, units_of
from privsynth.policy import Limits, ModelOptions
from privsynth.seeds import child

Array = np.ndarray[Any, Any]

LEAST_SUPPORT = 10  # a value held by fewer is never emitted, however lax the limits


class Model:
    """Learns each table with an engine, parents before children, and never shows an engine a key, a name or free text."""

    def __init__(self, options: ModelOptions, limits: Limits) -> None:
        self.options, self.limits = options, limits

    @property
    def k(self) -> int:
        return max(LEAST_SUPPORT, self.limits.k_rare)

    def fit(self, dataset: Dataset, profile: Profile, rng: np.random.Generator) -> Self:
        self.root_, self.lookups_ = dataset.root.name, dataset.lookups
        self.order_ = [table.name for table in dataset.parents_first()]
        self.shape_ = replace(dataset, tables=tuple(replace(t, frame=t.frame.iloc[:0], origin=None) for t in dataset), notes=())
        self.plans_ = {name: plan_of(dataset, name, self.k) for name in self.order_}
        self.engines_: dict[str, Engine] = {}
        self.fabricators_: dict[str, Fabricator] = {}
        for name, stream in zip(self.order_, child(rng, *self.order_), strict=True):
            self._learn(dataset, name, stream)
            kept = _without(self.plans_[name].table, self.plans_[name].wired, dataset[name].frame)
            self.fabricators_[name] = Fabricator.learn(kept, profile[name], profile.taken)
        return self

    def sample(self, rows: int | None, rng: np.random.Generator) -> Dataset:
        """`rows` counts those of the root table; children follow from their parents, other roots in proportion."""
        learnt: dict[str, pd.DataFrame] = {}
        made: dict[str, Table] = {}
        for name, stream in zip(self.order_, child(rng, *self.order_), strict=True):
            draw, invent, wire = child(stream, "draw", "invent", "wire")
            learnt[name], keys = self._draw(name, self._size(name, rows), learnt, made, draw)
            made[name] = self._assemble(name, learnt[name], keys, made, invent, wire)
        notes = [note for notes in self._all_notes() for note in notes]
        return replace(self.shape_, tables=tuple(made[name] for name in self.shape_.names), notes=tuple(dict.fromkeys(notes)))

    @property
    def recipe(self) -> Mapping[str, object]:
        return {"backend": "model", "rows": {n: p.rows for n, p in self.plans_.items()}, "tables": {name: dict(e.recipe) for name, e in self.engines_.items()}}

    def _all_notes(self) -> list[Sequence[str]]:
        return [*(engine.notes for engine in self.engines_.values()), *(fabricator.notes for fabricator in self.fabricators_.values())]

    def _learn(self, data: Dataset, name: str, rng: np.random.Generator) -> None:
        table, given = learning_table(data, self.plans_[name], self.k)
        units = units_of(data, name, self.k)
        if len(table.columns) > len(given):
            self.engines_[name] = self._engine().fit(table, rng, given=given, units=units)

    def _engine(self) -> Engine:
        match self.options.engine:
            case "trees":
                from privsynth.generate.model.trees import Trees

                return Trees(k=self.k, min_leaf=self.options.min_leaf)
            case "copula":
                from privsynth.generate.model.sdv import Copula

                return Copula(k=self.k)
            case other:
                assert_never(other)

    def _size(self, name: str, rows: int | None) -> int:
        own, root = self.plans_[name].rows, self.plans_[self.root_].rows
        if rows is None or name in self.lookups_:
            return own
        if name == self.root_:
            return rows
        return round(own * rows / root) if root else 0

    def _draw(
        self, name: str, size: int, learnt: Mapping[str, pd.DataFrame], made: Mapping[str, Table], rng: np.random.Generator
    ) -> tuple[pd.DataFrame, Array | None]:
        """The learnt columns, and the leading keys where the table has a parent."""
        plan = self.plans_[name]
        if plan.lead is None:
            return self._rows(name, size, rng, None), None
        parent = learnt[plan.lead.parent]
        lonely = round(plan.lonely * size / plan.rows) if plan.rows else 0
        at = families(parent[count_column(plan.lead)].to_numpy(), plan, lonely)
        context = frame_of(context_frame(parent, list(parent.columns), at), len(at))
        keys = _keys(made[plan.lead.parent].values(plan.lead.parent_key), at, resolve=not plan.may_be_empty, rng=rng)
        return self._rows(name, len(at), rng, context), keys

    def _rows(self, name: str, size: int, rng: np.random.Generator, context: pd.DataFrame | None) -> pd.DataFrame:
        if name not in self.engines_:
            return pd.DataFrame(index=pd.RangeIndex(size))
        return self.engines_[name].sample(size, rng, context)

    def _assemble(
        self, name: str, learnt: pd.DataFrame, keys: Array | None, made: Mapping[str, Table], invent: np.random.Generator, wire: np.random.Generator
    ) -> Table:
        plan, size = self.plans_[name], len(learnt)
        known = [column.name for column in plan.table.columns if column.name in learnt]
        values: dict[str, Array] = {column: learnt[column].to_numpy() for column in known}
        invented = self.fabricators_[name].make(learnt[known], size, invent)
        values |= invented
        if plan.lead is not None and keys is not None:
            values[plan.lead.child_key] = keys
        for reference in plan.references:
            parent = reference.relation.parent
            targets = values[reference.relation.parent_key] if parent == name else made[parent].values(reference.relation.parent_key)
            values[reference.relation.child_key] = deal(reference, targets, size, self.k, wire)
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


def _without(table: Table, names: set[str], frame: pd.DataFrame) -> Table:
    """The table with its rows and without the columns that are wired to another."""
    kept = tuple(column for column in table.columns if column.name not in names)
    entity = None if table.entity in names else table.entity
    return replace(table, columns=kept, frame=frame[[column.name for column in kept]], entity=entity)


def _keys(parents: Array, at: Array, *, resolve: bool, rng: np.random.Generator) -> Array:
    """The key of each child's parent. A row without one keeps none only where the source has such rows."""
    if not len(parents):
        return np.full(len(at), nothing_of(parents), dtype=parents.dtype)
    lost = at < 0
    at = np.where(lost, rng.integers(0, len(parents), len(at)), at) if resolve else at
    keys = parents[at]
    if not resolve:
        keys[lost] = nothing_of(parents)
    return np.asarray(keys)
