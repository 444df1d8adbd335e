"""What a rulebook demands of rows that somebody made: by it, or long before it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.checks.demand import Demand, holds, left_out, needed, of_kind, refers, rising, there, unique
from privsynth.checks.filed import PARENT, FiledTables
from privsynth.dataset import Column, Kind, Relation
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.needs import needs_of
from privsynth.generate.rules.plan import ColumnPlan, TablePlan
from privsynth.generate.rules.providers import Scope
from privsynth.generate.rules.rows import Rows
from privsynth.generate.rules.support import Support, may_be_missing, support_of
from privsynth.typing import Array

VALUES = {  # what a value is demanded to be, by the way in which it is made
    "constant": "the one value that it has",
    "choice": "one of its levels",
    "pattern": "a text of its pattern",
    "sequence": "a key of its sequence",
    "uuid": "a UUID",
    "date": "a day within its limits",
    "sql": "what its expression comes to",
    "template": "what its template comes to",
    "before": "what stood some rows before",
    "running": "what the rows so far come to",
    "when": "what its condition allows",
    "by": "what goes with the other column",
    "mixture": "of one of its parts",
}


def demands_of(book: Book, plans: Mapping[str, TablePlan]) -> list[Demand]:
    """All demands, table by table in the order of the book."""
    return [demand for name in book.rules.tables for demand in _of_table(book, plans[name], plans)]


def _of_table(book: Book, plan: TablePlan, plans: Mapping[str, TablePlan]) -> Iterator[Demand]:
    inherited = plans[plan.relation.parent].columns.values() if plan.relation else ()
    above = {f"{PARENT}{each.name}": replace(each.column, name=f"{PARENT}{each.name}") for each in inherited}
    columns = {name: each.column for name, each in plan.columns.items()} | above
    for each in plan.columns.values():
        scope = Scope(book, ("tables", plan.name, "columns", each.name), _kinds(columns))
        yield from _of_column(each, scope, plan)
    if plan.relation is not None:
        yield refers(plan.relation, book.place(("tables", plan.name, "columns", plan.relation.child_key)))
        yield from _children(book, plan, plan.relation, _kinds(above))
    for at, expect in enumerate(plan.rule.expect):
        place = book.place(("tables", plan.name, "expect", str(at)))
        yield holds(expect.that, plan.name, columns, plan.relation, rate=float(expect.rate), place=place)


def _kinds(columns: Mapping[str, Column]) -> dict[str, Kind]:
    return {name: column.kind for name, column in columns.items()}


def _of_column(plan: ColumnPlan, scope: Scope, table: TablePlan) -> Iterator[Demand]:
    rule, place = plan.rule, scope.book.place(scope.path)
    yield there(table.name, plan.name, place)
    if plan.column.kind.is_numeric or plan.column.kind is Kind.DATE:
        yield of_kind(table.name, plan.column, place)
    if not isinstance(rule.missing, str) and rule.missing < 1 and not may_be_missing(rule):
        yield left_out(table.name, plan.name, float(rule.missing), place)
    if rule.unique or rule.generator in ("sequence", "uuid"):
        yield unique(table.name, [plan.name], place)
    if plan.is_sorted:
        yield rising(table.name, plan.name, table.relation, place)
    support = support_of(rule, scope, plan.column)
    if support is not None:
        others = needs_of(rule, scope.path, scope.book, scope.kinds) - {plan.name}
        names = (plan.name, *sorted(others, key=list(scope.kinds).index))
        is_across = plan.provider is not None and plan.provider.across
        yield Demand(
            kind="values",
            table=table.name,
            columns=names,
            needs=needed(table.name, names, table.relation),
            broken=_beyond(support, table, names, is_across=is_across),
            what=VALUES.get(rule.generator, "within its range"),
            place=place,
        )


def _beyond(
    support: Support, table: TablePlan, names: tuple[str, ...], *, is_across: bool
) -> Callable[[FiledTables], Array]:
    """Where a value stands that the column's way cannot give; what rests upon a parent that is not there can be any."""
    relation, is_below = table.relation, any(name.startswith(PARENT) for name in names)

    def broken(filed: FiledTables) -> Array:
        values = filed.values(table.name, names[0])
        owner = pd.factorize(filed.values(table.name, relation.child_key))[0] if relation and is_across else None
        known = ~pd.isna(values)
        if relation is not None and is_below:
            known &= filed.data.parent_rows(relation) >= 0
        rows = Rows(len(values), FiledColumns(filed, table.name), np.random.default_rng(0), owner)
        return np.asarray(known & ~support(values, rows))

    return broken


def _children(book: Book, plan: TablePlan, relation: Relation, kinds: Mapping[str, Kind]) -> Iterator[Demand]:
    """As many rows below each row of the parent as the law allows."""
    assert plan.rule.belongs_to is not None  # noqa: S101 - for the type checker: only children come here
    scope = Scope(book, ("tables", plan.name, "belongs_to", "count"), kinds)
    support = support_of(plan.rule.belongs_to.count, scope, Column("count", Kind.INTEGER))
    if support is None:
        return
    named = [name for rule in scope.rules for name in rule.columns]

    def broken(filed: FiledTables) -> Array:
        above = filed.data.parent_rows(relation)
        counts = np.bincount(above[above >= 0], minlength=len(filed.data[relation.parent])).astype(float)
        inherited = FiledColumns(filed, relation.parent, PARENT)
        return ~support(counts, Rows(len(counts), inherited, np.random.default_rng(0)))

    yield Demand(
        kind="children",
        table=relation.parent,
        columns=(relation.parent_key,),
        needs=frozenset(relation.ends) | needed(plan.name, named, relation),
        broken=broken,
        what=f"as many rows of {plan.name} as its count can give",
        place=book.place(scope.path),
    )


class FiledColumns(Mapping[str, Array]):
    """The columns of a table under check, looked up when they are asked for; `prefix` stands in front of each name."""

    def __init__(self, filed: FiledTables, table: str, prefix: str = "") -> None:
        self.filed, self.table, self.prefix = filed, table, prefix

    def __getitem__(self, name: str) -> Array:
        return self.filed.values(self.table, name.removeprefix(self.prefix))

    def __iter__(self) -> Iterator[str]:
        return (f"{self.prefix}{column.name}" for column in self.filed.data[self.table].columns)

    def __len__(self) -> int:
        return len(self.filed.data[self.table].columns)
