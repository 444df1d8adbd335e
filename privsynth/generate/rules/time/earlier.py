"""Columns of a time before: what stood some rows earlier, and what the rows so far come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.expressions import Expression, compile_condition
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.runs import starts, summed_within
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.provider import Provider, blank
from privsynth.generate.rules.vocabulary.time import Before, Running
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

MOST_STEPS = 100_000  # rows of one parent that a sum with limits can follow
_EXACT = 2**53  # whole numbers that are told apart up to here


def before_provider(rule: Before, scope: Scope) -> Provider:
    earlier, kind = scope.at("column").column(rule.column), scope.kinds[rule.column]
    first = _first(rule.first, earlier.kind, scope.at("first"))

    def draw(rows: Rows) -> Array:
        source = np.arange(rows.count) - rule.steps
        has_one = source >= starts(rows)
        values = blank(kind, rows.count)
        values[has_one] = rows.values[rule.column][source[has_one]]
        none = np.flatnonzero(~has_one)
        if first is not None:
            values[none] = first(rows.take(none))
        return values

    decimals = 2 if kind is Kind.NUMBER else 0
    return Provider(kind, draw, decimals=decimals, has_time=earlier.has_time, certain=True, across=True)


def _first(value: float | str | None, kind: Kind, scope: Scope) -> Callable[[Rows], Any] | None:
    if value is None:
        return None
    rule = scope.expression(str(value))
    if rule.kind is not kind and not (rule.kind.is_numeric and kind.is_numeric):
        raise scope.error(f"this gives {rule.kind}; the column it stands in for holds {kind}.")
    return lambda rows: rule.evaluate(rows.frame(rule.columns))


def running_provider(rule: Running, decimals: int | None, scope: Scope) -> Provider:
    text = str(getattr(rule, rule.word))
    start = scope.at("start").amount(rule.start, 0.0)
    limits = _limits(rule, scope)
    if rule.word == "count":
        condition = scope.at("count").expression(text, compile_condition)
        return Provider(Kind.INTEGER, lambda rows: _count(condition, rows) + start(rows), certain=True, across=True)
    each = scope.at(rule.word).expression(text)
    if not each.kind.is_numeric:
        raise scope.at(rule.word).error("a number is expected here, or an expression that gives one.")
    is_whole = each.kind is Kind.INTEGER and rule.word != "mean" and _is_whole(rule, scope)
    places = (0 if is_whole else 2) if decimals is None else decimals

    def draw(rows: Rows) -> Array:
        values = each.evaluate(rows.frame(each.columns))
        match rule.word:
            case "sum":
                return _sum(values, start(rows), places, rows, limits)
            case "mean":
                return _mean(values, rows)
            case word:
                return _extreme(values, word, rows)

    return Provider(Kind.INTEGER if is_whole else Kind.NUMBER, draw, decimals=places, certain=True, across=True)


def _is_whole(rule: Running, scope: Scope) -> bool:
    """Whether what it starts with is whole too."""
    if isinstance(rule.start, str):
        return scope.at("start").expression(rule.start).kind is Kind.INTEGER
    return rule.start is None or float(rule.start).is_integer()


def _count(condition: Expression, rows: Rows) -> Array:
    return summed_within(condition.holds(rows.frame(condition.columns)).astype(np.int64), starts(rows)).astype(float)


Limits = Callable[[Rows], tuple[Array, Array]]


def _limits(rule: Running, scope: Scope) -> Limits | None:
    """Between what a sum has to stay, row by row."""
    if rule.low is None and rule.high is None:
        return None
    low, high = scope.at("low").amount(rule.low, -np.inf), scope.at("high").amount(rule.high, np.inf)

    def limits(rows: Rows) -> tuple[Array, Array]:
        ends = (np.broadcast_to(np.asarray(end(rows), dtype=float), rows.count) for end in (low, high))
        lowest, highest = ends
        demand(~(lowest > highest), "low is above high")
        return lowest, highest

    return limits


def _sum(values: Array, start: Any, decimals: int, rows: Rows, limits: Limits | None) -> Array:
    """In whole units of the last decimal, so that no fraction is lost on a long way. A missing value adds nothing."""
    unit = 10.0**decimals
    begin = np.broadcast_to(np.asarray(start, dtype=float), rows.count)
    units = np.rint(np.nan_to_num(values) * unit)
    first = starts(rows)
    demand(np.abs(units) < _EXACT, "a value is too large for an exact running sum")
    if limits is not None:
        units = _allowed(units, np.rint(begin[first] * unit), first, [limit * unit for limit in limits(rows)])
    sums = summed_within(units.astype(np.int64), first) + np.rint(begin[first] * unit)
    if len(sums) and np.nanmax(np.abs(sums), initial=0) >= _EXACT:
        raise BackendError("a running sum grows too large to be exact.", hint="ask for fewer decimals or rows")
    return np.asarray(sums / unit)


def _allowed(units: Array, begin: Array, first: Array, limits: list[Array]) -> Array:
    """The units without those that would carry the sum further beyond a limit; one row of every run at a time."""
    step = np.arange(len(units)) - first
    longest = int(step.max(initial=0)) + 1
    if longest > MOST_STEPS:
        raise BackendError(
            f"a run has {longest:,} rows; a sum with 'low' or 'high' can follow {MOST_STEPS:,}.",
            hint="let the rows belong to more parents, or leave the limits out",
        )
    low, high = limits
    allowed, sums = units.copy(), begin.copy()  # the sum of a run stands at its first row
    for here in np.split(np.argsort(step, kind="stable"), np.cumsum(np.bincount(step))[:-1]):
        after = sums[first[here]] + units[here]
        beyond = ((after < low[here]) & (units[here] < 0)) | ((after > high[here]) & (units[here] > 0))
        allowed[here[beyond]] = 0
        sums[first[here]] += allowed[here]
    return allowed


def _mean(values: Array, rows: Rows) -> Array:
    runs = pd.Series(values).groupby(starts(rows))
    known = pd.Series(~np.isnan(values)).groupby(starts(rows)).cumsum().to_numpy()
    with np.errstate(invalid="ignore"):
        return np.asarray(runs.cumsum().groupby(starts(rows)).ffill().to_numpy() / known)


def _extreme(values: Array, word: str, rows: Rows) -> Array:
    runs = pd.Series(values).groupby(starts(rows))
    so_far = runs.cummin() if word == "min" else runs.cummax()
    return np.asarray(so_far.groupby(starts(rows)).ffill().to_numpy())
