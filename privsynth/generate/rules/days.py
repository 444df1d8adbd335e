"""Draws dates: days or minutes between two limits that may differ by row, on working days if asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.numbers import demand
from privsynth.generate.rules.provider import Provider, counted
from privsynth.generate.rules.rows import Rows
from privsynth.generate.rules.rulebook import Days
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.providers import Scope

_STEP = {False: "datetime64[D]", True: "datetime64[m]"}
_IN_ORDER = "write the limits so that they are in order for every row, for example with LEAST or GREATEST"


def day_provider(rule: Days, scope: Scope) -> Provider:
    if rule.time and rule.weekdays:
        raise scope.error("weekdays goes with days, not with times.")
    low, high = day_limit(rule.low, scope.at("low")), day_limit(rule.high, scope.at("high"))

    def draw(rows: Rows) -> Array:
        return _between(low(rows), high(rows), rows, time=rule.time, weekdays=rule.weekdays)

    provider = Provider(Kind.DATE, draw, has_time=rule.time)
    if isinstance(rule.low, dt.datetime) and isinstance(rule.high, dt.datetime):
        return _counted(provider, rule, (np.datetime64(rule.low), np.datetime64(rule.high)), scope)
    return provider


def _counted(provider: Provider, rule: Days, limits: tuple[np.datetime64, np.datetime64], scope: Scope) -> Provider:
    """Limits that are the same for all rows are checked before, and their days are counted."""
    if limits[0] > limits[1]:
        raise scope.error("low is after high.")
    first, last = (limit.astype(_STEP[rule.time]) for limit in limits)
    if rule.weekdays:
        size = int(np.busday_count(first, last + 1))
        if not size:
            raise scope.error("no Monday to Friday lies between low and high.")
        return replace(
            provider,
            capacity=size,
            distinct=counted(size, lambda at: np.busday_offset(first, at, roll="forward").astype("datetime64[us]")),
        )
    size = int((last - first).astype(int)) + 1
    return replace(provider, capacity=size, distinct=counted(size, lambda at: (first + at).astype("datetime64[us]")))


def day_limit(value: dt.datetime | str, scope: Scope) -> Callable[[Rows], Array]:
    if isinstance(value, dt.datetime):
        fixed = np.datetime64(value, "us")
        return lambda rows: np.full(rows.count, fixed)
    rule = scope.expression(value)
    if rule.kind is not Kind.DATE:
        raise scope.error("a day is expected here, such as 2024-12-31, or an expression that gives a date.")
    return lambda rows: rule.evaluate(rows.frame(rule.columns))


def _between(low: Array, high: Array, rows: Rows, *, time: bool, weekdays: bool) -> Array:
    """Both limits belong to it. Where a limit is missing, the date is."""
    first, last = low.astype(_STEP[time]), high.astype(_STEP[time])
    has_limits = ~(np.isnat(first) | np.isnat(last))
    demand(first[has_limits] <= last[has_limits], "low is after high", _IN_ORDER)
    share = rows.rng.random(rows.count)
    dates = Kind.DATE.missing(rows.count)
    if weekdays:
        dates[has_limits] = _working(first[has_limits], last[has_limits], share[has_limits])
    else:
        span = (last[has_limits] - first[has_limits]).astype(np.int64) + 1
        dates[has_limits] = first[has_limits] + np.floor(share[has_limits] * span).astype(np.int64)
    return dates


def _working(first: Array, last: Array, share: Array) -> Array:
    size = np.busday_count(first, last + 1)
    demand(size > 0, "no Monday to Friday lies between low and high", _IN_ORDER)
    return np.asarray(np.busday_offset(first, np.floor(share * size).astype(np.int64), roll="forward"))
