"""A condition taken apart: what it joins by AND, which of that is an order or a definition, and which rows break it.

Numbers are compared as a person reads them: `total = a + b` holds if it holds to the decimals of `total`, whatever the
binary fractions make of it. Whoever makes rows and whoever judges them ask here, so that both mean the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd

from privsynth.dataset import Column, Kind
from privsynth.errors import PolicyError
from privsynth.expressions import Expression, compile_condition, compile_expression, names_in
from privsynth.expressions.grammar import bare, parse
from privsynth.keeping import kept
from privsynth.typing import Array

NOISE = 1e-9  # what adding decimal fractions loses, as a share


@kept(version=1)
@dataclass(frozen=True)
class Order:
    """`low <= high`, both plain columns; strict: never equal."""

    low: str
    high: str
    strict: bool


@dataclass(frozen=True)
class Definition:
    """`column = expression`, where the expression does not name the column."""

    column: str
    expression: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`column >= expression` or `column <= expression`; strict: never equal."""

    column: str
    expression: str = field(repr=False)
    is_low: bool
    strict: bool


@dataclass(frozen=True)
class RuleCheck:
    """Which rows break a rule. It can only be made by `compile_rule`."""

    columns: tuple[str, ...]
    _parts: tuple[_Condition | _Compared, ...] = field(repr=False)

    def fails(self, frame: pd.DataFrame) -> Array:
        """Where the rule is false. Unknown, because a value is missing, is not false."""
        broken = np.zeros(len(frame), dtype=bool)
        for part in self._parts:
            broken |= part.fails(frame)
        return broken


@dataclass(frozen=True)
class _Condition:
    whole: Expression

    def fails(self, frame: pd.DataFrame) -> Array:
        return self.whole.fails(frame)


@dataclass(frozen=True)
class _Compared:
    """Two numbers that may differ by what rounding leaves: `sign` says on which side they may differ freely."""

    left: Expression
    right: Expression
    sign: int  # -1: left <= right, 1: left >= right, 0: equal
    within: float

    def fails(self, frame: pd.DataFrame) -> Array:
        left, right = (np.asarray(side.evaluate(frame), dtype=np.float64) for side in (self.left, self.right))
        noise = self.within + NOISE * np.maximum(1.0, np.maximum(np.abs(left), np.abs(right)))
        beyond = left - right  # a missing side makes it missing, and that is not false
        return np.asarray({-1: beyond > noise, 1: beyond < -noise, 0: np.abs(beyond) > noise}[self.sign])


def compile_rule(expect: str, columns: Sequence[Column]) -> RuleCheck:
    """Check a rule against the columns of a table, and make it ready to run."""
    named = set(names_in(expect))
    measures = {c.measure for c in columns if c.name in named and c.kind.is_time}
    if len({step for _, step in measures}) > 1:
        raise PolicyError(
            "a rule compares times of different precision, which are counted in different parts.",
            hint="give the columns one precision, such as %H:%M:%S, in the files",
        )
    return _compiled(
        expect, tuple((c.name, c.kind, c.spelling.decimals if c.kind is Kind.NUMBER else 0) for c in columns)
    )


@lru_cache(maxsize=512)
def _compiled(expect: str, columns: tuple[tuple[str, Kind, int], ...]) -> RuleCheck:
    kinds, decimals = {name: kind for name, kind, _ in columns}, {name: places for name, _, places in columns}
    whole = compile_condition(expect, kinds)
    return RuleCheck(whole.columns, tuple(_part(text, kinds, decimals) for text in parts_of(expect)))


@cache
def parts_of(expect: str) -> tuple[str, ...]:
    """The conditions that a rule joins by AND, each as text."""
    return tuple(_written(node) for node in _joined(parse(expect)))


@cache
def order_in(part: str) -> Order | None:
    """The order that a part is, if it is one between two columns."""
    from sqlglot import exp

    node = bare(parse(part))
    if not isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE) or not all(
        isinstance(bare(side), exp.Column) for side in (node.this, node.expression)
    ):
        return None
    left, right = (_name(bare(side)) for side in (node.this, node.expression))
    low, high = (left, right) if isinstance(node, exp.LT | exp.LTE) else (right, left)
    return None if low == high else Order(low, high, isinstance(node, exp.LT | exp.GT))


@cache
def sides_of(part: str) -> tuple[tuple[str, str], ...]:
    """The two sides of an equality, either way round; of anything else nothing."""
    from sqlglot import exp

    node = bare(parse(part))
    if not isinstance(node, exp.EQ):
        return ()
    left, right = _written(node.this), _written(node.expression)
    return (left, right), (right, left)


@cache
def definitions_in(part: str) -> tuple[Definition, ...]:
    """The ways to read a part as a definition: `a = b` is one of either."""
    from sqlglot import exp

    node = bare(parse(part))
    if not isinstance(node, exp.EQ):
        return ()
    sides = ((node.this, node.expression), (node.expression, node.this))
    plain = [(bare(column), other) for column, other in sides if isinstance(bare(column), exp.Column)]
    named = [(_name(column), other, {_name(inner) for inner in other.find_all(exp.Column)}) for column, other in plain]
    return tuple(Definition(name, _written(other)) for name, other, inside in named if inside and name not in inside)


