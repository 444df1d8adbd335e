"""Checked SQL expressions over the columns of one table: the one language of rules, conditions and filters.

    total = compile_expression("price * quantity", {"price": Kind.NUMBER, "quantity": Kind.INTEGER})
    total.evaluate(frame)

What may stand in them says `grammar`; where they run says `sandbox`. Types are checked before any data is touched,
what runs is written anew from the checked tree, and no message repeats a value or the expression itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError, PolicyError
from privsynth.expressions.grammar import parse, refuse
from privsynth.typing import Array

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp


_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "FLOAT", "DECIMAL")
_WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_UNKNOWN = ("NULL", '"NULL"')  # how versions of DuckDB name it
_TINY = "-1e-300"  # stands for "below zero" without naming the argument twice


@dataclass(frozen=True)
class Expression:
    """An expression that was checked against a schema. It can only be made by `compile_expression`."""

    columns: tuple[str, ...]  # the columns it reads, in the order of first use
    kind: Kind
    has_time: bool  # dates: whether the time of day can be other than midnight
    _kinds: tuple[Kind, ...] = field(repr=False)
    _sql: str = field(repr=False)
    _undefined: str = field(repr=False)  # when arithmetic has no answer: division by zero and the like

    def evaluate(self, frame: pd.DataFrame) -> Array:
        """Its value for each row, in the storage type of its kind (truth values as 'true' and 'false')."""
        return _stored(self._run(frame, self._sql), self.kind)

    def holds(self, frame: pd.DataFrame) -> Array:
        """For a condition: where it is true. Unknown is not true."""
        return self._truth(frame, f"coalesce(({self._sql}), false)")

    def fails(self, frame: pd.DataFrame) -> Array:
        """For a condition: where it is false. Unknown is not false, as in SQL's CHECK."""
        return self._truth(frame, f"coalesce(NOT ({self._sql}), false)")

    def undefined(self, frame: pd.DataFrame) -> Array:
        """Where it has no value: division by zero, a root or logarithm that does not exist, an infinite power."""
        return self._truth(frame, self._undefined) if self._undefined else np.zeros(len(frame), dtype=bool)

    def _truth(self, frame: pd.DataFrame, sql: str) -> Array:
        return np.asarray(self._run(frame, sql).to_numpy(zero_copy_only=False), dtype=bool)

    def _run(self, frame: pd.DataFrame, sql: str) -> pa.ChunkedArray[Any]:
        from privsynth.expressions.sandbox import run

        return run([sql], _arrow(frame, self.columns, self._kinds)).column(0)


@cache
def names_in(expression: str) -> tuple[str, ...]:
    """The columns that an expression names, in the order of first use; `parent.x` for a column of the parent."""
    from sqlglot import exp

    return tuple(dict.fromkeys(_name(node) for node in parse(expression).find_all(exp.Column, bfs=False)))


def compile_expression(expression: str, columns: Mapping[str, Kind]) -> Expression:
    """Check an expression against a schema, and make it ready to run."""
    from sqlglot import exp

    names = names_in(expression)
    check_columns(expression, columns)
    kinds = tuple(columns[name] for name in names)
    tree, troubles = _rewritten(expression, names)
    sql = _written(tree)
    kind, has_time, sql = _typed(tree, sql, kinds)
    lost = [f"(({sql}) IS NULL AND ({' OR '.join(troubles)}))"] if troubles else []
    lost += [f"NOT isfinite({sql})"] if kind is Kind.NUMBER and tree.find(exp.Exp, exp.Pow) else []
    return Expression(names, kind, has_time, kinds, sql, " OR ".join(f"coalesce({part}, false)" for part in lost))


def compile_condition(expression: str, columns: Mapping[str, Kind]) -> Expression:
    """The same for what must be true or false."""
    condition = compile_expression(expression, columns)
    if condition.kind is not Kind.BOOLEAN:
        raise PolicyError("a condition must be true or false, such as  age >= 18.")
    return condition


def check_columns(expression: str, columns: Collection[str]) -> None:
    """Every column that is named must exist."""
    from sqlglot import exp

    for node in parse(expression).find_all(exp.Column):
        if _name(node) not in columns:
            near = get_close_matches(_name(node), columns, n=1, cutoff=0.5)
            hint = (
                f"did you mean '{near[0]}'?"
                if near
                else f"columns that can be used here: {', '.join(columns) or 'none'}"
            )
            if node.this.quoted:
                hint += "; text goes in 'single quotes'"
            raise refuse(expression, node.this.meta.get("start", 0), "there is no such column.", hint)


