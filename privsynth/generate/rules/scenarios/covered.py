"""The levels of some columns of a table, combined: what is planned of it, made of it, and told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.book import Book
from privsynth.generate.rules.making.rows import Rows, side_by_side
from privsynth.generate.rules.scenarios.cover import Covering, Forbidden, covering, how_many, present
from privsynth.generate.rules.scenarios.edges import Edge, fixed_edge
from privsynth.generate.rules.scenarios.planned import scope_of, why_left
from privsynth.generate.rules.values.providers import key_text
from privsynth.generate.rules.values.support import Support, levels_of, support_of
from privsynth.generate.rules.vocabulary.rulebook import Draw
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.planning.plan import BookPlan, TablePlan

MOST = 20_000  # combinations that are covered
NAMES = {2: "pairs", 3: "threes"}


@dataclass(frozen=True, eq=False, kw_only=True)
class CoverPlan:
    """The columns of a table whose levels are combined, with the rows in which they are."""

    columns: tuple[str, ...]
    levels: tuple[Array, ...] = field(repr=False)  # of each column, as it keeps them
    ways: int
    covering: Covering = field(repr=False)

    def edges(self, column: str) -> list[tuple[int, Edge]]:
        """For each row that is needed the level of a column."""
        at = self.columns.index(column)
        return [
            (row, fixed_edge(f"in {row}", self.levels[at][whole[at]])) for row, whole in enumerate(self.covering.rows)
        ]

    def check(self, table: str, rows: int) -> None:
        """Whether there are as many rows as are needed."""
        if rows < len(self.covering.rows):
            raise BackendError(
                f"table {table}: to cover {', '.join(self.columns)} takes {len(self.covering.rows)} rows;"
                f" it has {rows}.",
                hint="ask for more rows, or cover fewer columns",
            )

    def told(self, table: str, frame: pd.DataFrame) -> str:
        """How many of the combinations stand in the rows as they are."""
        sizes = [len(levels) for levels in self.levels]
        whole, never = how_many(sizes, self.ways), self.covering.forbidden
        wanted = whole - len(never)
        there = {each for each in present(self.levels, frame, self.ways) if all(level >= 0 for _, level in each)}
        reached = len(there - never)
        kind = NAMES[self.ways]
        return (
            f"table {table}: {reached} of {wanted} {kind} of levels of {', '.join(self.columns)} are covered"
            f" ({100 * reached / max(wanted, 1):.1f} %), for which {len(self.covering.rows)} rows are needed"
            + (f"; {len(never)} {kind} are forbidden by expectations or by the columns' ways" if never else "")
        )


def plan_cover(book: Book, plan: BookPlan, name: str) -> CoverPlan | None:
    table = plan.tables[name]
    asked = table.rule.cover
    if asked is None:
        return None
    path = ("tables", name, "cover")
    if table.rule.errors:
        raise book.error(path, "cover and errors are not made in one table.", "say errors: [] in a scenario")
    levels = tuple(_levels(book, plan, table, column, at) for at, column in enumerate(asked.columns))
    if len(set(asked.columns)) < max(len(asked.columns), asked.ways):
        raise book.error((*path, "columns"), f"columns stand once, and are at least {asked.ways}.")
    many = how_many([len(each) for each in levels], asked.ways)
    if many > MOST:
        problem = f"there are {many:,} {NAMES[asked.ways]}; at most {MOST:,} are covered."
        raise book.error((*path, "columns"), problem, "cover fewer columns")
    _follows(book, table, asked.columns)
    forbidden = list(_forbidden(book, plan, table, dict(zip(asked.columns, levels, strict=True))))
    return CoverPlan(
        columns=tuple(asked.columns),
        levels=levels,
        ways=asked.ways,
        covering=covering([len(each) for each in levels], asked.ways, forbidden),
    )


def _levels(book: Book, plan: BookPlan, table: TablePlan, name: str, at: int) -> Array:
    path = ("tables", table.name, "cover", "columns", str(at))
    if name not in table.columns:
        raise book.error(path, "there is no such column.", f"columns are: {', '.join(table.columns)}")
    column = table.columns[name]
    known = _choices(column.rule)
    if known is None or column.column.kind is Kind.DATE:
        raise book.error(path, f"column {name} is no choice between levels.", "choice, constant, when and by are")
    if reason := why_left(plan, table, name):
        raise book.error(path, f"column {name} {reason}.", "leave it out")
    levels = dict.fromkeys(
        float(level) if column.column.kind.is_numeric else key_text(level) for level in known if level is not None
    )
    return np.array(list(levels), dtype=float if column.column.kind.is_numeric else object)


def _choices(draw: Draw) -> list[Any] | None:
    """All levels that a way can give; None where they are no list."""
    if draw.generator in ("choice", "constant"):
        return levels_of(draw)
    inner = [_choices(way) for _, way in draw.inner()]
    if not inner or None in inner:
        return None
    return [level for each in inner for level in each or ()]


def _follows(book: Book, table: TablePlan, names: list[str]) -> None:
    """A column that follows others is covered together with them."""
    for at, name in enumerate(names):
        others = sorted(table.columns[name].named - {*names})
        if others:
            path = ("tables", table.name, "cover", "columns", str(at))
            raise book.error(path, f"column {name} follows {', '.join(others)}.", "cover these columns, too")


def _forbidden(book: Book, plan: BookPlan, table: TablePlan, known: Mapping[str, Array]) -> Iterator[Forbidden]:
    """What expectations of these columns alone, and their own ways, forbid. The rest shows when the rows are made."""
    for each in table.expectations:
        if each.rate == 1 and each.rule.columns and {*each.rule.columns} <= {*known}:
            yield from _failing(known, {*each.rule.columns}, each.rule.fails)
    for name in known:
        column = table.columns[name]
        support = support_of(column.rule, scope_of(book, plan, table, "columns", name), column.column)
        if support is not None and column.named:
            yield from _failing(known, {name, *column.named}, partial(_beyond, name, support))


def _beyond(name: str, support: Support, frame: pd.DataFrame) -> Array:
    values = {str(each): np.asarray(frame[each]) for each in frame}
    return np.asarray(~support(values[name], Rows(len(frame), values, np.random.default_rng(0))))


def _failing(
    known: Mapping[str, Array], names: set[str], fails: Callable[[pd.DataFrame], Array]
) -> Iterator[Forbidden]:
    among = [(at, name) for at, name in enumerate(known) if name in names]
    if prod(len(known[name]) for _, name in among) > MOST:
        return
    tuples = list(product(*(range(len(known[name])) for _, name in among)))
    numbers = np.array(tuples, dtype=np.int64)
    values = {name: known[name][numbers[:, place]] for place, (_, name) in enumerate(among)}
    failing = np.flatnonzero(fails(side_by_side(values, len(tuples))))
    yield Forbidden(tuple(at for at, _ in among), frozenset(tuples[at] for at in failing))
