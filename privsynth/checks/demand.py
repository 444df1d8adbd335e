"""One thing that is demanded of the rows of a table, and how the rows that break it are found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from privsynth.bindings import BoundTotal
from privsynth.checks.filed import FiledTables
from privsynth.checks.totalled import totalled
from privsynth.dataset import Bond, Column, Kind, Place
from privsynth.expressions.rules import NOISE, compile_rule
from privsynth.typing import Array

DemandKind = Literal[
    "column",  # it is there
    "kind",  # cells are numbers, dates, ...
    "missing",  # values are left out: never, or in a share of the rows
    "unique",
    "order",  # it rises from row to row of one parent
    "reference",  # it names a row of the parent
    "children",  # as many rows below each row of the parent as the law allows
    "total",  # it is what the rows below come to
    "values",  # values that the column's way to be made can give
    "expectation",
]


@dataclass(frozen=True, eq=False, kw_only=True)
class Demand:
    """`allowed` is the share of rows that break it: 0 for what always holds."""

    kind: DemandKind
    table: str
    columns: tuple[str, ...]
    needs: frozenset[Place]  # the columns that must be there to judge it
    broken: Callable[[FiledTables], Array] = field(repr=False)
    what: str  # in words, without a value
    allowed: float = 0.0
    at_most: bool = False  # whether fewer rows than allowed are as good
    is_along: bool = False  # whether one row can make others break it
    place: str = ""  # where it is written, such as shop.yaml:40:9
    unasked: str = ""  # why it cannot be asked of any rows
    under: Place = ("", "")  # the table and the column of a rulebook that say it; none for what no column says

    @property
    def line(self) -> int:
        """The line of its file in which it is written; 1 where it stands in none."""
        parts = self.place.rsplit(":", 2)
        return int(parts[1]) if len(parts) == 3 else 1


def there(table: str, column: str, place: str = "") -> Demand:
    """A column that the table must have."""
    return Demand(
        kind="column",
        table=table,
        columns=(column,),
        needs=frozenset(),
        broken=lambda filed: np.full(len(filed.data[table]), not filed.has((table, column))),
        what="the column is there",
        place=place,
    )


def of_kind(table: str, column: Column, place: str = "") -> Demand:
    """Cells that can be read as what the column holds."""
    at = table, column.name
    form = f" written {column.format}" if column.format else ""
    article = "an" if column.kind.value[0] in "aeiou" else "a"
    return Demand(
        kind="kind",
        table=table,
        columns=(column.name,),
        needs=frozenset({at}),
        broken=lambda filed: filed.misfit(at),
        what=f"{article} {column.kind}{form}",
        place=place,
    )


def of_decimals(table: str, column: Column, place: str = "") -> Demand:
    """Numbers with no more decimals than are written."""
    most = column.spelling.decimals

    def broken(filed: FiledTables) -> Array:
        values = filed.values(table, column.name)
        noise = np.minimum(NOISE * np.maximum(1.0, np.abs(values)), 0.01 * 10.0**-most)
        return np.asarray(np.abs(values - np.round(values, most)) > noise)

    return Demand(
        kind="kind",
        table=table,
        columns=(column.name,),
        needs=frozenset({(table, column.name)}),
        broken=broken,
        what=f"a number of {most} decimal{'' if most == 1 else 's'} at most",
        place=place,
    )


def not_asked(table: str, columns: tuple[str, ...], why: str, place: str = "") -> Demand:
    """What is said of columns and cannot be asked of their rows."""
    return Demand(
        kind="values",
        table=table,
        columns=columns,
        needs=frozenset((table, column) for column in columns),
        broken=lambda filed: np.zeros(len(filed.data[table]), dtype=bool),
        what=why,
        place=place,
        unasked=why,
        under=(table, columns[0]),
    )


def left_out(table: str, column: str, share: float = 0.0, place: str = "") -> Demand:
    """Values are never missing, or in this share of the rows; a cell of another kind is there."""
    at = table, column
    return Demand(
        kind="missing",
        table=table,
        columns=(column,),
        needs=frozenset({at}),
        broken=lambda filed: np.asarray(pd.isna(filed.values(table, column)) & ~filed.misfit(at)),
        what=f"left out in {share:.3g} of the rows" if share else "a value in each row",
        allowed=share,
        place=place,
    )


def unique(table: str, columns: Sequence[str], place: str = "") -> Demand:
    """No two rows have the same values in all of these columns; a row that misses one is like no other."""

    def broken(filed: FiledTables) -> Array:
        frame = filed.frame(table, columns)
        return np.asarray(frame.duplicated().to_numpy() & frame.notna().all(axis=1).to_numpy())

    return Demand(
        kind="unique",
        table=table,
        columns=tuple(columns),
        needs=frozenset((table, column) for column in columns),
        broken=broken,
        what="no value twice" if len(columns) == 1 else "no values together twice",
        place=place,
    )


def rising(table: str, column: str, tie: Bond | None, place: str = "") -> Demand:
    """From row to row of one parent, or of the table, the value does not fall. Missing values are passed over."""
    keys = [] if tie is None else [relation.child_key for relation in tie.relations]

    def broken(filed: FiledTables) -> Array:
        values = pd.Series(filed.values(table, column))
        owners = filed.owners(table, keys)
        before = values.groupby(owners).ffill().groupby(owners).shift()
        return np.asarray(values < before)

    return Demand(
        kind="order",
        table=table,
        columns=(column,),
        needs=frozenset((table, name) for name in (column, *keys)),
        broken=broken,
        what=f"rising from row to row{'' if tie is None else f' of one row of {tie.parent}'}",
        place=place,
    )


def refers(tie: Bond, place: str = "") -> Demand:
    """What refers to a row of another table finds it; a key of which a part is missing refers to none."""
    table, keys = tie.relations[0].child, tuple(relation.child_key for relation in tie.relations)

    def broken(filed: FiledTables) -> Array:
        is_there = filed.frame(table, keys).notna().all(axis=1).to_numpy()
        return np.asarray(is_there & (filed.rows_above(tie) < 0))

    return Demand(
        kind="reference",
        table=table,
        columns=keys,
        needs=frozenset(end for relation in tie.relations for end in relation.ends),
        broken=broken,
        what=f"a row of {tie.parent} that is there",
        place=place,
    )


def adds_up(total: BoundTotal) -> Demand:
    """The column is what the rows below come to; an unknown total is none."""
    table, column = total.table, total.column
    places: set[Place] = {(total.below, total.of)} if total.of is not None else set()

    def broken(filed: FiledTables) -> Array:
        here, values = filed.data[table][column], filed.values(table, column)
        expected = come_to(total, filed)
        if here.kind is Kind.DATE:
            return np.asarray((values != expected) & ~np.isnat(values) & ~np.isnat(expected))
        noise = 0.5 * 10.0**-here.spelling.decimals if total.how == "mean" else 0.0
        return np.asarray(np.abs(values - expected) > noise + NOISE * np.maximum(1.0, np.abs(expected)))

    return Demand(
        kind="total",
        table=table,
        columns=(column,),
        needs=frozenset({(table, column), *places, *(end for each in total.tie.relations for end in each.ends)}),
        broken=broken,
        what=f"what the rows of {total.below} come to",
        place=total.place,
    )


def come_to(total: BoundTotal, filed: FiledTables) -> Array:
    """What the rows below each row of the table come to."""
    which = filed.rows_above(total.tie)
    values = which if total.of is None else filed.values(total.below, total.of)
    decimals = 0 if total.of is None else filed.data[total.below][total.of].spelling.decimals
    return totalled(total.how, which, values, decimals, len(filed.data[total.table]))


def holds(
    expect: str,
    table: str,
    columns: Mapping[str, Column],
    ties: Sequence[Bond] = (),
    *,
    rate: float = 1.0,
    place: str = "",
) -> Demand:
    """A condition on each row, or on a share of them; `tie.x` is the column x of the row that a tie leads to.

    Unknown, because a value is missing, breaks nothing. PolicyError where the condition cannot be asked of the columns.
    """
    rule = compile_rule(expect, tuple(columns.values()))
    return Demand(
        kind="expectation",
        table=table,
        columns=rule.columns,
        needs=needed(table, rule.columns, ties),
        broken=lambda filed: rule.fails(filed.frame(table, rule.columns)),
        what="the expectation",
        allowed=1 - rate,
        place=place,
    )


def needed(table: str, names: Iterable[str], ties: Sequence[Bond]) -> frozenset[Place]:
    """Where the columns stand that an expression of a table names, and what ties the tables together."""
    by_name = {tie.name: tie for tie in ties}
    places: set[Place] = set()
    for name in names:
        head, point, column = name.partition(".")
        tie = by_name.get(head) if point else None
        if tie is None:
            places.add((table, name))
        else:
            places |= {(tie.parent, column), *(end for relation in tie.relations for end in relation.ends)}
    return frozenset(places)


def seen_through(ties: Iterable[Bond], tables: Mapping[str, Iterable[Column]]) -> dict[str, Column]:
    """The columns that can be named through ties, as they are named."""
    pairs = ((f"{tie.name}.{column.name}", column) for tie in ties for column in tables.get(tie.parent, ()))
    return {name: replace(column, name=name) for name, column in pairs}
