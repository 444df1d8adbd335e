"""Draws dates: days or minutes between two limits that may differ by row, when business is open if asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from privsynth.dataset import Kind
from privsynth.generate.rules.making.rows import Rows
from privsynth.generate.rules.time.workdays import EVERY_DAY, WEEKDAYS, Workdays
from privsynth.generate.rules.values.numbers import demand
from privsynth.generate.rules.values.provider import Provider, counted
from privsynth.generate.rules.vocabulary.time import Days
from privsynth.typing import Array

if TYPE_CHECKING:
    from privsynth.generate.rules.values.providers import Scope

_STEP = {False: "datetime64[D]", True: "datetime64[m]"}
_IN_ORDER = "write the limits so that they are in order for every row, for example with LEAST or GREATEST"


def day_provider(rule: Days, scope: Scope) -> Provider:
    low, high = day_limit(rule.low, scope.at("low")), day_limit(rule.high, scope.at("high"))
    opening = opening_of(rule)

    def draw(rows: Rows) -> Array:
        return _between(low(rows), high(rows), rows, time=rule.time, opening=opening)

    provider = Provider(Kind.DATE, draw, has_time=rule.time)
    if isinstance(rule.low, dt.datetime) and isinstance(rule.high, dt.datetime):
        return _counted(provider, rule, (np.datetime64(rule.low), np.datetime64(rule.high)), scope)
    return provider


def opening_of(rule: Days) -> Opening | None:
    """When business is open, if it is not always."""
    if not (rule.weekdays or rule.business or rule.hours):
        return None
    week = WEEKDAYS if rule.weekdays or rule.business else EVERY_DAY
    hours = (rule.hours[0], rule.hours[1]) if rule.hours else (0, 24)
    return Opening(Workdays(week, rule.business), round(60 * hours[0]), round(60 * hours[1]))


@dataclass(frozen=True)
class Opening:
    """Some days, and on each of them the minutes from `first` up to, and without, `last`."""

    days: Workdays
    first: int = 0
    last: int = 1440

    def between(self, low: Array, high: Array, share: Array, *, time: bool) -> Array:
        """Open days or minutes; both limits belong to it."""
        start = np.append(low.astype("datetime64[D]"), np.datetime64("9999-12-31")).min()
        before, until = (self.passed(start, limit, time=time) for limit in (low, high + 1))
        demand(before < until, self.closed(time=time), _IN_ORDER)
        return self.at(start, before + np.floor(share * (until - before)).astype(np.int64), time=time)

    def passed(self, start: np.datetime64, moments: Array, *, time: bool) -> Array:
        """How many open days or minutes there are from the start up to, and without, each of these."""
        days = moments.astype("datetime64[D]")
        whole = self.days.count(start, days)
        if not time:
            return whole
        minute = (moments - days.astype("datetime64[m]")).astype(np.int64)
        today = np.clip(minute - self.first, 0, self.last - self.first)
        return np.asarray(whole * (self.last - self.first) + np.where(self.days.is_open(days), today, 0))

    def at(self, start: np.datetime64, number: Array, *, time: bool) -> Array:
        if not time:
            return self.days.after(start, number)
        day, minute = np.divmod(number, self.last - self.first)
        return np.asarray(self.days.after(start, day).astype("datetime64[m]") + self.first + minute)

    def holds(self, moments: Array) -> Array:
        """Which of them are open."""
        days = moments.astype("datetime64[D]")
        minute = (moments.astype("datetime64[m]") - days.astype("datetime64[m]")).astype(np.int64)
        return np.asarray(self.days.is_open(days) & (minute >= self.first) & (minute < self.last))

    def closed(self, *, time: bool) -> str:
        """What is wrong where nothing is open."""
        day = "business day" if self.days.country else "Monday to Friday"
        return f"no {'business hour' if time else day} lies between low and high"


def _counted(provider: Provider, rule: Days, limits: tuple[np.datetime64, np.datetime64], scope: Scope) -> Provider:
    """Limits that are the same for all rows are checked before, and their days or minutes are counted."""
    if limits[0] > limits[1]:
        raise scope.error("low is after high.")
    first, last = (limit.astype(_STEP[rule.time]) for limit in limits)
    opening = opening_of(rule)
    if opening is not None:
        start, ends = first.astype("datetime64[D]"), np.array([first, last + 1])
        before, until = opening.passed(start, ends, time=rule.time).tolist()
        if before == until:
            raise scope.error(f"{opening.closed(time=rule.time)}.")

        def number(places: Array) -> Array:
            return opening.at(start, before + places, time=rule.time).astype("datetime64[us]")

        return replace(provider, capacity=until - before, distinct=counted(until - before, number))
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


def _between(low: Array, high: Array, rows: Rows, *, time: bool, opening: Opening | None) -> Array:
    """Both limits belong to it. Where a limit is missing, the date is."""
    first, last = low.astype(_STEP[time]), high.astype(_STEP[time])
    has_limits = ~(np.isnat(first) | np.isnat(last))
    first, last, share = first[has_limits], last[has_limits], rows.rng.random(rows.count)[has_limits]
    demand(first <= last, "low is after high", _IN_ORDER)
    dates = Kind.DATE.missing(rows.count)
    if opening is not None:
        dates[has_limits] = opening.between(first, last, share, time=time)
    else:
        dates[has_limits] = first + np.floor(share * ((last - first).astype(np.int64) + 1)).astype(np.int64)
    return dates
