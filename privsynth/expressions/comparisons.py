"""Comparisons of a column with a constant that stand in an expression, and the constants that it chooses between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

import numpy as np

from privsynth.expressions.grammar import bare, parse

if TYPE_CHECKING:
    from sqlglot import exp

Operator = Literal["=", "<>", "<", "<=", ">", ">="]
Constant = float | str | np.datetime64

_MOMENTS = ("DATE", "TIMESTAMP", "TIMESTAMPNTZ")
_TURNED: dict[Operator, Operator] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Comparison:
    """`column operator constant`; of IN, BETWEEN and CASE each part is one, and decides nothing alone."""

    column: str
    operator: Operator
    constant: Constant = field(repr=False)
    is_part: bool = False


@cache
def comparisons_in(expression: str) -> tuple[Comparison, ...]:
    """In the order of the expression."""
    found = (each for node in parse(expression).walk(bfs=False) for each in _of_node(node))
    return tuple(dict.fromkeys(found))


def constants_chosen(expression: str) -> tuple[Constant, ...] | None:
    """All that an expression can come to, where it only chooses between constants."""
    return _chosen(parse(expression))


def _chosen(node: exp.Expr) -> tuple[Constant, ...] | None:
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Null):
        return ()
    if isinstance(node, exp.Case):
        ways = [*(branch.args["true"] for branch in node.args["ifs"]), node.args.get("default")]
        found = [_chosen(way) for way in ways if way is not None]
        return None if None in found else tuple(level for each in found for level in each or ())
    constant = _constant(node)
    return None if constant is None else (constant,)


def _of_node(node: exp.Expr) -> Iterator[Comparison]:
    from sqlglot import exp

    operators: dict[type, Operator] = {
        exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="
    }  # fmt: skip
    operator = operators.get(type(node))
    if operator is not None:
        yield from _compared(node.this, operator, node.expression)
        yield from _compared(node.expression, _TURNED[operator], node.this)
    elif isinstance(node, exp.In):
        for each in node.expressions:
            yield from _compared(node.this, "=", each, is_part=True)
    elif isinstance(node, exp.Between):
        yield from _compared(node.this, ">=", node.args["low"], is_part=True)
        yield from _compared(node.this, "<=", node.args["high"], is_part=True)
    elif isinstance(node, exp.Case) and node.this is not None:
        for branch in node.args["ifs"]:
            yield from _compared(node.this, "=", branch.this, is_part=True)


def _compared(side: exp.Expr, operator: Operator, other: exp.Expr, *, is_part: bool = False) -> Iterator[Comparison]:
    from sqlglot import exp

    column, constant = bare(side), _constant(bare(other))
    if isinstance(column, exp.Column) and constant is not None:
        name = f"{column.table}.{column.name}" if column.table else str(column.name)
        yield Comparison(name, operator, constant, is_part)


def _constant(node: exp.Expr) -> Constant | None:
    from sqlglot import exp

    if isinstance(node, exp.Neg):
        inner = _constant(bare(node.this))
        return -inner if isinstance(inner, float) else None
    if isinstance(node, exp.Literal):
        return str(node.this) if node.is_string else float(node.this)
    if isinstance(node, exp.Cast) and isinstance(node.this, exp.Literal) and node.this.is_string:
        return _moment(str(node.this.this)) if str(node.args["to"].this.value) in _MOMENTS else None
    return None


def _moment(text: str) -> np.datetime64 | None:
    """A day as it is written in a rulebook; other spellings are left to the database."""
    try:
        return np.datetime64(text.replace(" ", "T"), "us")
    except ValueError:
        return None
