"""Draws dates: days or minutes between two limits that may differ by row, on working days if asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from privsynth.dataset import Kind
from privsynth.errors import BackendError
from privsynth.generate.rules.provider import Provider, counted
from privsynth.generate.rules.rows import Rows
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.providers import Scope

_STEP = {False: "datetime64[D]", True: "datetime64[m]"}


def day_provider(given: Any, scope: Scope) -> Provider:
    if given.time and given.weekdays:
        raise scope.error("weekdays goes with days, not with times.")
    low, high = _limit(given.low, scope.at("low")), _limit(given.high, scope.at("high"))

    def draw(rows: Rows) -> Array:
        return _between(low(rows), high(rows), rows, time=given.time, weekdays=given.weekdays)

    made = Provider(Kind.DATE, draw, has_time=given.time)
    if isinstance(given.low, dt.datetime) and isinstance(given.high, dt.datetime):
        return _fixed(made, np.datetime64(given.low), np.datetime64(given.high), given, scope)
    return made


def _fixed(made: Provider, low: Any, high: Any, given: Any, scope: Scope) -> Provider:
    """Limits that are the same for all rows are checked before, and their days are counted."""
    if low > high:
        raise scope.error("low is after high.")
    first, last = low.astype(_STEP[given.time]), high.astype(_STEP[given.time])
    if given.weekdays:
        size = int(np.busday_count(first, last + 1))
        if not size:
            raise scope.error("no Monday to Friday lies between low and high.")
        return replace(
            made,
            capacity=size,
            distinct=counted(size, lambda at: np.busday_offset(first, at, roll="forward").astype("datetime64[us]")),
        )
    size = int((last - first).astype(int)) + 1
    return replace(made, capacity=size, distinct=counted(size, lambda at: (first + at).astype("datetime64[us]")))


def _limit(value: Any, scope: Scope) -> Callable[[Rows], Array]:
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
    known = ~(np.isnat(first) | np.isnat(last))
    _demand(first[known] <= last[known], "low is after high")
    share = rows.rng.random(rows.count)
    made = np.full(rows.count, np.datetime64("NaT"), dtype="datetime64[us]")
    if weekdays:
        made[known] = _working(first[known], last[known], share[known])
    else:
        span = (last[known] - first[known]).astype(np.int64) + 1
        made[known] = first[known] + np.floor(share[known] * span).astype(np.int64)
    return made


def _working(first: Array, last: Array, share: Array) -> Array:
    size = np.busday_count(first, last + 1)
    _demand(size > 0, "no Monday to Friday lies between low and high")
    return np.asarray(np.busday_offset(first, np.floor(share * size).astype(np.int64), roll="forward"))


def _demand(good: Array, problem: str) -> None:
    bad = int((~good).sum())
    if bad:
        raise BackendError(
            f"{problem}, in {bad} row{'s' if bad != 1 else ''}.",
            hint="write the limits so that they are in order for every row, for example with LEAST or GREATEST",
        )
