"""Which columns of a table are given the ends of what they can have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from privsynth.checks.demand import seen_through
from privsynth.dataset import Column, Kind
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.planting import LISTED as ERRORS
from privsynth.generate.rules.planning.ordering import above
from privsynth.generate.rules.planning.turns import Turn, column_of
from privsynth.generate.rules.scenarios.edges import Edge, edges_of
from privsynth.generate.rules.values.providers import Scope

if TYPE_CHECKING:
    from privsynth.generate.rules.planning.plan import BookPlan, TablePlan

LISTED = "edges"  # the table in which they stand
ROWS_BELOW = ""  # stands for the number of rows below a row, which is no column


def plan_edges(book: Book, plan: BookPlan, name: str) -> dict[str, tuple[Edge, ...]]:
    """The edges of each column of a table that has some, and of the number of its rows below each row of its parent."""
    table, path = plan.tables[name], ("tables", name, "edges")
    asked = table.rule.edges
    if not asked:
        return {}
    if table.rule.errors:
        raise book.error(path, "edges and errors are not made in one table.", "say errors: [] in a scenario")
    if LISTED in book.rules.tables:
        raise book.error(path, f"a table {LISTED} lists them; the book has another one.", "name that otherwise")
    if asked is True:
        found = {
            column: _of_column(book, plan, table, column)
            for column in table.columns
            if not why_left(plan, table, column)
        }
        return {column: edges for column, edges in found.items() if edges} | _of_count(book, plan, table)
    return {column: _asked(book, plan, table, column, at) for at, column in enumerate(asked)}


def _asked(book: Book, plan: BookPlan, table: TablePlan, column: str, at: int) -> tuple[Edge, ...]:
    """The edges of a column that is named; that it has none is a mistake then."""
    path = ("tables", table.name, "edges", str(at))
    if column not in table.columns:
        raise book.error(path, "there is no such column.", f"columns are: {', '.join(table.columns)}")
    reason = why_left(plan, table, column)
    edges = () if reason else _of_column(book, plan, table, column)
    if not edges:
        raise book.error(path, f"column {column} {reason or 'has no ends that are known'}.", "leave it out")
    return edges


def why_left(plan: BookPlan, table: TablePlan, name: str) -> str:
    """Why a column is not given other values than it drew; empty: it can be."""
    column = table.columns[name]
    if column.is_fixed or column.level_by_level or name in table.groups or name == table.rule.in_order:
        return "is made as a whole"
    if column.is_certain:
        return "is worked out from others"
    own = {turn: needed for turn, needed in plan.needs.items() if turn.table == table.name}
    for mending in table.mending.values():
        looked_at: set[Turn] = above(own, [turn for each in mending.ripe for turn in each.named if turn in own])
        if column_of(table.name, name) in looked_at - {*mending.anew}:
            return "is what an expectation rests upon, and cannot be drawn again"
    return ""


def scope_of(book: Book, plan: BookPlan, table: TablePlan, *words: str) -> Scope:
    """A place in a table, with what may be named there."""
    described = {name: [each.column for each in other.columns.values()] for name, other in plan.tables.items()}
    columns = seen_through(table.ties, described) | {column.name: column for column in described[table.name]}
    return Scope(book, ("tables", table.name, *words), _kinds(columns), links=table.links.keys())


def _kinds(columns: Mapping[str, Column]) -> dict[str, Kind]:
    return {name: column.kind for name, column in columns.items()}


def _of_column(book: Book, plan: BookPlan, table: TablePlan, name: str) -> tuple[Edge, ...]:
    column = table.columns[name]
    return edges_of(column.rule, scope_of(book, plan, table, "columns", name), column.column, column.missing)


def _of_count(book: Book, plan: BookPlan, table: TablePlan) -> dict[str, tuple[Edge, ...]]:
    if table.parent is None or table.rule.belongs_to is None or table.rule.belongs_to.count is None:
        return {}
    count = table.rule.belongs_to.count
    edges = edges_of(count, scope_of(book, plan, table, "belongs_to", "count"), Column("count", Kind.INTEGER))
    return {ROWS_BELOW: edges}


def check_breaking(book: Book, table: TablePlan) -> None:
    """Words that contradict each other."""
    path = ("tables", table.name, "break")
    if table.rule.breaks is None:
        return
    if table.rule.errors:
        raise book.error(path, "expectations are not broken where errors are made.", "say errors: [] in a scenario")
    if ERRORS in book.rules.tables:
        raise book.error(
            path, f"a table {ERRORS} lists what is broken; the book has another one.", "name that otherwise"
        )
    if not table.rule.expect:
        raise book.error(path, "there is no expectation to break.", "leave it out, or write expect: [...]")