def _name(node: exp.Column) -> str:
    return f"{node.table}.{node.name}" if node.table else str(node.name)


def _rewritten(expression: str, names: tuple[str, ...]) -> tuple[exp.Expr, list[str]]:
    """The tree over columns c0, c1, ..., made safe; and the conditions under which its arithmetic has no answer."""
    from sqlglot import exp

    place = {name: f"c{at}" for at, name in enumerate(names)}
    tree = parse(expression).transform(
        lambda node: exp.column(place[_name(node)]) if isinstance(node, exp.Column) else node
    )
    troubles = [trouble for node in tree.walk() for trouble in _troubles(node)]
    return tree.transform(_safe), troubles


def _troubles(node: exp.Expr) -> Iterator[str]:
    from sqlglot import exp

    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod):
        yield f"({_written(node.expression.transform(_safe))}) = 0"
    if isinstance(node, exp.Ln | exp.Log):
        yield f"({_written(_last(node).transform(_safe))}) <= 0"
    if isinstance(node, exp.Sqrt):
        yield f"({_written(node.this.transform(_safe))}) < 0"


def _last(node: exp.Expr) -> exp.Expr:
    last: exp.Expr = node.args.get("expression") or node.this
    return last


def _safe(node: exp.Expr) -> exp.Expr:
    """The same operation, with a missing value where the original would stop the run."""
    from sqlglot import exp

    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod) and not isinstance(node.expression, exp.Nullif):
        node.set(
            "expression", exp.Nullif(this=exp.paren(node.expression, copy=False), expression=exp.Literal.number(0))
        )
    elif isinstance(node, exp.Ln | exp.Log):
        positive = exp.Greatest(this=_last(node), expressions=[exp.Literal.number(0)], ignore_nulls=True)
        node.set(
            "expression" if node.args.get("expression") else "this",
            exp.Nullif(this=positive, expression=exp.Literal.number(0)),
        )
    elif isinstance(node, exp.Sqrt):
        below = exp.Greatest(this=node.this, expressions=[exp.Literal.number(_TINY)], ignore_nulls=True)
        node.set("this", exp.Nullif(this=below, expression=exp.Literal.number(_TINY)))
    elif type(node) is exp.Cast and not isinstance(node.this, exp.Literal):
        return exp.TryCast(this=node.this, to=node.args["to"])
    return node


def _written(tree: exp.Expr) -> str:
    return tree.sql(dialect="duckdb", comments=False)


def _typed(tree: exp.Expr, sql: str, kinds: tuple[Kind, ...]) -> tuple[Kind, bool, str]:
    """What comes out of it; on the way the types inside are checked, and its constants by a row without values."""
    from privsynth.expressions.sandbox import run, types_of

    blank = _blank(kinds)
    pairs, truths = list(_compared(tree)), list(_truths(tree))
    types = types_of([sql, *truths, *(part for pair in pairs for part in pair)], blank)
    if not set(types[1 : 1 + len(truths)]) <= {"BOOLEAN", *_UNKNOWN}:
        raise PolicyError(
            "AND, OR, NOT and WHEN join conditions, not values.",
            hint="write out the comparison, such as  newsletter = 'true'",
        )
    rest = types[1 + len(truths) :]
    if any(
        (left == "VARCHAR") != (right == "VARCHAR") and not {left, right} & {*_UNKNOWN}
        for left, right in zip(rest[::2], rest[1::2], strict=True)
    ):
        raise PolicyError(
            "an expression mixes text with something else.",
            hint="text goes in 'single quotes', dates are written DATE '2024-12-31'; CAST(x AS VARCHAR) makes text",
        )
    try:
        run([sql], blank)
    except BackendError:
        raise PolicyError(
            "a constant in an expression is out of range or cannot be read.",
            hint="look at its numbers, dates, formats and patterns",
        ) from None
    return _kind_of(types[0], sql)


