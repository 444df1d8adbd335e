"""What a rulebook demands of rows that somebody made: by it, or long before it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from privsynth.checks.demand import (
    Demand,
    adds_up,
    holds,
    left_out,
    needed,
    not_asked,
    of_decimals,
    of_kind,
    refers,
    rising,
    seen_through,
    there,
    unique,
)
from privsynth.checks.filed import FiledTables
from privsynth.dataset import Bond, Column, Kind
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.demands.filed_columns import FiledColumns
from privsynth.generate.rules.demands.points import demands_of_points
from privsynth.generate.rules.demands.times import demands_of_process
from privsynth.generate.rules.demands.totals import totals_of
from privsynth.generate.rules.demands.unasked import SHARES, unasked
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.planning.plan import BookPlan, ColumnPlan, TablePlan
from privsynth.generate.rules.planning.turns import column_of
from privsynth.generate.rules.relations.links import PARENT
from privsynth.generate.rules.values.providers import Scope
from privsynth.generate.rules.values.support import Support, may_be_missing, support_of
from privsynth.typing import Array

VALUES = {  # what a value is demanded to be, by the way in which it is made
    "constant": "the one value that it has",
    "choice": "one of its levels",
    "pattern": "a text of its pattern",
    "person": "one that can be nobody's",
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


def demands_of(book: Book, plan: BookPlan) -> list[Demand]:
    """All demands, table by table in the order of the book. Errors on purpose may break what they touch."""
    demands = (demand for table in plan.tables.values() for demand in _of_table(book, table, plan.tables))
    return [_with_errors(demand, book) for demand in demands]


def _with_errors(demand: Demand, book: Book) -> Demand:
    """The demand with the share of rows that errors may break; it is not asked where one breaks any number of them."""
    touched = {table for table, _ in demand.needs} | {demand.table}
    errors = [(table, error) for table in touched for error in book.rules.tables[table].errors]
    rate = sum(
        error.rate
        for table, error in errors
        if not error.cells or any((table, cell) in demand.needs for cell in error.cells)
    )
    if not rate:
        return demand
    if demand.kind in ("children", "total", "order") or len(touched) > 1 or demand.is_along:
        return replace(demand, unasked=demand.unasked or "an error on purpose may break any number of rows")
    return replace(demand, allowed=min(1.0, demand.allowed + rate), at_most=True)


def columns_of(plan: BookPlan) -> dict[str, dict[str, Column]]:
    """What each column of each table is."""
    return {name: {each.name: each.column for each in table.columns.values()} for name, table in plan.tables.items()}


def _of_table(book: Book, table: TablePlan, tables: Mapping[str, TablePlan]) -> Iterator[Demand]:
    described = {name: [each.column for each in other.columns.values()] for name, other in tables.items()}
    columns = seen_through(table.ties, described) | {column.name: column for column in described[table.name]}
    for each in table.columns.values():
        scope = Scope(book, ("tables", table.name, "columns", each.name), _kinds(columns))
        yield from (replace(demand, under=(table.name, each.name)) for demand in _of_column(each, scope, table))
    for tie in table.ties:
        under = table.name, tie.relations[0].child_key
        yield replace(refers(tie, book.place(("tables", table.name, "columns", under[1]))), under=under)
        if tie.name == PARENT:
            yield from (replace(demand, under=under) for demand in _children(book, table, tie, _kinds(columns)))
    places = {column: book.place(("tables", table.name, "columns", column)) for column in table.columns}
    yield from (adds_up(total) for total in totals_of(table, tables, places))
    yield from demands_of_points(table, places)
    yield from unasked(book, table)
    yield from demands_of_process(table.name, table.rule, _parent(table), places)
    for at, names in enumerate(table.rule.unique):
        yield unique(table.name, names, book.place(("tables", table.name, "unique", str(at))))
    for at, expect in enumerate(table.rule.expect):
        place = book.place(("tables", table.name, "expect", str(at)))
        yield holds(expect.that, table.name, columns, table.ties, rate=float(expect.rate), place=place)


def _kinds(columns: Mapping[str, Column]) -> dict[str, Kind]:
    return {name: column.kind for name, column in columns.items()}


def _of_column(plan: ColumnPlan, scope: Scope, table: TablePlan) -> Iterator[Demand]:
    rule, place = plan.rule, scope.book.place(scope.path)
    yield there(table.name, plan.name, place)
    if plan.column.kind.is_numeric or plan.column.kind is Kind.DATE:
        yield of_kind(table.name, plan.column, place)
    if plan.column.kind is Kind.NUMBER and rule.decimals is not None:
        yield of_decimals(table.name, plan.column, place)
    share = _left_out(plan, table)
    if share is not None:
        yield left_out(table.name, plan.name, share, place)
    elif rule.missing != 0:
        yield not_asked(table.name, (plan.name,), SHARES, place)
    if rule.unique or rule.generator in ("sequence", "uuid"):
        yield unique(table.name, [plan.name], place)
    if plan.is_sorted:
        yield rising(table.name, plan.name, _parent(table), place)
    support = support_of(rule, scope, plan.column)
    if support is not None:
        names = (plan.name, *(name for name in scope.kinds if name in plan.named and name != plan.name))
        yield Demand(
            kind="values",
            table=table.name,
            columns=names,
            needs=needed(table.name, names, table.ties),
            broken=_beyond(support, table, plan, names),
            what=VALUES.get(rule.generator, "within its range"),
            is_along=plan.provider is not None and plan.provider.across,
            place=place,
        )


def _left_out(plan: ColumnPlan, table: TablePlan) -> float | None:
    """The share of rows that have no value; None where the book does not tell.

    What is missing breaks no expectation, so where rows are drawn again more of them are. A root refers to nobody.
    """
    rule = plan.rule
    is_again = any(column_of(table.name, plan.name) in mending.anew for mending in table.mending.values())
    is_root = any(link.is_own and plan.name in link.keys for link in table.links.values())
    if isinstance(rule.missing, str) or may_be_missing(rule) or is_root or (rule.missing and is_again):
        return None
    return float(rule.missing)


def _parent(table: TablePlan) -> Bond | None:
    return next((tie for tie in table.ties if tie.name == PARENT), None)


def _beyond(
    support: Support, table: TablePlan, plan: ColumnPlan, names: tuple[str, ...]
) -> Callable[[FiledTables], Array]:
    """Where a value stands that the column's way cannot give; what rests upon a row that is not there can be any."""
    parent, through = _parent(table), [tie for tie in table.ties if any(n.startswith(f"{tie.name}.") for n in names)]
    is_across = plan.provider is not None and plan.provider.across

    def broken(filed: FiledTables) -> Array:
        values = filed.values(table.name, plan.name)
        keys = [relation.child_key for relation in parent.relations] if parent else []
        owner = filed.owners(table.name, keys) if keys and is_across else None
        known = ~pd.isna(values)
        for tie in through:
            known &= filed.rows_above(tie) >= 0
        rows = Rows(len(values), FiledColumns(filed, table.name), np.random.default_rng(0), owner)
        return np.asarray(known & ~support(values, rows))

    return broken


def _children(book: Book, table: TablePlan, tie: Bond, kinds: Mapping[str, Kind]) -> Iterator[Demand]:
    """As many rows below each row of the parent as the law allows."""
    belongs, scope = table.rule.belongs_to, Scope(book, ("tables", table.name, "belongs_to", "count"), kinds)
    if belongs is None or belongs.count is None:
        return
    support = support_of(belongs.count, scope, Column("count", Kind.INTEGER))
    if support is None:
        return
    named = [name for rule in scope.rules for name in rule.columns]

    def broken(filed: FiledTables) -> Array:
        above = filed.rows_above(tie)
        counts = np.bincount(above[above >= 0], minlength=len(filed.data[tie.parent])).astype(float)
        inherited = FiledColumns(filed, tie.parent, f"{PARENT}.")
        return ~support(counts, Rows(len(counts), inherited, np.random.default_rng(0)))

    yield Demand(
        kind="children",
        table=tie.parent,
        columns=tuple(relation.parent_key for relation in tie.relations),
        needs=needed(table.name, named, [tie]) | {end for relation in tie.relations for end in relation.ends},
        broken=broken,
        what=f"as many rows of {table.name} as its count can give",
        place=book.place(scope.path),
    )