@cache
def solved_in(part: str) -> tuple[Definition, ...]:
    """`a = b + c` read as a definition of each column on the right, if that is a plain sum or difference of columns."""
    from sqlglot import exp

    node = bare(parse(part))
    if not isinstance(node, exp.EQ) or not isinstance(bare(node.this), exp.Column):
        return ()
    whole, terms = _written(bare(node.this)), _terms(node.expression, 1)
    names = [_name(term) for _, term in terms if isinstance(term, exp.Column)]
    if len(set(names)) < len(names) or not all(isinstance(term, exp.Column | exp.Literal) for _, term in terms):
        return ()
    return tuple(
        Definition(_name(term), _solved(whole, sign, [other for other in terms if other[1] is not term]))
        for sign, term in terms
        if isinstance(term, exp.Column)
    )


@cache
def limits_in(part: str) -> tuple[Limit, ...]:
    """The bounds that a comparison sets to a plain column on either of its sides, by what does not name it."""
    from sqlglot import exp

    node = bare(parse(part))
    if isinstance(node, exp.Between):
        low, high = (_limit(node.this, node.args[side], is_low=side == "low", strict=False) for side in ("low", "high"))
        return tuple(limit for limit in (low, high) if limit is not None)
    if not isinstance(node, exp.LT | exp.LTE | exp.GT | exp.GTE):
        return ()
    strict, rises = isinstance(node, exp.LT | exp.GT), isinstance(node, exp.GT | exp.GTE)
    found = (
        _limit(node.this, node.expression, is_low=rises, strict=strict),
        _limit(node.expression, node.this, is_low=not rises, strict=strict),
    )
    return tuple(limit for limit in found if limit is not None)


def _limit(column: Any, other: Any, *, is_low: bool, strict: bool) -> Limit | None:
    from sqlglot import exp

    column = bare(column)
    if not isinstance(column, exp.Column) or _name(column) in {_name(inner) for inner in other.find_all(exp.Column)}:
        return None
    return Limit(column=_name(column), expression=_written(other), is_low=is_low, strict=strict)


@cache
def choices_in(part: str) -> tuple[str, ...]:
    """What a part joins by OR, each as text; of anything else the part itself."""
    return tuple(_written(node) for node in _either(parse(part)))


def _either(node: Any) -> list[Any]:
    from sqlglot import exp

    node = bare(node)
    return [*_either(node.this), *_either(node.expression)] if isinstance(node, exp.Or) else [node]


def renamed(expect: str, names: Mapping[str, str]) -> str:
    """The same condition over columns of other names."""
    from sqlglot import exp

    def other(node: Any) -> Any:
        if isinstance(node, exp.Column) and _name(node) in names:
            return exp.column(exp.to_identifier(names[_name(node)], quoted=True))
        return node

    return _written(parse(expect).transform(other))


def ways_to_work_out(expect: str, decimals: Mapping[str, int]) -> tuple[Definition, ...]:
    """What may be computed of a rule that was found: what it is about, or else any column of a sum.

    The latter only where it has all decimals of the others, so that rounding leaves the rule as it is.
    """
    most = {way: max(decimals[name] for name in names_in(way.expression)) for way in solved_in(expect)}
    return (*definitions_in(expect)[:1], *(way for way in most if decimals[way.column] == most[way]))


def _terms(node: Any, sign: int) -> list[tuple[int, Any]]:
    """What is added up, each with its sign."""
    from sqlglot import exp

    node = bare(node)
    if isinstance(node, exp.Neg):
        return _terms(node.this, -sign)
    if isinstance(node, exp.Add | exp.Sub):
        return [*_terms(node.this, sign), *_terms(node.expression, sign if isinstance(node, exp.Add) else -sign)]
    return [(sign, node)]


def _solved(whole: str, sign: int, others: Sequence[tuple[int, Any]]) -> str:
    """`sign * (whole - others)`, as text."""
    left = whole if sign > 0 else f"-{whole}"
    return left + "".join(f" {'-' if other * sign > 0 else '+'} {_written(term)}" for other, term in others)


def _joined(node: Any) -> list[Any]:
    from sqlglot import exp

    node = bare(node)
    return [*_joined(node.this), *_joined(node.expression)] if isinstance(node, exp.And) else [node]


def _name(node: Any) -> str:
    return f"{node.table}.{node.name}" if node.table else str(node.name)


def _written(node: Any) -> str:
    return str(node.sql(dialect="duckdb", comments=False))


def _part(text: str, kinds: Mapping[str, Kind], decimals: Mapping[str, int]) -> _Condition | _Compared:
    from sqlglot import exp

    node = bare(parse(text))
    sign = {exp.LTE: -1, exp.GTE: 1, exp.EQ: 0}.get(type(node))
    if sign is not None:
        left, right = (compile_expression(_written(side), kinds) for side in (node.this, node.expression))
        if left.kind.is_numeric and right.kind.is_numeric:
            return _Compared(left, right, sign, _within(node, decimals) if sign == 0 else 0.0)
    return _Condition(compile_condition(text, kinds))


def _within(node: Any, decimals: Mapping[str, int]) -> float:
    """Half a unit of the last decimal of the column that an expression defines; nothing between two plain columns."""
    from sqlglot import exp

    sides = [bare(side) for side in (node.this, node.expression)]
    plain = [decimals[_name(side)] for side in sides if isinstance(side, exp.Column)]
    computed = [side for side in sides if not isinstance(side, exp.Column | exp.Literal | exp.Neg)]
    if len(plain) != 1 or not computed:
        return 0.0
    return float(0.5 * 10.0 ** -plain[0])