def _kind_of(kind: str, sql: str) -> tuple[Kind, bool, str]:
    if kind.startswith(_WHOLE):
        return Kind.INTEGER, False, f"CAST({sql} AS DOUBLE)"
    if kind.startswith(_NUMBERS):
        return Kind.NUMBER, False, f"CAST({sql} AS DOUBLE)"
    if kind in ("DATE", "TIMESTAMP"):
        return Kind.DATE, kind == "TIMESTAMP", f"CAST({sql} AS TIMESTAMP)"
    if kind == "BOOLEAN":
        return Kind.BOOLEAN, False, sql
    if kind in ("VARCHAR", *_UNKNOWN):
        return Kind.TEXT, False, f"CAST({sql} AS VARCHAR)"
    raise PolicyError(
        "an expression must come to a number, a text, a date or a truth value.",
        hint="date_diff('day', a, b) counts the days between two dates",
    )


def _compared(tree: exp.Expr) -> Iterator[tuple[str, str]]:
    """Pairs of parts that must be of like types: DuckDB would otherwise turn text into numbers row by row."""
    for node in tree.walk():
        for first, others in _alike(node):
            yield from ((f"({_written(first)})", f"({_written(other)})") for other in others if other is not None)


def _alike(node: exp.Expr) -> Iterator[tuple[Any, list[Any]]]:
    from sqlglot import exp

    if isinstance(
        node, exp.EQ | exp.NEQ | exp.GT | exp.GTE | exp.LT | exp.LTE | exp.NullSafeEQ | exp.NullSafeNEQ | exp.Nullif
    ):
        yield node.this, [node.expression]
    elif isinstance(node, exp.In | exp.Coalesce | exp.Greatest | exp.Least):
        yield node.this, node.expressions
    elif isinstance(node, exp.Between):
        yield node.this, [node.args["low"], node.args["high"]]
    elif isinstance(node, exp.If) and not isinstance(node.parent, exp.Case):
        yield node.args["true"], [node.args.get("false")]
    elif isinstance(node, exp.Case):
        branches = node.args["ifs"]
        yield branches[0].args["true"], [*(branch.args["true"] for branch in branches[1:]), node.args.get("default")]
        if node.this is not None:
            yield node.this, [branch.this for branch in branches]


def _truths(tree: exp.Expr) -> Iterator[str]:
    """Parts that must be true or false."""
    from sqlglot import exp

    for node in tree.walk():
        parts = []
        if isinstance(node, exp.And | exp.Or):
            parts = [node.this, node.expression]
        elif isinstance(node, exp.Not) or (
            isinstance(node, exp.If) and not (isinstance(node.parent, exp.Case) and node.parent.this is not None)
        ):
            parts = [node.this]
        yield from (f"({_written(part)})" for part in parts)


def _types(kinds: tuple[Kind, ...]) -> list[Any]:
    import pyarrow as pa

    types = {
        Kind.NUMBER: pa.float64(),
        **dict.fromkeys((Kind.INTEGER, Kind.TIME, Kind.DURATION), pa.int64()),
        Kind.DATE: pa.timestamp("us"),
    }
    return [types.get(kind, pa.string()) for kind in kinds]


def _blank(kinds: tuple[Kind, ...]) -> pa.Table:
    """One row without a value."""
    import pyarrow as pa

    return pa.table(
        {f"c{at}": pa.array([None], kind) for at, kind in enumerate(_types(kinds))}
        or {"c": pa.array([None], pa.int8())}
    )


def _arrow(frame: pd.DataFrame, names: tuple[str, ...], kinds: tuple[Kind, ...]) -> pa.Table:
    import pyarrow as pa

    columns = {
        f"c{at}": _column(frame[name].to_numpy(), name, kind)
        for at, (name, kind) in enumerate(zip(names, _types(kinds), strict=True))
    }
    return pa.table(columns or {"c": pa.nulls(len(frame), pa.int8())})


def _column(values: Array, name: str, kind: Any) -> pa.Array[Any]:
    import pyarrow as pa

    try:
        return (
            pa.array(values, from_pandas=True).cast(kind)
            if values.dtype.kind in "fM"
            else pa.array(values, kind, from_pandas=True)
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise BackendError(f"the values of column '{name}' are not of its kind.", column=name) from None


def _stored(values: pa.ChunkedArray[Any], kind: Kind) -> Array:
    """From the database's types to ours; an infinite number is a missing one."""
    if kind.is_numeric:
        numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    if kind is Kind.DATE:
        return np.asarray(values.to_numpy(zero_copy_only=False).astype("datetime64[us]"))
    import pyarrow as pa

    texts = values.cast(pa.string()) if kind is Kind.BOOLEAN else values
    return np.asarray(texts.to_numpy(zero_copy_only=False), dtype=object)
